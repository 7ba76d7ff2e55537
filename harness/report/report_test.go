package report_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/graphvcr/graphvcr/harness/report"
)

func TestExitCode(t *testing.T) {
	suite := func(status report.Status, severities ...report.Severity) *report.Suite {
		c := report.Case{Name: "x", Status: status}
		for _, s := range severities {
			c.Findings = append(c.Findings, report.Finding{Rule: "r", Severity: s})
		}
		return &report.Suite{Cases: []report.Case{{Name: "fine"}, c}}
	}
	for _, tc := range []struct {
		name                 string
		s                    *report.Suite
		onError, onWarn, onN int
	}{
		{"nothing", &report.Suite{}, 0, 0, 0},
		{"clean", suite(""), 0, 0, 0},
		{"note", suite("", report.Note), 0, 0, 0},
		{"warning", suite("", report.Note, report.Warning), 0, 1, 1},
		{"error", suite("", report.Error), 1, 1, 1},
		{"failed without findings", suite(report.Failed), 1, 1, 1},
		{"could not be run", suite(report.Errored), 2, 2, 2},
		{"skipped", suite(report.Skipped), 0, 0, 0},
	} {
		for failOn, want := range map[report.Severity]int{report.Error: tc.onError, report.Warning: tc.onWarn, report.Note: tc.onN} {
			s := *tc.s
			s.FailOn = max(failOn, report.Warning)
			s.Finish()
			if got := s.ExitCode(failOn); got != want {
				t.Errorf("%s, fail on %v: exit %d, want %d", tc.name, failOn, got, want)
			}
			if sum := s.Summary(); (sum.Failed > 0) != (want == 1) {
				t.Errorf("%s, fail on %v: exit %d, but %d failed", tc.name, failOn, want, sum.Failed)
			}
		}
	}
}

func TestIDs(t *testing.T) {
	id := func(change func(c *report.Case, f *report.Finding)) string {
		f := report.Finding{Rule: "expect.equals", Step: "wait", Value: report.Value{Where: "$['status']", Want: "1", Got: "2"}, Place: report.Place{File: "a.yaml", Line: 3}}
		c := report.Case{Name: "n", File: "scenarios/a.yaml"}
		change(&c, &f)
		c.Findings = append(c.Findings, f)
		s := report.Suite{Cases: []report.Case{c}}
		s.Finish()
		return s.Cases[0].Findings[len(c.Findings)-1].ID
	}
	base := id(func(*report.Case, *report.Finding) {})
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(base) {
		t.Errorf("id %q", base)
	}
	same := map[string]func(*report.Case, *report.Finding){
		"line":   func(_ *report.Case, f *report.Finding) { f.Line = 90 },
		"values": func(_ *report.Case, f *report.Finding) { f.Got = "3"; f.Message = "other words" },
		"folder": func(c *report.Case, _ *report.Finding) { c.File = "../../scenarios/a.yaml" },
	}
	for name, change := range same {
		if got := id(change); got != base {
			t.Errorf("%s changes the id", name)
		}
	}
	other := map[string]func(*report.Case, *report.Finding){
		"rule":  func(_ *report.Case, f *report.Finding) { f.Rule = "expect.type" },
		"step":  func(_ *report.Case, f *report.Finding) { f.Step = "" },
		"where": func(_ *report.Case, f *report.Finding) { f.Where = "$['id']" },
		"case":  func(c *report.Case, _ *report.Finding) { c.Name = "m" },
		"file":  func(c *report.Case, _ *report.Finding) { c.File = "scenarios/b.yaml" },
		"second of its kind": func(c *report.Case, f *report.Finding) {
			first := *f
			first.Line = 1
			c.Findings = append(c.Findings, first)
		},
	}
	for name, change := range other {
		if got := id(change); got == base {
			t.Errorf("%s does not change the id", name)
		}
	}
}

func TestSeverityNames(t *testing.T) {
	for _, s := range []report.Severity{report.Note, report.Warning, report.Error} {
		text, err := s.MarshalText()
		var got report.Severity
		if err := errors.Join(err, got.UnmarshalText(text)); err != nil || got != s {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	if err := new(report.Severity).UnmarshalText([]byte("fatal")); err == nil {
		t.Error("fatal is no severity")
	}
}

// Findings of one line stand in the order of their places, elements by number.
func TestFindingsInOrder(t *testing.T) {
	want := []string{"", "$", "$.value[0].a", "$.value[0].b", "$.value[2].a", "$.value[10]", "$.value[10].a", "$.value[10].b", "$.x01y", "$.x1y", "$.x1z"}
	c := report.Case{}
	for _, n := range rand.New(rand.NewPCG(1, 2)).Perm(len(want)) {
		c.Findings = append(c.Findings, report.Finding{Rule: "expect.equals", Value: report.Value{Where: want[n]}})
	}
	s := report.Suite{Cases: []report.Case{c}}
	s.Finish()
	var got []string
	for _, f := range s.Cases[0].Findings {
		got = append(got, f.Where)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
