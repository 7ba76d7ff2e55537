package schema_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Each archive under testdata/valid holds schemas (beta/...), then pairs of an
// answer (NAME.json) and what is wrong with it (NAME.want). The comment's last
// line is the type, then options.
func TestViolations(t *testing.T) {
	testkit.Archives(t, "testdata/valid/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		dir := unpack(t, archive)
		set := open(t, dir)
		typ, opts := caseOptions(t, archive.Comment)
		for _, file := range archive.Files {
			name, isAnswer := strings.CutSuffix(file.Name, ".json")
			if !isAnswer || strings.Contains(file.Name, "/") {
				continue
			}
			violations, err := set.Validate("beta", typ, parse(t, string(file.Data)), opts)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			archive.Want(t, name+".want", listing(t, dir, violations))
		}
	})
}

// Each archive under testdata/broken holds schemas of which one is broken, and
// "want", what is said of it when beta's type "t" is asked for.
func TestBrokenSchemas(t *testing.T) {
	testkit.Archives(t, "testdata/broken/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		dir := unpack(t, archive)
		set := open(t, dir)
		first := brokenness(t, set, dir)
		if again := brokenness(t, set, dir); again != first {
			t.Errorf("the second time it says\n%s", again)
		}
		archive.Want(t, "want", first)
	})
}

func brokenness(t *testing.T, set *schema.Set, dir string) string {
	t.Helper()
	violations, err := set.Validate("beta", "t", map[string]any{}, schema.Options{})
	if fault.Find(err) == nil {
		t.Fatalf("got violations %v and error %v, want one that knows the file", violations, err)
	}
	text := strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir)+"/", "") + "\n"
	if hint := fault.Hint(err); hint != "" {
		text += "hint: " + hint + "\n"
	}
	return text
}

func unpack(t *testing.T, archive *testkit.Archive) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "schemas")
	for _, file := range archive.Files {
		if strings.Contains(file.Name, "/") {
			write(t, filepath.Join(dir, file.Name), string(file.Data))
		}
	}
	return dir
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dir string) *schema.Set {
	t.Helper()
	set, err := schema.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func parse(t testing.TB, text string) any {
	t.Helper()
	doc, err := jsondoc.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// caseOptions reads "TYPE" and options: select=a,b expand=x expand=x:a,b placeholders request open.
func caseOptions(t *testing.T, comment []byte) (typ string, opts schema.Options) {
	lines := strings.Split(strings.TrimSpace(string(comment)), "\n")
	words := strings.Fields(lines[len(lines)-1])
	for _, word := range words[1:] {
		if list, ok := strings.CutPrefix(word, "select="); ok {
			opts.Select = strings.Split(list, ",")
		} else if name, ok := strings.CutPrefix(word, "expand="); ok {
			name, list, nested := strings.Cut(name, ":")
			e := schema.Expansion{Name: name}
			if nested {
				e.Select = strings.Split(list, ",")
			}
			opts.Expand = append(opts.Expand, e)
		} else if word == "placeholders" {
			opts.Placeholders = true
		} else if word == "request" {
			opts.Request = true
		} else if word == "open" {
			opts.Open = true
		} else {
			t.Fatalf("unknown option %q", word)
		}
	}
	return words[0], opts
}

func listing(t testing.TB, dir string, violations []schema.Violation) string {
	t.Helper()
	var text strings.Builder
	for _, v := range violations {
		severity := "error"
		if v.Warning {
			severity = "warning"
		}
		file, err := filepath.Rel(dir, v.File)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s %s %s (%s:%d)\n  want %s\n  got  %s\n", severity, v.Path, v.Rule, filepath.ToSlash(file), v.Line, v.Want, v.Got)
	}
	return text.String()
}

func TestIndex(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"v1.0/a.b.json", "v1.0/a.a.json", "v1.0/notes.txt", "beta/a.c.json", "graphvcr/scenario.json", ".git/x.json", "stray.json"} {
		write(t, filepath.Join(dir, file), "{}")
	}
	set := open(t, dir)
	if got := strings.Join(set.Types("v1.0"), " "); got != "a.a a.b" {
		t.Errorf("types of v1.0: %s", got)
	}
	for _, api := range []string{"graphvcr", ".git", "", ".", "v2.0"} {
		if got := set.Types(api); len(got) > 0 {
			t.Errorf("types of %q: %v", api, got)
		}
	}
	if !set.Has("beta", "a.c") || !set.Has("beta", "Collection(a.c)") || set.Has("beta", "a.a") || set.Has("beta", "../v1.0/a.a") {
		t.Error("Has disagrees with the folder")
	}
}

func TestMissingFolderIsEmpty(t *testing.T) {
	set := open(t, filepath.Join(t.TempDir(), "nowhere"))
	if len(set.Types("beta")) > 0 || set.Has("beta", "x") {
		t.Error("an absent folder has types")
	}
	if _, err := set.Validate("beta", "x", nil, schema.Options{}); err == nil {
		t.Error("an absent type validates")
	}
}

func TestFolderThatIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "schemas")
	write(t, file, "")
	if _, err := schema.Open(file); err == nil {
		t.Error("a file opens as a folder of schemas")
	}
}

func TestUnknownTypeNamesTheNearest(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"v1.0/microsoft.graph.user.json", "v1.0/microsoft.graph.group.json", "beta/microsoft.graph.chat.json"} {
		write(t, filepath.Join(dir, file), `{"type": "object"}`)
	}
	set := open(t, dir)
	for typ, want := range map[string]string{
		"microsoft.graph.User":              `did you mean "microsoft.graph.user"?`,
		"microsoft.graph.usre":              `did you mean "microsoft.graph.user"?`,
		"group":                             `did you mean "microsoft.graph.group"?`,
		"Collection(microsoft.graph.gruop)": `did you mean "microsoft.graph.group"?`,
		"microsoft.graph.chat":              `api "beta" has it`,
		"../beta/microsoft.graph.chat":      "",
	} {
		_, err := set.Validate("v1.0", typ, map[string]any{}, schema.Options{})
		if hint := fault.Hint(err); err == nil || hint != want || !strings.Contains(err.Error(), "no schema for type") {
			t.Errorf("%s: got %v, hint %q; want hint %q", typ, err, hint, want)
		}
	}
}

func TestValuesThatBreakTheLibrary(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "beta/t.json"), `{"type": "object", "properties": {
		"next": {"$ref": "#"},
		"count": {"type": "integer"},
		"list": {"type": "array", "items": {"type": "string"}, "maxItems": 3}}}`)
	set := open(t, dir)
	check := func(name string, doc any, want string) {
		t.Run(name, func(t *testing.T) {
			violations, err := set.Validate("beta", "t", doc, schema.Options{})
			got := listing(t, dir, violations)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("got %.300s, want %q", got, want)
			}
		})
	}
	nested := func(levels int) any {
		var doc any = map[string]any{}
		for range levels {
			doc = map[string]any{"next": doc}
		}
		return doc
	}
	check("recursion is legal", nested(900), "")
	check("10,000 levels", nested(10_000), "want at most 1000 levels")
	check("10,000 levels of lists", parse(t, `{"x": `+strings.Repeat("[", 9_000)+strings.Repeat("]", 9_000)+"}"), "want at most 1000 levels")
	check("huge exponent", parse(t, `{"count": 1e99999999}`), "want a number of a sane size")
	check("huge exponent elsewhere", parse(t, `{"list": [1e-99999999]}`), "want a number of a sane size")
	check("slow exponent", parse(t, `{"count": 1e-999999}`), "want a number of a sane size")
	check("long number", parse(t, `{"count": 1`+strings.Repeat("0", 1_000_000)+`}`), "want a number of a sane size")
	check("double's range", parse(t, `{"x": [1.7976931348623157e308, 5E-324, -0.0]}`), "")
	check("no number", map[string]any{"count": json.Number("x")}, "cannot check $")
	check("huge text", map[string]any{"count": strings.Repeat("x", 50_000_000)}, `got  "xxx`)
	check("huge list", map[string]any{"list": make([]any, testkit.Sized(200_000, 20_000))}, "want at most 3 elements")
	check("no JSON", map[string]any{"count": struct{}{}}, "cannot check $: invalid jsonType")
	check("no JSON at the root", make(chan int), "invalid jsonType")
	check("null", nil, "want object")
	check("a float is held", map[string]any{"count": json.Number("1.5")}, "want integer")
}

func TestOneViolationForEachElement(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "beta/t.json"), `{"type": "array", "items": {"type": "string"}}`)
	doc := make([]any, 1200)
	violations, err := open(t, dir).Validate("beta", "t", doc, schema.Options{})
	if err != nil || len(violations) != len(doc) {
		t.Fatalf("got %d violations and %v, want %d", len(violations), err, len(doc))
	}
	for i, v := range violations {
		if want := fmt.Sprintf("$[%d]", i); v.Path != want {
			t.Fatalf("violation %d is at %s", i, v.Path)
		}
	}
}

func TestSymbolicLinkOutOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret.json"), "{}")
	write(t, filepath.Join(dir, "schemas/beta/a.json"), "{}")
	if err := os.Symlink("../../secret.json", filepath.Join(dir, "schemas/beta/t.json")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	_, err := open(t, filepath.Join(dir, "schemas")).Validate("beta", "t", nil, schema.Options{})
	if err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("a link out of the folder is followed: %v", err)
	}
}

func TestFormats(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "beta/t.json"), `{"properties": {
		"guid": {"format": "guid"}, "uuid": {"format": "uuid"}, "when": {"format": "date-time"},
		"operation": {"format": "teams-operation-id"}, "standard": {"format": "ipv4"}}}`)
	set := open(t, dir)
	const guid = "00000000-1111-2222-3333-444444444444"
	good := map[string]any{"guid": guid, "uuid": guid, "when": "2024-03-05T10:11:12.1234567Z", "operation": guid + "-" + guid, "standard": "127.0.0.1"}
	violations, err := set.Validate("beta", "t", good, schema.Options{})
	if err != nil || len(violations) > 0 {
		t.Errorf("good values: %s%v", listing(t, dir, violations), err)
	}
	notText := map[string]any{"guid": nil, "uuid": json.Number("1"), "when": []any{}, "standard": true}
	if violations, _ = set.Validate("beta", "t", notText, schema.Options{}); len(violations) > 0 {
		t.Errorf("a format speaks of text only: %s", listing(t, dir, violations))
	}
	for name, value := range map[string]string{"guid": guid[1:], "uuid": guid + "0", "when": "2024-03-05T10:11:12.12345678Z", "operation": guid + "-" + guid[1:], "standard": "localhost"} {
		violations, _ = set.Validate("beta", "t", map[string]any{name: value}, schema.Options{})
		if len(violations) != 1 || violations[0].Rule != "format" || violations[0].Warning || violations[0].Line == 0 || violations[0].Got != fmt.Sprintf("%q", value) {
			t.Errorf("%s = %q: %s", name, value, listing(t, dir, violations))
		}
	}
	violations, _ = set.Validate("beta", "t", map[string]any{"operation": "x"}, schema.Options{})
	if want := violations[0].Want; !strings.HasPrefix(want, "teams-operation-id: ") {
		t.Errorf("want is %q, which does not say what the format is", want)
	}
}
