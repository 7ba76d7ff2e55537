package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// headline is the sentence without details, with the place in the answer before it where it does
// not name that.
func headline(f *report.Finding) string {
	text := strings.TrimSuffix(f.Sentence(), f.Details)
	if f.Where == "" || namesWhere(f) || f.Missed != nil || f.Fingerprint != "" {
		return text
	}
	return visible.Path(f.Where) + ": " + text
}

// namesWhere reports whether the sentence begins with Where.
func namesWhere(f *report.Finding) bool {
	return f.Message == "" || f.Part != "" && f.Part == f.Where
}

// saysValues reports whether the sentence states Want and Got.
func saysValues(f *report.Finding) bool { return f.Message == "" && f.Is == "" }

// longestValue bounds a wanted or received value in text; JSON has all of it.
const longestValue = 400

// longestSentence is the most that a sentence holds of two values; longer ones stand below it.
const longestSentence = 160

// describe is a finding in lines; the first says what is wrong and
// where in the answer, a line break in which is data that an escape stands for. Full adds the
// rule and the id.
func describe(f *report.Finding, full bool) []string {
	message := []string{visible.Text(headline(f))}
	switch {
	case f.Missed != nil:
		message = append([]string{strings.ReplaceAll(message[0], "https://"+graph.Host+"/", "/")}, slices.Concat(missLines(f.Missed), boundLines(f.Missed))...)
	case f.Details != "":
		message = append(message, visible.Lines(strings.TrimPrefix(f.Details, "\n"))...)
	}
	apart := valuesApart(f)
	if apart && saysValues(f) {
		message[0] = visible.Text(strings.TrimSuffix(strings.TrimPrefix(f.Part+": ", ": ")+visible.Path(f.Where)+": other than expected "+f.Remark, " "))
	}
	if f.Step != "" {
		message[0] = strings.TrimSuffix("step "+visible.Text(f.Step)+": "+message[0], ": ")
	}
	out := message
	if f.Fingerprint != "" && strings.HasPrefix(f.Where, "$") {
		out = append(out, "at        "+visible.Text(visible.Path(f.Where)))
	}
	if apart {
		want, got := "want      ", "got       "
		if f.Fingerprint != "" { // a change, which nobody wanted
			want, got = "was       ", "is        "
		}
		out = append(out, want+value(f.Want), got+value(f.Got))
	}
	if f.Cassette.File != "" && f.Missed == nil {
		out = append(out, "cassette  "+visible.Text(f.Cassette.String())+interaction(f))
	}
	if f.Hint != "" {
		lines := visible.Lines(f.Hint)
		out = append(out, "hint      "+lines[0])
		for _, line := range lines[1:] {
			out = append(out, "          "+line)
		}
	}
	if full || f.Fingerprint != "" {
		out = append(out, "rule      "+visible.Text(string(f.Rule))+" "+f.ID)
	}
	return out
}

// valuesApart reports whether Want and Got stand below the sentence, which does not state them,
// or would be too long.
func valuesApart(f *report.Finding) bool {
	switch {
	case f.Want == "" && f.Got == "" || f.Missed != nil || repeatsValues(f):
		return false
	case saysValues(f):
		return utf8.RuneCountInString(visible.Text(headline(f))) > longestSentence
	}
	return true
}

// repeatsValues reports whether Want and Got would say what the message says.
func repeatsValues(f *report.Finding) bool {
	if f.Fingerprint != "" && isPresence(f.Want) && isPresence(f.Got) {
		return true
	}
	text := f.Message + f.Is
	return f.Want != "" && f.Got != "" && strings.Contains(text, f.Want) && (strings.Contains(text, f.Got) || f.Got == "nothing")
}

func value(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return visible.Clip(visible.Text(s), longestValue)
}

func interaction(f *report.Finding) string {
	if f.Interaction == nil {
		return ""
	}
	return fmt.Sprintf(" (interaction %d)", *f.Interaction)
}

// mostDiffering bounds the differences that text lists of one request.
const mostDiffering = 5

// missLines say what was recorded near a request, and in what they differ.
func missLines(m *report.Miss) []string {
	if len(m.Nearest) == 0 {
		return nil
	}
	near := &m.Nearest[0]
	all := []string{"nearest   " + visible.Text(near.Method+" "+near.Target()) + " (" + visible.Text(near.Place.String()) + ")"}
	for i, d := range near.Differences {
		if i == mostDiffering {
			return append(all, fmt.Sprintf("          and %d more", len(near.Differences)-i))
		}
		all = append(all, "differs   "+visible.Text(visible.Path(d.Field))+": recorded "+visible.Text(d.Recorded)+", received "+visible.Text(d.Received))
	}
	return all
}

// boundLines say which values stand for pseudonyms.
func boundLines(m *report.Miss) (all []string) {
	for i, b := range m.Bound {
		if i == mostDiffering {
			return append(all, fmt.Sprintf("          and %d more", len(m.Bound)-i))
		}
		all = append(all, "bound     "+visible.Text(b.Pseudonym)+" = "+visible.Text(b.Value))
	}
	return all
}
