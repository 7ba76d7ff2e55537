package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// importHAR is HAR for a text.
func importHAR(file, name string, text []byte) (*Result, error) {
	g, entry := gatherHAR(file, name)
	if err := readHAR(file, bytes.NewReader(text), entry); err != nil {
		return nil, err
	}
	return g.finish(nil)
}

// gatherHAR is an import of an archive, and what takes its entries in.
func gatherHAR(file, name string) (*gathering, func(*HAREntry) error) {
	g := gather(file, name, Of(HAR).source, Reader{})
	g.format = Of(HAR)
	return g, func(e *HAREntry) error {
		e.describe()
		return g.entry(&e.Entry)
	}
}

// Each file holds an archive and what HAR makes of it. UPDATE_GOLDEN=1 rewrites
// the latter; read the difference before it is committed.
func TestHAR(t *testing.T) {
	testkit.Archives(t, "testdata/har/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		archive.Want(t, "want", describe(importHAR("browser.har", "sub/browser", archive.Files[0].Data)))
	})
}

const smallHAR = `{"log": {
 "entries": [
  {"request": {"method": "GET", "url": "https://graph.microsoft.com/v1.0/me", "headers": []},
   "response": {"status": 200, "headers": [], "content": {"size": 2, "text": "{}"}}}
 ]
}}
`

// An archive that is cut anywhere is an error that names the last line, never a
// shorter cassette.
func TestHARCutAnywhere(t *testing.T) {
	for n := range len(smallHAR) - 2 {
		_, err := importHAR("cut.har", "cut", []byte(smallHAR[:n]))
		if at := fault.Find(err); at == nil || at.Line != 1+strings.Count(strings.TrimSuffix(smallHAR[:n], "\n"), "\n") {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
}

// What makes a file no archive, and the line of it.
func TestHARRefuses(t *testing.T) {
	deep := strings.Repeat("[", 2000)
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "line 1: the file ends"},
		{"a list", "[]", "line 1: the file is not"},
		{"no log", "{\n\"a\": [1, {\"b\": null}]}\n", "line 2: there is no"},
		{"log is a list", "{\n\"log\":\n []}", "line 3: log is not"},
		{"entries is an object", "{\n\"log\": {\"entries\": {}}}", "line 2: \"entries\" is not"},
		{"YAML", "interactions:\n- a", "line 1: not JSON: invalid character 'i'"},
		{"UTF-16", "\xff\xfe{\x00", "line 1: the file is UTF-16"},
		{"broken entry", "{\"log\":{\"entries\":[\n{},\n\n{\"request\":\n {\"url\": tru}}]}}", "line 5: not JSON: invalid character '}'"},
		{"broken creator", "{\"log\":{\n\"creator\": {\n\"name\": 'x'}}}", "line 3: not JSON: invalid character '\\''"},
		{"deep", `{"x": ` + deep, "line 1: nested too deeply"},
		{"deep entry", `{"log": {"entries": [` + strings.Repeat("[", 20000), "line 1: not JSON: invalid character '[' exceeded max depth"},
		{"two", smallHAR + "\n{}", "line 8: something follows"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := importHAR("bad.har", "bad", []byte(tc.text))
			if fault.Find(err) == nil || !strings.HasPrefix(err.Error(), "import bad.har: "+tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := (Reader{}).Read(Of("har"), filepath.Join(t.TempDir(), "no.har"), "no", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// endless is an archive that goes on with one text.
type endless struct {
	start string
	fill  byte
	n     int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.start != "" {
		n := copy(p, e.start)
		e.start = e.start[n:]
		return n, nil
	}
	for i := range p {
		p[i] = e.fill
	}
	if e.n -= len(p); e.n < 0 {
		return 0, io.EOF
	}
	return len(p), nil
}

func TestHAREntryTooLarge(t *testing.T) {
	in := &endless{start: "{\"log\": {\"entries\": [\n{\"request\": \"", fill: 'x', n: 1 << 30}
	err := readHAR("big.har", in, func(*HAREntry) error { return nil })
	if err == nil || err.Error() != "import big.har: line 2: entry 0 is larger than 96 MB" {
		t.Errorf("got %v", err)
	}
	if in.n < 1<<29 {
		t.Error("read far beyond the limit")
	}
}

// repeated is an archive of one entry, many times over.
type repeated struct {
	entry []byte
	left  int
	rest  []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		switch {
		case r.left < 0:
			return 0, io.EOF
		case r.left == 0:
			r.rest = []byte("{}]}}")
		default:
			r.rest = r.entry
		}
		r.left--
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Memory does not grow with what is left out: 100 MB of another host's entries.
func TestHARMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	text := fmt.Appendf(nil, "{\"request\": {\"method\": \"GET\", \"url\": \"https://cdn.example/x\"}, \"response\": {\"status\": 200, \"content\": {\"text\": %q}}},\n\n", strings.Repeat("x", 1<<20))
	h, entry := gatherHAR("big.har", "big")
	var most uint64
	entries := 0
	err := readHAR("big.har", io.MultiReader(strings.NewReader(`{"log": {"entries": [`), &repeated{entry: text, left: 100}), func(e *HAREntry) error {
		if entries++; entries%20 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return entry(e)
	})
	if err != nil || h.Rejected["cdn.example"] != 100 {
		t.Fatalf("%v; %v", err, h.Rejected)
	}
	if most > 32<<20 {
		t.Errorf("held %d MB while it read", most>>20)
	}
	t.Logf("held at most %d MB of 100 MB", most>>20)
}

// TestHARLinesOfManyHeaders: the lines of headers are found once, and not for each anew.
func TestHARLinesOfManyHeaders(t *testing.T) {
	const count = 20_000
	var headers strings.Builder
	for n := range count {
		fmt.Fprintf(&headers, ",\n{\"name\":\"x-h%d\",\"value\":\"v\"}", n)
	}
	file := filepath.Join(t.TempDir(), "x.har")
	text := `{"log":{"entries":[{"request":{"method":"GET","url":"https://graph.microsoft.com/v1.0/me","headers":[` + headers.String()[2:] + `]},"response":{"status":200,"headers":[]}}]}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testkit.Bounded(t, 20*count, func() {
		if err := ReadHAR(file, func(e *HAREntry) error {
			for n := range count {
				if line := e.Line(fmt.Sprintf("request.headers.X-H%d", n)); line != n+1 {
					return fmt.Errorf("header %d is on line %d", n, line)
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}

// A header that HTTP cannot carry costs its entry alone.
func TestHARUnsendable(t *testing.T) {
	entry := func(name string) string {
		return `{"startedDateTime":"2026-01-05T10:00:00Z","request":{"method":"GET","url":"https://graph.microsoft.com/v1.0/me","headers":[]},"response":{"status":200,"headers":[{"name":"` + name + `","value":"v"}],"content":{"text":"{}"}}}`
	}
	file := filepath.Join(t.TempDir(), "x.har")
	if err := os.WriteFile(file, []byte(`{"log":{"entries":[`+entry(`x-a\r\nx-b`)+",\n"+entry("x-c")+`]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := importHAR(file, "x", text)
	if err != nil || len(got.Cassette.Interactions) != 1 || got.Cassette.Interactions[0].Response.Headers.Get("X-C") != "v" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if len(got.Findings) == 0 || !strings.Contains(got.Findings[0].Message, "a name that HTTP cannot carry") {
		t.Errorf("got %+v", got.Findings)
	}
}

// A part of an entry has its own line.
func TestHAREntryLine(t *testing.T) {
	const text = `{"log": {"entries": [

  {
    "request": {
      "method": "POST",
      "url": "https://graph.microsoft.com/v1.0/users",
      "headers": [
        {"name": ":authority", "value": "graph.microsoft.com"},
        {
          "name": "authorization",
          "value": "Bearer x"
        }
      ],
      "postData": {"mimeType": "application/json",
        "text": "{\n}"}
    },
    "response": {"status": 201, "headers": [
      {"name": "Set-Cookie", "value": "a=b"}],
      "content": {
        "text": "{}"
      }
    }
  }
]}}`
	err := readHAR("x.har", strings.NewReader(text), func(e *HAREntry) error {
		for part, want := range map[string]int{
			"": 3, "request.method": 5, "request.url": 6, "request.headers.Authorization": 11, "request.body": 15,
			"response.headers.Set-Cookie": 18, "response.body": 20, "vars.x": 3,
		} {
			if got := e.Line(part); got != want {
				t.Errorf("%s: line %d, want %d", part, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzHAR(f *testing.F) {
	files, _ := filepath.Glob("testdata/har/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Add([]byte(smallHAR))
	const file = "browser.har"
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := 1 + bytes.Count(data, []byte("\n"))
		entries := 0
		_ = readHAR(file, bytes.NewReader(data), func(e *HAREntry) error {
			entries++
			for _, part := range []string{"", "request.url", "request.headers.Authorization", "response.body"} {
				if line := e.Line(part); line < 1 || line > lines {
					t.Fatalf("entry %d: %s is on line %d of %d", e.Number, part, line, lines)
				}
			}
			return nil
		})
		r, err := importHAR(file, "x", data)
		if err != nil {
			if !strings.Contains(err.Error(), file) && !strings.Contains(err.Error(), "draft") {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		told := len(r.Cassette.Interactions)
		for _, n := range r.Rejected {
			told += n
		}
		if told += len(r.Findings); told < entries {
			passed := false
			for _, finding := range r.Findings {
				passed = passed || finding.Rule == "import.passed"
			}
			if !passed {
				t.Fatalf("%d entries, and only %d told of", entries, told)
			}
		}
		for _, i := range r.Cassette.Interactions {
			if i.Request.Headers.Get("Authorization") != "" || i.Response.Headers.Get("Set-Cookie") != "" {
				t.Fatal("a credential came over")
			}
			if i.Storable() != nil {
				t.Fatalf("status %d came over", i.Response.Code)
			}
		}
	})
}
