package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzDamagedJournal: whatever a file holds, it is read as a journal or refused, and what
// is passed over is counted.
func FuzzDamagedJournal(f *testing.F) {
	record := strings.Repeat("\x00", recordHead)
	f.Add([]byte(journalMagic + record + "\xff\xff\xff\xff" + record))
	f.Add([]byte(journalMagic + "\x20\x00\x00\x00" + record + record))
	f.Add([]byte("graphvcr journal 2\n"))
	name := filepath.Join(f.TempDir(), "x.yaml.journal")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		testkit.Bounded(t, len(text), func() {
			if _, torn, err := readAll(name); err == nil && torn != nil && torn.Bytes > int64(len(text)) {
				t.Errorf("%d bytes of %d are torn", torn.Bytes, len(text))
			}
		})
	})
}
