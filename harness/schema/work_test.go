package schema_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// TestSchemasThatRepeatThemselves holds that small schemas which unfold into thousands of
// millions of checks are refused at once, with a place, and that those which repeat
// themselves a little are not.
func TestSchemasThatRepeatThemselves(t *testing.T) {
	deep := strings.Repeat(`{"next":`, 40) + `{}` + strings.Repeat("}", 40)
	ladder := func(rung string) map[string]string {
		return map[string]string{"x": ladderOf(40, strings.ReplaceAll(rung, "REF", `{"$ref":"#/$defs/aN"}`))}
	}
	files := map[string]string{"x": `{"allOf":[{"$ref":"x1.json"},{"$ref":"x1.json"}]}`}
	for i := 1; i < 40; i++ {
		files[fmt.Sprintf("x%d", i)] = strings.ReplaceAll(`{"anyOf":[{"$ref":"xN.json"},{"$ref":"xN.json"}]}`, "N", fmt.Sprint(i+1))
	}
	files["x40"] = `{"type":"string"}`
	for name, test := range map[string]struct {
		files  map[string]string
		answer string
		fine   bool
	}{
		"allOf":             {ladder(`{"allOf":[REF,REF]}`), `{}`, false},
		"anyOf":             {ladder(`{"anyOf":[REF,REF],"type":"string"}`), `{}`, false},
		"oneOf":             {ladder(`{"oneOf":[REF,REF]}`), `{}`, false},
		"if":                {ladder(`{"if":REF,"then":REF,"else":REF}`), `{}`, false},
		"not":               {ladder(`{"not":REF,"allOf":[REF]}`), `{}`, false},
		"dependentSchemas":  {ladder(`{"dependentSchemas":{"a":REF,"b":REF}}`), `{"a":1,"b":2}`, false},
		"across files":      {files, `{}`, false},
		"a member twice":    {map[string]string{"x": `{"properties":{"next":{"$ref":"#"}},"patternProperties":{"^n":{"$ref":"#"}}}`}, deep, false},
		"two look at it":    {map[string]string{"x": `{"allOf":[{"properties":{"next":{"$ref":"#"}}}],"properties":{"next":{"$ref":"#"}}}`}, deep, false},
		"elements":          {map[string]string{"x": `{"items":{"$ref":"#"},"contains":{"$ref":"#"}}`}, strings.Repeat("[", 60) + strings.Repeat("]", 60), false},
		"narrowed":          {map[string]string{"x": `{"allOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"a":{"enum":["b"]}}}`}, `{"a":"b"}`, true},
		"twice, not deep":   {map[string]string{"x": `{"properties":{"next":{"$ref":"#"}},"patternProperties":{"^n":{"$ref":"#"}}}`}, `{"next":{"next":{}}}`, true},
		"a ladder of eight": {map[string]string{"x": ladderOf(8, `{"allOf":[{"$ref":"#/$defs/aN"},{"$ref":"#/$defs/aN"}]}`)}, `{}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range test.files {
				if err := os.MkdirAll(filepath.Join(dir, "v1.0"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "v1.0", file+".json"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			set, err := schema.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsondoc.Parse(test.answer)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = set.Validate("v1.0", "x", doc, schema.Options{})
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			if refused := err != nil && strings.Contains(err.Error(), "x.json:1:1: the schema leads to its own parts over and over"); refused == test.fine {
				t.Errorf("got %v", err)
			}
		})
	}
}

// ladderOf is a schema of so many parts, each of which refers to the next, aN.
func ladderOf(rungs int, rung string) string {
	defs := map[string]json.RawMessage{fmt.Sprintf("a%d", rungs): json.RawMessage(`{"type":"object"}`)}
	for i := range rungs {
		defs[fmt.Sprintf("a%d", i)] = json.RawMessage(strings.ReplaceAll(rung, "aN", fmt.Sprintf("a%d", i+1)))
	}
	text, _ := json.Marshal(map[string]any{"$defs": defs, "$ref": "#/$defs/a0"})
	return string(text)
}
