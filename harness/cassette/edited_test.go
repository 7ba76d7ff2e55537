package cassette

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// edit returns a file with one text replaced, which it has to hold.
func edit(t *testing.T, file, old, new string) string {
	t.Helper()
	if !strings.Contains(file, old) {
		t.Fatalf("the file holds no %q", old)
	}
	return strings.Replace(file, old, new, 1)
}

func load(t *testing.T, content string) (*Cassette, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "edited.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

// What a person or another tool makes of a file is read through yaml.v3, to what
// stock go-vcr reads.
func TestEditedFilesReadAsGoVCRReadsThem(t *testing.T) {
	stock := string(goVCRFile(t, samples(2)))
	const long = "      response:\n        proto: HTTP/2.0\n        proto_major: 2\n"
	for name, content := range map[string]string{
		"comment":          edit(t, stock, "version: 2\n", "# recorded in May\nversion: 2 # go-vcr's\n"),
		"unknown keys":     edit(t, edit(t, stock, "version: 2\n", "version: 2\nextra: {a: [b]}\n"), long, long+"        extra: 1\n"),
		"flow style":       edit(t, stock, "            Accept:\n                - application/json\n", "            Accept: [application/json]\n"),
		"another order":    edit(t, edit(t, stock, "        code: 200\n", ""), long, long+"        code: 200\n"),
		"a key left out":   edit(t, stock, "        uncompressed: false\n", ""),
		"folded":           edit(t, stock, "        host: graph.microsoft.com\n", "        host: >-\n            graph.microsoft.com\n"),
		"anchor and alias": edit(t, edit(t, stock, "host: graph", "host: &h graph"), "remote_addr: \"\"", "remote_addr: *h"),
		"merge":            edit(t, stock, long, "      response:\n        <<: {proto: HTTP/2.0}\n        proto_major: 2\n"),
		"no version":       edit(t, stock, "version: 2\n", ""),
		"CRLF":             strings.ReplaceAll(stock, "\n", "\r\n"),
		"no dashes":        edit(t, stock, "---\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "edited")
			if err := os.WriteFile(file+".yaml", []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			want, err := govcr.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Load(file + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Interactions) != len(want.Interactions) {
				t.Fatalf("%d interactions, want %d", len(got.Interactions), len(want.Interactions))
			}
			for n, i := range got.Interactions {
				if diff := cmp.Diff(want.Interactions[n].Request, i.Request) + cmp.Diff(want.Interactions[n].Response, i.Response); diff != "" {
					t.Errorf("interaction %d (-stock +ours):\n%s", n, diff)
				}
			}
		})
	}
}

// A value is found on its line, whichever of the two readers read the file.
func TestBodyLine(t *testing.T) {
	i := sample(0, `{"id":"x","values":[{"name":"first"},{"name":"needle"}],"empty":{}}`)
	ours := string(written(t, &Cassette{Meta: Meta{Origin: Docs}, Interactions: []*Interaction{sample(0, "text"), i}}))
	const path = "$['values'][1]['name']"
	one := edit(t, ours, `"id": "x",`+"\n          ", `"id": "x", `) // no longer a member a line
	for _, test := range []struct{ name, file, at string }{
		{"one pass", ours, "needle"},
		{"yaml.v3", edit(t, ours, "version: 2", "version: 2 # two"), "needle"},
		{"edited by hand", one, `"id": "x"`},
		{"verbatim", edit(t, one, "    graphvcr: {body: indented}\n", ""), "body: |-"},
		{"go-vcr's", string(goVCRFile(t, []*Interaction{i})), "needle"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := load(t, test.file)
			if err != nil {
				t.Fatal(err)
			}
			last := c.Interactions[len(c.Interactions)-1]
			rows := strings.Split(test.file, "\n")
			line := last.BodyLine(path)
			if line < 1 || line > len(rows) {
				t.Fatalf("line %d of %d", line, len(rows))
			}
			row := rows[line-1]
			if test.name == "edited by hand" {
				row = rows[line] // the body begins with its brace
			}
			if !strings.Contains(row, test.at) {
				t.Errorf("line %d is %q, want one with %q", line, row, test.at)
			}
			if row := rows[last.Line-1]; !strings.Contains(row, "- id: ") {
				t.Errorf("the interaction begins on line %d, %q", last.Line, row)
			}
		})
	}
	if line := i.BodyLine(path); line != 0 {
		t.Errorf("line %d of no file", line)
	}
}

// The end of a file is checked also where yaml.v3 reads it.
func TestEditedFilesThatEndEarly(t *testing.T) {
	ours := edit(t, string(written(t, &Cassette{Interactions: samples(2)})), "version: 2", "version: 2 # edited")
	for end, want := range map[string]string{
		ours[:strings.LastIndex(ours, "      duration:")]: "interaction 1: the last response does not end in its duration",
		ours[:strings.LastIndex(ours, "    response:")]:   "interaction 1: it has no response",
		ours[:strings.LastIndex(ours, "  - id:")]:         "the file says that it holds 2 interactions, and holds 1",
		ours[:len(ours)-1]: "the file does not end in a line break",
		edit(t, ours, "      duration: ", "      note: 1\n      duration: ") + "      status: x\n": "already defined",
	} {
		_, err := load(t, end)
		if fault.Find(err) == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A file that nobody looked through for secrets is its owner's alone.
func TestSaveSetsTheMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: Windows has no such modes")
	}
	dir := t.TempDir()
	c := &Cassette{Interactions: samples(1)}
	pass := func(*Cassette) error { return nil }
	old := filepath.Join(dir, "old.yaml")
	if err := os.WriteFile(old, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(old, 0o640); err != nil { // whatever the umask
		t.Fatal(err)
	}
	for _, test := range []struct {
		file  string
		guard Guard
		want  os.FileMode
	}{
		{filepath.Join(dir, "none.yaml"), nil, 0o600},
		{filepath.Join(dir, "new", "passed.yaml"), pass, 0o644},
		{old, pass, 0o640},
		{old, nil, 0o600},
	} {
		if err := c.Save(test.file, test.guard); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(test.file)
		if err != nil || info.Mode().Perm() != test.want {
			t.Errorf("%s has mode %v, want %v (%v)", test.file, info.Mode(), test.want, err)
		}
	}
}
