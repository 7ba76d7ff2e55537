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

// failure is an expectation that does not hold. Without a message or an is, the value
// is got and not want, which needs no words here.
type failure struct {
	place
	rule      report.Rule
	line      int // in the scenario
	want, got phrase
	message   phrase
	is        phrase // said of the place
	remark    string
}

func (f failure) finding(a *answer) finding {
	return finding{
		Finding: report.Finding{
			Rule: f.rule, Severity: report.Error, Place: report.Place{Line: f.line},
			Value:       report.Value{Where: f.where, Remark: f.remark},
			Interaction: a.source().id(), Cassette: a.source().place(f.at),
		},
		want: f.want, got: f.got, message: f.message, is: f.is,
	}
}

// sentence is what the failure says, within the sentence of another.
func (f failure) sentence() phrase {
	switch {
	case f.message.format != "":
		return f.message
	case f.is.format != "":
		return phrase{"%s %s", []any{f.where, f.is}}
	}
	return phrase{"%s", []any{phrase{"%s is %s, wanted %s", []any{f.where, f.got, f.want}}}}
}
