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

// finding is what a run finds, as long as it runs: the values in its texts stand between marks, and
// are whole, so that what hides values can see them before they are cut.
type finding struct {
	report.Finding
	// at is the normalized path in the body of the answer that it is from; "" for the answer itself.
	at string
}

const (
	mark    = "\x00" // of a value in a text
	maxHeld = 16 << 10
	// maxShown is how much of a value a finding quotes: an operation id of three
	// GUIDs whole.
	maxShown = 120
)

// value is a value of an exchange or a variable, in a text of a finding.
func value(text string) string {
	return mark + strings.ReplaceAll(text[:min(len(text), maxHeld)], mark, `\0`) + mark
}

// settled is the finding with its values hidden and cut.
func (f finding) settled(hide func(string) string) report.Finding {
	for _, text := range []*string{&f.Message, &f.Is, &f.Want, &f.Got} {
		parts := strings.Split(*text, mark)
		for i := 1; i < len(parts); i += 2 {
			parts[i] = shown(parts[i], hide)
		}
		*text = strings.Join(parts, "")
	}
	return f.Finding
}

func shown(text string, hide func(string) string) string {
	if hide != nil {
		text = hide(text)
	}
	if runes := []rune(text[:min(len(text), (maxShown+1)*utf8.UTFMax)]); len(runes) > maxShown {
		text = string(runes[:maxShown-1]) + "…"
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

func inBody(path string) place { return place{where: path, at: path} }

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
func (p place) failed(rule report.Rule, line int, want, got string) finding {
	return finding{report.Finding{
		Rule: rule, Severity: report.Error, Place: report.Place{Line: line}, Value: report.Value{Where: p.where, Want: want, Got: got},
	}, p.at}
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
func (f finding) sentence() string {
	switch {
	case f.Message != "":
		return f.Message
	case f.Is != "":
		return f.Where + " " + f.Is
	}
	return fmt.Sprintf("%s is %s, wanted %s", f.Where, f.Got, f.Want)
}

// halt ends a step before its end.
type halt struct {
	finding finding
	errored bool // something could not be done, as opposed to: turned out wrong
	fatal   bool // no other step can be run either
}

// couldNot is a halt that makes the case an error. Line 0 is the step's own.
func couldNot(rule report.Rule, line int, message string, args ...any) *halt {
	h := &halt{finding: place{}.failed(rule, line, "", ""), errored: true}
	h.finding.Message = fmt.Sprintf(message, args...)
	return h
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

// The rules of what a run finds. Those of matchers stand beside the keywords.
const (
	RuleMiss      report.Rule = "replay.miss"   // no interaction answers a request
	RuleTransport report.Rule = "run.transport" // nothing answered at all

	ruleReplayOrder     report.Rule = "replay.order"
	ruleAnswerSurrogate report.Rule = "answer.surrogate"

	ruleExpectBody   report.Rule = "expect.body"
	ruleExpectStatus report.Rule = "expect.status"

	ruleFollowLink   report.Rule = "follow.link"
	ruleFollowLoop   report.Rule = "follow.loop"
	ruleFollowTotal  report.Rule = "follow.total"
	rulePartsID      report.Rule = "parts.id"
	rulePollConstant report.Rule = "poll.constant"
	rulePollFailed   report.Rule = "poll.failed"
	rulePollOrder    report.Rule = "poll.order"
	rulePollStatus   report.Rule = "poll.status"
	rulePollTimeout  report.Rule = "poll.timeout"
	ruleRedirectLoop report.Rule = "redirect.loop"

	ruleRunBody      report.Rule = "run.body"
	ruleRunCancelled report.Rule = "run.cancelled"
	ruleRunCapture   report.Rule = "run.capture"
	ruleRunEnv       report.Rule = "run.env"
	ruleRunIdentity  report.Rule = "run.identity"
	ruleRunRequest   report.Rule = "run.request"
	ruleRunSchema    report.Rule = "run.schema"
	ruleRunSkipped   report.Rule = "run.skipped"
	ruleRunVariable  report.Rule = "run.variable"
)
