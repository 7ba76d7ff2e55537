package cassette

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// What is wrong with a file is said with its line, its interaction and a hint.
func TestBadFiles(t *testing.T) {
	good := string(written(t, &Cassette{Meta: Meta{Origin: Docs}, Interactions: samples(2)}))
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the good file holds no %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	tests := []struct{ name, content, want, hint string }{
		{"empty", "", "the file is empty", "restore"},
		{"only a comment", "# nothing\n", "the file is empty", ""},
		{"format 1", change("version: 2", "version: 1"), `line 2: cassette format "1" is not supported`, "record it again"},
		{"not a mapping", "- a\n- b\n", "line 1: a cassette is a mapping", ""},
		{"no interactions", "version: 2\n", "no interactions", "cut short"},
		{"interactions are text", "version: 2\ninteractions: x\n", "line 2: interactions is not a list", ""},
		{"wrong indent", change("    request:\n", "   request:\n"), "line 10: interaction 0", "indentation"},
		{"tab", change("      proto: HTTP/1.1", "\t  proto: HTTP/1.1"), "line 11: interaction 0", "spaces"},
		{"wrong type", change("code: 200", "code: OK"), "interaction 0: cannot unmarshal", ""},
		{"code 0", change("code: 200", "code: 0"), "line 49: interaction 0: the response has no code, or the code 0", "100 to 999"},
		{"code -1", change("code: 200", "code: -1"), "line 49: interaction 0: the response's code -1 is no HTTP status code", "100 to 999"},
		{"code 99999", change("code: 200", "code: 99999"), "line 49: interaction 0: the response's code 99999 is no HTTP status code", "100 to 999"},
		{"code 1000, irregular", change("      code: 200", "      code:  1000 # odd"), "line 49: interaction 0: the response's code 1000 is no HTTP status code", "100 to 999"},
		{"no code, irregular", "version: 2\ninteractions:\n- request: {method: GET}\n  response:\n    duration: 1ms\n", "line 5: interaction 0: the response has no code", ""},
		{"wrong count", change("interactions: 2", "interactions: 5"), "line 5: the file says that it holds 5 interactions, and holds 2", "correct the number"},
		{"newer format", change("format: 2", "format: 9"), "line 4, column 11: graphvcr block: format 9 is newer", "update graphvcr"},
		{"bad origin", change("origin: docs", "origin: doc"), `origin "doc" is none of`, `did you mean "docs"`},
		{"bad lifetime", change("origin: docs", "origin: docs\n  recorded-at: 2026-11-24T08:30:00Z\n  expires: 1 month"), `line 8, column 12: graphvcr block: expires: lifetime "1 month" is not a number`, ""},
		{"a lifetime from no day", change("origin: docs", "origin: docs\n  expires: 30d"), "expires counts from recorded-at, which is missing", "recorded-at: 2026"},
		{"unknown key of ours", change("  origin: docs", "  orign: docs"), `unknown key "orign"`, `did you mean "origin"`},
		{"misspelt key at the top", change("\ninteractions:\n", "\ninteractoins:\n"), `unknown key "interactoins"`, `did you mean "interactions"`},
		{"misspelt response", change("    response:\n", "    respones:\n"), `interaction 0: unknown key "respones"`, `did you mean "response"`},
		{"misspelt body", change("      body: |-\n        {", "      bodyy: |-\n        {"), `interaction 0: unknown key "bodyy"`, `did you mean "body"`},
		{"misspelt headers", change("      headers:\n", "      header:\n"), `interaction 0: unknown key "header"`, `did you mean "headers"`},
		{"an id twice", change("- id: 1\n", "- id: 0\n"), "interaction 1: its id 0 is also that of the interaction on line ", "such as id: 1"},
		{"a negative id", change("- id: 1\n", "- id: -1\n"), "interaction 1: its id -1 is negative", "count from 0"},
		{"indented body is no JSON", change(`"id": "x0"`, `"id": x0`), "line 40: interaction 0: the response body is marked as indented JSON and is not JSON", "correct the JSON"},
		{"no response", "version: 2\ninteractions:\n  - id: 0\n    request: {method: GET}\n", "line 3: interaction 0: it has no response", "cut short"},
		{"alias bomb", "version: 2\na: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\ninteractions: [*c,*c,*c]\n", "", ""},
		{"alias to itself", "version: 2\ninteractions: &a [*a]\n", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bad.yaml")
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(file)
			if at := fault.Find(err); at == nil || at.File != file || !at.Cassette {
				t.Fatalf("got %v, want an error that knows the file", err)
			}
			if !strings.HasPrefix(err.Error(), "load "+file+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q", err, test.want)
			}
			if hint := fault.Hint(err); !strings.Contains(hint, test.hint) {
				t.Errorf("hint %q, want %q", hint, test.hint)
			}
		})
	}
}

// A key that nothing reads and that is no slip is another tool's: it is passed over, and told
// with its place. Where there are no ids, positions are.
func TestDoubts(t *testing.T) {
	c, err := load(t, "version: 2\nnote: by hand\ninteractions:\n"+
		"- request: {method: GET, url: /a, x-note: 1}\n  response: {code: 200, duration: 1ms}\n"+
		"- comment: second\n  request: {method: GET, url: /b}\n  response: {code: 200, node: {}, duration: 1ms}\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, doubt := range c.Doubts {
		at := fault.Find(doubt)
		got = append(got, fmt.Sprintf("%d:%d %s", at.Line, at.Column, at.Message))
	}
	want := []string{`2:1 unknown key "note"`, `4:35 unknown key "x-note"`, `6:3 unknown key "comment"`, `8:25 unknown key "node"`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	if c.Interactions[0].ID != 0 || c.Interactions[1].ID != 1 {
		t.Errorf("ids %d and %d", c.Interactions[0].ID, c.Interactions[1].ID)
	}
}

// Headers that HTTP cannot carry are told by name.
func TestUnsendable(t *testing.T) {
	for name, value := range map[string]string{"X-A\r\nX": "b", "": "b", "X A": "b", "X-\x00": "b", "Über": "b", "X-A": "b\r\nX-C: d", "X-B": "a\x00"} {
		i := sample(0, "")
		i.Response.Headers[name] = []string{"fine", value}
		if err := i.Unsendable(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the header %q of the response ", name)) || strings.Contains(err.Error(), "X-C") {
			t.Errorf("%q: got %v", name, err)
		}
	}
	i := sample(0, "")
	i.Request.Headers["!#$%&'*+-.^_`|~09azAZ"] = []string{"", "\tä \xff\x01"}
	if err := i.Unsendable(); err != nil {
		t.Error(err)
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge.yaml")
	f, err := os.Create(huge)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(MaxSize + 1); err != nil { // a sparse file: nothing is written
		t.Skipf("skipped: no sparse files here: %v", err)
	}
	f.Close()
	for file, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "there is no such file",
		dir:                             "this is a folder",
		huge:                            "more than the",
	} {
		_, err := Load(file)
		if fault.Find(err) == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("load %s: got %v, want %q", file, err, want)
		}
	}
	secret := filepath.Join(dir, "secret.yaml")
	if err := os.WriteFile(secret, []byte("x"), 0o000); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(secret); err == nil {
		return // the super-user may read anything
	}
	if _, err := Load(secret); err == nil || !strings.Contains(err.Error(), "may not be read") {
		t.Errorf("got %v", err)
	}
}

// A cassette of 200 MB loads; cut at its end it is an error that took no memory to
// speak of, for it is found before yaml.v3 is asked.
func TestLargeFiles(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("skipped: 200 MB is too much for -short and -race")
	}
	file := filepath.Join(t.TempDir(), "large.yaml")
	c := &Cassette{Meta: Meta{Origin: Recorded}}
	body := `{"value":[` + strings.Repeat(`{"id":"02bd9fd6-8f93-4758-87c3-1fb73740a315"},`, 4000) + `{}]}`
	count := testkit.Sized(750, 75)
	for i := range count {
		c.Interactions = append(c.Interactions, sample(i, body))
	}
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() < int64(count)*200<<20/750 {
		t.Fatalf("the file has %d bytes, want that of %d interactions of 280 KB: %v", info.Size(), count, err)
	}
	loaded, err := Load(file)
	if err != nil || len(loaded.Interactions) != count {
		t.Fatalf("load: %v", err)
	}
	if err := os.Truncate(file, info.Size()-100); err != nil {
		t.Fatal(err)
	}
	before := heapAllocated()
	_, err = Load(file)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("interaction %d", count-1)) {
		t.Errorf("got %v", err)
	}
	if spent := heapAllocated() - before; spent > uint64(info.Size()) {
		t.Errorf("a cut file of %d MB took %d MB", info.Size()>>20, spent>>20)
	}
}

// Nothing of a failed save is left behind, and the old file stays.
func TestSaveThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.yaml")
	c := &Cassette{Interactions: samples(1)}
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("a secret")
	c.Interactions = samples(3)
	if err := c.Save(file, func(*Cassette) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	now, err := os.ReadFile(file)
	if err != nil || string(now) != string(old) {
		t.Errorf("the old file changed: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func heapAllocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
