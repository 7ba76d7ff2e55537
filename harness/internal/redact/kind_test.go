package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// mediaTypes are those that bodies of Graph have, whole, broken and unknown ones.
var mediaTypes = []string{
	"", "application/json", "application/json; odata.metadata=minimal;odata.streaming=true", "application/problem+json", "text/plain", "text/html; charset=utf-8",
	"text/csv", "text/tab-separated-values", "application/xml", "text/xml", "application/atom+xml", "application/octet-stream", "application/pdf", "application/zip",
	"image/jpeg", "image/png", "image/gif", "image/svg+xml", "IMAGE/SVG+XML", "image/*", "image/svg+xml; a=1; a=2", "image/", "audio/wav", "video/mp4",
	"application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/mixed; boundary=batch", "multipart/related", "multipart/form-data; boundary=\"\"",
	"message/rfc822", "application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/samlassertion+xml", ";", "text", "a/b; =",
}

// bodies are texts of every kind, with a token where they are text.
func bodiesOf(token string) map[string]string {
	return map[string]string{
		"empty": "", "text": "who: " + token, "svg": `<svg xmlns="x"><text>` + token + `</text></svg>`, "xml": `<?xml version="1.0"?><a b="` + token + `"/>`,
		"json": `{"id":"` + token + `"}`, "array": `["` + token + `"]`, "string": `"` + token + `"`, "cut json": `{"id":"` + token, "number": "42",
		"csv": "Report Refresh Date,Display Name\r\n2026-01-02,\"" + token + "\"\r\n", "form": "a=b&x=" + token,
		"multipart":        "--b\r\nContent-Type: image/svg+xml\r\n\r\n<svg>" + token + "</svg>\r\n--b--\r\n",
		"nested multipart": "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + token + "\r\n--c--\r\n--b--\r\n",
		"batch":            `{"responses":[{"id":"1","status":200,"headers":{"Content-Type":"image/svg+xml"},"body":"` + base64.StdEncoding.EncodeToString([]byte("<svg>"+token+"</svg>")) + `"}]}`,
		"binary":           "\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "wide": "\xff\xfe<\x00a\x00>\x00", "short": "\xff\xfe", "latin": "caf\xe9 " + token, "zeros": "\x00\x00\x00\x00\x00",
	}
}

// switches are the ways to turn classes and the rule of bytes off.
var switches = []redact.Rules{
	{}, {Content: redact.Off}, {Identity: redact.Off}, {Identity: redact.Off, Content: redact.Off}, {Disable: []string{"content.bytes"}},
}

// exchangesOf puts a body of a type wherever its dispatch differs: an answer, a request, a
// file that is sent, one that is fetched, and one that is not on Graph.
func exchangesOf(kind, body string) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	for name, address := range map[string]string{"answer": graph + "/me", "file": graph + "/me/photo/$value", "redirected": "https://files.1drv.com/y4m", "sign-in": "https://login.microsoftonline.com/t/oauth2/v2.0/token"} {
		i := interaction("GET", address)
		if name == "answer" || name == "file" {
			i.Request.Method = "PUT"
			i.Request.Headers["Content-Type"], i.Request.Body = []string{kind}, body
			all[name+" sent"] = i
			i = interaction("GET", address)
		}
		i.Response.Headers["Content-Type"], i.Response.Body = []string{kind}, body
		all[name] = i
	}
	return all
}

// lowStack makes functions that call each other for ever fail at once.
func lowStack(t testing.TB) {
	before := debug.SetMaxStack(8 << 20)
	t.Cleanup(func() { debug.SetMaxStack(before) })
}

// Whatever a body is, whatever it says of itself and whatever is switched off, redaction
// ends, does all of it the first time, and leaves no token in a text.
func TestBodiesOfEveryType(t *testing.T) {
	lowStack(t)
	bodies, kinds := bodiesOf(jwt), append(slices.Clone(mediaTypes), corpusTypes(t)...)
	for _, rules := range switches {
		for _, kind := range kinds {
			for name, body := range bodies {
				for where, i := range exchangesOf(kind, body) {
					at := fmt.Sprintf("%s of %q, %s, %+v", name, kind, where, rules)
					once, err := redactOnce(rules, i)
					if err != nil {
						t.Fatal(err)
					}
					if twice, _ := redactOnce(rules, once); dumpOne(twice) != dumpOne(once) {
						t.Errorf("%s: redacting twice changes more:\n%q\n%q", at, once.Response.Body+once.Request.Body, twice.Response.Body+twice.Request.Body)
					}
					if strings.Contains(once.Response.Body+once.Request.Body, jwt[:40]) && name != "latin" {
						t.Errorf("%s: the token survives", at)
					}
				}
			}
		}
	}
}

// corpusTypes are all that the corpus calls a Content-Type, where it lies beside this
// checkout.
func corpusTypes(t testing.TB) []string {
	root := filepath.Join("..", "..", "..", "..", "shared", "corpus")
	form := regexp.MustCompile(`(?i)content-type\W{1,12}([a-z]+/[a-z0-9.+*-]+)`)
	seen := map[string]bool{}
	for _, folder := range []string{"docs", "docs-2", "recordings", "mocks", "answers"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, "/resources/") {
				return nil
			}
			text, err := os.ReadFile(path)
			for _, m := range form.FindAllSubmatch(text, -1) {
				seen[strings.ToLower(string(m[1]))] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var kinds []string
	for kind := range seen {
		if !slices.Contains(mediaTypes, kind) {
			kinds = append(kinds, kind)
		}
	}
	t.Logf("the corpus knows %d types, %d of them beside ours", len(seen), len(kinds))
	return kinds
}

func redactOnce(rules redact.Rules, i *cassette.Interaction) (*cassette.Interaction, error) {
	r, err := redact.New(rules, redact.Options{Salt: salt})
	if err != nil {
		return nil, err
	}
	return r.Interaction(i), nil
}

func dumpOne(i *cassette.Interaction) string {
	text, _ := json.Marshal([]any{i.Request.Body, i.Response.Body, i.Request.Headers, i.Response.Headers})
	return string(text)
}

func FuzzBodies(f *testing.F) {
	n := uint8(0)
	for _, body := range bodiesOf(jwt) {
		for _, kind := range mediaTypes {
			f.Add(kind, body, n)
			n++
		}
	}
	lowStack(f)
	f.Fuzz(func(t *testing.T, kind, body string, how uint8) {
		rules := switches[int(how)%len(switches)]
		for where, i := range exchangesOf(kind, body) {
			once, err := redactOnce(rules, i)
			if err != nil {
				t.Fatal(err)
			}
			if twice, _ := redactOnce(rules, once); dumpOne(twice) != dumpOne(once) {
				t.Errorf("%s: redacting twice changes more:\n%q\n%q", where, dumpOne(once), dumpOne(twice))
			}
		}
	})
}

// Bodies within bodies, and links within links, are read to a depth.
func TestDeepBodiesEnd(t *testing.T) {
	lowStack(t)
	const size = 1 << 20
	var parts strings.Builder
	for n := 0; parts.Len() < size; n++ {
		fmt.Fprintf(&parts, "--b%d\r\nContent-Type: multipart/x; boundary=b%d\r\n\r\n", n, n+1)
	}
	for name, deep := range map[string]struct{ kind, body string }{
		"multipart":      {"multipart/x; boundary=b0", parts.String()},
		"links":          {"application/json", `{"a":"` + strings.Repeat("http://a?b=", size/11) + `"}`},
		"links in forms": {"application/x-www-form-urlencoded", "a=" + strings.Repeat("http://a?b=", size/11)},
		"relative links": {"application/json", `{"a":"` + strings.Repeat("/a?b=", size/5) + `"}`},
		"arrays":         {"application/json", strings.Repeat("[", size)},
		"objects":        {"application/json", strings.Repeat(`{"a":`, size/5)},
		"strings":        {"application/json", strings.Repeat(`"`, size)},
		"quotes":         {"text/csv", strings.Repeat(`"`, size)},
		"open quotes":    {"text/csv", "a,b\n" + strings.Repeat("\"x,\n", size/4)},
		"columns":        {"text/csv", strings.Repeat("Display Name,", size/26) + "\n" + strings.Repeat("x,", size/4)},
		"long names":     {"text/csv", strings.Repeat(strings.Repeat("aA", 32)+",", size/65)},
		"words of names": {"text/csv", strings.Repeat(strings.Repeat("a ", 32)+",", size/65)},
		"cells":          {"text/csv", "Display Name,Password\n" + strings.Repeat("x,", size/2)},
		"lines":          {"text/csv", strings.Repeat("\n", size)},
		"keys":           {"text/csv", strings.Repeat("-----BEGIN X-----,", size/18)},
		"keys that end":  {"text/csv", strings.Repeat("-----BEGIN X-----a-----END X-----,", size/34)},
	} {
		began := time.Now()
		if _, err := redactOnce(redact.Rules{}, exchangesOf(deep.kind, deep.body)["answer"]); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("%s of %d bytes took %v", name, size, took)
		}
	}
}

// A token is found however deep the links are that hold each other.
func TestTokensInLinksInLinks(t *testing.T) {
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGVsZSIsIm5hbWUiOiJBZGVsZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl"
	link := "https://graph.microsoft.com/v1.0/me?u=" + token
	for depth := range 40 {
		i := interaction("GET", graph+"/me")
		i.Response.Headers["Content-Type"], i.Response.Body = []string{"application/json"}, `{"@odata.nextLink":"`+link+`","x":"`+link+`"}`
		r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off}, redact.Options{Salt: salt})
		if err != nil {
			t.Fatal(err)
		}
		if body := r.Interaction(i).Response.Body; strings.Contains(body, "eyJzdWIi") {
			t.Fatalf("a token stays in %d links", depth+1)
		}
		link = "https://graph.microsoft.com/v1.0/me?u=" + url.QueryEscape(link)
	}
}
