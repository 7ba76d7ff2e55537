package render

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// jsonShown is what renderers show of a case beside its findings, in a shard's report, for
// those who put shards together.
type jsonShown struct {
	Commands  []report.Command     `json:",omitempty"`
	Exchanges []report.Exchange    `json:",omitempty"`
	Ordered   bool                 `json:",omitempty"`
	Missed    map[int]*report.Miss `json:",omitempty"` // by finding
}

func shownOf(c *report.Case) *jsonShown {
	shown := &jsonShown{Commands: c.Commands, Exchanges: c.Exchanges, Ordered: c.Ordered, Missed: map[int]*report.Miss{}}
	for i := range c.Findings {
		if missed := c.Findings[i].Missed; missed != nil {
			shown.Missed[i] = missed
		}
	}
	return shown
}

// largestReport bounds what Read takes: a report of 10,000 scenarios has some megabytes.
const largestReport = 512 << 20

// Read reads a suite that was rendered as JSON. It is as it was, but that durations are of
// milliseconds, that bytes which are no UTF-8 became U+FFFD, and that examples of changes are
// left out; only the report of a shard holds what was exchanged. Members that it does not
// know are passed over.
func Read(r io.Reader) (*report.Suite, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestReport+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestReport {
		return nil, fmt.Errorf("it is larger than %d MB", largestReport>>20)
	}
	var doc jsonSuite
	if err := jsondoc.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("it is not a report in JSON: %w", err)
	}
	if doc.Version != jsonVersion {
		return nil, fmt.Errorf("it is a report of version %d: want %d", doc.Version, jsonVersion)
	}
	s := &report.Suite{Command: doc.Summary.Command, FailOn: report.Error, Ordered: doc.Summary.Ordered, Noun: doc.Summary.Noun}
	if doc.Summary.FailOn != nil {
		s.FailOn = *doc.Summary.FailOn
	}
	if doc.Summary.Shard != nil {
		s.Shard = *doc.Summary.Shard
	}
	for i := range doc.Cases {
		c, err := doc.Cases[i].suite()
		if err != nil {
			return nil, fmt.Errorf("case %q: %w", doc.Cases[i].Name, err)
		}
		s.Cases = append(s.Cases, c)
	}
	if n := doc.Summary.Cases; n != len(s.Cases) {
		return nil, fmt.Errorf("it holds %d cases and says %d", len(s.Cases), n)
	}
	return s, nil
}

// suite is a case as it was.
func (in *jsonCase) suite() (report.Case, error) {
	c := report.Case{Name: in.Name, Label: in.Label, File: in.File, Status: in.Status, Duration: time.Duration(in.DurationMS) * time.Millisecond, Steps: in.Steps}
	if !slices.Contains([]report.Status{report.Passed, report.Failed, report.Errored, report.Skipped}, in.Status) {
		return c, fmt.Errorf("unknown status %q", in.Status)
	}
	for i := range in.Findings {
		c.Findings = append(c.Findings, in.Findings[i].finding())
	}
	if shown := in.Shown; shown != nil {
		c.Commands, c.Exchanges, c.Ordered = shown.Commands, shown.Exchanges, shown.Ordered
		for i, missed := range shown.Missed {
			if i >= 0 && i < len(c.Findings) {
				c.Findings[i].Missed = missed
			}
		}
	}
	return c, nil
}

func (in *jsonFinding) finding() report.Finding {
	f := report.Finding{
		ID: in.ID, Rule: in.Rule, Severity: in.Severity, Step: in.Step, Interaction: in.Interaction,
		Place: report.Place{File: in.File, Line: in.Line, Column: in.Column},
		Value: report.Value{Where: in.Where, Want: in.Want, Got: in.Got}, Message: in.Message, Hint: in.Hint,
	}
	f.Fingerprint = in.Fingerprint
	if p := in.Parts; p != nil {
		f.Message, f.Is, f.Remark, f.Details, f.Part = p.Message, p.Is, p.Remark, p.Details, p.Part
	}
	if in.Miss != nil {
		f.Missed = in.Miss.missed()
	}
	if in.Cassette != nil {
		f.Cassette = report.Place{File: in.Cassette.File, Line: in.Cassette.Line, Column: in.CassetteColumn}
	}
	return f
}

func (in *jsonMiss) missed() *report.Miss {
	m := &report.Miss{Sent: report.Exchange{Method: in.Method, URL: in.URL}, Verdict: in.Verdict}
	for _, near := range in.Nearest {
		e := report.Exchange{Interaction: near.Interaction, Place: near.Cassette, Method: near.Method, URL: near.URL}
		m.Nearest = append(m.Nearest, report.Near{Exchange: e, Differences: near.Differences})
	}
	return m
}

// A Source is a suite and where it was read from.
type Source struct {
	Name  string
	Suite *report.Suite
}

// Merge puts suites together. Shards have to be all shards of one run, each once; suites that
// are no shards have to be of one command, with no case in two of them. The result is finished.
func Merge(sources []Source) (*report.Suite, error) {
	if len(sources) == 0 {
		return nil, errors.New("there is no report to merge")
	}
	first := sources[0]
	merged := &report.Suite{Command: first.Suite.Command, FailOn: first.Suite.FailOn, Ordered: first.Suite.Ordered, Noun: first.Suite.Noun}
	for _, s := range sources[1:] {
		switch {
		case s.Suite.Command != first.Suite.Command:
			return nil, unlike(first, s, fmt.Sprintf("one is of %s, the other of %s", first.Suite.Command, s.Suite.Command))
		case s.Suite.FailOn != first.Suite.FailOn:
			return nil, unlike(first, s, fmt.Sprintf("one fails on %s, the other on %s", first.Suite.FailOn, s.Suite.FailOn))
		case s.Suite.Shard.Of != first.Suite.Shard.Of || s.Suite.Shard.Selection != first.Suite.Shard.Selection:
			return nil, unlike(first, s, fmt.Sprintf("one is %s, the other %s", first.Suite.Shard, s.Suite.Shard))
		}
	}
	if err := complete(sources); err != nil {
		return nil, err
	}
	in := map[[2]string]string{}
	for _, s := range sources {
		for i := range s.Suite.Cases {
			c := &s.Suite.Cases[i]
			about := [2]string{c.File, c.Name}
			if other, twice := in[about]; twice && other != s.Name {
				return nil, fmt.Errorf("%s is in %s and in %s", cmp.Or(c.Name, c.File), other, s.Name)
			}
			in[about] = s.Name
		}
		merged.Cases = append(merged.Cases, s.Suite.Cases...)
	}
	merged.Finish()
	return merged, nil
}

func unlike(a, b Source, why string) error {
	return &fault.Error{
		Message: fmt.Sprintf("%s and %s are not of one run: %s", a.Name, b.Name, why),
		Hint:    "merge the reports of one run: graphvcr replay --shard I/N --report json=FILE, for every I, with the same files and flags",
	}
}

// complete checks that every shard is there once.
func complete(sources []Source) error {
	of := sources[0].Suite.Shard.Of
	if of == 0 {
		return nil
	}
	from := make(map[int]string, of)
	for _, s := range sources {
		n := s.Suite.Shard.Number
		switch other, twice := from[n]; {
		case n < 1 || n > of:
			return fmt.Errorf("%s is %s, and there is none", s.Name, s.Suite.Shard)
		case twice:
			return fmt.Errorf("%s and %s are both %s", other, s.Name, s.Suite.Shard)
		}
		from[n] = s.Name
	}
	if len(from) == of {
		return nil
	}
	var missing []string
	for n := 1; n <= of && len(missing) < 10; n++ {
		if from[n] == "" {
			missing = append(missing, fmt.Sprint(n))
		}
	}
	text := strings.Join(missing, ", ")
	if more := of - len(from) - len(missing); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return &fault.Error{
		Message: fmt.Sprintf("of %d shards %s %s missing", of, text, either(of-len(from), "is", "are")),
		Hint:    "a job that ended without its report has not passed",
	}
}
