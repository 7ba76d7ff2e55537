package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// Each file holds a page and what Read makes of it. UPDATE_GOLDEN=1 rewrites the
// latter; read the difference before it is committed.
func TestPages(t *testing.T) {
	testkit.Archives(t, "testdata/pages/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		page, err := Read(string(archive.Files[0].Data), nil)
		if err != nil {
			t.Fatal(err)
		}
		archive.Want(t, "want", describe(page))
	})
}

// TestIncludes reads included files at the line that includes them: tables of permissions and
// examples count, samples of SDKs do not, and files that include each other end.
func TestIncludes(t *testing.T) {
	files := map[string]string{
		"../includes/permissions.md": "---\ntitle: other\n---\n| Permission type | Permissions |\n|:--|:--|\n| Delegated (work or school account) | User.Read |\n| Application | User.Read.All |\n",
		"../includes/example.md":     "```http\nGET https://graph.microsoft.com/v1.0/me\n```\n```http\nHTTP/1.1 200 OK\n```\n```csharp\nvar me = 1;\n```\n",
		"loop.md":                    "[!INCLUDE [again](loop.md)]\n",
	}
	text := "# Get me\n\n## Permissions\n[!INCLUDE [permissions](../includes/permissions.md)]\n\n## Examples\n[!INCLUDE [e](../includes/example.md)]\n\n[!INCLUDE [l](loop.md)]\n[!INCLUDE [none](none.md)]\n"
	page, err := Read(text, func(name string) (string, bool) {
		text, ok := files[name]
		return text, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "\"Get me\" promises [], includes 2\n\nPermissions\n7: GET https://graph.microsoft.com/v1.0/me\n7: 200 OK ( false)\n"
	if got := describe(page); !strings.HasPrefix(got, want) || strings.Contains(got, "csharp") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(page.Permissions) != 1 || page.Permissions[0].Line != 4 || !slices.Equal(page.Permissions[0].Application, []string{"User.Read.All"}) {
		t.Errorf("permissions %+v", page.Permissions)
	}
}

// TestManyIncludes: files that include many that include many are read so often and no more.
func TestManyIncludes(t *testing.T) {
	read := 0
	page, err := Read("# Get me\n"+strings.Repeat("[!INCLUDE [a](0)]\n", 100), func(name string) (string, bool) {
		read++
		return strings.Repeat("[!INCLUDE [a](1"+name+")]\n", 100), true
	})
	if err != nil || read != maxIncludedFiles || page.Includes < maxIncludedFiles {
		t.Errorf("read %d files, left out %d: %v", read, page.Includes, err)
	}
}

func describe(p *Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q promises %v, includes %d\n", p.Title, p.Stated, p.Includes)
	for _, pair := range p.Pairs {
		q, a := pair.Request, pair.Response
		fmt.Fprintf(&b, "\n%s\n%d: %s %s\n", pair.Section, q.Line, q.Method, q.URL)
		describeMessage(&b, q.Header, q.Body)
		fmt.Fprintf(&b, "%d: %d %s (%s %t)\n", a.Line, a.Code, a.Phrase, a.Type, a.Collection)
		describeMessage(&b, a.Header, a.Body)
	}
	for _, t := range p.Permissions {
		fmt.Fprintf(&b, "\n%d: %s\ndelegated %v\npersonal %v\napplication %v\n", t.Line, strings.TrimSpace(t.Lead), t.Delegated, t.Personal, t.Application)
	}
	for _, m := range p.Methods {
		fmt.Fprintf(&b, "\n%d: %s returns %s\n", m.Line, m.Page, m.Returns)
	}
	b.WriteString("\n")
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "%d: %s: %s%s\n", n.Line, n.Kind, strings.Repeat("(minor) ", map[bool]int{true: 1}[n.Minor]), n.Message)
	}
	return b.String()
}

func describeMessage(b *strings.Builder, header map[string][]string, body string) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(b, "  %s: %s\n", name, strings.Join(header[name], " | "))
	}
	for line := range strings.Lines(body) {
		fmt.Fprintf(b, "  | %s\n", strings.TrimSuffix(line, "\n"))
	}
}

func TestMendJSON(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`{"a": 1}`, `{"a": 1}`},
		{`{"a": 1,}`, `{"a":1} a trailing comma`},
		{`{"a": [1, 2, ...]}`, `{"a":[1,2]} an ellipsis; a trailing comma`},
		{`{"a": 1 "b": 2}`, ``},
		{"{\"a\": 1\n\"b\": 2}", `{"a":1,"b":2} a missing comma`},
		{"{“a”: “b”}", `{"a":"b"} other quotation marks`},
		{`{a: 'b'}`, `{"a":"b"} a name without quotes; other quotation marks`},
		{`{"a": {id}}`, `{"a":"{id}"} a placeholder without quotes`},
		{`{"a": <bytes>, "b": @{x}}`, `{"a":"<bytes>","b":"@{x}"} a value without quotes`},
		{`{"a": TRUE, "b": Null}`, `{"a":true,"b":null} a capital letter in true, false or null`},
		{`{"a": {"b": [1, 2}`, `{"a":{"b":[1,2]}} a missing bracket`},
		{`{"a": 1}}`, `{"a":1} a bracket too many`},
		{`"a": 1, "b": 2`, `{"a":1,"b":2} a missing brace; a missing bracket`},
		{"{\"a\": \"x\ty\"}", `{"a":"x\ty"} a raw line break or tab in a text`},
		{"{\"a\": \"x,\n \"b\": 1}", `{"a":"x","b":1} a missing quotation mark; a missing comma`},
		{`{"a": ""b"}`, `{"a":"b"} a quotation mark too many`},
		{`{"a": "\d\u00e9\ud83d\ude00"}`, `{"a":"\\dé😀"} a backslash that escapes nothing`},
		{`{"a": 007, "b": .5}`, `{"a":"007","b":".5"} a value without quotes`},
		{`{"a": /* x */ 1 // y` + "\n}", `{"a":1} a comment`},
		{"{\u00a0\"a\": 1}", `{"a":1} unusual white space`},
		{`{"a": , "b": 1}`, `{"a":null,"b":1} a missing value, which became null`},
		{`{"a": {"x", "y"}}`, ``},
		{`{"a": "x`, ``},
		{``, ``},
		{strings.Repeat("[", 100000), ``},
		{strings.Repeat(`{"a":`, 100000), ``},
	} {
		got := ""
		if mended, fixed, _, err := mendJSON(tc.text); err == nil {
			got = mended
			if fixed != nil {
				var compact strings.Builder
				fmt.Fprint(&compact, compacted(t, mended))
				for n, r := range fixed {
					fmt.Fprint(&compact, map[bool]string{true: " ", false: "; "}[n == 0], r.what)
				}
				got = compact.String()
			}
		}
		if got != tc.want {
			t.Errorf("%.60q:\ngot  %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func compacted(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	var value json.RawMessage
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	inText := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '"' && text[i-1] != '\\' {
			inText = !inText
		}
		if inText || c != ' ' && c != '\n' {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// Whatever is in a page, reading it takes time and memory in proportion.
func TestHostilePages(t *testing.T) {
	if testing.Short() {
		t.Skip("reads pages of 50 MB")
	}
	size := testkit.Sized(50<<20, 8<<20)
	for name, part := range map[string]string{
		"lines":       "\n",
		"text":        "text\n\n",
		"comments":    "<!-- {\"blockType\"\n",
		"annotations": "<!-- {\"blockType\": \"request\"\n```\n",
		"bars":        "|a|b\n",
		"headings":    "# a\n",
		"tables":      "|Permission type|Permissions|\n|a|b|\n|Delegated|A.B, C|\n\n",
		"one line":    "x",
		"spaces":      " \t",
		"ticks":       "`",
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Repeat(part, size/len(part))
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := Read(text, nil)
			runtime.ReadMemStats(&after)
			var large *fault.Error
			if err != nil && !errors.As(err, &large) {
				t.Fatal(err)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > uint64(20*size>>20) {
				t.Errorf("took %d MB in all", used)
			}
		})
	}
	if _, err := Read(strings.Repeat("x", MaxSize+1), nil); err == nil {
		t.Error("a page beyond the limit was read")
	}
}

func TestManyFences(t *testing.T) {
	page, err := Read(strings.Repeat("```http\nGET https://graph.microsoft.com/v1.0/me\n```\n```http\nHTTP/1.1 200 OK\n\n{\"id\": 1,}\n```\n", 5000), nil)
	if err != nil || len(page.Pairs) != 5000 {
		t.Fatalf("%d pairs: %v", len(page.Pairs), err)
	}
	page, err = Read(strings.Repeat("<!-- {\"blockType\": \"request\", \"name\": \"x\"} -->\n```\nGET https://graph.microsoft.com/v1.0/me\n```\n", 5000)+
		strings.Repeat("<!-- {\"blockType\": \"response\", \"name\": \"x\"} -->\n```\nHTTP/1.1 200 OK\n```\n", 5000), nil)
	if err != nil || len(page.Pairs) != 10000-1 {
		t.Fatalf("%d pairs: %v", len(page.Pairs), err)
	}
	page, err = Read("```http\nHTTP/1.1 200 OK\n\n["+strings.Repeat("1,", maxBlock)+"1]\n```\n", nil)
	if err != nil || len(page.Notes) != 1 || page.Notes[0].Line != 1 || page.Notes[0].Kind != Unpaired {
		t.Errorf("a block of 8 MB: %v, %v", page.Notes, err)
	}
	_, err = Read(strings.Repeat("```\n```\n", maxBlocks+1), nil)
	var large *fault.Error
	if !errors.As(err, &large) || large.Line != 2*maxBlocks+1 || large.Hint == "" {
		t.Errorf("got %v", err)
	}
}

func FuzzDocs(f *testing.F) {
	files, _ := filepath.Glob("testdata/pages/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Add("```http\nGET /\n```\n```\nHTTP/1.1 200\n\n{\"a\": {b}, ...")
	f.Fuzz(func(t *testing.T, text string) {
		page, err := Read(text, nil)
		if err != nil {
			return
		}
		lines := 1 + strings.Count(text, "\n")
		for _, n := range page.Notes {
			if n.Line < 1 || n.Line > lines {
				t.Fatalf("line %d of %d: %s", n.Line, lines, n.Message)
			}
		}
		told := map[int]bool{}
		for _, n := range page.Notes {
			told[n.Line] = told[n.Line] || n.Kind == NotJSON
		}
		for _, p := range page.Pairs {
			if p.Response.Code < 100 || p.Response.Code > 599 || p.Request.Method == "" || strings.ContainsAny(p.Request.URL, " \t\r\n\"<>") {
				t.Fatalf("%s %q: %d", p.Request.Method, p.Request.URL, p.Response.Code)
			}
			if body := p.Response.Body; strings.HasPrefix(body, "{") && p.Response.Header.Get("Content-Type") == "" && !json.Valid([]byte(body)) && len(told) == 0 {
				t.Fatalf("a body is no JSON, and nothing tells: %q", body)
			}
		}
	})
}

// BenchmarkRead reads the pages of the corpus.
func BenchmarkRead(b *testing.B) {
	files, _ := filepath.Glob(filepath.Join(testkit.Corpus(b, "docs/api-reference"), "*", "api", "*.md"))
	var texts []string
	size := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, string(text))
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			if _, err := Read(text, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)/float64(len(texts))*7000, "s/7000pages")
}
