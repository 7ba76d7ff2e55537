package runner

import (
	"fmt"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/report"
)

// finding is what a run finds, as long as it runs: its texts hold their values whole, so
// that what hides values can see them before they are cut.
type finding struct {
	report.Finding
	at                     string // normalized path in the body of the answer that it is from; "" for the answer
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
