package laws_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/laws"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// recordings reads the real recordings that lie beside the repository, by folder.
func recordings(t *testing.T) map[string][]*cassette.Cassette {
	t.Helper()
	root := filepath.Join("..", "..", "..", "..", "shared", "corpus", "recordings")
	all := map[string][]*cassette.Cassette{}
	_ = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil
		}
		rel, _ := filepath.Rel(root, file)
		folder, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		read := importer.VCRPy
		if strings.HasSuffix(file, ".har") {
			read = importer.HAR
		}
		if r, err := read(file, "law", nil); err == nil && len(r.Cassette.Interactions) > 0 {
			all[folder] = append(all[folder], r.Cassette)
		}
		return nil
	})
	if len(all) == 0 {
		t.Skip("skipped: no real recordings beside this checkout, in ../shared/corpus/recordings")
	}
	return all
}

// TestOwnAnswersOfRealRecordings is law 10 over the real recordings, with the default rules.
func TestOwnAnswersOfRealRecordings(t *testing.T) {
	for folder, tapes := range recordings(t) {
		for name, order := range map[string]laws.Order{"in order": laws.InOrder, "shuffled": laws.Shuffled, "at once": laws.AtOnce} {
			var total laws.Tally
			for n, tape := range tapes {
				redactor, err := redact.New(redact.Rules{}, redact.Options{})
				if err != nil {
					t.Fatal(err)
				}
				stored := &cassette.Cassette{Name: tape.Name, File: tape.File}
				places := map[*cassette.Interaction]int{}
				for at, i := range tape.Interactions {
					s := redactor.Interaction(i)
					places[s] = at
					stored.Interactions = append(stored.Interactions, s)
				}
				redactor.Finish(stored)
				index, err := match.NewIndex(match.Rules{}, stored)
				if err != nil {
					t.Fatal(err)
				}
				client := laws.Client{
					Recorded: tape.Interactions, Seed: uint64(n),
					Transport: transport.NewReplayer(index.NewSession(), transport.Options{}),
					Place:     func(i *cassette.Interaction) int { return places[i] },
				}
				tally, err := client.Replay(t.Context(), order)
				if err != nil {
					t.Fatal(err)
				}
				total.Add(tally)
			}
			t.Logf("%-20s %-9s %d requests of %d recordings: own %d, wrong %d, missed %d", folder, name, total.Total(), len(tapes), total.Own, total.Wrong, total.Missed)
			for _, note := range total.Notes[:min(len(total.Notes), 3)] {
				line, _, _ := strings.Cut(note, "\n")
				t.Logf("    %.300s", line)
			}
		}
	}
}
