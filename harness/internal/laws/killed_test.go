package laws_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/laws"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// killed records a tape anew into a journal, cuts that as the end of a process may, at any
// byte, makes a cassette of what is left and replays it to a client of what is left.
func killed(t testing.TB, s *sealedTape, seed uint64) laws.Tally {
	t.Helper()
	dir, err := os.MkdirTemp("", "laws")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "salt"), []byte(strings.Repeat("5a17", 16)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := cutJournal(t, s, filepath.Join(dir, "law.yaml"), seed)
	p, err := project.Open(project.Dirs{Root: dir, Cassettes: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.Recover(p, name); errors.Is(err, record.ErrNothing) {
		return laws.Tally{}
	} else if err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(filepath.Join(dir, "law.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	left := *s.tape
	left.recorded, left.stretches = s.recorded[:len(c.Interactions)], nil
	for _, stretch := range s.stretches {
		left.stretches = append(left.stretches, nil)
		for _, at := range stretch {
			if last := len(left.stretches) - 1; at < len(c.Interactions) {
				left.stretches[last] = append(left.stretches[last], at)
			}
		}
	}
	again := &sealedTape{tape: &left, stored: c, places: map[*cassette.Interaction]int{}}
	for at, i := range c.Interactions {
		again.places[i] = at
	}
	if again.index, err = match.NewIndex(match.Rules{}, c); err != nil {
		t.Fatal(err)
	}
	return again.play(t, laws.Shuffled, seed, nil)
}

// cutJournal leaves a journal of a tape as a killed process would.
func cutJournal(t testing.TB, s *sealedTape, file string, seed uint64) string {
	t.Helper()
	salt, err := saltfile.Make(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	redactor, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range s.recorded {
		redacted, note := redactor.Record(i)
		if err := j.Append(n, journal.NoRetry, redacted, note); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(j.Name())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(j.Name(), info.Size()-rand.New(rand.NewPCG(seed, 12)).Int64N(info.Size()/2)); err != nil {
		t.Fatal(err)
	}
	return j.Name()
}
