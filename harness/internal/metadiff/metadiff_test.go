package metadiff_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

func TestMain(m *testing.M) { os.Exit(testkit.On(m).Run()) }

// TestCompare runs the tables of testdata: a base document, and changes to it with what they
// are told as.
func TestCompare(t *testing.T) {
	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, a *testkit.Archive) {
		old, new := parse(t, a.Section(t, "old")), parse(t, a.Section(t, "new"))
		a.Want(t, "changes", list(metadiff.Compare(old, new)))
	})
}

// TestNothing compares documents with themselves.
func TestNothing(t *testing.T) {
	for _, name := range []string{"v1.0-GovSG", "beta-USNat"} {
		m, err := csdl.Load(testkit.Corpus(t, "metadata/"+name+".csdl"))
		if err != nil {
			t.Fatal(err)
		}
		if told := metadiff.Compare(m, m); len(told) > 0 {
			t.Errorf("%s differs from itself:\n%s", name, list(told))
		}
	}
}

// TestClouds compares two clouds: each type that one lacks is told once, by its cause.
func TestClouds(t *testing.T) {
	var models []*csdl.Model
	for _, name := range []string{"v1.0-Prod", "v1.0-USNat"} {
		m, err := csdl.Load(testkit.Corpus(t, "metadata/"+name+".csdl"))
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, way := range [][2]*csdl.Model{{models[0], models[1]}, {models[1], models[0]}} {
		told := map[string]int{}
		changes := metadiff.Compare(way[0], way[1])
		for _, c := range changes {
			if c.Rule == metadiff.TypeAdded || c.Rule == diff.PropertyAdded || c.Rule == metadiff.PathAdded || c.Rule == metadiff.OperationAdded {
				continue
			}
			for _, name := range c.Carries {
				told[name]++
			}
			for _, at := range append(c.Also, c.Place) {
				if at.Kind == metadiff.Type && c.PlainlyThere() || c.Rule == metadiff.TypeLost {
					told[at.Type]++
				}
			}
		}
		lost := 0
		for name := range way[0].Types {
			if way[1].Types[name] != nil {
				continue
			}
			lost++
			if told[name] != 1 {
				t.Errorf("%s is gone and told %d times", name, told[name])
			}
		}
		t.Logf("%d types gone, %d changes", lost, len(changes))
	}
}

// TestSteps compares three steps of the history of Graph's metadata. Their errors and
// warnings were checked by hand.
func TestSteps(t *testing.T) {
	for _, step := range [][2]string{{"2023-09-13", "2023-09-22"}, {"2024-09-27", "2024-10-08"}, {"2025-07-09", "2025-07-29"}} {
		var models [2]*csdl.Model
		for i, date := range step {
			m, err := csdl.Load(testkit.Corpus(t, "metadata/history/v1.0-Prod."+date+".csdl"))
			if err != nil {
				t.Fatal(err)
			}
			models[i] = m
		}
		var telling []metadiff.Change
		for _, c := range metadiff.Compare(models[0], models[1]) {
			if c.Severity > report.Note {
				telling = append(telling, c)
			}
		}
		testkit.Golden(t, "testdata/"+step[1]+".golden", list(telling))
	}
}

func parse(t *testing.T, schemas string) *csdl.Model {
	t.Helper()
	text := `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` + schemas + `</edmx:DataServices></edmx:Edmx>`
	m, err := csdl.Parse(strings.NewReader(text), "model.csdl")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func list(changes []metadiff.Change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "%s %s: %s %s", c.Severity, c.Rule, c.Place, c.How)
		for _, at := range c.Also {
			fmt.Fprintf(&b, "; likewise %s", at)
		}
		if n := len(c.Carries); n > 0 {
			fmt.Fprintf(&b, "; with %d types: %s", n, metadiff.Some(c.Carries, 4))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
