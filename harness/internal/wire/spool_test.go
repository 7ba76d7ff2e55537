package wire_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// What does not fit into memory comes back from the file.
func TestSpool(t *testing.T) {
	var s wire.Spool
	big := strings.Repeat("0123456789abcdef", 2<<20) // 32 MB
	texts := []string{"", "a", big, big[1:], big[2:], "b"}
	kept := make([]wire.Spooled, len(texts))
	for n, text := range texts {
		var err error
		if kept[n], err = s.Keep(text); err != nil {
			t.Fatal(err)
		}
	}
	for n, text := range texts {
		got, err := kept[n].Text()
		if err != nil || got != text || kept[n].Size() != int64(len(text)) {
			t.Errorf("text %d: got %d bytes, want %d (%v)", n, len(got), len(text), err)
		}
	}
}
