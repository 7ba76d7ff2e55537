package report

import "fmt"

// mostDiffering bounds the differences that text tells of one request.
const mostDiffering = 5

// lines tell what was recorded near a request, and in what they differ.
func (m *Miss) lines() []string {
	var told []string
	if len(m.Nearest) > 0 {
		near := &m.Nearest[0]
		told = append(told, "nearest   "+Visible(near.Method+" "+near.Target())+" ("+Visible(near.Place.String())+")")
		for i, d := range near.Differences {
			if i == mostDiffering {
				told = append(told, fmt.Sprintf("          and %d more", len(near.Differences)-i))
				break
			}
			told = append(told, "differs   "+Visible(shortPath(d.Field))+": recorded "+Visible(d.Recorded)+", received "+Visible(d.Received))
		}
	}
	for i, b := range m.Bound {
		if i == mostDiffering {
			told = append(told, fmt.Sprintf("          and %d more", len(m.Bound)-i))
			break
		}
		told = append(told, "bound     "+Visible(b.Pseudonym)+" = "+Visible(b.Value))
	}
	return told
}
