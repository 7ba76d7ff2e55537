package display

import (
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Missed is a miss as reports show it.
func Missed(miss *match.MissError) *report.Miss {
	m := &report.Miss{Verdict: string(miss.Verdict)}
	if s := miss.Sent; s != nil { // a session always says so; the address as it came may give access
		m.Sent = report.Exchange{Method: s.Method, URL: s.URL, Request: report.Content{Header: s.Header, Body: Body(s.Header, s.Body)}}
	}
	for _, c := range miss.Nearest {
		near := report.Near{Exchange: Of(c.Cassette, c.Interaction)}
		for _, d := range c.Differences {
			near.Differences = append(near.Differences, report.Difference(d))
		}
		m.Nearest = append(m.Nearest, near)
	}
	for _, b := range miss.Bound {
		m.Bound = append(m.Bound, report.Bound{Pseudonym: b.Pseudonym, Value: b.Live})
	}
	return m
}
