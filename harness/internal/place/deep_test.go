package place_test

import (
	"runtime"
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

// TestNestingIsBounded: brackets that nothing closes take no memory each, and what they hold is
// shown.
func TestNestingIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m := place.Message{Method: "POST", Address: "https://graph.microsoft.com/v1.0/me", Body: strings.Repeat("[", 4<<20) + `"secret"`}
	last := ""
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		last = l.Text
		return "", false
	})
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 || !strings.HasSuffix(last, `"secret"`) {
		t.Errorf("took %d MB, and showed %d bytes last", took, len(last))
	}
}
