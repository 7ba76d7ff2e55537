package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

const corpus = "../../../../../shared/corpus"

// TestTable: generating again from the sources adds nothing to the table that is committed,
// and takes nothing away.
func TestTable(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("no sources here: %v", err)
	}
	committed, err := os.ReadFile("../words.txt")
	if err != nil {
		t.Fatal(err)
	}
	made, err := generate(os.DirFS(corpus), string(committed))
	if err != nil {
		t.Fatal(err)
	}
	if made != string(committed) {
		t.Error("words.txt is not what the sources give: go generate ./harness/internal/words")
	}
}

// TestMetadata: every name that metadata declares is known, and every member of an enum is
// harmless at every property of that type: below the property that refers to its owner
// where the name is ambiguous.
func TestMetadata(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus, "metadata", "*.csdl"))
	if len(files) == 0 {
		t.Skip("no metadata here")
	}
	checked, ambiguous := 0, 0
	for _, file := range files {
		m, err := csdl.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, owner := range m.Types {
			if !words.IsType(name) || !words.IsType("#"+name) || !words.IsType(local(name)) {
				t.Errorf("%s is no type", name)
			}
			for _, p := range owner.Properties {
				if !words.IsMember(p.Name) {
					t.Errorf("%s of %s is no member", p.Name, name)
				}
				enum := m.Types[p.Type.Name]
				if enum == nil || enum.Kind != csdl.Enum {
					continue
				}
				parent := ""
				if isFree(p.Name) {
					parent = local(name)
					ambiguous++
				}
				for _, v := range enum.Members {
					checked++
					if !words.Harmless(p.Name, parent, v.Name) {
						t.Errorf("%s of %s: %q is not harmless", p.Name, name, v.Name)
					}
				}
			}
		}
	}
	t.Logf("%d members of enums at their properties, %d properties with ambiguous names", checked, ambiguous)
	if checked < 10_000 {
		t.Errorf("%d members of enums, want 10,000 at least", checked)
	}
}
