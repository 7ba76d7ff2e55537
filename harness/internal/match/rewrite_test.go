package match

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// renamed is an answer to a batch with other ids.
func renamed(answer string, ids map[string]string) string {
	m := place.Message{Method: "POST", Address: "/$batch", Answer: true, Status: 200, Body: answer}
	renameParts(&m, ids)
	return m.Body
}

func TestRewrittenIDs(t *testing.T) {
	ids := map[string]string{"1": "a", "2": `b"`, "3": "3"}
	tests := []struct{ name, recorded, want string }{
		{"ids in any order, other bytes kept", `{ "responses" : [ {"status":200,"id":"2"}, {"id" : "1" , "body":{"id":"1"}} ] }`, `{ "responses" : [ {"status":200,"id":"b\""}, {"id" : "a" , "body":{"id":"1"}} ] }`},
		{"dependencies", `{"responses":[{"id":"1","dependsOn":["2","3","4"]}]}`, `{"responses":[{"id":"a","dependsOn":["b\"","3","4"]}]}`},
		{"unknown ids stay", `{"responses":[{"id":"9"},{"id":1},{"id":null},{"id":{"id":"1"}},["1"],"1"]}`, `{"responses":[{"id":"9"},{"id":1},{"id":null},{"id":{"id":"1"}},["1"],"1"]}`},
		{"other places stay", `{"id":"1","responses":[[{"id":"1"}]],"more":[{"id":"1"}]}`, `{"id":"1","responses":[[{"id":"1"}]],"more":[{"id":"1"}]}`},
		{"escapes", `{"responses":[{"id":"\u0031"}]}`, `{"responses":[{"id":"a"}]}`},
		{"numbers and spellings", `{"responses":[{"id":"1","body":{"n":1.0,"s":"\/"}}],"n":1E+2}`, `{"responses":[{"id":"a","body":{"n":1.0,"s":"\/"}}],"n":1E+2}`},
		{"an error", `{"error":{"code":"BadRequest"}}`, `{"error":{"code":"BadRequest"}}`},
		{"no JSON", `<html id="1">`, `<html id="1">`},
		{"cut", `{"responses":[{"id":"1"}`, `{"responses":[{"id":"a"}`},
		{"nothing", ``, ``},
		{"an empty member name", `{"":[{"id":"1"}],"responses":{"":{"id":"1"}}}`, `{"":[{"id":"1"}],"responses":{"":{"id":"1"}}}`},
	}
	for _, test := range tests {
		if got := renamed(test.recorded, ids); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestBatchPairing: each id of the answer is that of the live request which asks
// for the same; of equal requests the first is the first.
func TestBatchPairing(t *testing.T) {
	recording := parseRecording(t, `POST /$batch {"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"GET","url":"/users"},{"id":"3","method":"GET","url":"/me"},{"id":"4","method":"GET","url":"/me","dependsOn":["2"]}]} => 200 {"responses":[{"id":"4"},{"id":"2"},{"id":"1"},{"id":"3"}]}`)
	live := `POST /$batch {"requests":[{"id":"w","method":"GET","url":"/me","dependsOn":["y"]},{"id":"x","method":"GET","url":"/me"},{"id":"y","method":"GET","url":"/users"},{"id":"z","method":"GET","url":"me"}]}`
	session := newIndex(t, Rules{}, recording).NewSession()
	for range 2 { // a batch of reads repeats
		if got, want := ask(t, session, live), `{"responses":[{"id":"w"},{"id":"y"},{"id":"x"},{"id":"z"}]}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	swapped := `POST /$batch {"requests":[{"id":"2","method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/users"},{"id":"4","method":"GET","url":"/me"},{"id":"3","method":"GET","url":"/me","dependsOn":["1"]}]}`
	if got, want := ask(t, session, swapped), `{"responses":[{"id":"3"},{"id":"1"},{"id":"2"},{"id":"4"}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if recording.Interactions[0].Response.Body != `{"responses":[{"id":"4"},{"id":"2"},{"id":"1"},{"id":"3"}]}` {
		t.Error("the cassette was changed")
	}
}

// FuzzRewrittenIDs: a text in which no id is known stays as it is, an id that is replaced can be
// put back, and any text is survived.
func FuzzRewrittenIDs(f *testing.F) {
	for _, seed := range []string{`{"responses":[{"id":"1","dependsOn":["2"]}]}`, `{"responses":[{"id":"\ud800"}]}`, `{"responses":[[[`, "{\"responses\":[{\"id\" :\n\"é\"}]}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := renamed(text, map[string]string{}); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		other := renamed(text, map[string]string{"1": "an id that no text has"})
		if got := renamed(other, map[string]string{"an id that no text has": "1"}); renamed(got, map[string]string{"1": "2"}) != renamed(text, map[string]string{"1": "2"}) {
			t.Fatalf("%q became %q, and then %q", text, other, got)
		}
	})
}

// TestBatchRecordedTwice: each recording of a batch has ids of its own, and its answer gets the
// client's.
func TestBatchRecordedTwice(t *testing.T) {
	batch := func(one, other string) string {
		return `POST /$batch {"requests":[{"id":"` + one + `","method":"GET","url":"/me"},{"id":"` + other + `","method":"GET","url":"/users"}]}`
	}
	answer := func(one, other, n string) string {
		return `{"responses":[{"id":"` + other + `","body":{"value":[` + n + `]}},{"id":"` + one + `","body":{"n":` + n + `}}]}`
	}
	recording := parseRecording(t, batch("a", "b")+" => 200 "+answer("a", "b", "1")+"\n"+batch("c", "d")+" => 200 "+answer("c", "d", "2"))
	session := newIndex(t, Rules{}, recording).NewSession()
	for _, n := range []string{"1", "2"} {
		if got, want := ask(t, session, batch("x"+n, "y")), answer("x"+n, "y", n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
