package generate_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/generate"
)

const small = `<Edmx Version="4.0"><DataServices><Schema Namespace="n"><ComplexType Name="a"/></Schema></DataServices></Edmx>`

func TestFetch(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		status           int
	}{
		{"whole", small, "", 200},
		{"cut", small[:60], "the text ends in the middle", 200},
		{"another text", "<html></html>", `the document is "html"`, 200},
		{"refused", "no", "the answer is 404 Not Found", 404},
		{"moved", "no", "the answer is 302 Found", 302},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization")
				w.Header().Set("Location", "https://never.example/")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.text))
			}))
			defer server.Close()
			file := filepath.Join(t.TempDir(), "cache", "v1.0.csdl")
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("before"), 0o644); err != nil {
				t.Fatal(err)
			}
			m, err := generate.Fetch(t.Context(), http.DefaultTransport, server.URL, "v1.0", file)
			if asked != "GET /v1.0/$metadata " {
				t.Errorf("asked %q", asked)
			}
			text, _ := os.ReadFile(file)
			left, _ := fs.ReadDir(os.DirFS(filepath.Dir(file)), ".")
			if len(left) != 1 {
				t.Error("something was left behind", left)
			}
			switch {
			case c.want != "":
				if err == nil || !strings.Contains(err.Error(), c.want) || string(text) != "before" {
					t.Errorf("%v, and the file is %q", err, text)
				}
			case err != nil || m.Types["n.a"] == nil || string(text) != small:
				t.Errorf("%v, and the file is %q", err, text)
			}
		})
	}
}

func TestInfer(t *testing.T) {
	values := []any{
		parse(t, `{"@odata.type": "#x", "id": "3a6fdce1-c261-48bc-89de-1cfef658c0d5", "when": null, "n": 1, "tags": [], "inner": {"x": true}, "odd": 1, "never": null}`),
		parse(t, `{"id": "4a6fdce1-c261-48bc-89de-1cfef658c0d5", "when": "2024-01-01T00:00:00Z", "n": 1.5, "tags": ["a"], "inner": {"y": "z"}, "odd": "one"}`),
	}
	want := `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$comment": "drafted by graphvcr from recorded answers: check it",
  "title": "my.type",
  "x-graph": {"kind": "complex", "open": true},
  "type": "object",
  "properties": {
    "id": {"type": "string", "format": "guid"},
    "inner": {"type": "object", "properties": {"x": {"type": "boolean"}, "y": {"type": "string"}}},
    "n": {"type": "number"},
    "never": {},
    "odd": {"type": ["integer", "string"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "when": {"type": ["string", "null"], "format": "date-time"}
  }
}
`
	if diff := cmp.Diff(want, string(generate.Infer("my.type", values))); diff != "" {
		t.Error(diff)
	}
	if got := string(generate.Infer("x", nil)); !strings.Contains(got, `"type": "object"`) {
		t.Error(got)
	}
}
