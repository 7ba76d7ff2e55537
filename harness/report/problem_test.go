package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

func TestProblems(t *testing.T) {
	a, b := &fault.Error{Message: "a", Hint: "do a"}, errors.New("b")
	placed := &fault.Error{Place: fault.Place{File: "f", Line: 3}, Message: "c", Hint: "do c"}
	loading := fault.Load("x.yaml", 4, 2, "d", "")
	second := 2
	for _, tc := range []struct {
		name string
		err  error
		want []report.Problem
	}{
		{"none", nil, nil},
		{"one", a, []report.Problem{{Err: a, Message: "a", Hint: "do a"}}},
		{"joined", errors.Join(a, b, errors.Join(placed)), []report.Problem{
			{Err: a, Message: "a", Hint: "do a"},
			{Err: b, Message: "b"},
			{Err: placed, Place: report.Place{File: "f", Line: 3}, Message: "c", Hint: "do c"},
		}},
		{"a cassette", loading, []report.Problem{
			{Err: loading, Cassette: report.Place{File: "x.yaml", Line: 4}, Interaction: &second, Message: "load x.yaml: line 4: interaction 2: d"},
		}},
	} {
		same := cmp.Comparer(func(x, y error) bool { return x == y })
		if diff := cmp.Diff(tc.want, report.Problems(tc.err), same); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
	for text, err := range map[string]error{"load: a": fmt.Errorf("load: %w", a), "a and b": fmt.Errorf("%w and %w", a, b)} {
		if p := report.Problems(err); len(p) != 1 || p[0].Message != text || p[0].Hint != "do a" {
			t.Errorf("%v: got %+v", err, p)
		}
	}
}

// An error of any package tells where the fault is and what to do about it.
func ExampleProblems() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "x.yaml")
	if err := os.WriteFile(file, []byte("---\nversion: 1\ninteractions: []\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	_, err = cassette.Load(file)
	for _, p := range report.Problems(err) {
		fmt.Println("line", p.Cassette.Line)
		fmt.Println("hint:", p.Hint)
	}
	// Output:
	// line 2
	// hint: record it again, or convert it with a release of go-vcr that reads it
}
