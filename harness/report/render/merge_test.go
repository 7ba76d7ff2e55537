package render_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// A suite that was read back is told as before, in every kind of report.
func TestReadBack(t *testing.T) {
	want := sample()
	want.FailOn = report.Warning
	want.Shard = report.Shard{Number: 2, Of: 3, Selection: "0123456789ab"}
	for i := range want.Cases {
		want.Cases[i].Duration = want.Cases[i].Duration.Truncate(time.Millisecond)
		for j := range want.Cases[i].Findings {
			f := &want.Cases[i].Findings[j]
			f.Examples = nil // which JSON leaves out
			for _, text := range []*string{&f.Got, &f.Want, &f.Message, &f.Is, &f.Details} {
				*text = strings.ToValidUTF8(*text, "\ufffd") // as JSON has it
			}
		}
	}
	want.Finish()
	got, err := render.Read(strings.NewReader(rendered(t, "json", want)))
	if err != nil {
		t.Fatal(err)
	}
	got.Finish()
	for _, kind := range render.Kinds() {
		if diff := cmp.Diff(rendered(t, kind, want), rendered(t, kind, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":              "not a report in JSON",
		"[]":            "not a report in JSON",
		`{"version":2}`: "version 2: want 1",
		`{"version":1,"cases":[{"name":"a","status":"fine"}],"summary":{"cases":1}}`:  `case "a": unknown status "fine"`,
		`{"version":1,"summary":{"cases":3},"cases":[]}`:                              "holds 0 cases and says 3",
		`{"version":1,"summary":{"fail_on":"never"}}`:                                 `unknown severity "never"`,
		`{"version":1,"cases":[{"status":"passed","findings":[{"severity":"bad"}]}]}`: `unknown severity "bad"`,
	} {
		if _, err := render.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	suite := func(change func(*report.Suite)) *report.Suite {
		s := &report.Suite{Command: "replay", FailOn: report.Error, Shard: report.Shard{Number: 1, Of: 12, Selection: "a"}}
		change(s)
		return s
	}
	plain := func(s *report.Suite) { s.Shard = report.Shard{} }
	named := func(name string) func(*report.Suite) {
		return func(s *report.Suite) {
			plain(s)
			s.Cases = []report.Case{{Name: name, File: "f", Status: report.Passed}}
		}
	}
	for want, changes := range map[string][]func(*report.Suite){
		"there is no report to merge":                           {},
		"one is of replay, the other of lint":                   {plain, func(s *report.Suite) { s.Command = "lint" }},
		"one fails on error, the other on warning":              {plain, func(s *report.Suite) { s.FailOn = report.Warning }},
		"one is no shard, the other shard 1 of 12":              {plain, func(*report.Suite) {}},
		"s0 and s1 are not of one run":                          {func(*report.Suite) {}, func(s *report.Suite) { s.Shard.Selection = "b" }},
		"s0 is shard 13 of 12, and there is none":               {func(s *report.Suite) { s.Shard.Number = 13 }},
		"s0 and s1 are both shard 1 of 12":                      {func(*report.Suite) {}, func(*report.Suite) {}},
		"2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1 more are missing": {func(*report.Suite) {}},
		"x is in s0 and in s1":                                  {named("x"), named("x")},
	} {
		var sources []render.Source
		for i, change := range changes {
			sources = append(sources, render.Source{Name: fmt.Sprintf("s%d", i), Suite: suite(change)})
		}
		if _, err := render.Merge(sources); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	merged, err := render.Merge([]render.Source{{"a", suite(named("x"))}, {"b", suite(named("w"))}})
	if err != nil || len(merged.Cases) != 2 || merged.Cases[0].Name != "w" {
		t.Errorf("%+v, %v", merged, err)
	}
}
