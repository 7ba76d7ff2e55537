package report

import "fmt"

// mostDiffering bounds the differences that text lists of one request.
const mostDiffering = 5

// lines say what was recorded near a request, and in what they differ.
func (m *Miss) lines() []string {
	var all []string
	if len(m.Nearest) > 0 {
		near := &m.Nearest[0]
		all = append(all, "nearest   "+Visible(near.Method+" "+near.Target())+" ("+Visible(near.Place.String())+")")
		for i, d := range near.Differences {
			if i == mostDiffering {
				all = append(all, fmt.Sprintf("          and %d more", len(near.Differences)-i))
				break
			}
			all = append(all, "differs   "+Visible(shortPath(d.Field))+": recorded "+Visible(d.Recorded)+", received "+Visible(d.Received))
		}
	}
	for i, b := range m.Bound {
		if i == mostDiffering {
			all = append(all, fmt.Sprintf("          and %d more", len(m.Bound)-i))
			break
		}
		all = append(all, "bound     "+Visible(b.Pseudonym)+" = "+Visible(b.Value))
	}
	return all
}
