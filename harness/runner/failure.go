package runner

import (
	"strings"
	"unicode/utf8"

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

// failure is an expectation that does not hold.
type failure struct {
	place
	rule      string
	line      int // in the scenario
	want, got string
	message   string
}

func (f failure) finding(a *answer) report.Finding {
	return report.Finding{
		Rule: f.rule, Severity: report.Error, Place: report.Place{Line: f.line},
		Where: f.where, Want: f.want, Got: f.got, Message: f.message,
		Interaction: a.source().id(), Cassette: a.source().place(f.at),
	}
}

// maxShown is how much of a value a finding quotes: an operation id of three
// GUIDs whole.
const maxShown = 120

// A value in the texts of a finding stands between two noncharacters until the run is
// over: what hides values has to see them before they are cut.
const (
	valueBegins = "\uFDD0"
	valueEnds   = "\uFDD1"
	maxHeld     = 16 << 10
)

// cut marks a value, of which the finding will quote the beginning.
func cut(text string) string { return valueBegins + text[:min(len(text), maxHeld)] + valueEnds }

// settle puts the values in their places, hidden and cut.
func settle(text string, hide func(string) string) string {
	before, rest, found := strings.Cut(text, valueBegins)
	if !found {
		return text
	}
	value, after, _ := strings.Cut(rest, valueEnds)
	if hide != nil {
		value = hide(value)
	}
	if shown := []rune(value[:min(len(value), (maxShown+1)*utf8.UTFMax)]); len(shown) > maxShown {
		value = string(shown[:maxShown-1]) + "…"
	}
	return before + value + settle(after, hide)
}
