package journal

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Holes and notes come back, whether the recording ended or was killed: notes in the order
// of the requests, without those of what was tried again.
func TestHolesAndNotes(t *testing.T) {
	j, file := journalOf(t, nil)
	var all []*cassette.Interaction
	for n := range 5 {
		i := sample(n, fmt.Sprintf(`{"id":"x%d"}`, n))
		for k := range n {
			i.Holes = append(i.Holes, cassette.Hole{Place: fmt.Sprintf("path[%d]", k), Kind: cassette.HoleName})
		}
		all = append(all, i)
	}
	for _, n := range []int{4, 0, 2, 1, 3} {
		retryOf := NoRetry
		if n == 3 {
			retryOf = 1
		}
		note := []byte(fmt.Sprint("note ", n))
		if err := j.Append(n, retryOf, all[n], note); err != nil {
			t.Fatal(err)
		}
		clear(note) // the journal keeps its own
	}
	rest := []*cassette.Interaction{all[0], all[2], all[3], all[4]}
	check := func(j *Journal) {
		t.Helper()
		var notes []string
		for _, note := range j.Notes() {
			notes = append(notes, string(note))
		}
		if diff := cmp.Diff([]string{"note 0", "note 2", "note 3", "note 4"}, notes); diff != "" {
			t.Error(diff)
		}
		meta := cassette.Meta{Format: 2, Origin: cassette.Recorded, Redaction: cassette.Redaction{Salt: "0123456789ab", Tags: map[string]string{"Name 1 qzkw": "1a2b3"}}}
		if left, err := j.Save(file, meta, Saving{Clean: true}); err != nil || left != nil {
			t.Fatal(left, err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(written(t, &cassette.Cassette{Meta: meta, Interactions: rest})), string(got)); diff != "" {
			t.Errorf("-Cassette.Save +Journal.Save\n%s", diff)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&^0o022 != 0o644 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	check(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, torn, err := Open(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	check(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	read, _, err := readAll(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range rest {
		rest[n] = renumbered(i, n)
	}
	same(t, read, rest)
}

// The texts that a window reads are those of the records, in whatever order they lie.
func TestWindow(t *testing.T) {
	var all []*cassette.Interaction
	for n := range 300 {
		all = append(all, sample(n, fmt.Sprintf("%0*d", 1+n*37%5000, n)))
	}
	all[7].Response.Body = string(make([]byte, 400<<10)) // larger than a window
	j, file := journalOf(t, all)                         // which appends the last one first
	if _, err := j.Save(file, cassette.Meta{}, Saving{}); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	same(t, c.Interactions, all)
}

// With what has no room in a file Load reads, nothing else is lost.
func TestRoom(t *testing.T) {
	j, file := journalOf(t, samples(2))
	j.records = append(j.records, record{order: 1, retryOf: NoRetry, size: cassette.MaxSize})
	left, err := j.Save(file, cassette.Meta{}, Saving{})
	if err != nil || len(left) != 1 || left[0].Order != 1 || !strings.Contains(left[0].Error(), "more than the 1024 MB that are read") {
		t.Fatal(left, err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	same(t, c.Interactions, samples(2))
}

// What is too large is left out as it stands in a file: indented.
func TestRoomIndented(t *testing.T) {
	all := samples(3)
	all[1].Response.Body = "[" + strings.Repeat("1,", 2000) + "1]" // of ten bytes a line
	j, file := journalOf(t, all)
	j.most = 10 << 10
	left, err := j.Save(file, cassette.Meta{}, Saving{})
	if err != nil || len(left) != 1 || left[0].Order != 1 || left[0].Method != "POST" {
		t.Fatal(left, err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	all[2].ID = 1
	same(t, c.Interactions, []*cassette.Interaction{all[0], all[2]})
}

func renumbered(i *cassette.Interaction, id int) *cassette.Interaction {
	other := *i
	other.ID = id
	return &other
}
