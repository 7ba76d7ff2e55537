package render

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// mostDiffering bounds the differences that text lists of one request.
const mostDiffering = 5

// missLines say what was recorded near a request, and in what they differ.
func missLines(m *report.Miss) []string {
	var all []string
	if len(m.Nearest) > 0 {
		near := &m.Nearest[0]
		all = append(all, "nearest   "+visible.Text(near.Method+" "+near.Target())+" ("+visible.Text(near.Place.String())+")")
		for i, d := range near.Differences {
			if i == mostDiffering {
				all = append(all, fmt.Sprintf("          and %d more", len(near.Differences)-i))
				break
			}
			all = append(all, "differs   "+visible.Text(visible.Path(d.Field))+": recorded "+visible.Text(d.Recorded)+", received "+visible.Text(d.Received))
		}
	}
	for i, b := range m.Bound {
		if i == mostDiffering {
			all = append(all, fmt.Sprintf("          and %d more", len(m.Bound)-i))
			break
		}
		all = append(all, "bound     "+visible.Text(b.Pseudonym)+" = "+visible.Text(b.Value))
	}
	return all
}
