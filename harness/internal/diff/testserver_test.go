package diff_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// on is a recording as another recorder stores it, of a stand-in that listens there.
func on(recording *cassette.Cassette, origin string) *cassette.Cassette {
	moved := *recording
	moved.Interactions = nil
	here := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, graph, origin), "https://contoso-my.sharepoint.com", origin+"0")
	}
	for _, i := range recording.Interactions {
		clone := *i
		clone.Request.URL, clone.Request.Body, clone.Response.Body = here(i.Request.URL), here(i.Request.Body), here(i.Response.Body)
		clone.Response.Headers = i.Response.Headers.Clone()
		for _, values := range clone.Response.Headers {
			for n := range values {
				values[n] = here(values[n])
			}
		}
		moved.Interactions = append(moved.Interactions, &clone)
	}
	return &moved
}

// TestStandInsOnPorts compares services that are told apart by their ports only, and one
// that has Graph's name.
func TestStandInsOnPorts(t *testing.T) {
	for _, origins := range [][2]string{
		{"http://127.0.0.1:4000", "http://localhost:5123"}, {"http://[::1]:4000", graph}, {"https://stand-in.example", "http://127.0.0.1:4000"},
	} {
		old, now := record(t, first, tour), record(t, second, tour)
		if changes := compare(t, on(old, origins[0]), on(now, origins[1])); len(changes) > 0 {
			t.Errorf("%v: the service did not change, but:\n%s", origins, list(changes))
		}
		changed := code("GET https://graph.microsoft.com/v1.0/me/chats", 400, "BadRequest").apply(t, now)
		if changes := compare(t, on(old, origins[0]), on(changed, origins[1])); len(changes) != 1 || changes[0].Operation != "GET /me/chats" {
			t.Errorf("%v: want one change of GET /me/chats, found:\n%s", origins, list(changes))
		}
	}
}
