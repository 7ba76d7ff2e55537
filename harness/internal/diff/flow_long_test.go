package diff

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// TestPathPrefixes: the ways to an address of any length take no more than its length.
func TestPathPrefixes(t *testing.T) {
	prefixes := func(address string) []string {
		u, err := graphurl.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return pathPrefixes(u)
	}
	if got := prefixes("https://graph.microsoft.com/v1.0/users/1/messages"); len(got) < 3 || !strings.HasSuffix(got[len(got)-1], "/users/1/messages") || !strings.HasSuffix(got[len(got)-2], "/users/1") {
		t.Errorf("%q", got)
	}
	long := "https://graph.microsoft.com/v1.0/me" + strings.Repeat("/a", 100_000)
	testkit.Bounded(t, len(long), func() {
		if got := prefixes(long); len(got) != deepest || len(got[deepest-1]) < 200_000 {
			t.Errorf("%d prefixes", len(got))
		}
	})
}

// TestDeepExcerpts: what nobody reads is not indented, which takes the square of its depth.
func TestDeepExcerpts(t *testing.T) {
	deep := func(n int) *cassette.Interaction {
		return &cassette.Interaction{Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me"}, Response: cassette.Response{
			Code: 200, Body: strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n),
		}}
	}
	testkit.Bounded(t, 0, func() {
		if e := (&Example{Path: "$['a']"}).excerpt(deep(9000), report.Place{}); !strings.HasPrefix(e.Text, "GET ") {
			t.Errorf("%.100q", e.Text)
		}
	})
	if e := (&Example{Path: "$['a']"}).excerpt(deep(20), report.Place{}); !strings.Contains(e.Text, `"a": {`) {
		t.Errorf("%.100q", e.Text)
	}
}
