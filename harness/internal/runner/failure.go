package runner

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// place is where a value stands.
type place struct {
	where string // as findings call it: a normalized path, "status", "header.X", "text"
	at    string // normalized path in the answer's body; "" when it is not in the body
	// opaque is set where the body's structure ends: what lies deeper, in a
	// document inside a string, stands at the same place of the body.
	opaque bool
}

// below is the place that a path, relative to this one, leads to.
func (p place) below(path string) place {
	rest, ok := strings.CutPrefix(path, jsondoc.Root)
	if !ok {
		rest = "." + path
	}
	p.where += rest
	if !p.opaque && p.at != "" {
		p.at += rest
	}
	return p
}

// failed is a finding of a place: an expectation that does not hold. Without a message or an is,
// the value is got and not want, which needs no words here.
func (p place) failed(rule report.Rule, line int, want, got phrase) finding {
	return finding{
		Finding: report.Finding{Rule: rule, Severity: report.Error, Place: report.Place{Line: line}, Where: p.where},
		at:      p.at, want: want, got: got,
	}
}

// from is the finding with the place of what it is about in the cassette.
func (f finding) from(a *answer) finding {
	f.Interaction, f.Cassette = a.source().id(), a.source().place(f.at)
	return f
}

// sentence is what the finding says, within the sentence of another.
func (f finding) sentence() phrase {
	switch {
	case f.message.format != "":
		return f.message
	case f.is.format != "":
		return phrase{"%s %s", []any{f.Where, f.is}}
	}
	return phrase{"%s is %s, wanted %s", []any{f.Where, f.got, f.want}}
}
