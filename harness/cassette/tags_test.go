package cassette

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestManyTags: a cassette has a tag for each name that stands in a hole, and is read in a
// time that grows with their number, not with its square.
func TestManyTags(t *testing.T) {
	const count = 50_000
	c := &Cassette{Meta: Meta{Origin: Recorded, Redaction: Redaction{Tags: make(map[string]string, count)}}}
	c.Interactions = []*Interaction{{Request: Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me"}, Response: Response{Code: 200}}}
	for n := range count {
		c.Meta.Tags[fmt.Sprintf("name%d", n)] = fmt.Sprintf("0a%03x", n%0x1000)
	}
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	testkit.Bounded(t, 20*count, func() {
		if c, err := LoadUnsealed(file); err != nil || len(c.Meta.Tags) != count {
			t.Errorf("%v", err)
		}
	})
}

// TestTagsAreTexts: what is wrong with tags and variables is said with its line.
func TestTagsAreTexts(t *testing.T) {
	for block, want := range map[string]string{
		"  vars: {a: b, a: c}\n":           `mapping key "a" already defined`,
		"  vars: {a: [b]}\n":               "cannot unmarshal",
		"  vars: [a]\n":                    "cannot unmarshal",
		"  vars: {a: b}\n  vars: {c: d}\n": `mapping key "vars" already defined`,
		"  vars: {? [a] : b}\n":            "cannot unmarshal",
	} {
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(file, []byte("---\nversion: 2\ninteractions: []\ngraphvcr:\n  format: 1\n  origin: docs\n"+block), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(file); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v, want %s", block, err, want)
		}
	}
}
