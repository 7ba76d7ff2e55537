package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
)

// words are what a page calls what a command found.
type words struct {
	command string
	changes bool // findings are changes, which nobody wanted
	order   []string
	groups  map[string]string // by class: the names of the groups
}

func wordsOf(command string) *words {
	names := func(all ...string) *words {
		w := &words{command: command, order: []string{"errored", "error", "warning", "note", "passed", "skipped"}, groups: map[string]string{}}
		for n, class := range w.order {
			w.groups[class] = all[n]
		}
		return w
	}
	switch command {
	case "diff", "drift", "history":
		w := names("Could not be compared", "Breaking", "Look at", "Harmless", "Unchanged", "Skipped")
		w.changes = true
		return w
	case "whatif":
		return names("Could not be run", "Breaks the client", "Warnings", "Notes", "Does no harm", "Not tried")
	case "lint":
		return names("Could not be run", "Errors", "Warnings", "Notes", "Clean", "Skipped")
	}
	return names("Could not be run", "Errors", "Warnings", "Notes", "Passed", "Skipped")
}

// compares reports whether a page is of two recordings, and no history of them.
func (w *words) compares() bool { return w.command == "diff" || w.command == "drift" }

// headline says in a line what came of it; the span of class bad is what fails.
func (w *words) headline(s *report.Suite) []htmlSpan {
	sum := s.Summary()
	var bad, rest []string
	noun := noun(s)
	switch {
	case s.Command == "view":
		return viewHeadline(s)
	case s.Command == "whatif":
		tried := sum.Cases() - sum.Skipped
		if sum.Failed == 0 {
			rest = append(rest, fmt.Sprintf("None of %s breaks the client", fault.Count(tried, "change")))
		} else {
			bad = append(bad, fmt.Sprintf("%d of %s %s the client", sum.Failed, fault.Count(tried, "change"), either(sum.Failed, "breaks", "break")))
		}
	case w.changes:
		bad = plus(bad, sum.Errors-sum.Errored, "breaking change")
		rest = plusWord(rest, sum.Warnings, "to look at")
		rest = plusWord(rest, sum.Notes, "harmless")
		if len(bad)+len(rest)+sum.Errored == 0 {
			rest = append(rest, fmt.Sprintf("Nothing changed in %s", fault.Count(sum.Cases(), noun)))
		}
		bad = plusWord(bad, sum.Errored, "could not be compared")
	default:
		bad = plusWord(bad, sum.Failed, "of "+fault.Count(sum.Cases(), noun)+" failed")
		bad = plusWord(bad, sum.Errored, "could not be run")
		if len(bad) == 0 {
			rest = append(rest, either(sum.Passed, "", "All ")+fault.Count(sum.Passed, noun)+" passed")
		}
		rest = plus(plus(rest, sum.Warnings, "warning"), sum.Notes, "note")
	}
	rest = plusWord(rest, sum.Skipped, map[bool]string{true: "not tried", false: "skipped"}[s.Command == "whatif"])
	spans := []htmlSpan{{"bad", strings.Join(bad, ", ")}, {"", strings.Join(rest, ", ")}}
	if len(bad) > 0 && len(rest) > 0 {
		spans[1].Text = ", " + spans[1].Text
	}
	return slices.DeleteFunc(spans, func(s htmlSpan) bool { return s.Text == "" })
}

// either is a word for one, or for so many.
func either(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func plus(list []string, n int, noun string) []string {
	if n > 0 {
		list = append(list, fault.Count(n, noun))
	}
	return list
}

func plusWord(list []string, n int, word string) []string {
	if n > 0 {
		list = append(list, fmt.Sprintf("%d %s", n, word))
	}
	return list
}

func viewHeadline(s *report.Suite) []htmlSpan {
	n := 0
	for i := range s.Cases {
		n += len(s.Cases[i].Exchanges)
	}
	name := fault.Count(len(s.Cases), "cassette")
	if len(s.Cases) == 1 {
		name = visible.Text(s.Cases[0].Name)
	}
	return []htmlSpan{{"", name + ": " + fault.Count(n, "interaction")}}
}

// item is a finding in the list: what it is, what it is about, and where.
func (w *words) item(c *report.Case, f *report.Finding) htmlItem {
	if w.changes && f.Fingerprint != "" {
		item := htmlItem{Label: title(f.Rule), Text: visible.Text(subject(f.Where)), Small: visible.Text(f.Part)}
		switch shown := visible.Text(f.Want) + " → " + visible.Text(f.Got); {
		case f.Where == "status":
			item.Text = shown
		case item.Small != "" && !isPresence(f.Want) && !isPresence(f.Got):
			item.Small += " · " + visible.Clip(shown, 90)
		}
		if item.Text == "" {
			item.Text = visible.Text(f.Message)
		}
		return item
	}
	text, _, _ := strings.Cut(headline(f), "\n")
	item := htmlItem{Text: visible.Clip(visible.Text(text), 160), Small: visible.Text(f.Step)}
	if f.Missed != nil {
		item.Label, item.Text = "No answer", visible.Clip(visible.Text(f.Missed.Sent.Method+" "+f.Missed.Sent.Target()), 160)
	}
	if w.command == "whatif" {
		item.Label, item.Text, _ = strings.Cut(visible.Text(c.Name), ": ")
		item.Small = visible.Clip(visible.Text(f.Message), 100)
	}
	return item
}

// isPresence reports whether a value only says that something is there or is not.
func isPresence(value string) bool {
	return slices.Contains([]string{"", "there", "none", "declared"}, value)
}

// title is a rule's id as words: "Property lost" of drift.property.lost.
func title(rule report.Rule) string {
	text := strings.ReplaceAll(rule.Name(), ".", " ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// subject is the end of a place: the member's name, the header's.
func subject(where string) string {
	if strings.HasSuffix(where, "']") {
		if at := strings.LastIndex(where, "['"); at >= 0 {
			return where[at+2 : len(where)-2]
		}
	}
	if name, isHeader := strings.CutPrefix(where, "header."); isHeader {
		return name
	}
	return strings.TrimPrefix(where, "microsoft.graph.")
}

// subjectOf parts the items of a single case that are changes of metadata: by the type, and
// types by what became of them and their namespace.
func subjectOf(item htmlItem, w *words) string {
	if !w.changes || item.Small != "" {
		return ""
	}
	if owner, _, found := strings.Cut(item.Text, "/"); found && owner != "" {
		return owner
	}
	if at := strings.LastIndexByte(item.Text, '.'); at > 0 && !strings.Contains(item.Text, "(") {
		return item.Label + " in " + item.Text[:at]
	}
	return item.Label
}

// passed is what is said of a case without findings.
func (w *words) passed(c *report.Case) string {
	var steps, file string
	if c.Steps > 0 {
		steps = fault.Count(c.Steps, map[bool]string{true: "request", false: "step"}[w.changes])
	}
	if c.File != c.Name {
		file = visible.Text(c.File)
	}
	return dotted(steps, file)
}

// dotted sets facts beside one another, without those that are empty.
func dotted(facts ...string) string {
	return strings.Join(slices.DeleteFunc(facts, func(fact string) bool { return fact == "" }), " · ")
}
