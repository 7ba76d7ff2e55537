package cassette

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func journalOf(t *testing.T, all []*Interaction) (*Journal, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	j, err := CreateJournal(file)
	if err != nil {
		t.Fatal(err)
	}
	for n := range all { // written in another order than they began in
		k := len(all) - 1 - n
		if err := j.Append(k, all[k]); err != nil {
			t.Fatal(err)
		}
	}
	return j, file
}

// What is appended is read back, byte for byte, in the order of the requests; and the
// cassette made of it is the one that Save would make.
func TestJournal(t *testing.T) {
	var all []*Interaction
	for n, text := range awkward {
		i := sample(n, text)
		i.Principal = text
		all = append(all, i)
	}
	j, file := journalOf(t, all)
	left, torn, err := ReadJournal(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	if diff := cmp.Diff(all, left, ignorePlace); diff != "" {
		t.Fatalf("-appended +read\n%s", diff)
	}
	meta := Meta{Format: 1, Origin: Emulator}
	if err := j.SaveJournal(file, meta, map[int]bool{3: true}, nil, nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rest := append(append([]*Interaction{}, all[:3]...), all[4:]...)
	if want := written(t, &Cassette{Meta: meta, Interactions: rest}); string(want) != string(got) {
		t.Errorf("-Save +SaveJournal\n%s", cmp.Diff(string(want), string(got)))
	}
	if err := j.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(j.Name()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// A journal that was cut anywhere gives what was whole and says what was not.
func TestTornJournals(t *testing.T) {
	all := samples(3)
	j, _ := journalOf(t, all)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.journal")
	silent := 0
	for n := range len(data) {
		if err := os.WriteFile(cut, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		left, torn, err := ReadJournal(cut)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if torn == nil {
			silent++ // a whole record ends here: nothing was lost of what had been answered
			continue
		}
		if torn.After != len(left) || torn.Bytes == 0 && n > 0 {
			t.Errorf("cut at %d: %d interactions and %+v", n, len(left), torn)
		}
	}
	if silent != len(all) {
		t.Errorf("%d cuts were silent, want the %d between records", silent, len(all))
	}
	flipped := append([]byte{}, data...)
	flipped[len(flipped)/2] ^= 1
	if err := os.WriteFile(cut, flipped, 0o600); err != nil {
		t.Fatal(err)
	}
	if left, torn, err := ReadJournal(cut); err != nil || torn == nil || len(left) == len(all) {
		t.Errorf("a flipped bit: %d interactions, %v, %v", len(left), torn, err)
	}
}

func TestLeftoverJournal(t *testing.T) {
	j, file := journalOf(t, samples(1))
	var leftover *LeftoverError
	if _, err := CreateJournal(file); !errors.As(err, &leftover) {
		t.Fatalf("got %v, want a *LeftoverError", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateJournal(file); !errors.As(err, &leftover) || leftover.Running {
		t.Errorf("got %+v, want one that nobody writes", err)
	}
	if info, err := os.Stat(j.Name()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestJournalOfManyWriters(t *testing.T) {
	j, _ := journalOf(t, nil)
	var wait sync.WaitGroup
	for n := range 64 {
		wait.Go(func() {
			for k := range 8 {
				if err := j.Append(n*8+k, sample(n, "x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	left, torn, err := ReadJournal(j.Name())
	if err != nil || torn != nil || len(left) != 512 {
		t.Errorf("%d interactions, %v, %v", len(left), torn, err)
	}
}

// SaveAll asks the guard before an interaction reaches the file, and leaves nothing
// of what it refused.
func TestSaveAllRefuses(t *testing.T) {
	j, file := journalOf(t, samples(4))
	refused := errors.New("a secret")
	seen := 0
	err := j.SaveJournal(file, Meta{Origin: Recorded}, nil, nil, func(c *Cassette) error {
		if seen += len(c.Interactions); seen == 3 {
			return refused
		}
		return nil
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	entries, _ := os.ReadDir(filepath.Dir(file))
	if len(entries) != 1 { // the journal
		t.Errorf("left behind: %v", entries)
	}
}

func FuzzJournalCodec(f *testing.F) {
	for _, text := range awkward {
		e := encoder{}
		e.interaction(sample(1, text))
		f.Add(e.buf)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := decoder{buf: data}
		i, err := d.interaction()
		if err != nil {
			return
		}
		e := encoder{}
		e.interaction(i)
		again := decoder{buf: e.buf}
		back, err := again.interaction()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i, back, ignorePlace); diff != "" {
			t.Fatal(diff)
		}
	})
}
