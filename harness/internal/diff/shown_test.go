package diff_test

import (
	"fmt"
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

// Of an object that holds more ids than are compared with one another, the same ones are
// compared each time.
func TestManyIDsOfOneObject(t *testing.T) {
	recorded := func(seed uint64, same bool) *cassette.Cassette {
		w := newWorld(t, seed)
		me := doc{"id": w.guid(), "aboutId": w.guid()}
		me["accountId"] = me["aboutId"]
		if !same {
			me["accountId"] = w.guid()
		}
		for n := range 40 {
			me[fmt.Sprintf("other%dId", n)] = w.guid()
		}
		w.send("GET /v1.0/me", nil, 200, me)
		return w.recording
	}
	old, changed := recorded(1, true), recorded(2, false)
	for range 20 {
		d, err := diff.Compare(old, changed, diff.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Changes) != 1 || d.Changes[0].Rule != diff.EqualityBroken {
			t.Fatalf("got %v, want one change of %s", d.Changes, diff.EqualityBroken)
		}
	}
}

// What a format says is an id is one whatever its member is called.
func TestIDsByTheirFormat(t *testing.T) {
	for _, ids := range [][2]string{
		{"xqQg5FS2LkCp935s-FIFm2QAFkHM", "gcrYAaAkgU2EQUvpkNNXLGQAGTtu"},
		{"SHFT_577b75d2-a927-48c0-a5d1-dc984894e7b8", "SHFT_a5b1d0c2-31d4-4c5e-9b0f-3f0f0e2c7a11"},
		{"S-1-12-1-1943430372-1249052806-2496021943-3034400218", "S-1-12-1-2143430372-1149052806-2396021943-2034400219"},
	} {
		recorded := func(seed uint64, owner, holder string) *cassette.Cassette {
			w := newWorld(t, seed)
			w.send("GET /v1.0/me", nil, 200, doc{"id": w.guid(), "owner": owner, "holder": holder})
			return w.recording
		}
		d, err := diff.Compare(recorded(1, ids[0], ids[0]), recorded(2, ids[0], ids[1]), diff.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Changes) != 1 || d.Changes[0].Rule != diff.EqualityBroken {
			t.Errorf("%s: got %v, want one change of %s", ids[0], d.Changes, diff.EqualityBroken)
		}
	}
}
