package diff_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
)

// What is unchanged are the interactions of the new recording in whose operations nothing is,
// with the further pages of a list; a new operation is none.
func TestUnchanged(t *testing.T) {
	recorded := func(seed uint64, me doc, news bool) *cassette.Cassette {
		w := newWorld(t, seed)
		w.send("GET /v1.0/me", nil, 200, me)
		next := "/v1.0/me/contacts?$skip=2"
		w.send("GET /v1.0/me/contacts", nil, 200, doc{"value": []any{doc{"id": w.guid()}}, "@odata.nextLink": graph + next})
		w.send("GET "+next, nil, 200, doc{"value": []any{doc{"id": w.guid()}}})
		if news {
			w.send("GET /v1.0/me/drive", nil, 200, doc{"id": w.guid()})
		}
		return w.recording
	}
	old := recorded(1, doc{"displayName": "Adele", "jobTitle": "Baker"}, false)
	for name, c := range map[string]struct {
		new  *cassette.Cassette
		want []bool // by interaction
	}{
		"nothing changed":    {recorded(2, doc{"displayName": "Adele", "jobTitle": "Baker"}, false), []bool{true, true, true}},
		"a property is gone": {recorded(2, doc{"displayName": "Adele"}, false), []bool{false, true, true}},
		"a request is new":   {recorded(2, doc{"displayName": "Adele", "jobTitle": "Baker"}, true), []bool{true, true, true, false}},
	} {
		d, err := diff.Compare(old, c.new, diff.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		for n, i := range c.new.Interactions {
			if d.Unchanged[i] != c.want[n] {
				t.Errorf("%s: interaction %d, %s: unchanged is %v, want %v", name, n, i.Request.URL, d.Unchanged[i], c.want[n])
			}
		}
	}
}
