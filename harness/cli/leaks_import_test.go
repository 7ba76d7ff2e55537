package cli

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// archived is a crop as an HTTP archive, vcrpy's recording, or a cassette of stock go-vcr.
type archived struct {
	file  string
	write func(t *testing.T, c *crop, file string)
	args  []string // that bring it here: of graphvcr
}

var archives = map[string]archived{
	"har":    {"in/plants.har", writeHAR, []string{"import", "har", "in", "--out", "."}},
	"vcrpy":  {"in/plants.yaml", writeVCRPy, []string{"import", "vcrpy", "in", "--out", "."}},
	"go-vcr": {"cassettes/plants.yaml", writeGoVCR, []string{"redact", "cassettes"}},
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func pairs(h http.Header) []pair {
	all := []pair{}
	for name, values := range h {
		for _, v := range values {
			all = append(all, pair{name, v})
		}
	}
	return all
}

func writeHAR(t *testing.T, c *crop, file string) {
	t.Helper()
	type object = map[string]any
	var entries []object
	for _, p := range c.plants {
		req := object{"method": p.Request.Method, "url": spaced(p.Request.URL), "httpVersion": "HTTP/1.1", "headers": pairs(p.Request.Headers), "queryString": []pair{}, "cookies": []pair{}}
		if p.Request.Body != "" {
			req["postData"] = object{"mimeType": p.Request.Headers.Get("Content-Type"), "text": p.Request.Body}
		}
		content := object{"size": len(p.Response.Body), "mimeType": p.Response.Headers.Get("Content-Type"), "text": p.Response.Body}
		if !utf8.ValidString(p.Response.Body) {
			content["text"], content["encoding"] = base64.StdEncoding.EncodeToString([]byte(p.Response.Body)), "base64"
		}
		entries = append(entries, object{
			"startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "request": req, "cache": object{}, "timings": object{},
			"response": object{"status": p.Response.Code, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": pairs(p.Response.Headers), "cookies": []pair{}, "content": content, "redirectURL": ""},
		})
	}
	text, err := json.Marshal(object{"log": object{"version": "1.2", "creator": pair{"test", "1"}, "entries": entries}})
	put(t, file, text, err)
}

func writeVCRPy(t *testing.T, c *crop, file string) {
	t.Helper()
	type object = map[string]any
	var all []object
	for _, p := range c.plants {
		all = append(all, object{
			"request":  object{"body": p.Request.Body, "headers": p.Request.Headers, "method": p.Request.Method, "uri": spaced(p.Request.URL)},
			"response": object{"body": object{"string": p.Response.Body}, "headers": p.Response.Headers, "status": object{"code": p.Response.Code, "message": "OK"}},
		})
	}
	text, err := yaml.Marshal(object{"interactions": all, "version": 1})
	put(t, file, text, err)
}

func writeGoVCR(t *testing.T, c *crop, file string) {
	t.Helper()
	var all cassette.Cassette
	for n, p := range c.plants {
		i := *p.Interaction
		i.ID, i.Request.URL = n, spaced(i.Request.URL)
		all.Interactions = append(all.Interactions, &i)
	}
	if err := all.Save(file, nil); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, file string, text []byte, err error) {
	t.Helper()
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestImportsLeakNothing: what comes from other tools is as sealed as a recording, and lint
// tells of the file as it is what importing it replaces.
func TestImportsLeakNothing(t *testing.T) {
	seed := seedOf(t)
	t.Setenv("GRAPHVCR_SALT", handed[1].Value)
	for name, a := range archives {
		t.Run(name, func(t *testing.T) {
			c := newCrop(t, seed)
			c.plants = slices.DeleteFunc(c.plants, func(p plant) bool { return name == "har" && !utf8.ValidString(p.Request.Body) })
			f := newField(t, c)
			file := filepath.Join(f.dir, filepath.FromSlash(a.file))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			a.write(t, c, file)
			lint, linted := f.command(t, "lint", a.file, "--report", "json")
			if err := lint.Run(); lint.ProcessState.ExitCode() != 1 {
				t.Errorf("lint: %v\n%.1000s", err, linted)
			}
			bring, brought := f.command(t, append(a.args, "--report", "json")...)
			if err := bring.Run(); err != nil {
				t.Errorf("%v: %v\n%.3000s", a.args, err, brought)
			}
			told, replaced := rulesIn(linted.String(), `"rule": "leak\.([a-z.-]+)"`), rulesIn(brought.String(), `"where": "((?:secret|identity|content|unknown)\.[a-z-]+)"`)
			if !slices.Equal(told, replaced) || len(told) < 20 {
				t.Errorf("lint tells %v\nand it replaces %v", told, replaced)
			}
			if strings.HasPrefix(a.file, "in/") {
				if err := os.RemoveAll(filepath.Dir(file)); err != nil {
					t.Fatal(err)
				}
			}
			if n := f.holdsNone(t, linted.String(), brought.String()); n != len(c.plants) {
				t.Errorf("%d interactions of %d were imported", n, len(c.plants))
			}
		})
	}
}

// rulesIn are the ids of rules that a report has, sorted; what only looks random has none.
func rulesIn(told, form string) []string {
	var all []string
	for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(told, -1) {
		if !strings.HasPrefix(m[1], "advice.") {
			all = append(all, m[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Of documentation secrets alone are replaced, and they are: a page cannot bring one in, nor
// does a cassette stay unjudged because it says that it is of documentation.
func TestDocumentationLeaksNoSecret(t *testing.T) {
	seed := seedOf(t)
	t.Setenv("GRAPHVCR_SALT", handed[1].Value)
	c := newSecretCrop(t, seed)
	f := newField(t, c)
	f.sealed = "secret" // invented domains are none of Microsoft's, which is told
	var page strings.Builder
	page.WriteString("# Get me\n\n")
	for n, p := range c.plants {
		fmt.Fprintf(&page, "## Example %d\n\n<!-- {\"blockType\": \"request\", \"name\": \"r%d\"} -->\n```http\n%s %s\nContent-Type: application/json\n\n%s\n```\n\n<!-- {\"blockType\": \"response\", \"truncated\": true} -->\n```http\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n%s\n```\n\n", n, n, p.Request.Method, spaced(p.Request.URL), p.Request.Body, p.Response.Body)
	}
	if err := os.MkdirAll(filepath.Join(f.dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(f.dir, "in", "me-get.md"), []byte(page.String()), nil)
	bring, said := f.command(t, "import", "docs", "in", "--out", ".")
	if err := bring.Run(); bring.ProcessState.ExitCode() == 2 {
		t.Fatalf("import docs: %v\n%.3000s", err, said)
	}
	if err := os.RemoveAll(filepath.Join(f.dir, "in")); err != nil {
		t.Fatal(err)
	}
	if n := f.holdsNone(t, said.String()); n != len(c.plants) {
		t.Errorf("%d interactions of %d were imported", n, len(c.plants))
	}
}
