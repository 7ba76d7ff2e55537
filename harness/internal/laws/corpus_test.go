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
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// recordings reads the real recordings that lie beside the repository, by folder.
func recordings(t *testing.T) map[string][]*cassette.Cassette {
	t.Helper()
	root := testkit.Corpus(t, "recordings")
	all := map[string][]*cassette.Cassette{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		folder, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		kind := importer.Of(importer.VCRPy)
		if strings.HasSuffix(file, ".har") {
			kind = importer.Of(importer.HAR)
		}
		if r, err := (importer.Reader{}).Read(kind, file, "law", nil); err == nil && len(r.Cassette.Interactions) > 0 {
			all[folder] = append(all[folder], r.Cassette)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestOwnAnswersOfRealRecordings counts, over the real recordings with the default rules,
// how many requests get their own answer: all.
func TestOwnAnswersOfRealRecordings(t *testing.T) {
	for folder, recorded := range recordings(t) {
		for name, order := range map[string]laws.Order{"in order": laws.InOrder, "shuffled": laws.Shuffled, "at once": laws.AtOnce} {
			var total laws.Tally
			for n, c := range recorded {
				total.Add(replayed(t, c, order, uint64(n)))
			}
			t.Logf("%-18s %-8s %3d requests of %d recordings: own %d, wrong %d, missed %d", folder, name, total.Total(), len(recorded), total.Own, total.Wrong, total.Missed)
			if total.Wrong > 0 || total.Missed > 0 {
				t.Errorf("%s, %s: %d wrong and %d missed, want none\n%s", folder, name, total.Wrong, total.Missed, strings.Join(total.Notes, "\n"))
			}
		}
	}
}

// replayed redacts a recording and replays it to a client that has the original.
func replayed(t *testing.T, recorded *cassette.Cassette, order laws.Order, seed uint64) laws.Tally {
	t.Helper()
	return sealTape(t, &tape{recorded: recorded.Interactions}, nil).play(t, order, seed, nil)
}

// TestStrangersOfRealRecordings: no random id in an address of a real recording is answered,
// nor one in place of what the replay gave out.
func TestStrangersOfRealRecordings(t *testing.T) {
	for folder, recorded := range recordings(t) {
		asked := 0
		for n, c := range recorded {
			asked += strangers(t, sealTape(t, &tape{recorded: c.Interactions}, nil), uint64(n))
		}
		t.Logf("%s: %d asked", folder, asked)
	}
}

// TestStrangersOfShippedCassettes: likewise, for clients of the shipped cassettes.
func TestStrangersOfShippedCassettes(t *testing.T) {
	asked := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "..", "cassettes"), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".yaml" {
			return err
		}
		c, err := cassette.Load(file)
		if err != nil {
			return err
		}
		s := &sealedTape{tape: &tape{recorded: c.Interactions}, stored: c, places: map[*cassette.Interaction]int{}}
		for at, i := range c.Interactions {
			s.places[i] = at
		}
		if s.index, err = match.NewIndex(match.Rules{}, c); err != nil {
			return err
		}
		asked += strangers(t, s, 1)
		return nil
	})
	if err != nil || asked < 20 {
		t.Errorf("%d asked, want 20 or more: %v", asked, err)
	}
	t.Logf("%d asked", asked)
}

// TestOwnAnswersOfPages: likewise for the examples of documentation, taken for recordings of
// somebody's: they ask for more kinds of things than anybody recorded.
func TestOwnAnswersOfPages(t *testing.T) {
	var total laws.Tally
	for _, folder := range []string{"docs", "docs-2"} {
		err := filepath.WalkDir(testkit.Corpus(t, folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || filepath.Base(filepath.Dir(file)) != "api" || filepath.Ext(file) != ".md" {
				return err
			}
			page, err := importer.Docs(file, "page", importer.DocsOptions{})
			if err != nil || len(page.Cassette.Interactions) == 0 {
				return nil
			}
			total.Add(replayed(t, page.Cassette, laws.Shuffled, uint64(total.Total())))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d requests: own %d, wrong %d, missed %d", total.Total(), total.Own, total.Wrong, total.Missed)
	if total.Wrong+total.Missed > 0 || total.Own < 150 {
		t.Errorf("%d own, %d wrong, %d missed\n%s", total.Own, total.Wrong, total.Missed, strings.Join(total.Notes, "\n"))
	}
}
