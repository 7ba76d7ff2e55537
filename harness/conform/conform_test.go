package conform_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// small is a checker of the metadata that testdata/metadata.csdl declares.
func small(t testing.TB) *conform.Checker {
	t.Helper()
	m, err := csdl.Load("testdata/metadata.csdl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := generate.Write(filepath.Join(dir, "v1.0"), generate.Schemas(m), false); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "v1.0", "n.unwritten.json")); err != nil {
		t.Fatal(err)
	}
	set, err := schema.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return conform.New(set)
}

// TestConform judges testdata/exchanges.txtar: the name of a file is the request,
// what stands in it is what was sent, "=> STATUS", headers, an empty line and the
// answer; after "--" what is told. All exchanges are one trail.
func TestConform(t *testing.T) {
	const file = "testdata/exchanges.txtar"
	script, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	checker := small(t)
	var trail conform.Trail
	changed := false
	for i := range script.Files {
		f := &script.Files[i]
		exchange, want, _ := strings.Cut(string(f.Data), "\n--\n")
		e := parseExchange(t, f.Name, exchange)
		result, err := trail.Check(checker, e)
		if err != nil {
			t.Fatal(err)
		}
		got := tell(result)
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
			changed = true
			if !testkit.Updating() {
				t.Errorf("%s (-want +got):\n%s", f.Name, diff)
			}
			f.Data = []byte(exchange + "\n--\n" + got)
		}
	}
	if changed && testkit.Updating() {
		if err := os.WriteFile(file, txtar.Format(script), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func parseExchange(t testing.TB, name, text string) conform.Exchange {
	t.Helper()
	e := conform.Exchange{Header: http.Header{}}
	e.Method, e.URL, _ = strings.Cut(name, " ")
	e.URL, _, _ = strings.Cut(e.URL, " ") // what follows tells equal requests apart
	if strings.HasPrefix(e.URL, "/") {
		e.URL = "https://graph.microsoft.com" + e.URL
	}
	sent, answer, ok := strings.Cut(text, "=> ")
	if !ok {
		t.Fatalf("%s has no answer", name)
	}
	e.Request = bodyOf(sent)
	head, body, _ := strings.Cut(answer, "\n\n")
	lines := strings.Split(head, "\n")
	if _, err := fmt.Sscan(lines[0], &e.Status); err != nil {
		t.Fatal(name, err)
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		e.Header.Add(name, value)
	}
	e.Answer = bodyOf(body)
	return e
}

func tell(r conform.Result) string {
	if !r.Checked {
		return "not checked\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s", r.Type)
	if r.Reason != "" {
		fmt.Fprintf(&b, "; not validated: %s", r.Reason)
	}
	b.WriteByte('\n')
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s %s %s: want %s, got %s\n", p.Severity, p.Rule, p.Where, p.Want, p.Got)
	}
	return b.String()
}

func TestBrokenIndexIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "v1.0"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "v1.0", "index.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := schema.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	checker := conform.New(set)
	for range 2 {
		if _, err := checker.Check(conform.Exchange{Method: "GET", URL: "/v1.0/me", Status: 200}); err == nil || !strings.Contains(err.Error(), "index.json") {
			t.Error(err)
		}
	}
	if result, err := checker.Check(conform.Exchange{Method: "GET", URL: "/beta/me", Status: 200}); err != nil || result.Checked {
		t.Error(result, err)
	}
}

// FuzzConform: no exchange makes the judge fail, and it says the same every time.
func FuzzConform(f *testing.F) {
	f.Add("GET", "/v1.0/things('1')?$expand=parts($select=id;$expand=x($select=y))&$select=a,b", 200, `{"@odata.context": "#things(id)/$entity", "value": []}`, "{}")
	f.Add("POST", "/v1.0/$batch", 200, `{"responses": [{"id": 1, "status": 200, "body": {"x": 1}}]}`, `{"requests": [{"id": 1, "method": "GET", "url": "$batch/$batch"}]}`)
	f.Add("POST", "/v1.0/things/1/paint", 202, `{"error": {"code": "", "message": null}}`, `{"color": [null]}`)
	f.Add("GET", "/v1.0/things/$count", 404, "\ufeff7", "")
	checker := small(f)
	f.Fuzz(func(t *testing.T, method, url string, status int, answer, sent string) {
		e := conform.Exchange{Method: method, URL: url, Status: status, Header: http.Header{}, Request: bodyOf(sent), Answer: bodyOf(answer)}
		first, err := checker.Check(e)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := checker.Check(e)
		if a, b := tell(first), tell(again); len(first.Problems) != len(again.Problems) || a[:strings.IndexByte(a, '\n')] != b[:strings.IndexByte(b, '\n')] {
			t.Fatalf("%s\nthen\n%s", a, b)
		}
	})
}
