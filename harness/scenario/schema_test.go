package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/scenario"
)

// What Load accepts, the published JSON Schema accepts: an editor never marks a
// file that runs. And it marks what it can know to be wrong.
func TestPublishedSchemaAgreesWithLoad(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	schema, err := compiler.Compile("../../schemas/graphvcr/scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	accepts := func(data []byte) bool {
		var doc any
		return yaml.Unmarshal(data, &doc) == nil && schema.Validate(doc) == nil
	}
	good, err := txtar.ParseFile("testdata/good.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range good.Files {
		if strings.HasSuffix(f.Name, ".yaml") && f.Name != "numbers.yaml" && !accepts(f.Data) { // YAML dates are no JSON
			t.Errorf("%s loads, and the schema refuses it", f.Name)
		}
	}
	shipped, err := filepath.Glob("../../scenarios/*/*.yaml")
	if err != nil || len(shipped) < 8 {
		t.Fatalf("%d shipped scenarios: %v", len(shipped), err)
	}
	for _, file := range shipped {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scenario.Load(file); err != nil {
			t.Error(err)
		}
		if !accepts(data) {
			t.Errorf("the schema refuses %s", file)
		}
	}
	bad, err := txtar.ParseFile("testdata/bad.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"unknown-key", "unknown-key-in-request", "two-faults", "not-a-mapping", "no-steps", "no-request",
		"path-and-url", "bad-duration", "bad-status", "wrong-kind",
	} {
		for _, f := range bad.Files {
			if f.Name == name+".yaml" && accepts(f.Data) {
				t.Errorf("%s does not load, and the schema accepts it", f.Name)
			}
		}
	}
}
