package record

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// runOf is what a run asks and is answered; the arguments differ from run to run.
func runOf(now, token, id, topic string) []*cassette.Interaction {
	exchange := func(method, url, body, answer string) *cassette.Interaction {
		return &cassette.Interaction{
			Request:  cassette.Request{Method: method, URL: "https://graph.microsoft.com/v1.0" + url, Body: body, Headers: map[string][]string{"Content-Type": {"application/json"}}},
			Response: cassette.Response{Code: 200, Body: answer},
		}
	}
	return []*cassette.Interaction{
		exchange("GET", "/me/calendarView?startDateTime="+now+"&endDateTime=2030-01-01", "", `{"value":[{"id":"a","seen":"`+now+`"},{"id":"b","seen":"`+now+`"}]}`),
		exchange("GET", "/users", "", fmt.Sprintf(`{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=%s"}`, token)),
		exchange("GET", "/users?$skiptoken="+token, "", `{"value":[]}`),
		exchange("POST", "/chats", `{"topic":"`+topic+`","kind":"group"}`, `{"id":"`+id+`"}`),
		exchange("GET", "/chats/"+id, "", `{"topic":"x"}`),
		exchange("POST", "/me/sendMail", `{"about":"chat `+id+`"}`, ""),
	}
}

func TestVolatile(t *testing.T) {
	first := runOf("2026-01-01T08:00:00Z", "m~AQ1", "19:11111111111111111111111111111111@thread.v2", "Run 1")
	second := runOf("2026-01-02T08:00:00Z", "m~AQ2", "19:22222222222222222222222222222222@thread.v2", "Run 2")
	second = append(second, second[4]) // polled once more
	off := redact.Rules{Identity: redact.Off}
	for name, tc := range map[string]struct {
		rules  project.Rules
		second []*cassette.Interaction
		want   []string
	}{
		"the same": {second: first},
		"another": {second: second, want: []string{
			"GET /v1.0/me/calendarView: not asked the same again: query.startDateTime | a replay will miss it; for rules.yaml:\nmatch:\n  - on: 'GET /v1.0/me/calendarView'\n    ignore: ['query.startDateTime']",
			"POST /v1.0/chats: not asked the same again: body.$['topic'] | a replay will miss it; for rules.yaml:\nmatch:\n  - on: 'POST /v1.0/chats'\n    ignore: ['body.$[''topic'']']",
			"GET /v1.0/me/calendarView: not answered the same again: $['value'][*]['seen'] | ",
			"GET /v1.0/users: not answered the same again: $['@odata.nextLink'] | ",
			"POST /v1.0/chats: not answered the same again: $['id'] | ",
		}},
		"ignored, and nothing bound": {
			rules: project.Rules{Redact: off, Match: match.Rules{Match: []match.Rule{
				{On: "GET */calendarView", Ignore: []string{"query.startDateTime"}}, {On: "POST /chats", Ignore: []string{"body.$.topic"}},
			}}},
			second: second, want: []string{
				"GET /v1.0/me/calendarView: not answered the same again: $['value'][*]['seen'] | ",
				"GET /v1.0/users: not answered the same again: $['@odata.nextLink'] | ",
				"POST /v1.0/chats: not answered the same again: $['id'] | ",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := volatile(tc.rules, first, tc.second)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.Message+" | "+f.Hint)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A proposed rule is one that rules.yaml takes, and it makes the runs agree.
func TestProposedRulesAreTaken(t *testing.T) {
	first, second := runOf("2026-01-01T08:00:00Z", "a", "b", "it's 1"), runOf("2026-01-02T08:00:00Z", "a", "b", "it's 2")
	found, err := volatile(project.Rules{}, first, second)
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	var rules project.Rules
	for _, f := range found {
		if f.Rule != ruleVolatileRequest {
			continue
		}
		rules.Match.Match = append(rules.Match.Match, rulesIn(t, f.Hint).Match.Match...)
	}
	found, err = volatile(rules, first, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Rule == ruleVolatileRequest {
			t.Errorf("still: %s", f.Message)
		}
	}
}

// rulesIn loads the rules that a hint proposes.
func rulesIn(t *testing.T, hint string) project.Rules {
	t.Helper()
	_, text, found := strings.Cut(hint, "\n")
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); !found || err != nil {
		t.Fatal(found, err)
	}
	rules, err := project.LoadRules(file)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rules
}
