package importer

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// kinds are those of which nothing but entries is read, with the folders of their golden
// files.
var kinds = map[Kind]string{"rubyvcr": "rubyvcr", "devproxy": "devproxy", "autorest": "autorest"}

// importText is Reader.Read for a text.
func importText(f *Format, file, name string, data []byte) (*Result, error) {
	g := gather(file, name, f.source, Reader{})
	g.format = f
	entries, err := f.entries(file, data)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := g.entry(e); err != nil {
			return nil, err
		}
	}
	return g.finish(nil)
}

// Each file holds a recording and what is made of it. UPDATE_GOLDEN=1 rewrites the latter;
// read the difference before it is committed.
func TestForeign(t *testing.T) {
	for kind, folder := range kinds {
		testkit.Archives(t, "testdata/"+folder+"/*.txtar", func(t *testing.T, archive *testkit.Archive) {
			file := archive.Files[0]
			archive.Want(t, "want", describe(importText(Of(kind), file.Name, "sub/some_recording", file.Data)))
		})
	}
}

// What wrote a file is told from its text.
func TestFormatOf(t *testing.T) {
	for folder, want := range map[string]Kind{"rubyvcr": "rubyvcr", "devproxy": "devproxy", "autorest": "autorest", "har": "har"} {
		files, _ := filepath.Glob("testdata/" + folder + "/*.txtar")
		known := 0
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			switch got := kindOf(string(archive.Files[0].Data)); got {
			case want:
				known++
			case "":
			default:
				t.Errorf("%s is %q", file, got)
			}
		}
		if known == 0 {
			t.Errorf("no file of %s is known", folder)
		}
	}
	for text, want := range map[string]Kind{
		"": "", "{}": "", "[]": "", "interactions:\n- a": "vcrpy", "  http_interactions:\n": "", "\ufeff{\"log\": {\"entries\": []}}": "har",
		`{"mocks": 1}`: "", `{"a": {"mocks": []}}`: "", `{"mocks": [`: "devproxy",
	} {
		if got := kindOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func kindOf(text string) Kind {
	if f := FormatOf(text); f != nil {
		return f.Kind
	}
	return ""
}

// No text makes reading fail otherwise than by an error that names the file, and no credential
// comes over.
func fuzzForeign(f *testing.F, kind Kind) {
	files, _ := filepath.Glob("testdata/" + kinds[kind] + "/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	const file = "recording.file"
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := importText(Of(kind), file, "x", data)
		if err != nil {
			if !strings.Contains(err.Error(), file) {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		for _, i := range r.Cassette.Interactions {
			if i.Request.Headers.Get("Authorization") != "" || i.Response.Headers.Get("Set-Cookie") != "" {
				t.Fatal("a credential came over")
			}
			if i.Line < 1 || i.Line > 1+bytes.Count(data, []byte("\n")) {
				t.Fatalf("line %d of %d", i.Line, 1+bytes.Count(data, []byte("\n")))
			}
		}
	})
}

func FuzzRubyVCR(f *testing.F)  { fuzzForeign(f, "rubyvcr") }
func FuzzDevProxy(f *testing.F) { fuzzForeign(f, "devproxy") }
func FuzzAutoRest(f *testing.F) { fuzzForeign(f, "autorest") }

// Every mock of the corpus is imported, and its body is what it says.
func TestAllMocks(t *testing.T) {
	r, err := Reader{}.Read(Of("devproxy"), testkit.Corpus(t, "mocks/devproxy-graph-v1.0.json"), "mocks", nil)
	if err != nil {
		t.Fatal(err)
	}
	mended := 0
	for _, f := range r.Findings {
		if f.Rule != ruleImportMended {
			t.Errorf("line %d: %s: %s", f.Line, f.Rule, f.Message)
		}
		mended++
	}
	parsed := 0
	for _, i := range r.Cassette.Interactions {
		if json.Valid([]byte(i.Response.Body)) {
			parsed++
		}
	}
	t.Logf("%d mocks, %d with JSON, of which %d were mended", len(r.Cassette.Interactions), parsed, mended)
	if len(r.Cassette.Interactions) != 300 || parsed != 216+mended || mended != 7 {
		t.Errorf("%d mocks were imported, %d of them JSON, %d mended", len(r.Cassette.Interactions), parsed, mended)
	}
}
