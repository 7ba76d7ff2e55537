package draft_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// readBack drafts a scenario of two exchanges and reads it; nil where no cassette holds them.
func readBack(t *testing.T, path, header, sent, answer string, code int) *scenario.Scenario {
	t.Helper()
	c := &cassette.Cassette{Name: "x"}
	for n, url := range []string{"https://graph.microsoft.com/v1.0/" + path, "https://graph.microsoft.com/v1.0/" + path} {
		headers := http.Header{"Content-Type": {"application/json"}}
		if header != "" {
			headers["Prefer"] = []string{header}
		}
		method := [...]string{"POST", "GET"}[n]
		body := sent
		if len(sent) > 1<<20 && n > 0 {
			body = "" // a scenario is not larger than is read
		}
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID: n, Request: cassette.Request{Method: method, URL: url, Headers: headers, Body: body},
			Response: cassette.Response{Code: code, Headers: http.Header{"Content-Type": {"application/json"}}, Body: answer},
		})
		if c.Interactions[n].Storable() != nil {
			return nil // no cassette holds it
		}
	}
	drafted, err := draft.Scenario(c)
	if err != nil {
		t.Fatalf("POST %.200q %.200q %.200q -> %d %.200q: %v", path, header, sent, code, answer, err)
	}
	sc, err := scenario.Parse("x", drafted.Text)
	if err != nil {
		t.Fatalf("%.2000s\n%.500v", drafted.Text, err)
	}
	return sc
}

// sentBy is the body that a drafted step sends.
func sentBy(t *testing.T, r scenario.Request) string {
	t.Helper()
	none := func(string) (any, bool) { return "variable", true }
	switch {
	case r.Body != nil:
		doc, err := r.Body.Expand(none)
		if err != nil {
			t.Fatal(err)
		}
		return string(jsondoc.Canonical(nil, doc))
	case r.Text != nil:
		text, err := r.Text.ExpandText(none, nil)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	plain, err := base64.StdEncoding.DecodeString(r.Base64)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func canonical(body string) string {
	if doc, err := jsondoc.Parse(body); err == nil {
		return string(jsondoc.Canonical(nil, doc))
	}
	return body
}

// TestBodiesReadBack: whatever was sent, the drafted scenario loads and sends the same.
func TestBodiesReadBack(t *testing.T) {
	large := 100 << 10
	if testkit.Slow() {
		large = 4 << 20 // as much as a request of Graph's may have
	}
	for name, sent := range map[string]string{
		"names twice":      `{"a":1,"a":2}`,
		"deep":             strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500),
		"deeper":           strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
		"a huge number":    `{"a":1e999999,"b":-0.0,"c":00}`,
		"a long number":    `{"a":` + strings.Repeat("9", large) + `}`,
		"half a surrogate": `{"a":"\ud800"}`,
		"no UTF-8":         "{\"a\":\"\xff\"}",
		"NUL":              "{\"a\":\"\\u0000\",\"b\u0000\":\"\"}\x00",
		"odd breaks":       `{"a":"\u0085\u2028\ufeff\r\n b\n\n","\n":" \n a\t\n"}`,
		"blocks":           `{"a":"\n\na","b":"\ta\nb","c":" a\nb","d":"a \n b\n\n"}`,
		"braces":           `{"{a}":"{b}","c":"}}{{"}`,
		"words of YAML":    `{"<<":"<<","~":"~","null":"null","yes":"=","1":"1","-":"- a","":"","!x":"&y","a: b":"# c","012":"0x1"}`,
		"many members":     "{" + strings.Repeat(`"a":1,`, large/6-2) + `"b":1}`,
		"a large text":     `{"a":"` + strings.Repeat("x", large-8) + `"}`,
		"many quotes":      `{"a":"` + strings.Repeat(`\"`, large/2-10) + `"}`,
		"many bytes":       strings.Repeat("\xff\x00", large/2),
		"many line breaks": strings.Repeat("\n", large),
		"a text":           "---\n# a\n: b\n",
		"a quoted text":    `"text"`,
		"tabs":             "\ta\n\tb",
	} {
		t.Run(name, func(t *testing.T) {
			if got := sentBy(t, readBack(t, "me", "", sent, "{}", 200).Steps[0].Request); canonical(got) != canonical(sent) {
				t.Errorf("sends %.200q, want %.200q", got, sent)
			}
		})
	}
}

// TestOddRequestsReadBack: whatever was asked and answered, the drafted scenario loads.
func TestOddRequestsReadBack(t *testing.T) {
	for _, path := range []string{"", "v1.0/me", "beta", "/me", "me?", "me?$select=a&$select=b", "me?=x", "me?&a&&b=c=d", "me?a=%ff", "me?\xff=\xe4", "users/%zz", "a%0ab", "{x}", "me?$filter={a} eq '}'", "me?a[b]=c", "me#f", "%76/x", "\u00fcml\u00e4ut"} {
		readBack(t, path, "", "", "{}", 200)
	}
	for _, answer := range []string{
		`{"type":"1f5a3b2c-0000-4000-8000-00000000000a","format":"x","count":1}`,
		`{"type":"1f5a3b2c-0000-4000-8000-00000000000a","id":"1f5a3b2c-0000-4000-8000-00000000000b"}`,
		`{"":"1f5a3b2c-0000-4000-8000-00000000000a","a.b":"1f5a3b2c-0000-4000-8000-00000000000c","a'\\]":"1f5a3b2c-0000-4000-8000-00000000000d","1a":"1f5a3b2c-0000-4000-8000-00000000000e"}`,
		`{"status":"{a}","operationType":"x"}`, `{"error":{"code":"{"}}`, `{"value":[{"id":"1f5a3b2c-0000-4000-8000-00000000000a"}]}`,
	} {
		readBack(t, "operations/1", `a="b{c}"`, answer, answer, 200)
		readBack(t, "operations/1", "", answer, answer, 999)
	}
}

func FuzzScenario(f *testing.F) {
	f.Add("chats?$top=1", `outlook.timezone="UTC"`, `{"a":{"b":[1,"c"]}}`, `{"id":"19:0123456789abcdef0123456789abcdef@thread.v2","status":"running"}`, 200)
	f.Add("v1.0/\xff?$a&$a", "", "\n\ta\r", `{"type":"1f5a3b2c-0000-4000-8000-00000000000a"}`, 404)
	f.Add("$batch", "", `{"requests":[{"id":"1","id":"2"}]}`, `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/x"}`, 302)
	f.Fuzz(func(t *testing.T, path, header, sent, answer string, code int) {
		if !utf8.ValidString(header) || strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Skip("no header of HTTP that a scenario has")
		}
		sc := readBack(t, path, header, sent, answer, code)
		if sc == nil {
			return
		}
		if got := sentBy(t, sc.Steps[0].Request); sent != "" && !strings.Contains(got, "variable") && canonical(got) != canonical(sent) {
			t.Errorf("sends %q, want %q", got, sent)
		}
	})
}
