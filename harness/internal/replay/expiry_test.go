package replay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// A recording expires by its own lifetime, or by the rules'.
func TestExpired(t *testing.T) {
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
		synctest.Test(t, func(t *testing.T) { // where time stands still
			p := &project.Project{Rules: project.Rules{Expires: tc.rules}}
			got := ""
			for _, f := range Expired(p, &cassette.Cassette{Meta: cassette.Meta{RecordedAt: time.Now().Add(-tc.age), Expires: tc.own}}) {
				got += f.Severity.String()
			}
			if got != tc.want {
				t.Errorf("%+v: %q", tc, got)
			}
		})
	}
}
