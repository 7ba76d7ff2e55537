package redact

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// BenchmarkTags is what the tags of a recording of 100,000 names cost.
func BenchmarkTags(b *testing.B) {
	names := make([]string, 100_000)
	for n := range names {
		names[n] = fmt.Sprintf("name%d", n)
	}
	for b.Loop() {
		tags := newLedger([]byte("0123456789abcdef0123456789abcdef"))
		for _, name := range names {
			tags.tag(name, name)
		}
	}
}

// TestNoteOfOneName: a note has each name once, however often it stands in a request.
func TestNoteOfOneName(t *testing.T) {
	r, err := New(Rules{}, Options{Salt: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	i := &cassette.Interaction{Request: cassette.Request{
		Method: "POST", URL: "https://graph.microsoft.com/v1.0/search?$filter=displayName%20eq%20'Adele%20Vance'",
		Headers: http.Header{"Content-Type": {"application/json"}},
		Body:    `{"displayName":["Adele Vance"` + strings.Repeat(`,"Adele Vance"`, 1000) + `]}`,
	}}
	stored, note := r.Record(i)
	tags, err := Tags([][]byte{note})
	if len(stored.Holes) != 1002 || len(tags) != 1 || err != nil || len(note) > 300 {
		t.Errorf("%d holes, tags %v, a note of %d bytes, %v", len(stored.Holes), tags, len(note), err)
	}
}
