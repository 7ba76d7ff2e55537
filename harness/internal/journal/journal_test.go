package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// awkward are texts that a file might cut in the wrong place.
var awkward = []string{
	"", " ", "\n", "\x00", "\r\n", "\xff\xfe", "ok\xc3", "\u2028", "emoji 😀", "---\n", "graphvcr journal 3\n",
	`{"a":1,"b":[1,2,{"c":"d\n"}]}`, `{"a":1`, "x\n\n\n", strings.Repeat("\xfe", 200),
}

// sample makes an interaction that carries the text in every place that takes one.
func sample(id int, text string) *cassette.Interaction {
	return &cassette.Interaction{
		ID: id,
		Request: cassette.Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(text)),
			Host: "graph.microsoft.com", Body: text, Method: "POST",
			URL:     "https://graph.microsoft.com/v1.0/users?$filter=startsWith(displayName,'O''V')&$top=5",
			Headers: http.Header{"Accept": {"application/json"}, "X-Text": {text, "second"}},
		},
		Response: cassette.Response{
			Proto: "HTTP/2.0", ProtoMajor: 2, ContentLength: int64(len(text)), Body: text,
			TransferEncoding: []string{}, Trailer: http.Header{},
			Headers: http.Header{"Content-Type": {"application/json"}, "Etag": {`W/"x"`}},
			Status:  "200 OK", Code: 200, Duration: 123456789,
		},
	}
}

var ignorePlace = cmpopts.IgnoreUnexported(cassette.Interaction{})

// same compares interactions, apart from where they stand in a file.
func same(t *testing.T, got, want []*cassette.Interaction) {
	t.Helper()
	place := cmpopts.IgnoreFields(cassette.Interaction{}, "Line")
	if diff := cmp.Diff(want, got, ignorePlace, place, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("interactions differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got, ignorePlace, place); diff != "" && len(want) > 0 {
		t.Fatalf("nil and empty differ (-want +got):\n%s", diff)
	}
}

func samples(n int) []*cassette.Interaction {
	var all []*cassette.Interaction
	for i := range n {
		all = append(all, sample(i, fmt.Sprintf(`{"id":"x%d","it's":"a\nb"}`, i)))
	}
	return all
}

// written returns the file that Save makes of a cassette.
func written(t testing.TB, c *cassette.Cassette) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "saved.yaml")
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func journalOf(t *testing.T, all []*cassette.Interaction) (*Journal, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	j, err := Create(file)
	if err != nil {
		t.Fatal(err)
	}
	for n := range all { // written in another order than they began in
		k := len(all) - 1 - n
		if err := j.Append(k, NoRetry, all[k], nil); err != nil {
			t.Fatal(err)
		}
	}
	return j, file
}

// What is appended is read back, byte for byte, in the order of the requests; and the
// cassette made of it is the one that Save would make.
func TestJournal(t *testing.T) {
	var all []*cassette.Interaction
	for n, text := range awkward {
		i := sample(n, text)
		i.Principal = text
		all = append(all, i)
	}
	j, file := journalOf(t, all)
	if err := j.Append(len(all), 3, sample(len(all), "the second try of 3"), nil); err != nil {
		t.Fatal(err)
	}
	all = append(all, sample(len(all), "the second try of 3"))
	rest := slices.Delete(slices.Clone(all), 3, 4)
	meta := cassette.Meta{Format: 2, Origin: cassette.Emulator}
	save := func(j *Journal) {
		t.Helper()
		if _, err := j.Save(file, meta, Saving{}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := written(t, &cassette.Cassette{Meta: meta, Interactions: rest}); string(want) != string(got) {
			t.Errorf("-Cassette.Save +Journal.Save\n%s", cmp.Diff(string(want), string(got)))
		}
	}
	save(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	left, torn, err := readAll(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	if diff := cmp.Diff(rest, left, ignorePlace, cmpopts.IgnoreFields(cassette.Interaction{}, "ID")); diff != "" {
		t.Fatalf("-appended +read\n%s", diff)
	}
	if j, _, err = Open(j.Name()); err != nil {
		t.Fatal(err)
	}
	save(j)
	if err := j.Append(99, NoRetry, sample(0, "x"), nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a journal that was opened to be saved takes more: %v", err)
	}
	if err := j.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(j.Name()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// closed is the text of a journal that was left behind.
func closed(t *testing.T, all []*cassette.Interaction) []byte {
	t.Helper()
	j, _ := journalOf(t, all)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A journal that was cut anywhere gives what was whole and says what was not.
func TestTornJournals(t *testing.T) {
	all := samples(3)
	data := closed(t, all)
	cut := filepath.Join(t.TempDir(), "cut.journal")
	silent := 0
	for n := range len(data) {
		if err := os.WriteFile(cut, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		left, torn, err := readAll(cut)
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
}

// Damage within a journal costs the interactions that it is in, and no other.
func TestDamagedJournals(t *testing.T) {
	all := samples(6)
	data := closed(t, all)
	starts := []int{len(journalMagic)}
	for at := starts[0]; at < len(data); starts = append(starts, at) {
		at += recordHead + int(binary.LittleEndian.Uint32(data[at:]))
	}
	for name, damage := range map[string]struct {
		hit       func(data []byte, at int)
		first     int // of the records that it is in
		beginning int // how many these are
	}{
		"a length":         {func(d []byte, at int) { d[at+1] ^= 0xff }, 2, 1},
		"a huge length":    {func(d []byte, at int) { d[at+3] = 0xff }, 2, 1},
		"a length of none": {func(d []byte, at int) { clear(d[at : at+4]) }, 2, 1},
		"a checksum":       {func(d []byte, at int) { d[at+5] ^= 1 }, 2, 1},
		"an order":         {func(d []byte, at int) { d[at+15] = 0xff }, 2, 1},
		"what it holds":    {func(d []byte, at int) { d[at+recordHead+40] ^= 1 }, 2, 1},
		"a whole head":     {func(d []byte, at int) { clear(d[at : at+recordHead]) }, 2, 1},
		"the first":        {func(d []byte, _ int) { d[starts[0]+40] ^= 1 }, 0, 1},
		"a seam":           {func(d []byte, at int) { clear(d[at-10 : at+10]) }, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			hurt := slices.Clone(data)
			damage.hit(hurt, starts[2])
			file := filepath.Join(t.TempDir(), "hurt.journal")
			if err := os.WriteFile(file, hurt, 0o600); err != nil {
				t.Fatal(err)
			}
			left, torn, err := readAll(file)
			lost := starts[damage.first+damage.beginning] - starts[damage.first]
			if err != nil || torn == nil || len(left) != len(all)-damage.beginning || torn.After != damage.first ||
				torn.Behind != len(left)-damage.first || torn.Bytes != int64(lost) {
				t.Errorf("%d interactions, %+v, %v, want %d bytes lost", len(left), torn, err, lost)
			}
		})
	}
}

// No bit of a journal can change without being noticed.
func TestFlippedJournals(t *testing.T) {
	all := samples(2)
	data := closed(t, all)
	file := filepath.Join(t.TempDir(), "flipped.journal")
	for n := range data {
		data[n] ^= 1 << (n % 8)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		left, torn, err := readAll(file)
		if err == nil && (torn == nil || len(left) == len(all)) {
			t.Errorf("byte %d: %d interactions, %v", n, len(left), torn)
		}
		data[n] ^= 1 << (n % 8)
	}
}

// A journal of another version is left alone, and the error says what to do.
func TestJournalOfAnotherVersion(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.yaml.journal")
	if err := os.WriteFile(name, []byte("graphvcr journal 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(name); err == nil || fault.Hint(err) == "" {
		t.Errorf("got %v, want an error with a hint", err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Error(err)
	}
}

func TestLeftoverJournal(t *testing.T) {
	j, file := journalOf(t, samples(1))
	_, err := Create(file)
	running := wire.Locked(j.Name())
	if !errors.Is(err, fs.ErrExist) || strings.Contains(err.Error(), "is being recorded") != running || fault.Hint(err) == "" {
		t.Errorf("got %v, want one that is being written", err)
	}
	if runtime.GOOS != "windows" {
		if _, _, err := Open(j.Name()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a journal that is being written was opened: %v", err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(1, NoRetry, sample(1, "x"), nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := Create(file); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("got %v, want one that nobody writes", err)
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
				if err := j.Append(n*8+k, NoRetry, sample(n, "x"), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	left, torn, err := readAll(j.Name())
	if err != nil || torn != nil || len(left) != 512 {
		t.Errorf("%d interactions, %v, %v", len(left), torn, err)
	}
}

// A journal that could not take everything is whole up to there, says so, and makes no
// cassette by itself.
func TestJournalThatCannotBeWritten(t *testing.T) {
	j, file := journalOf(t, samples(2))
	whole := j.file
	readOnly, err := os.Open(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	j.file = readOnly // whatever is written fails
	err = j.Append(2, NoRetry, sample(2, "x"), nil)
	if fault.Hint(err) == "" {
		t.Errorf("got %v, want an error with a hint", err)
	}
	j.file = whole
	readOnly.Close()
	if again := j.Append(2, NoRetry, sample(2, "x"), nil); again == nil || j.Err() == nil {
		t.Error("a journal with a hole takes more")
	}
	if _, err := j.Save(file, cassette.Meta{Origin: cassette.Recorded}, Saving{}); err == nil {
		t.Error("a journal with a hole was saved")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, torn, err := Open(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	if all, retried := j.Len(); all != 2 || retried != 0 {
		t.Errorf("%d interactions, %d retried", all, retried)
	}
	if _, err := j.Save(file, cassette.Meta{Origin: cassette.Recorded}, Saving{}); err != nil {
		t.Error(err)
	}
	if err := j.Remove(); err != nil {
		t.Error(err)
	}
}

// The group sync ends with the journal: no timer and no goroutine is left.
func TestJournalSyncs(t *testing.T) {
	for _, end := range []func(*Journal) error{(*Journal).Close, (*Journal).Remove} {
		synctest.Test(t, func(t *testing.T) {
			j, _ := journalOf(t, samples(1))
			if !pending(j) {
				t.Error("nothing will sync what was appended")
			}
			time.Sleep(2 * syncEvery) // in synctest's time
			if pending(j) {
				t.Error("it syncs though nothing was appended")
			}
			if err := j.Append(1, NoRetry, sample(1, "x"), nil); err != nil {
				t.Error(err)
			}
			if err := end(j); err != nil {
				t.Error(err)
			}
			if pending(j) {
				t.Error("a timer is left")
			}
		})
	}
}

func pending(j *Journal) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.syncing != nil
}

// FuzzKilledJournal is law 8 as the file sees it: wherever a kill cuts the journal, what
// had been appended before is read back, and what was being appended is reported.
func FuzzKilledJournal(f *testing.F) {
	for n, text := range []string{"", "{}", "\x00\xff", `{"a":1}`, "graphvcr journal 3\n", "\n"} {
		f.Add(text, uint(n*97), byte(0))
		f.Add(text, uint(1<<20), byte(n))
	}
	f.Fuzz(func(t *testing.T, text string, cut uint, flip byte) {
		all := []*cassette.Interaction{sample(0, "first"), sample(1, text), sample(2, text+text)}
		j, _ := journalOf(t, all)
		ends := []int64{int64(len(journalMagic))}
		for _, r := range j.records {
			ends = append(ends, r.offset+int64(r.size))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(j.Name())
		if err != nil {
			t.Fatal(err)
		}
		data = data[:min(uint(len(data)), cut)]
		if flip != 0 && len(data) > len(journalMagic) { // what a disk may do to the last write
			data[len(data)-1] ^= flip
		}
		if err := os.WriteFile(j.Name(), data, 0o600); err != nil {
			t.Fatal(err)
		}
		left, torn, err := readAll(j.Name())
		if err != nil {
			t.Fatal(err)
		}
		whole := int64(len(data))
		if flip != 0 && len(data) > len(journalMagic) {
			whole--
		}
		want, end := 0, int64(0) // records, and where they end
		for n, e := range ends {
			if e <= whole {
				want, end = n, e
			}
		}
		lost := int64(len(data)) - end
		if len(left) != want || (torn != nil) != (lost > 0 || len(data) == 0) || torn != nil && (torn.Bytes != lost || torn.After != want) {
			t.Errorf("%d bytes: %d interactions and %v, want %d and %d bytes lost", len(data), len(left), torn, want, lost)
		}
	})
}

// readAll reads all of a journal that was left behind, but for what was retried.
func readAll(name string) ([]*cassette.Interaction, *Torn, error) {
	j, torn, err := Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer j.Close()
	text := []byte("version: 2\ninteractions:\n")
	for n, r := range j.kept() {
		if text, err = r.text(fmt.Appendf(text, "  - id: %d\n", n), j.file); err != nil {
			return nil, torn, err
		}
	}
	if all, retried := j.Len(); all == retried {
		return nil, torn, nil
	}
	if err := os.WriteFile(name+".yaml", text, 0o600); err != nil {
		return nil, torn, err
	}
	c, err := cassette.LoadUnsealed(name + ".yaml")
	if err != nil {
		return nil, torn, err
	}
	for _, i := range c.Interactions {
		i.Line = 0
	}
	return c.Interactions, torn, nil
}
