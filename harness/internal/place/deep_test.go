package place_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// TestPlacesAreShort: a place is a few lines of text, however deep its text lies: a cassette
// has one for each hole, and a megabyte of open objects became one of 250.
func TestPlacesAreShort(t *testing.T) {
	m := place.Message{Method: "POST", Address: "https://graph.microsoft.com/v1.0/me", Body: strings.Repeat(`{"blockType":"request","a":`, 5000)}
	leaves, total := 0, 0
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		leaves++
		total += len(l.Place())
		return "", false
	})
	if leaves < 10_000 || total > 1000*leaves {
		t.Errorf("the places of %d texts have %d bytes", leaves, total)
	}
}
