package project

import (
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A recording expires by its own lifetime, or by the rules'.
func TestExpired(t *testing.T) {
	recorded := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		own, rules, ci string
		age            time.Duration
		want           string
	}{
		{own: "30d", age: 30*24*time.Hour - 1},
		{own: "30d", age: 30 * 24 * time.Hour, want: "warning"},
		{own: "30d", age: 31 * 24 * time.Hour, ci: "true", want: "error"},
		{rules: "12h", age: 24 * time.Hour, want: "warning"},
		{own: "never", rules: "12h", age: 24 * time.Hour},
		{age: 1000 * time.Hour},
	} {
		t.Setenv("CI", tc.ci)
		p := &Project{Rules: Rules{Expires: tc.rules}, Now: func() time.Time { return recorded.Add(tc.age) }}
		got := ""
		for _, f := range p.Expired(&cassette.Cassette{Meta: cassette.Meta{RecordedAt: recorded, Expires: tc.own}}) {
			got += f.Severity.String()
		}
		if got != tc.want {
			t.Errorf("%+v: %q", tc, got)
		}
	}
}
