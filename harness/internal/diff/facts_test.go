package diff_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// recorded is a recording of requests with their statuses and answers.
func recorded(t *testing.T, exchanges ...func(w *world)) *cassette.Cassette {
	w := newWorld(t, 1)
	for _, exchange := range exchanges {
		exchange(w)
	}
	return w.recording
}

func sent(request string, asked any, status int, answer any) func(w *world) {
	return func(w *world) { w.send(request, asked, status, answer) }
}

func noChange(t *testing.T, what string, old, new *cassette.Cassette) {
	t.Helper()
	for _, c := range compare(t, old, new) {
		t.Errorf("%s: %s: %s", what, c.Rule, c.Message)
	}
}

// An action that only reads is no write after which a resource may be another, alone or
// in a batch.
func TestReadActionsAreReads(t *testing.T) {
	groups := doc{"value": []any{"g"}}
	there := sent("GET /v1.0/users/u1", nil, 200, doc{"id": "1"})
	gone := sent("GET /v1.0/users/u1", nil, 404, doc{"error": doc{"code": "Request_ResourceNotFound", "message": "m"}})
	for what, ask := range map[string]func(w *world){
		"an action": sent("POST /v1.0/users/u1/getMemberGroups", doc{"securityEnabledOnly": true}, 200, groups),
		"a batch": sent("POST /v1.0/$batch", doc{"requests": []any{doc{"id": "1", "method": "POST", "url": "/users/u1/getMemberGroups", "body": doc{}}}}, 200,
			doc{"responses": []any{doc{"id": "1", "status": 200, "body": groups}}}),
	} {
		noChange(t, what, recorded(t, there, ask, gone), recorded(t, ask, there, gone))
	}
}

// An answer that asks the client to come again says nothing of what was asked.
func TestOutOfBandwidthIsThrottling(t *testing.T) {
	get := func(status int) func(w *world) { return sent("GET /v1.0/me", nil, status, doc{"id": "1"}) }
	noChange(t, "509", recorded(t, get(200)), recorded(t, get(509), get(200)))
	noChange(t, "504", recorded(t, get(200)), recorded(t, get(504), get(200)))
}
