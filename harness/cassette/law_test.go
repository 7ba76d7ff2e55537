package cassette

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// awkward are texts that YAML readers and writers get wrong.
var awkward = []string{
	"", " ", "\n", "\t", "\r", "\x00", "\nleading", "\tleading", "\n\n\tx", " leading", "trailing ", "trailing\n", "trailing\n\n", "a \nb", "a\n \nb", "a\n  ",
	"a\r\nb\r\n", "a\rb", "nel\u0085x", "ls\u2028x\u2029y", "\ufeffbom", "a\ufeffb", "\ufffe", "\uffff", "\ufffd", "emoji 😀", "é",
	"---", "---\n", "a\n---\nb", "...", "a\n...\nb", "# comment", "a\n# comment\nb", "a #b", "a: b", "a:", ":a", "- a", "-", "? a", "a\tb", "a\n\tb",
	"\xff\xfe", "ok\xc3", strings.Repeat("\xfe", 200), "yes", "no", "null", "Null", "~", "true", "1.0", "1", "0x1F", "0o17", "1_000", "1e3", ".inf", ".5",
	"2001-01-01", "2001-01-01T00:00:00Z", "12:30:45", "!!x", "!!binary aGk=", "&a", "*a", "<<", "=", "%YAML", "@a", "`a`", "[a]", "{a: b}", "|", ">", "'", "''", `"`, `\`, "it's", `"quoted"`,
	`{"a":1}`, `{"a":1,"b":[1,2,{"c":"d\n"}],"e":{},"f":[]}`, `{ "a": 1 }`, `{"a":1}` + "\n", "[]", "{}", `{"a":"` + "\u2028" + `"}`, `{"a":"` + "\u007f" + `"}`, `{"a":"😀"}`,
	`{"a":1`, `{"a":1}}`, "{\n  \"a\": 1\n}", `{"dup":1,"dup":2}`, `{"n":9007199254740993,"m":1.0,"k":1E+2,"s":"\/\u0000"}`, "123ms", "\x7f", "\u00a0",
	"  indented first\nline", "<html>\n <body>\n\n\n</body></html>", "\n", "\n\n\n", "x\n\n\n", "--boundary\r\nContent-Type: text/plain\r\n\r\nx\r\n",
}

// sample makes an interaction that carries the text in every place that takes one.
func sample(id int, text string) *Interaction {
	return &Interaction{
		ID: id,
		Request: Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(text)),
			Host: "graph.microsoft.com", Body: text, Method: "POST",
			URL:     "https://graph.microsoft.com/v1.0/users?$filter=startsWith(displayName,'O''V')&$top=5",
			Headers: http.Header{"Accept": {"application/json"}, "X-Text": {text, "second"}},
		},
		Response: Response{
			Proto: "HTTP/2.0", ProtoMajor: 2, ContentLength: int64(len(text)), Body: text,
			TransferEncoding: []string{}, Trailer: http.Header{},
			Headers: http.Header{"Content-Type": {"application/json"}, "Etag": {`W/"x"`}},
			Status:  "200 OK", Code: 200, Duration: 123456789,
		},
	}
}

var ignorePlace = cmpopts.IgnoreUnexported(Interaction{})

// same compares interactions, apart from where they stand in a file.
func same(t *testing.T, got, want []*Interaction) {
	t.Helper()
	place := cmpopts.IgnoreFields(Interaction{}, "Line")
	if diff := cmp.Diff(want, got, ignorePlace, place, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("interactions differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got, ignorePlace, place); diff != "" && len(want) > 0 {
		t.Fatalf("nil and empty differ (-want +got):\n%s", diff)
	}
}

// written returns the file that Save makes of a cassette.
func written(t testing.TB, c *Cassette) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stream(&b, &c.Meta, partsOf(c.Interactions)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saveAndLoad checks law 1 on a cassette, with both readers.
func saveAndLoad(t *testing.T, c *Cassette) *Cassette {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(file)
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, data)
	}
	same(t, loaded.Interactions, c.Interactions)
	agree(t, data)
	any, err := (&anyReader{file: "x.yaml", data: data}).read()
	if err != nil {
		t.Fatalf("yaml.v3: %v in\n%.2000s", err, data)
	}
	same(t, any.Interactions, c.Interactions)
	if again := written(t, loaded); !bytes.Equal(again, data) {
		t.Fatalf("a loaded cassette is saved differently:\n%s", cmp.Diff(string(data), string(again)))
	}
	return loaded
}

// agree checks that yaml.v3 reads what the fast reader reads. It reports whether
// the fast one did read it.
func agree(t *testing.T, data []byte) bool {
	t.Helper()
	fast, err := newReader("x.yaml", bytes.NewReader(data), false).read()
	if err != nil {
		return false
	}
	slow, err := (&anyReader{file: "x.yaml", data: data}).read()
	if err != nil {
		t.Fatalf("read in one pass, and not by yaml.v3: %v\n%s", err, data)
	}
	if diff := cmp.Diff(slow, fast, cmp.AllowUnexported(Interaction{})); diff != "" {
		t.Fatalf("the readers disagree (-yaml.v3 +one pass):\n%s\n%q", diff, data)
	}
	return true
}

func TestSaveThenLoadKeepsAwkwardTexts(t *testing.T) {
	for _, text := range awkward {
		t.Run(fmt.Sprintf("%.20q", text), func(t *testing.T) {
			c := &Cassette{Interactions: []*Interaction{sample(0, text), sample(1, "x")}}
			c.Interactions[1].Principal = text
			c.Interactions[1].Request.Form = url.Values{text: {"v"}, "a": nil, "b": {}}
			c.Interactions[1].Response.Trailer = http.Header{text: {text}}
			c.Interactions[1].Response.TransferEncoding = []string{text}
			saveAndLoad(t, c)
		})
	}
}

func TestSaveThenLoadKeepsLargeTexts(t *testing.T) {
	long := strings.Repeat("k", 3000)
	size := testkit.Sized(5<<20, 1<<20)
	if raceEnabled { // yaml.v3 takes minutes
		size = 1 << 18
	}
	c := &Cassette{Interactions: []*Interaction{
		sample(0, strings.Repeat("binary\x00\xff", size/8)),
		sample(1, strings.Repeat("line of text\n", size/13)),
		sample(2, strings.Repeat("it's", size/4)),
		sample(3, `{"value":[`+strings.Repeat(`{"id":"x"},`, size/20)+`{}]}`),
		sample(4, ""),
	}}
	c.Interactions[4].Request.Form = url.Values{long: {long}, long + "\n": {"x"}}
	saveAndLoad(t, c)
}

func TestSaveThenLoadKeepsTheContentLength(t *testing.T) {
	body := `{"a":1,"b":2}`
	for _, length := range []int64{-1, 0, 5, int64(len(body)), int64(len("{\n  \"a\": 1,\n  \"b\": 2\n}"))} {
		i := sample(0, body)
		i.Response.ContentLength = length
		saveAndLoad(t, &Cassette{Interactions: []*Interaction{i}})
	}
}

func TestSaveThenLoadKeepsTheMeta(t *testing.T) {
	for _, text := range awkward {
		m := Meta{
			Format: 2, Origin: Recorded, Source: text, Cloud: text, Client: text, Expires: "30d", Redaction: Redaction{Rules: text, Redacted: []string{text}},
			RecordedAt: time.Date(2026, 11, 24, 8, 30, 0, 123456789, time.UTC),
			Auth:       &Auth{Kind: "delegated", Scopes: []string{"User.Read", text}, Roles: []string{text}},
			Vars:       map[string]string{"USER": text, text: "x"},
		}
		loaded := saveAndLoad(t, &Cassette{Meta: m, Interactions: []*Interaction{sample(0, "x")}})
		if diff := cmp.Diff(m, loaded.Meta); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// FuzzSaveThenLoad is law 1.
func FuzzSaveThenLoad(f *testing.F) {
	for _, text := range awkward {
		f.Add(text, "X-Odd", text, int64(-1), int64(len(text)))
		f.Add(text, text, "v", int64(1500), int64(0))
	}
	f.Fuzz(func(t *testing.T, body, name, value string, duration, length int64) {
		i := sample(0, body)
		i.Request.Headers[name] = []string{value}
		i.Response.Headers[value] = []string{name, body}
		i.Response.Duration = time.Duration(duration)
		i.Response.ContentLength = length
		i.Response.Status = value
		i.Principal = name
		i.Holes = []Hole{{"x" + name, HoleName}, {"y" + body, HoleBytes}}
		saveAndLoad(t, &Cassette{Interactions: []*Interaction{i, sample(1, value)}})
	})
}

// goVCRFile returns the file that stock go-vcr makes of interactions.
func goVCRFile(t testing.TB, all []*Interaction) []byte {
	t.Helper()
	c := govcr.New(filepath.Join(t.TempDir(), "stock"))
	for _, i := range all {
		c.AddInteraction(&govcr.Interaction{Request: i.Request, Response: i.Response})
	}
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzReadersAgree checks that yaml.v3 reads what the fast reader reads, to the
// same result, starting from real files.
func FuzzReadersAgree(f *testing.F) {
	for _, text := range awkward {
		all := []*Interaction{sample(0, text), sample(1, `{"a":[1,2]}`)}
		all[0].Principal = text
		all[1].Holes = []Hole{{"body.$['" + text + "']", HoleName}}
		f.Add(written(f, &Cassette{Meta: Meta{Origin: Docs}, Interactions: all}))
		f.Add(goVCRFile(f, all))
	}
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, data) })
}
