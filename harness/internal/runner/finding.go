package runner

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// finding is what a run finds, as long as it runs: its texts hold their values whole, so
// that what hides values can see them before they are cut.
type finding struct {
	report.Finding
	// at is the normalized path in the body of the answer that it is from; "" for the answer itself.
	at string

	message, is, want, got phrase // each in place of the finding's own text, unless it is zero
}

// settled is the finding with its values hidden and cut.
func (f finding) settled(hide func(string) string) report.Finding {
	for _, text := range []struct {
		to   *string
		from phrase
	}{{&f.Message, f.message}, {&f.Is, f.is}, {&f.Want, f.want}, {&f.Got, f.got}} {
		if text.from.format != "" {
			*text.to = text.from.settled(hide)
		}
	}
	return f.Finding
}

// phrase is a text that is not put together yet: a format and its arguments. Those of
// type held are values.
type phrase struct {
	format string
	args   []any
}

// plain is a phrase without values.
func plain(text string) phrase { return phrase{"%s", []any{text}} }

// value is a phrase that is a value.
func value(text string) phrase { return phrase{"%s", []any{hold(text)}} }

func (p phrase) String() string { return fmt.Sprintf(p.format, p.args...) }

func (p phrase) settled(hide func(string) string) string {
	args := make([]any, len(p.args))
	for i, arg := range p.args {
		switch arg := arg.(type) {
		case held:
			args[i] = arg.settled(hide)
		case phrase:
			args[i] = arg.settled(hide)
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(p.format, args...)
}

// held is a value of an exchange or a variable.
type held string

const (
	maxHeld = 16 << 10
	// maxShown is how much of a value a finding quotes: an operation id of three
	// GUIDs whole.
	maxShown = 120
)

func hold(text string) held { return held(text[:min(len(text), maxHeld)]) }

func (h held) settled(hide func(string) string) string {
	text := string(h)
	if hide != nil {
		text = hide(text)
	}
	if shown := []rune(text[:min(len(text), (maxShown+1)*utf8.UTFMax)]); len(shown) > maxShown {
		text = string(shown[:maxShown-1]) + "…"
	}
	return text
}

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
		Finding: report.Finding{Rule: rule, Severity: report.Error, Place: report.Place{Line: line}, Value: report.Value{Where: p.where}},
		at:      p.at, want: want, got: got,
	}
}

// from is the finding with the place of what it is about in the cassette.
func (f finding) from(a *answer) finding {
	f.Interaction, f.Cassette = a.source().id(), a.source().place(f.at)
	return f
}

// note is something worth knowing of an answer, at a path of its body or "".
func (a *answer) note(rule report.Rule, at, message string) finding {
	f := finding{Finding: report.Finding{Rule: rule, Severity: report.Note, Value: report.Value{Where: at}, Message: message}, at: at}
	return f.from(a)
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

// halt ends a step before its end.
type halt struct {
	finding finding
	errored bool // something could not be done, as opposed to: turned out wrong
	fatal   bool // no other step can be run either
}

// couldNot is a halt that makes the case an error. Line 0 is the step's own.
func couldNot(rule report.Rule, line int, message string, args ...any) *halt {
	return &halt{
		finding: finding{Finding: report.Finding{
			Rule:     rule,
			Severity: report.Error,
			Place:    report.Place{Line: line},
			Message:  fmt.Sprintf(message, args...),
		}},
		errored: true,
	}
}

// at puts the answer's place in the cassette to the finding.
func (h *halt) at(a *answer, path string) *halt {
	h.finding.Interaction, h.finding.Cassette = a.source().id(), a.source().place(path)
	return h
}

// MissFinding is a miss as a finding.
func MissFinding(miss *match.MissError) report.Finding {
	f := report.Finding{
		Rule: RuleMiss, Severity: report.Error, Message: miss.Summary(), Details: miss.Details(), Hint: miss.NextStep,
	}
	f.Missed = display.Missed(miss)
	if len(miss.Nearest) == 0 {
		return f
	}
	nearest := miss.Nearest[0]
	f.Cassette = report.Place{File: nearest.Cassette.File, Line: nearest.Interaction.Line}
	if len(nearest.Differences) > 0 {
		d := nearest.Differences[0]
		f.Where, f.Want, f.Got = d.Field, d.Recorded, d.Received
	}
	return f
}

// missed ends a step whose request had no answer.
func missed(miss *match.MissError) *halt {
	f := finding{Finding: MissFinding(miss)}
	if f.Want != "" || f.Got != "" {
		f.want, f.got = value(f.Want), value(f.Got)
	}
	return &halt{finding: f}
}
