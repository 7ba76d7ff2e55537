package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

func TestCompare(t *testing.T) {
	asked := func(method, url, body string) *cassette.Interaction {
		return &cassette.Interaction{Request: cassette.Request{
			Method: method, URL: "https://graph.microsoft.com/v1.0" + url, Body: body,
			Headers: map[string][]string{"Content-Type": {"application/json"}},
		}}
	}
	named := func(method, url, hole string) *cassette.Interaction {
		i := asked(method, url, "")
		i.Holes = []cassette.Hole{{Place: hole, Kind: cassette.HoleName}}
		return i
	}
	view := "/users/11111111-0000-4000-8000-000000000000/calendarView?startDateTime="
	for name, tc := range map[string]struct {
		rules         Rules
		first, second *cassette.Interaction
		on            string
		fields        []string
		bindable      bool
	}{
		"the same":        {first: asked("GET", "/me?$select=id,mail", ""), second: asked("GET", "/me?$select=mail,id", ""), on: "GET /v1.0/me"},
		"an option":       {first: asked("GET", view+"2026-01-01", ""), second: asked("GET", view+"2026-01-02", ""), on: "GET /v1.0/users/*/calendarView", fields: []string{"query.startDateTime"}},
		"ignored":         {rules: Rules{Match: []Rule{{On: "GET */calendarView", Ignore: []string{"query.startDateTime"}}}}, first: asked("GET", view+"2026-01-01", ""), second: asked("GET", view+"2026-01-02", ""), on: "GET /v1.0/users/*/calendarView"},
		"a member":        {first: asked("POST", "/chats", `{"topic":"a","n":1}`), second: asked("POST", "/chats", `{"n":1,"topic":"b"}`), on: "POST /v1.0/chats", fields: []string{"body.$['topic']"}},
		"a name":          {first: named("GET", "/users?$filter=displayName%20eq%20'Name%201%20vvky'", "query.$filter#0"), second: named("GET", "/users?$filter=displayName%20eq%20'Name%202%20tgqv'", "query.$filter#0"), on: "GET /v1.0/users", fields: []string{"query.$filter"}, bindable: true},
		"an id in a link": {first: asked("POST", "/a", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/11111111-0000-4000-8000-000000000000/x/b%21eyJh"}`), second: asked("POST", "/a", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/22222222-0000-4000-8000-000000000000/x/b%21eyJh"}`), on: "POST /v1.0/a", fields: []string{"body.$['@odata.id']"}, bindable: true},
		"an id in path":   {first: asked("GET", "/users/11111111-0000-4000-8000-000000000000", ""), second: asked("GET", "/users/22222222-0000-4000-8000-000000000000", ""), on: "GET /v1.0/users/*", fields: []string{"path[2]"}, bindable: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.rules.Compare(tc.first, tc.second)
			if err != nil {
				t.Fatal(err)
			}
			var fields []string
			for _, d := range got.Differences {
				fields = append(fields, d.Field)
			}
			if diff := cmp.Diff(tc.fields, fields); diff != "" || got.On != tc.on || got.Bindable != tc.bindable {
				t.Errorf("on %q, bindable %v %s", got.On, got.Bindable, diff)
			}
		})
	}
	if _, err := (Rules{Match: []Rule{{On: "GET"}}}).Compare(asked("GET", "/me", ""), asked("GET", "/me", "")); err == nil {
		t.Error("bad rules were accepted")
	}
}
