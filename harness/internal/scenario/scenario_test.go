package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// Good and bad files, and what Load makes of them. UPDATE_GOLDEN=1 rewrites the
// latter; read the difference before it is committed.
func TestLoad(t *testing.T) {
	for _, table := range []string{"good", "bad"} {
		file := filepath.Join("testdata", table+".txtar")
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		update := testkit.Updating()
		golden := &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			name, isScenario := strings.CutSuffix(f.Name, ".yaml")
			if !isScenario {
				continue
			}
			sc, err := Parse(f.Name, f.Data)
			if (err == nil) != (table == "good") {
				t.Errorf("%s is a %s file: %v", f.Name, table, err)
			}
			got := told(err)
			if err == nil {
				got = dump(sc)
			}
			golden.Files = append(golden.Files, f, txtar.File{Name: name + ".want", Data: []byte(got)})
			if want := content(archive, name+".want"); !update && want != got {
				t.Errorf("%s: -want +got\n%s", f.Name, cmp.Diff(want, got))
			}
		}
		if update {
			if err := os.WriteFile(file, txtar.Format(golden), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func content(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func told(err error) string {
	var out strings.Builder
	for _, part := range fault.Parts(err) {
		fmt.Fprintln(&out, part)
		if hint := fault.Hint(part); hint != "" {
			fmt.Fprintln(&out, "hint:", hint)
		}
	}
	return out.String()
}

// dump writes a scenario in short: what is set, a line for each value.
func dump(sc *Scenario) string {
	var out strings.Builder
	dumpValue(&out, "", reflect.ValueOf(*sc))
	return out.String()
}

func dumpValue(out *strings.Builder, path string, v reflect.Value) {
	if t, ok := v.Interface().(Template); ok {
		if !t.IsZero() {
			value, err := t.Expand(func(name string) (any, bool) { return "<" + name + ">", true })
			if err != nil {
				value = err.Error()
			}
			fmt.Fprintf(out, "%s: ", path)
			encoder := json.NewEncoder(out)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(value)
		}
		return
	}
	if at, isPath := v.Interface().(Path); isPath {
		if at.String() != "" {
			fmt.Fprintf(out, "%s: %v\n", path, at)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dumpValue(out, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Line" {
				dumpValue(out, strings.TrimPrefix(path+"."+f.Name, "."), v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			dumpValue(out, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			dumpValue(out, fmt.Sprintf("%s[%s]", path, key), v.MapIndex(key))
		}
	default:
		if !v.IsZero() {
			fmt.Fprintf(out, "%s: %v\n", path, v.Interface())
		}
	}
}

// Every step and check knows its line.
func TestLines(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/good.txtar")
	if err != nil {
		t.Fatal(err)
	}
	sc, err := Parse("design.yaml", []byte(content(archive, "design.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	got := []int{sc.Vars[0].Line, sc.Steps[0].Line, sc.Steps[0].Request.Line, sc.Steps[0].Expect.Headers[0].Line,
		sc.Steps[1].Line, sc.Steps[1].Poll.Line, sc.Steps[1].Expect.Body[0].Line, sc.Steps[1].Expect.Body[2].Line, sc.Steps[1].Capture[0].Line, sc.Cleanup[0].Line}
	if want := []int{3, 5, 8, 11, 13, 15, 20, 22, 23, 25}; !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
}

// The good files use every key: each field of the model is set by one of them.
func TestGoodFilesUseEveryKey(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/good.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".want") {
			all.Write(f.Data)
		}
	}
	for _, model := range []any{Scenario{}, Var{}, Step{}, Permissions{}, Request{}, Pair{}, Part{}, Expect{}, Check{}, Matcher{}, Count{}, Reference{}, Poll{}, Follow{}, Capture{}} {
		for field := range reflect.TypeOf(model).Fields() {
			set := regexp.MustCompile(`(?m)(^|\.)` + field.Name + `[:.\[]`)
			if field.Name != "Line" && !set.MatchString(all.String()) {
				t.Errorf("no good file sets %T.%s", model, field.Name)
			}
		}
	}
}

// The published JSON Schema and the decoder know the same keys.
func TestSchemaKnowsTheSameKeys(t *testing.T) {
	published := publishedSchema(t)
	for def, keys := range map[string][]string{
		"": scenarioKeys, "step": stepKeys, "permissions": permissionsKeys, "request": requestKeys, "part": partKeys,
		"expect": expectKeys, "poll": pollKeys, "follow": followKeys, "matcher": namesOf(keywords()), "textMatcher": namesOf(textKeywords()),
		"count": countKeys,
	} {
		at := published
		if def != "" {
			at = published["$defs"].(map[string]any)[def].(map[string]any)
		}
		if alternatives, ok := at["anyOf"].([]any); ok { // a number or a mapping
			at = alternatives[len(alternatives)-1].(map[string]any)
		}
		properties, _ := at["properties"].(map[string]any)
		got, want := slices.Sorted(maps.Keys(properties)), slices.Sorted(slices.Values(keys))
		if !slices.Equal(got, want) {
			t.Errorf("%q: -decoder +schema\n%s", def, cmp.Diff(want, got))
		}
		if at["additionalProperties"] != false {
			t.Errorf("%q lets unknown keys pass", def)
		}
	}
}

func publishedSchema(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("../../../schemas/graphvcr/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	var published map[string]any
	if err := json.Unmarshal(data, &published); err != nil {
		t.Fatal(err)
	}
	return published
}

// The words that the schema lets an editor complete are those of the decoder.
func TestSchemaKnowsTheSameWords(t *testing.T) {
	published := publishedSchema(t)
	for path, words := range map[string][]string{
		"$defs/api/enum":                              apiWords,
		"$defs/step/properties/auth/enum":             authWords,
		"$defs/request/properties/method/enum":        methodWords,
		"$defs/request/properties/redirect/enum":      redirectWords,
		"$defs/matcher/properties/type/enum":          typeWords,
		"$defs/propertyChecks/propertyNames/not/enum": namesOf(keywords()),
	} {
		if got := below(t, published, path); fmt.Sprint(got) != fmt.Sprint(words) {
			t.Errorf("%s is %v, want %v", path, got, words)
		}
	}
	for _, name := range below(t, published, "$defs/format/examples").([]any) {
		if _, ok := identity.Lookup(name.(string)); !ok {
			t.Errorf("the schema suggests %q, which is no format", name)
		}
	}
}

func below(t *testing.T, doc any, path string) any {
	t.Helper()
	for step := range strings.SplitSeq(path, "/") {
		next, ok := doc.(map[string]any)[step]
		if !ok {
			t.Fatalf("there is no %s at %q", path, step)
		}
		doc = next
	}
	return doc
}

// Whatever the text, Parse does not panic, and every fault has a place.
func FuzzParse(f *testing.F) {
	for _, table := range []string{"good", "bad"} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", table+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := Parse("x.yaml", data)
		if err == nil {
			return
		}
		for _, part := range fault.Parts(err) {
			if at := fault.Find(part); at == nil || at.Line < 1 || at.Column < 1 || at.Message == "" {
				t.Fatalf("%v has no place or says nothing", part)
			}
		}
	})
}
