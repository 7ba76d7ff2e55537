package drift_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
)

func read(path string, code int, body string) *cassette.Interaction {
	i := &cassette.Interaction{
		Request:  cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0" + path},
		Response: cassette.Response{Code: code, Body: body, Headers: map[string][]string{"Content-Type": {"application/json"}}},
	}
	return i
}

func recording(all ...*cassette.Interaction) *cassette.Cassette {
	for n, i := range all {
		i.ID = n
	}
	return &cassette.Cassette{Meta: cassette.Meta{Origin: cassette.Recorded}, Interactions: all}
}

const (
	whole    = `{"id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd","displayName":"Adele","jobTitle":"Engineer"}`
	lost     = `{"id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd","displayName":"Adele"}`
	failed   = `{"error":{"code":"Forbidden","message":"no"}}`
	lostMore = `{"id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd"}`
)

func changesOf(t *testing.T, old, new *cassette.Cassette) map[diff.ID]string {
	t.Helper()
	d, err := diff.Compare(old, new, diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[diff.ID]string{}
	for _, c := range d.Changes {
		all[c.Rule] = c.Fingerprint
	}
	return all
}

// What is taken is in the merged recording, what is not stays, and so does what the new
// recording lacks.
func TestMerge(t *testing.T) {
	old := recording(read("/me", 200, whole), read("/me/manager", 200, whole), read("/me/drive", 200, `{"id":"x"}`))
	new := recording(read("/me", 200, lost), read("/me/manager", 403, failed))
	all := changesOf(t, old, new)
	if len(all) != 2 || all[diff.PropertyLost] == "" || all[diff.StatusChanged] == "" {
		t.Fatalf("found %v", all)
	}
	merged, left, err := drift.Merge(old, new, drift.Options{}, []string{all[diff.PropertyLost]}, nil)
	if err != nil || len(left) > 0 {
		t.Fatal(left, err)
	}
	if bodies := [3]string{merged.Interactions[0].Response.Body, merged.Interactions[1].Response.Body, merged.Interactions[2].Response.Body}; bodies != [3]string{lost, whole, `{"id":"x"}`} {
		t.Errorf("merged %q", bodies)
	}
	if old.Interactions[0].Response.Body != whole {
		t.Error("the old recording was changed")
	}
	merged, left, err = drift.Merge(old, new, drift.Options{}, []string{all[diff.PropertyLost], all[diff.StatusChanged]}, nil)
	if err != nil || len(left) > 0 || merged.Interactions[1].Response.Code != 403 || len(merged.Interactions) != 3 {
		t.Errorf("merged %d interactions, left %v, %v", len(merged.Interactions), left, err)
	}
}

// Changes of one answer are taken together or not at all, and other requests not in part.
func TestMergeRefuses(t *testing.T) {
	old, new := recording(read("/me", 200, whole)), recording(read("/me", 200, lostMore))
	d, err := diff.Compare(old, new, diff.Options{})
	if err != nil || len(d.Changes) != 2 {
		t.Fatalf("%d changes, %v", len(d.Changes), err)
	}
	taken := []string{d.Changes[0].Fingerprint}
	merged, left, err := drift.Merge(old, new, drift.Options{}, taken, nil)
	if err != nil || len(left) != 1 || merged.Interactions[0].Response.Body != whole {
		t.Errorf("left %v, %v", left, err)
	}
	known := []string{d.Changes[1].Fingerprint}
	merged, left, err = drift.Merge(old, new, drift.Options{}, taken, known)
	if err != nil || len(left) > 0 || merged.Interactions[0].Response.Body != lostMore {
		t.Errorf("beside one that is known: left %v, %v", left, err)
	}
	accepted := drift.Options{Accepted: drift.Acceptances{Entries: []drift.Acceptance{{Fingerprint: known[0]}}}}
	if _, left, err = drift.Merge(old, new, accepted, taken, nil); err != nil || len(left) > 0 {
		t.Errorf("beside one that is accepted: left %v, %v", left, err)
	}
	if _, _, err := drift.Merge(old, recording(read("/me", 200, lost), read("/users", 200, lost)), drift.Options{}, taken, nil); err == nil {
		t.Error("a recording with other requests was merged")
	}
}
