package draft_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
)

// A recording in which thousands of answers give ids that later requests use is drafted at a
// cost that grows with it: of twice as many exchanges no more than three times the memory.
func TestManyCaptures(t *testing.T) {
	text, small := draftedOfMany(t, 500)
	for _, want := range []string{"path: /groups/{group500}", "description: like {group250}", "cleanup:"} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft does not hold %q", want)
		}
	}
	if _, large := draftedOfMany(t, 1_000); large > 3*small {
		t.Errorf("%d MB for twice as many as took %d MB", large>>20, small>>20)
	}
}

// draftedOfMany drafts a scenario in which groups are made, changed and deleted, and returns
// how many bytes that allocated.
func draftedOfMany(t *testing.T, many int) (text string, allocated uint64) {
	t.Helper()
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
	}
	for n := range many {
		exchange("PATCH", "/groups/"+id(n), fmt.Sprintf(`{"description":"like %s"}`, id(n/2)), "", 204)
	}
	for n := range many {
		exchange("DELETE", "/groups/"+id(n), "", "", 204)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d, err := draft.Scenario(c)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return string(d.Text), after.TotalAlloc - before.TotalAlloc
}

// So is one in which one address is read thousands of times, whatever the answers say.
func TestManyReadsOfOneAddress(t *testing.T) {
	for _, body := range []string{`{"id":"x"}`, `{"id":"x","status":"running"}`} {
		allocated := func(many int) uint64 {
			c := &cassette.Cassette{Name: "many"}
			for n := range many {
				c.Interactions = append(c.Interactions, &cassette.Interaction{
					ID: n, Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me"}, Response: cassette.Response{Code: 200, Body: body},
				})
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := draft.Scenario(c); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		if small, large := allocated(400), allocated(800); large > 3*small {
			t.Errorf("%s: %d MB for twice as many as took %d MB", body, large>>20, small>>20)
		}
	}
}
