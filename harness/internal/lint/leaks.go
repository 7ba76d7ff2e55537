package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/report"
)

// mostLeaks is how many leaks of one rule are findings of a file; more are counted.
const mostLeaks = 3

// checkCassette checks that a cassette loads and what would leak if it were
// published. A recording of another tool is read as what it is.
func (l *linter) checkCassette(file string) {
	c, err := l.project.Cassette(file)
	if err != nil {
		if format, entries := foreignEntries(file); format != nil {
			l.reportForeign(file, format, entries)
			return
		}
		l.add(file, project.Findings(project.RuleCassetteLoad, file, err)...)
		return
	}
	l.add(file, replay.Expired(l.project, c)...)
	hint := "graphvcr redact " + file
	if c.Meta.Origin == cassette.Docs {
		hint += "; where it says origin: docs, that is for secrets alone: domains of somebody's own make it no documentation, and with origin: recorded all is replaced"
	}
	l.leaksIn(c, file, hint)
}

// leaksIn reports what a recording gives away.
func (l *linter) leaksIn(c *cassette.Cassette, file, hint string) {
	leaks, err := redact.Leaks(c, l.project.Rules.Redact)
	if err != nil {
		l.add(file, project.Findings(ruleCassetteLeaks, file, err)...)
		return
	}
	for n := range leaks { // one that has no line gets its interaction's
		leak := &leaks[n]
		if leak.Line == 0 && leak.Interaction >= 0 && leak.Interaction < len(c.Interactions) && !strings.HasPrefix(leak.Part, "vars") {
			leak.Line = c.Interactions[leak.Interaction].Line
		}
	}
	l.addLeaks(file, hint, leaks)
}

// foreignEntries are those of a recording in YAML that is no cassette, and its format; nil where
// it is none that can be read, or is empty.
func foreignEntries(file string) (*importer.Format, []*importer.Entry) {
	for _, format := range importer.Formats() {
		if !format.IsYAML() {
			continue
		}
		if entries, err := format.Entries(file); err == nil && slices.ContainsFunc(entries, func(e *importer.Entry) bool { return e.Fault == nil }) {
			return format, entries
		}
	}
	return nil, nil
}

func (c cases) addLeaks(file, hint string, leaks []redact.Leak) {
	more := map[redact.ID]int{}
	var order []redact.ID
	for _, leak := range leaks {
		if more[leak.Rule]++; more[leak.Rule] == 1 {
			order = append(order, leak.Rule)
		}
		if more[leak.Rule] <= mostLeaks {
			c.add(file, leakFinding(file, hint, leak))
		}
	}
	for _, rule := range order {
		if n := more[rule] - mostLeaks; n > 0 {
			c.add(file, report.Finding{
				Rule: leakRule(rule), Severity: report.Note, Place: report.Place{File: file},
				Message: fmt.Sprintf("%d more of %s", n, rule),
			})
		}
	}
}

// leakFinding reports a leak: a secret is an error, identity and content a warning,
// what merely looks random a note. It never holds the value.
func leakFinding(file, hint string, leak redact.Leak) report.Finding {
	f := report.Finding{
		Rule: leakRule(leak.Rule), Severity: report.Warning, Place: report.Place{File: file, Line: leak.Line},
		Interaction: &leak.Interaction, Value: report.Value{Where: leak.Path},
		Message: fmt.Sprintf("%s holds %s (%s)", leak.Part, leak.Rule, leak.Excerpt),
		Hint:    hint,
	}
	if leak.Interaction < 0 { // it is in none
		f.Interaction = nil
	}
	switch {
	case leak.Rule == redact.RandomValue:
		f.Severity, f.Hint = report.Note, ""
	case leak.Level == redact.Blocks:
		f.Severity = report.Error
	}
	return f
}
