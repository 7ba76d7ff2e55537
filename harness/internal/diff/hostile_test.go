package diff_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestHostileBodies compares what no service should answer with itself, and with an answer
// that is as it should be: in bounded time, and with something to tell.
func TestHostileBodies(t *testing.T) {
	const depth = 10_000
	for name, body := range map[string]string{
		"50 MB in a text":       `{"id":"1","text":"` + strings.Repeat("x", 50_000_000) + `"}`,
		"100,000 objects":       `{"value":[` + strings.Repeat(`{"id":"1","a":null},`, 100_000) + `{"id":"2"}]}`,
		"deep lists":            `{"id":"1","deep":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`,
		"deep objects":          strings.Repeat(`{"a":`, depth) + `1` + strings.Repeat("}", depth),
		"JSON in JSON in JSON":  nested(12),
		"half a body":           `{"id":"1","displayName":"A`,
		"HTML in names":         `{"id":"1","<script>alert(1)</script>":"<img src=x onerror=alert(1)>"}`,
		"no text that is valid": "{\"id\":\"\xff\xfe\"}",
	} {
		t.Run(name, func(t *testing.T) {
			recordingOf := func(body string) *cassette.Cassette {
				w := newWorld(t, 1)
				w.send("GET /v1.0/me", nil, 200, body, "Content-Type: application/json")
				return w.recording
			}
			if changes := compare(t, recordingOf(body), recordingOf(body)); len(changes) > 0 {
				t.Errorf("of itself:\n%.500s", list(changes))
			}
			if changes := compare(t, recordingOf(`{"id":"1","mail":"a"}`), recordingOf(body)); len(changes) == 0 {
				t.Error("it is told to be as it was")
			}
		})
	}
}

// nested is an object that holds itself as a text, so many times.
func nested(times int) string {
	text := `{"id":"1"}`
	for range times {
		inner, _ := json.Marshal(text)
		text = `{"id":"1","values":` + string(inner) + `}`
	}
	return text
}

// TestManyMembers: an object of more members than a type has is a dictionary, and a place of
// more words than an enum has holds data: neither is told member by member, or by chance.
func TestManyMembers(t *testing.T) {
	recordingOf := func(body string) *cassette.Cassette {
		w := newWorld(t, 1)
		w.send("GET /v1.0/me", nil, 200, body, "Content-Type: application/json")
		return w.recording
	}
	members := func(prefix string, n int) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, `"%s%d":%d,`, prefix, k, k)
		}
		return `{` + b.String() + `"id":"1"}`
	}
	kinds := func(from, to int) string {
		var b strings.Builder
		for k := from; k < to; k++ {
			fmt.Fprintf(&b, `{"flavour":"word%c%c"},`, 'a'+k/26, 'a'+k%26)
		}
		return `{"value":[` + b.String() + `{"flavour":"word"}]}`
	}
	for name, c := range map[string]struct {
		old, new string
		changes  int
	}{
		"members of a type":       {members("old", 20), members("new", 20), 40},
		"entries of a dictionary": {members("old", 100_000), members("new", 100_000), 0},
		"words of an enum":        {kinds(0, 20), kinds(5, 25), 1},
		"words of data":           {kinds(0, 300), kinds(100, 400), 0},
	} {
		t.Run(name, func(t *testing.T) {
			changes := compare(t, recordingOf(c.old), recordingOf(c.new))
			if listed := list(changes); len(changes) != c.changes {
				t.Errorf("%d changes, want %d:\n%.500s", len(changes), c.changes, listed)
			}
		})
	}
}
