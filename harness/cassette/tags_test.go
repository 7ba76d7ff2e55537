package cassette

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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

// TestTagsCostLittle: of a tag that is read as it was written nothing is kept but itself.
func TestTagsCostLittle(t *testing.T) {
	const count = 10_000
	c := &Cassette{Meta: Meta{Origin: Recorded, Redaction: Redaction{Tags: make(map[string]string, count)}}}
	for n := range count {
		c.Meta.Tags[fmt.Sprintf("user%d-abcd@domain.example", n)] = fmt.Sprintf("%05x", n)
	}
	text := written(t, c)
	if !agree(t, text) {
		t.Fatal("it is not read in one pass")
	}
	allocations := testing.AllocsPerRun(1, func() { _, _ = newReader("x.yaml", bytes.NewReader(text), false).read() })
	if allocations > count/10 {
		t.Errorf("%.0f allocations for %d tags", allocations, count)
	}
}

// TestTagsInOnePass: tags mean to the reader in one pass what they mean to yaml.v3, whatever
// stands in their place.
func TestTagsInOnePass(t *testing.T) {
	for block, want := range map[string]string{ // by pseudonym a
		"  tags:\n    a: \"12345\"\n":                                     "12345",
		"  tags:\n    a: abcde.9\n    b: fffff\n":                         "abcde.9",
		"  tags:\n    'a': abcde\n":                                       "abcde",
		"  tags:\n    \"\\x61\": 'abcde'\n":                               "abcde",
		"  tags:\n    a: 12345\n":                                         "12345",
		"  tags:\n    a: abcde # x\n":                                     "abcde",
		"  tags:\n    # x\n    a: abcde\n":                                "abcde",
		"  tags: {a: abcde}\n":                                            "abcde",
		"  tags:\n    a: &x abcde\n    b: *x\n":                           "abcde",
		"  tags:\n    a: abcde\n    a: abcdf\n":                           "",
		"  tags:\n    a: abcde\n   b: abcdf\n":                            "",
		"  tags:\n      a: abcde\n    b: abcdf\n":                         "",
		"  tags:\n    a: abc\n":                                           "",
		"  tags:\n    a: abcde\n  tags: {}\n":                             "",
		"  tags:\n    a: abcde\n  rules: [b]\n":                           "",
		"  source: \"b\n  tags:\n    a: abcde\n\"\n":                      "none",
		"  source: \"b\n  tags:\n    a: abcde\"\n  tags:\n    a: abcdf\n": "abcdf",
	} {
		text := "---\nversion: 2\ngraphvcr:\n  format: 2\n  interactions: 0\n" + block + "  sum: SUM\ninteractions: []\n"
		sum := (&header{Meta: Meta{Redaction: Redaction{Tags: map[string]string{"a": want}}}}).seal(0)
		if strings.Contains(block, "b: fffff") {
			sum = (&header{Meta: Meta{Redaction: Redaction{Tags: map[string]string{"a": want, "b": "fffff"}}}}).seal(0)
		}
		if strings.Contains(block, "b: *x") {
			sum = (&header{Meta: Meta{Redaction: Redaction{Tags: map[string]string{"a": want, "b": want}}}}).seal(0)
		}
		if want == "none" {
			sum = (&header{Meta: Meta{Redaction: Redaction{}}}).seal(0)
		}
		text = strings.Replace(text, "SUM", strconv.Quote(sum), 1)
		agree(t, []byte(text))
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		switch c, err := Load(file); {
		case want == "" && err == nil:
			t.Errorf("%q is read: %v", block, c.Meta.Tags)
		case want == "none" && (err != nil || len(c.Meta.Tags) > 0), want != "" && want != "none" && (err != nil || c.Meta.Tags["a"] != want):
			t.Errorf("%q is not read as %s: %v", block, want, err)
		}
	}
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
