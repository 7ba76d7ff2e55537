package scenario_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestLongPatterns: a pattern that would take hundreds of megabytes is refused.
func TestLongPatterns(t *testing.T) {
	text := "steps:\n  - request: {method: GET, path: /me}\n    expect: {body: {id: {pattern: '" + strings.Repeat("(a|b)*", 150_000) + "'}}}\n"
	testkit.Bounded(t, 0, func() {
		if _, err := scenario.Parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "a pattern of 900000 characters") {
			t.Errorf("%.300v", err)
		}
	})
}
