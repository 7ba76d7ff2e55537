package display_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// What was sent is shown as what was recorded with the differences that are told, and nothing
// else of it.
func TestMissed(t *testing.T) {
	for _, test := range []struct{ body, field, received, want string }{
		{`{"a":1,"b":{"c":[1,2]},"d":3}`, "body.$['b']", `"x"`, "{\n  \"a\": 1,\n  \"b\": \"x\",\n  \"d\": 3\n}"},
		{`{"a":1,"b":{"c":[1,2]},"d":3}`, "body.$['b']", "(absent)", "{\n  \"a\": 1,\n  \"d\": 3\n}"},
		{`{"a":1,"b":{"c":[1,2]}}`, "body.$['b']['c'][1]", `{"x":1}`, "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      1,\n      {\"x\":1}\n    ]\n  }\n}"},
		{`{"a":1}`, "body.$['z']", "(hidden)", "{\n  \"z\": (hidden),\n  \"a\": 1\n}"},
		{`{"a":1}`, "body.$", "[]", "[]"},
		{`{"a":1}`, "query.$top", `"3"`, "{\n  \"a\": 1\n}"},
		{"a=1&b=2", "form.b", `"3"`, `form.b: "3"`},
		{"text", "body", "(hidden)", "body: (hidden)"},
	} {
		i := &cassette.Interaction{}
		i.Request.Method, i.Request.URL, i.Request.Body = "POST", "https://graph.microsoft.com/v1.0/x", test.body
		i.Request.Headers = map[string][]string{"Prefer": {"a"}, "If-Match": {"b"}}
		miss := &match.MissError{Method: "POST", URL: "https://graph.microsoft.com/v1.0/x?$skiptoken=secret", Nearest: []match.Candidate{{
			Cassette: &cassette.Cassette{}, Interaction: i,
			Differences: []match.Difference{{Field: test.field, Received: test.received}, {Field: "header.Prefer", Received: "\"c\""}, {Field: "header.If-Match", Received: "(absent)"}},
		}}}
		sent := display.Missed(miss).Sent
		if sent.Request.Body != test.want {
			t.Errorf("%s %s: %s\nwant %s", test.body, test.field, sent.Request.Body, test.want)
		}
		if diff := cmp.Diff(map[string][]string{"Prefer": {"c"}}, sent.Request.Header); diff != "" || sent.URL != "https://graph.microsoft.com/v1.0/x?$skiptoken=(hidden)" {
			t.Error(sent.URL, diff)
		}
		if i.Request.Headers.Get("Prefer") != "a" {
			t.Error("the recorded request was changed")
		}
	}
}
