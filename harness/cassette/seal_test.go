package cassette

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// salted sets a salt for a test and returns it.
func salted(t testing.TB) []byte {
	t.Helper()
	salt := bytes.Repeat([]byte{7}, 32)
	t.Setenv(saltfile.Variable, hex.EncodeToString(salt))
	return salt
}

// sealed is a cassette with holes of every kind, and tags.
func sealed(salt []byte) *Cassette {
	all := samples(3)
	all[1].Holes = []Hole{{"path[3]", HoleName}, {"body.$['password']", HoleSecret}}
	all[1].Principal = "Name 1 qzkw"
	all[2].Holes = []Hole{{`body.$['a"\b']`, HoleBytes}, {"body.$['birthday']", HoleTime}}
	return &Cassette{
		Meta: Meta{
			Format: 2, Origin: Recorded, RecordedAt: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), Redaction: Redaction{Redacted: []string{"identity.name"}, Salt: saltfile.Digest(salt), Tags: map[string]string{"Name 1 qzkw": "1a2b3", "file7-tmwz.docx": "00042.2"}},
		},
		Interactions: all,
	}
}

func TestSealedFile(t *testing.T) {
	salt := salted(t)
	c := sealed(salt)
	loaded := saveAndLoad(t, c)
	if diff := cmp.Diff(c.Meta, loaded.Meta); diff != "" || !bytes.Equal(loaded.Salt, salt) {
		t.Errorf("salt %x, meta %s", loaded.Salt, diff)
	}
	text := string(written(t, c))
	for _, want := range []string{
		"  salt: b535a4305266\n  holes: 4\n  tags:\n    'Name 1 qzkw': \"1a2b3\"\n    'file7-tmwz.docx': \"00042.2\"\n  sum: \"6cc1d8d9\"\ninteractions:\n",
		"\n    graphvcr: {body: indented, principal: \"Name 1 qzkw\", holes: [\"name path[3]\", \"secret body.$['password']\"], sum: \"b503f6c4\"}\n",
		`holes: ["bytes body.$['a\"\\b']", "time body.$['birthday']"], sum: "`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the file holds no %s\n%s", want, text)
		}
	}
	for _, text := range awkward {
		c := &Cassette{Meta: c.Meta, Interactions: []*Interaction{sample(0, text)}}
		c.Interactions[0].Holes = []Hole{{"body.$['" + text + "']", HoleName}, {"x" + text, HoleTime}}
		c.Meta.Tags = map[string]string{text: "fffff.12"}
		saveAndLoad(t, c)
	}
	plain := string(written(t, &Cassette{Interactions: samples(1)}))
	if strings.Contains(plain, "sum:") || strings.Contains(plain, "holes") {
		t.Errorf("without redaction, of holes: %s", plain)
	}
}

// Whatever is edited, cut or missing of what redaction did is an error with its line, in
// both readers, and a file that can be sealed again loads unsealed.
func TestBadSeals(t *testing.T) {
	good := string(written(t, sealed(salted(t))))
	const header, resealed, one = "graphvcr block: ", "redact ", "interaction 1: "
	sum := func(after string) string { // of the interaction that such a text is in, or the header
		_, rest, _ := strings.Cut(good, after)
		_, rest, _ = strings.Cut(rest, "sum: ")
		return "sum: " + rest[:10]
	}
	for _, test := range []struct{ name, old, new, at, want, hint string }{
		{"url", "users?$filter=startsWith(displayName,'O''V')", "users?$filter=startsWith(displayName,'A''V')", "- id: 1", one + "the request or its holes are not those", resealed},
		{"body", `body: '{"id":"x1"`, `body: '{"id":"x9"`, "- id: 1", one + "the request or its holes are not those", resealed},
		{"header", "- second", "- third", "- id: 1", one + "the request or its holes are not those", resealed},
		{"a hole's kind", "secret body", "name body", "secret body", one + "the request or its holes", resealed},
		{"a hole's place", "path[3]", "path[2]", "path[3]", one + "the request or its holes", resealed},
		{"a hole less", `"name path[3]", `, "", "name path", one + "the request or its holes", resealed},
		{"a hole that is none", "name path[3]", "nome path[3]", "name path", one + `hole "nome path[3]" is not a kind`, resealed},
		{"a hole nowhere", "name path[3]", "name ", "name path", one + `hole "name " is not a kind`, resealed},
		{"holes without sum", ", " + sum("secret body"), "", "secret body", one + "there are holes and no sum", resealed},
		{"sum without holes", `holes: ["name path[3]", "secret body.$['password']"], `, "", "name path", one + "there is a sum and no holes", resealed},
		{"holes and sum cut", `, holes: ["name path[3]", "secret body.$['password']"], ` + sum("secret body"), "", "  holes: 4", header + "it speaks of 4 holes, and the file holds 2", resealed},
		{"holes that are no list", `["name path[3]", "secret body.$['password']"]`, "{}", "name path", "cannot unmarshal", ""},
		{"the header's count", "holes: 4", "holes: 3", "  holes: ", header + "it speaks of 3 holes, and the file holds 4", resealed},
		{"no number", "holes: 4", "holes: four", "  holes: ", header + `holes "four" is not a number`, ""},
		{"a tag", "1a2b3", "1a2b4", "  " + sum("tags:"), header + "salt, holes or tags are not those", resealed},
		{"a tag less", `    'Name 1 qzkw': "1a2b3"` + "\n", "", "  " + sum("tags:"), header + "salt, holes or tags are not those", resealed},
		{"a tag that is none", "1a2b3", "1a2b3x", "1a2b3", header + `"1a2b3x" is not a tag`, resealed},
		{"a pseudonym", "file7-tmwz", "file8-tmwz", "  " + sum("tags:"), header + "salt, holes or tags are not those", resealed},
		{"the header's sum", "  " + sum("tags:") + "\n", "", "  salt: ", header + "it has no sum over salt, holes and tags", resealed},
		{"salt cut", "  salt: b535a4305266\n", "", "  " + sum("tags:"), header + "salt, holes or tags are not those", resealed},
		{"no salt's digest", "  salt: ", "  salt: 1", "  salt: ", header + "salt ", "restore the file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			first, rest, _ := strings.Cut(good, "- id: 1")
			bad := ""
			if strings.Contains(test.want, one) && strings.Contains(rest, test.old) {
				bad = first + "- id: 1" + edit(t, rest, test.old, test.new)
			} else {
				bad = edit(t, good, test.old, test.new)
			}
			before, _, ok := strings.Cut(bad, test.at)
			if !ok {
				before, _, _ = strings.Cut(good, test.at)
			}
			line := strings.Count(before, "\n") + 1
			if test.at == "- id: 1" {
				line++ // the mark's
			}
			for _, text := range []string{bad, strings.Replace(bad, "version: 2", "version: 2 # by hand", 1)} {
				file := filepath.Join(t.TempDir(), "bad.yaml")
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				_, err := Load(file)
				at := fault.Find(err)
				if at == nil || at.File != file || at.Line != line || !strings.Contains(err.Error(), test.want) || !strings.Contains(fault.Hint(err), test.hint) {
					t.Fatalf("got %v (%s), want line %d and %q", err, fault.Hint(err), line, test.want)
				}
				if c, err := LoadUnsealed(file); test.hint == resealed && (err != nil || len(c.Interactions) != 3) {
					t.Errorf("unsealed: %v", err)
				}
			}
		})
	}
}

// A file that an older release redacted says too little; one that was not redacted loads.
func TestOldFormat(t *testing.T) {
	old := strings.Replace(string(written(t, &Cassette{Interactions: samples(1)})), "format: 2", "format: 1", 1)
	if c, err := load(t, old); err != nil || c.Meta.Format != 1 {
		t.Fatal(err)
	}
	_, err := load(t, strings.Replace(old, "format: 1\n", "format: 1\n  redacted:\n    - identity.upn\n", 1))
	if at := fault.Find(err); at == nil || at.Line != 6 || !strings.Contains(err.Error(), "redacted in format 1") || fault.Hint(err) != "record or import it again" {
		t.Errorf("got %v", err)
	}
}

func TestHolesThatAreNone(t *testing.T) {
	for _, h := range []Hole{{}, {Place: "path[1]", Kind: "x"}, {Kind: HoleName}} {
		i := sample(0, "x")
		i.Holes = []Hole{h}
		var unstorable *UnstorableError
		if err := i.Storable(); !errors.As(err, &unstorable) {
			t.Errorf("%v: got %v", h, err)
		}
	}
	c := &Cassette{Meta: Meta{Redaction: Redaction{Tags: map[string]string{"Name 1 qzkw": "x"}}}}
	if err := c.Save(filepath.Join(t.TempDir(), "x.yaml"), nil); err == nil {
		t.Error("a tag that is none was saved")
	}
}

// The salt is the nearest above a cassette, or the environment's, and it has to be there and
// be the one that the cassette was made with.
func TestSalt(t *testing.T) {
	t.Setenv(saltfile.Variable, "")
	root := t.TempDir()
	deep := filepath.Join(root, "cassettes", "a", "b")
	if _, err := saltfile.Find(root); !errors.Is(err, fs.ErrNotExist) || fault.Hint(err) == "" {
		t.Fatalf("got %v", err)
	}
	salt, err := saltfile.Make(filepath.Join(root, "cassettes"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "cassettes", saltfile.Name)
	info, err := os.Stat(name)
	text, _ := os.ReadFile(name)
	if err != nil || info.Mode().Perm() != 0o644 || string(text) != hex.EncodeToString(salt)+"\n" {
		t.Errorf("mode %v, %q, %v", info.Mode(), text, err)
	}
	if again, err := saltfile.Make(deep); err != nil || !bytes.Equal(again, salt) {
		t.Errorf("a second salt was made: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(deep, saltfile.Name), 0o755); err != nil { // somebody's folder
		t.Fatal(err)
	}
	file := filepath.Join(deep, "x.yaml")
	save := func(digest string) {
		t.Helper()
		if err := (&Cassette{Meta: Meta{Redaction: Redaction{Salt: digest}}, Interactions: samples(1)}).Save(file, nil); err != nil {
			t.Fatal(err)
		}
	}
	save(saltfile.Digest(salt))
	if c, err := Load(file); err != nil || !bytes.Equal(c.Salt, salt) {
		t.Fatal(err)
	}
	fails := func(want, hint string) {
		t.Helper()
		_, err := Load(file)
		if at := fault.Find(err); at == nil || at.Line == 0 || !strings.Contains(err.Error(), want) || !strings.Contains(fault.Hint(err), hint) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v (%s), want %s", err, fault.Hint(err), want)
		}
	}
	t.Setenv(saltfile.Variable, strings.Repeat("0b", 32))
	fails("x.yaml: line 6: it was made with the salt "+saltfile.Digest(salt)+", and the salt here is ", "version control, or set GRAPHVCR_SALT")
	t.Setenv(saltfile.Variable, "0b")
	if _, err := saltfile.Find(deep); err == nil || !strings.Contains(err.Error(), "GRAPHVCR_SALT: a salt is one line of 64") {
		t.Errorf("got %v", err)
	}
	t.Setenv(saltfile.Variable, "")
	for _, bad := range []string{"", "x", strings.Repeat("0", 63), strings.Repeat("0", 66), strings.Repeat("g", 64)} {
		if err := os.WriteFile(name, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		fails("salt: line 1: a salt is one line of 64 hexadecimal digits", "version control")
		if _, err := saltfile.Make(deep); err == nil {
			t.Errorf("%q passed for a salt", bad)
		}
	}
	os.Remove(name)
	fails("x.yaml: line 6: it was made with the salt "+saltfile.Digest(salt)+", and there is no salt", "version control, or set GRAPHVCR_SALT")
}

// What only looks like a mark in the regular shape is left to yaml.v3.
func TestMarksReadAlike(t *testing.T) {
	good := string(written(t, &Cassette{Interactions: samples(1)}))
	for mark, regular := range map[string]bool{
		`{body: indented}`:                                       true,
		`{body: indented, }`:                                     false,
		`{body: indentedprincipal: "x"}`:                         false,
		`{body: indented, principal: "x"}`:                       true,
		`{body: indented, principal: "x""y"}`:                    false,
		`{principal: "x", body: indented}`:                       false,
		`{body: indented, holes: [], sum: ""}`:                   false,
		`{body: indented, holes: ["name x" "name y"], sum: "0"}`: false,
		`{body: indented, holes: ["name x""name y"], sum: "0"}`:  false,
		`{body: indented, holes: ["name x", ], sum: "0"}`:        false,
		`{body: indented, holes: ["name x"`:                      false,
		`{body: indented, holes: ["name x\"]}`:                   false,
		`{body: indented, sum: ""`:                               false,
		`{`:                                                      false,
		`body: indented`:                                         false,
	} {
		if agree(t, []byte(edit(t, good, `{body: indented}`, mark))) != regular {
			t.Errorf("%s: regular is not %v", mark, regular)
		}
	}
}

// Whatever byte of a sealed file is edited, cut or added: what comes back is an error with file
// and line, or what redaction did as it was, and nothing panics. Answers may be edited, and so
// may requests without a hole.
func TestEveryEditOfASeal(t *testing.T) {
	c := sealed(salted(t))
	c.Interactions = c.Interactions[1:2]
	good := string(written(t, c))
	file := filepath.Join(t.TempDir(), "edited.yaml")
	load := func(text string) (*Cassette, error) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(file)
	}
	want, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	refused, same := 0, 0
	check := func(what string, at int, text string) {
		got, err := load(text)
		if err != nil {
			place := fault.Find(err)
			if place == nil || place.File != file || place.Line < 1 && at > 0 {
				t.Errorf("%s at byte %d, line %d: an error without a place: %v", what, at, strings.Count(good[:at], "\n")+1, err)
			}
			refused++
			return
		}
		same++
		i, was := got.Interactions, want.Interactions[0]
		if len(i) != 1 || got.Meta.Salt != want.Meta.Salt || !cmp.Equal(got.Meta.Tags, want.Meta.Tags) || !slices.Equal(i[0].Holes, was.Holes) ||
			i[0].Request.Method != was.Request.Method || i[0].Request.URL != was.Request.URL || i[0].Request.Body != was.Request.Body || !cmp.Equal(i[0].Request.Headers, was.Request.Headers) {
			t.Errorf("%s at byte %d, line %d: it loads, and is not what was sealed: %q", what, at, strings.Count(good[:at], "\n")+1, excerptAt(text, at))
		}
	}
	edits, step := "x", 3
	if testkit.Slow() {
		edits, step = "x7 \n\"'", 1
	}
	for at := 0; at < len(good); at += step {
		check("a byte less", at, good[:at]+good[at+1:])
		for _, c := range []byte(edits) {
			if c != good[at] {
				check("byte "+string(c), at, good[:at]+string(c)+good[at+1:])
				check("added "+string(c), at, good[:at]+string(c)+good[at:])
			}
		}
	}
	lines := strings.SplitAfter(good, "\n")
	for n := range lines {
		at := len(strings.Join(lines[:n], ""))
		check("cut", at, good[:at])
		check("a line less", at, good[:at]+strings.Join(lines[n+1:], ""))
		check("a line twice", at, good[:at]+lines[n]+good[at:])
	}
	t.Logf("%d edits: %d refused, %d told nothing else", refused+same, refused, same)
}

func excerptAt(s string, at int) string { return s[max(0, at-40):min(len(s), at+40)] }
