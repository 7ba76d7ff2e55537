package report_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/report"
)

type hinted struct{ text, hint string }

func (h hinted) Error() string { return h.text }
func (h hinted) Hint() string  { return h.hint }

func TestProblems(t *testing.T) {
	a, b, c := hinted{"a", "do a"}, errors.New("b"), hinted{"c", "do c"}
	for _, tc := range []struct {
		name string
		err  error
		want []string
	}{
		{"none", nil, nil},
		{"one", a, []string{"a|do a"}},
		{"wrapped", fmt.Errorf("load: %w", a), []string{"load: a|do a"}},
		{"joined", errors.Join(a, b, errors.Join(c)), []string{"a|do a", "b|", "c|do c"}},
		{"two wrapped in a sentence", fmt.Errorf("%w and %w", a, b), []string{"a and b|do a"}},
	} {
		var got []string
		for _, p := range report.Problems(tc.err) {
			got = append(got, p.Err.Error()+"|"+p.Hint)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}
