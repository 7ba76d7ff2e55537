package scenario_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

const publishedFile = "../../../schemas/graphvcr/scenario.json"

func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	schema, err := compiler.Compile(publishedFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// read is the JSON that a YAML file stands for, ok is false when there is none.
func read(data []byte) (doc any, ok bool) {
	doc, err := strictyaml.Decode("", data, strictyaml.Value.Tree)
	return doc, err == nil
}

// What Load accepts, the published JSON Schema accepts: an editor never marks a
// file that runs.
func TestPublishedSchemaAcceptsWhatLoads(t *testing.T) {
	schema := published(t)
	good, err := txtar.ParseFile("testdata/good.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := filepath.Glob("../../../scenarios/*/*.yaml")
	if err != nil || len(shipped) < 6 {
		t.Fatalf("%d shipped scenarios: %v", len(shipped), err)
	}
	for _, file := range shipped {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		good.Files = append(good.Files, txtar.File{Name: file, Data: data})
	}
	for _, f := range good.Files {
		if !strings.HasSuffix(f.Name, ".yaml") {
			continue
		}
		if _, err := scenario.Parse(f.Name, f.Data); err != nil {
			t.Error(err)
		}
		doc, _ := read(f.Data)
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s loads, and the schema refuses it: %#v", f.Name, err)
		}
	}
}

// The schema marks what it can know to be wrong. Beyond it are variables,
// formats, patterns, paths and names that are used twice.
func TestPublishedSchemaRefusesWhatItCan(t *testing.T) {
	beyond := map[string]bool{}
	for _, name := range []string{
		"no-api", "two-bodies", "same-name", "unknown-format", "bad-pattern", "bad-path", "undefined-variable",
		"captured-later", "cyclic-variable", "unclosed-brace", "leaves-folder", "braces", "variable-in-a-property", "variables-of-variables",
	} {
		beyond[name+".yaml"] = true
	}
	schema := published(t)
	bad, err := txtar.ParseFile("testdata/bad.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range bad.Files {
		doc, ok := read(f.Data)
		if !ok || !strings.HasSuffix(f.Name, ".yaml") {
			continue
		}
		if accepted := schema.Validate(doc) == nil; accepted != beyond[f.Name] {
			t.Errorf("%s does not load; the schema accepts it: %v", f.Name, accepted)
		}
	}
}

// An example in the schema is shown on hover and completed by editors, so it has
// to be right.
func TestPublishedSchemaExamples(t *testing.T) {
	data, err := os.ReadFile(publishedFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	checkExamples(t, "#", doc)
}

func checkExamples(t *testing.T, at string, node any) {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			checkExamples(t, fmt.Sprintf("%s/%d", at, i), item)
		}
	case map[string]any:
		examples, _ := node["examples"].([]any)
		for name, below := range node {
			if name != "examples" {
				checkExamples(t, at+"/"+name, below)
			}
		}
		if len(examples) == 0 {
			return
		}
		compiler := jsonschema.NewCompiler()
		compiler.Draft = jsonschema.Draft2020
		schema, err := compiler.Compile(publishedFile + at)
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		for _, example := range examples {
			if err := schema.Validate(example); err != nil {
				t.Errorf("%s: the example %v is refused: %#v", at, example, err)
			}
		}
	}
}
