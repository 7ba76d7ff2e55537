package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
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
	for _, doubt := range c.Doubts {
		at := fault.Find(doubt)
		l.add(file, report.Finding{
			Rule: ruleCassetteKey, Severity: report.Warning, Place: report.Place{File: file, Line: at.Line}, Interaction: at.Interaction,
			Message: at.Message, Hint: at.Hint,
		})
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
	likely, _ := importer.FormatOfFile(file) // one that cannot be read is of no format
	for _, format := range importer.Formats() {
		if !format.IsYAML() || likely != nil && format != likely {
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
	case leak.Rule.Class() == redact.Secret:
		f.Severity = report.Error
	}
	return f
}

// harChunk is how many bytes of bodies of an archive are looked at together.
const harChunk = 16 << 20

// checkHAR reports what an HTTP archive gives away, entries of any host included,
// and which of its entries cannot be read.
func (l *linter) checkHAR(file string) {
	h := harLint{linter: l, file: file}
	err := importer.ReadHAR(file, h.entry)
	if err == nil {
		err = h.flush()
	}
	l.add(file, report.Finding{
		Rule: ruleHARForeign, Severity: report.Warning, Place: report.Place{File: file},
		Message: "this is an HTTP archive, not a cassette",
		Hint:    "graphvcr import har " + file + " --out . makes a redacted cassette; keep archives out of what is published",
	})
	l.addLeaks(file, "", h.leaks)
	if err != nil {
		l.add(file, project.Findings(ruleHARLoad, file, err)...)
	}
}

// harLint gathers an archive's leaks, some entries at a time.
type harLint struct {
	*linter
	file    string
	entries []*importer.HAREntry
	size    int
	leaks   []redact.Leak // with the lines and the numbers of entries
}

func (h *harLint) entry(e *importer.HAREntry) error {
	h.reportFault(ruleHAREntry, h.file, &e.Entry)
	h.entries = append(h.entries, e)
	if h.size += len(e.Interaction.Request.Body) + len(e.Interaction.Response.Body); h.size < harChunk {
		return nil
	}
	return h.flush()
}

func (h *harLint) flush() error {
	c := &cassette.Cassette{Name: h.file, File: h.file}
	for _, e := range h.entries {
		c.Interactions = append(c.Interactions, e.Interaction)
	}
	leaks, err := redact.Leaks(c, h.project.Rules.Redact)
	if err != nil {
		return err
	}
	for _, leak := range leaks {
		e := h.entries[leak.Interaction]
		leak.Interaction, leak.Line = e.Number, e.Line(leak.Part)
		h.leaks = append(h.leaks, leak)
	}
	h.entries, h.size = nil, 0
	return nil
}

// checkForeign reports what a recording of another tool gives away, credentials and other
// hosts included, and which of its entries cannot be read.
func (l *linter) checkForeign(f file) {
	if f.format.Kind == importer.HAR {
		l.checkHAR(f.name)
		return
	}
	entries, err := f.format.Entries(f.name)
	if err != nil {
		l.add(f.name, project.Findings(ruleForeignLoad, f.name, err)...)
		return
	}
	l.reportForeign(f.name, f.format, entries)
}

func (l *linter) reportForeign(file string, format *importer.Format, entries []*importer.Entry) {
	l.add(file, report.Finding{
		Rule: ruleCassetteForeign, Severity: report.Warning, Place: report.Place{File: file},
		Message: "this is a recording of " + format.Tool + ", not a cassette",
		Hint:    "graphvcr import " + string(format.Kind) + " " + file + " --out . makes a redacted cassette; keep such recordings out of what is published",
	})
	c := &cassette.Cassette{Name: file, File: file}
	for _, e := range entries {
		l.reportFault(ruleForeignEntry, file, e)
		c.Interactions = append(c.Interactions, e.Interaction)
	}
	l.leaksIn(c, file, "")
}

// reportFault reports an entry that cannot be read.
func (l *linter) reportFault(rule report.Rule, file string, e *importer.Entry) {
	if e.Fault != nil {
		l.add(file, report.Finding{
			Rule: rule, Severity: report.Warning, Interaction: &e.Number,
			Place: report.Place{File: file, Line: e.FaultLine()}, Message: e.Fault.Error(),
		})
	}
}
