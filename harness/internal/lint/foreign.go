package lint

import (
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

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
