package match

import (
	"strings"
	"testing"
)

func TestRulesValidate(t *testing.T) {
	tests := []struct {
		name  string
		rules Rules
		want  string // part of the error, "" for none
	}{
		{"default", Rules{}, ""},
		{"all there is", Rules{Order: OrderStrict, Bind: BindOff, Match: []Rule{{On: "GET */calendarView", Ignore: []string{"query.startDateTime", "query.$top", "header.Prefer", "header.X-Any", "body.$.a['b']", "body.a.b"}, Repeat: RepeatCycle}, {On: "* *", Repeat: RepeatNever}}}, ""},
		{"no path", Rules{Match: []Rule{{On: "GET"}}}, "needs a method and a path"},
		{"nothing", Rules{Match: []Rule{{On: "* *"}, {}}}, `match rule 2 (on "")`},
		{"place", Rules{Match: []Rule{{On: "* *", Ignore: []string{"cookie.a"}}}}, "must be query.NAME, header.NAME or body.JSONPATH"},
		{"no name", Rules{Match: []Rule{{On: "* *", Ignore: []string{"query"}}}}, `ignore "query"`},
		{"a long path", Rules{Match: []Rule{{On: "GET " + strings.Repeat("*", 4<<20)}}}, ""},
		{"json path", Rules{Match: []Rule{{On: "* *", Ignore: []string{"body.$[?"}}}}, `ignore "body.$[?"`},
	}
	for _, test := range tests {
		err := test.rules.Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if _, errIndex := NewIndex(test.rules); (errIndex == nil) != (err == nil) {
			t.Errorf("%s: NewIndex and Validate disagree: %v", test.name, errIndex)
		}
	}
}

func TestIgnore(t *testing.T) {
	tests := []struct {
		name, on, ignore string
		one, two         string
		same             bool
	}{
		{"option", "GET */calendarView", "query.startDateTime", "GET /me/calendarView?startDateTime=1&x=1", "GET /me/calendarView?startDateTime=2&x=1", true},
		{"option that only one has", "GET */calendarView", "query.startDateTime", "GET /me/calendarView?x=1", "GET /me/calendarView?startDateTime=2&x=1", true},
		{"system option, any spelling", "GET /me/messages", "query.TOP", "GET /me/messages?$top=1", "GET /me/messages?top=2", true},
		{"another option", "GET */calendarView", "query.startDateTime", "GET /me/calendarView?x=1", "GET /me/calendarView?x=2", false},
		{"another path", "GET */calendarView", "query.startDateTime", "GET /me/events?startDateTime=1", "GET /me/events?startDateTime=2", false},
		{"another method", "POST */calendarView", "query.startDateTime", "GET /me/calendarView?startDateTime=1", "GET /me/calendarView?startDateTime=2", false},
		{"any method", "* /v1.0/me/*", "query.x", "DELETE /me/a/b?x=1", "DELETE /me/a/b?x=2", true},
		{"version", "GET /v1.0/users/1", "query.x", "GET /users/1?x=1", "GET /users/1?x=2", true},
		{"template", "GET /v1.0/chats/{chat-id}", "query.x", "GET /chats/19:0123456789abcdef0123456789abcdef@thread.v2?x=1", "GET /chats/19:0123456789abcdef0123456789abcdef@thread.v2?x=2", true},
		{"header", "GET *", "header.prefer", "GET /me Prefer: a |", "GET /me", true},
		{"content type", "POST *", "header.Content-Type", `POST /me Content-Type: application/json | {"a":1}`, `POST /me Content-Type: application/vnd.x+json | {"a":1}`, true},
		{"member", "POST *", "body.$.a.id", `POST /me {"a":{"id":1},"b":2}`, `POST /me {"a":{"id":2},"b":2}`, true},
		{"member that only one has", "POST *", "body.a.id", `POST /me {"a":{"id":1},"b":2}`, `POST /me {"a":{},"b":2}`, true},
		{"members anywhere", "POST *", "body.$..transactionId", `POST /me {"a":[{"transactionId":1},{"transactionId":2}]}`, `POST /me {"a":[{},{"transactionId":3}]}`, true},
		{"element", "POST *", "body.$[1]", `POST /me [1,2,3]`, `POST /me [1,9,3]`, true},
		{"another element", "POST *", "body.$[1]", `POST /me [1,2,3]`, `POST /me [1,2,4]`, false},
		{"the whole of it", "POST *", "body.$.*", `POST /me {"a":1}`, `POST /me {"b":1}`, true},
		{"part of a batch", "POST */$batch", "body.requests[*].body.x", `POST /$batch {"requests":[{"id":"1","method":"POST","url":"/a","body":{"x":1,"y":1}}]}`, `POST /$batch {"requests":[{"id":"2","method":"POST","url":"/a","body":{"x":2,"y":1}}]}`, true},
	}
	for _, test := range tests {
		rules := Rules{Match: []Rule{{On: test.on, Ignore: []string{test.ignore}}}}
		one, two := parseMessage(t, test.one).key(t, rules), parseMessage(t, test.two).key(t, rules)
		if (one == two) != test.same {
			t.Errorf("%s: same %v, want %v\n%+v\n%+v", test.name, one == two, test.same, one, two)
		}
		recording := parseRecording(t, test.one+" => 200 yes")
		if got := ask(t, newIndex(t, rules, recording).NewSession(), test.two); (got == "yes") != test.same {
			t.Errorf("%s: answered %s", test.name, got)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		glob, text string
		want       bool
	}{
		{"*", "", true}, {"*", "/a/b", true}, {"/a", "/a", true}, {"/a", "/a/b", false}, {"/a*", "/a/b", true},
		{"*/b", "/a/b", true}, {"*/b", "/b", true}, {"*/b", "/bb", false}, {"/a/*/c", "/a/b/b/c", true}, {"/a/*/c", "/a/c", false},
		{"*a*a*", "aa", true}, {"*a*a*", "a", false}, {"a*a", "a", false}, {"**", "x", true}, {"", "", true}, {"", "a", false}, {"*ab", "aab", true}, {"*ab*ab", "ab", false},
		{strings.Repeat("*", 4<<20) + "b", "/a/b", true}, {"/a" + strings.Repeat("*a", 1<<20), "/a/b", false},
	} {
		if got := globMatches(test.glob, test.text); got != test.want {
			t.Errorf("%.80q on %q: %v", test.glob, test.text, got)
		}
	}
}
