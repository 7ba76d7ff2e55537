package draft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A recording in which thousands of answers give ids that later requests use is drafted in
// time that grows with it.
func TestManyCaptures(t *testing.T) {
	const many = 2_000
	id := func(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", n*7919, n) }
	c := &cassette.Cassette{Name: "many"}
	exchange := func(method, path, sent, body string, code int) {
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID: len(c.Interactions), Request: cassette.Request{Method: method, URL: "https://graph.microsoft.com/v1.0" + path, Body: sent},
			Response: cassette.Response{Code: code, Body: body},
		})
	}
	for n := range many {
		exchange("POST", "/groups", "", fmt.Sprintf(`{"id":%q}`, id(n)), 201)
		exchange("PATCH", "/groups/"+id(n), fmt.Sprintf(`{"description":"like %s"}`, id(n/2)), "", 204)
	}
	for n := range many {
		exchange("DELETE", "/groups/"+id(n), "", "", 204)
	}
	var text string
	testkit.Bounded(t, len(c.Interactions)*200, func() {
		d, err := draft.Scenario(c)
		if err != nil {
			t.Fatal(err)
		}
		text = string(d.Text)
	})
	for _, want := range []string{"path: /groups/{group2000}", "description: like {group1000}", "cleanup:"} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft does not hold %q", want)
		}
	}
}
