package cassette

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// cuts saves every beginning of a file and reports how many of them load, and
// which offsets those are.
func cuts(t *testing.T, data []byte) (loaded []int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cut.yaml")
	for n := 0; n < len(data); n += testkit.Sized(1, 5) {
		if err := os.WriteFile(file, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(file)
		at := fault.Find(err)
		switch {
		case err == nil:
			loaded = append(loaded, n)
		case at == nil || at.File != file:
			t.Fatalf("cut at %d: %v does not name the file", n, err)
		}
	}
	return loaded
}

func samples(n int) []*Interaction {
	var all []*Interaction
	for i := range n {
		all = append(all, sample(i, fmt.Sprintf(`{"id":"x%d","it's":"a\nb"}`, i)))
	}
	return all
}

// A file of ours that was cut anywhere is an error, never a shorter cassette.
func TestTornFilesNeverLoad(t *testing.T) {
	data := written(t, &Cassette{Meta: Meta{Origin: Recorded}, Interactions: samples(3)})
	if loaded := cuts(t, data); len(loaded) > 0 {
		t.Errorf("%d of %d cuts loaded, at %v", len(loaded), len(data), loaded)
	}
}

// A file of stock go-vcr does not say how many interactions it holds. Cut between
// two of them it is a whole, shorter file; cut anywhere else it is an error.
func TestTornFilesOfGoVCR(t *testing.T) {
	data := goVCRFile(t, samples(3))
	between := map[int]bool{}
	for at := 0; ; {
		i := strings.Index(string(data[at:]), "    - id: ")
		if i < 0 {
			break
		}
		if at += i; strings.Contains(string(data[:at]), "duration: ") {
			between[at] = true
		}
		at++
	}
	for _, n := range cuts(t, data) {
		if !between[n] {
			t.Errorf("the file cut at %d of %d loaded: ...%q", n, len(data), data[max(0, n-40):n])
		}
	}
	if len(between) != 2 {
		t.Errorf("%d places between interactions, want 2", len(between))
	}
}

// Whatever the window that a file is read through cuts in two, the file is read in
// one pass and to the same result.
func TestWindowsCutAnywhere(t *testing.T) {
	var all []*Interaction
	for i := range 900 {
		all = append(all, sample(i, `{"id":"`+strings.Repeat("x", i*7%997)+`"}`))
	}
	for i, data := range [][]byte{written(t, &Cassette{Interactions: all}), goVCRFile(t, all)} {
		if len(data) < 3*windowSize {
			t.Fatalf("file %d has %d bytes, too few to matter", i, len(data))
		}
		if !agree(t, data) {
			t.Errorf("file %d was not read in one pass", i)
		}
	}
}
