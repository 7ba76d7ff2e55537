package schema_test

import (
	"encoding/xml"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// csdlType is an entity, complex or enum type as metadata declares it.
type csdlType struct {
	Name       string `xml:"Name,attr"`
	BaseType   string `xml:"BaseType,attr"`
	Abstract   bool   `xml:"Abstract,attr"`
	OpenType   bool   `xml:"OpenType,attr"`
	IsFlags    bool   `xml:"IsFlags,attr"`
	Properties []struct {
		Name     string `xml:"Name,attr"`
		Type     string `xml:"Type,attr"`
		Nullable string `xml:"Nullable,attr"`
	} `xml:"Property"`
	Navigations []struct {
		Name string `xml:"Name,attr"`
		Type string `xml:"Type,attr"`
	} `xml:"NavigationProperty"`
	Members []struct {
		Name string `xml:"Name,attr"`
	} `xml:"Member"`
	kind string
}

func readCSDL(t *testing.T, file string) map[string]csdlType {
	t.Helper()
	var document struct {
		Schemas []struct {
			Namespace string     `xml:"Namespace,attr"`
			Entities  []csdlType `xml:"EntityType"`
			Complexes []csdlType `xml:"ComplexType"`
			Enums     []csdlType `xml:"EnumType"`
		} `xml:"DataServices>Schema"`
	}
	if err := xml.Unmarshal([]byte(readFile(t, file)), &document); err != nil {
		t.Fatal(err)
	}
	types := map[string]csdlType{}
	for _, s := range document.Schemas {
		for kind, list := range map[string][]csdlType{"entity": s.Entities, "complex": s.Complexes, "enum": s.Enums} {
			for _, typ := range list {
				typ.kind = kind
				types[s.Namespace+"."+typ.Name] = typ
			}
		}
	}
	return types
}

// ours lists the shipped schemas that metadata does not declare: the envelopes of
// errors (concepts/errors) and of $batch (concepts/json-batching).
func ours(name string) bool {
	return strings.HasPrefix(name, "microsoft.graph.ODataErrors.") || strings.HasPrefix(name, "microsoft.graph.batchResponse")
}

// TestSchemasAgreeWithMetadata compares every shipped schema with the type that
// the metadata of its api declares. beta is that of the US government cloud, the
// only one at hand that has chat operations.
func TestSchemasAgreeWithMetadata(t *testing.T) {
	dir := testkit.Corpus(t, "metadata")
	set := open(t, shipped)
	for api, file := range map[string]string{"beta": "beta-USNat.csdl", "v1.0": "v1.0-Prod.csdl"} {
		types := readCSDL(t, filepath.Join(dir, file))
		for _, name := range set.Types(api) {
			if ours(name) {
				continue
			}
			t.Run(api+"/"+name, func(t *testing.T) {
				declared, ok := types[name]
				if !ok {
					t.Fatal("metadata has no such type")
				}
				doc, _ := parse(t, readFile(t, filepath.Join(shipped, api, name+".json"))).(map[string]any)
				agree(t, doc, declared, types)
			})
		}
	}
}

func agree(t *testing.T, doc map[string]any, declared csdlType, types map[string]csdlType) {
	facts, _ := doc["x-graph"].(map[string]any)
	check := func(what string, got, want any) {
		if got != want {
			t.Errorf("%s: the schema has %v, metadata %v", what, got, want)
		}
	}
	check("kind", facts["kind"], declared.kind)
	check("open", facts["open"] == true, declared.OpenType)
	check("abstract", facts["abstract"] == true, declared.Abstract)
	var members []string
	for _, m := range declared.Members {
		members = append(members, m.Name)
	}
	check("flags", facts["flags"] == true, declared.IsFlags)
	check("evolvable", facts["evolvable"] == true, slices.Contains(members, "unknownFutureValue"))
	listed := doc["enum"]
	if declared.IsFlags {
		listed = facts["members"]
	}
	check("members", strings.Join(strings.Fields(strings.Trim(words(listed), "[]")), " "), strings.Join(members, " "))
	base := ""
	if list, ok := doc["allOf"].([]any); ok {
		base, _ = list[0].(map[string]any)["$ref"].(string)
	}
	check("base", strings.TrimSuffix(base, ".json"), fullName(declared.BaseType))
	properties, _ := doc["properties"].(map[string]any)
	agreeProperties(t, maps.Clone(properties), declared, types)
}

func agreeProperties(t *testing.T, properties map[string]any, declared csdlType, types map[string]csdlType) {
	for _, p := range declared.Properties {
		property, ok := properties[p.Name].(map[string]any)
		delete(properties, p.Name)
		if p.Type == "Edm.Stream" {
			continue // never in an answer
		}
		if p.Type == "Edm.String" {
			delete(property, "format") // metadata does not say which texts are ids
		}
		if want := describe(p.Type, p.Nullable != "false", types); !ok || shapeOfProperty(property) != want {
			t.Errorf("%s: the schema has %q, metadata %q", p.Name, shapeOfProperty(property), want)
		}
	}
	for _, n := range declared.Navigations {
		property, ok := properties[n.Name].(map[string]any)
		delete(properties, n.Name)
		if want := "navigation " + describe(n.Type, !strings.HasPrefix(n.Type, "Collection("), types); !ok || shapeOfProperty(property) != strings.ReplaceAll(want, "?]", "]") {
			t.Errorf("%s: the schema has %q, metadata %q", n.Name, shapeOfProperty(property), want)
		}
	}
	for name := range properties {
		if !inherited(declared, name, types) {
			t.Errorf("metadata has no property %s", name)
		}
	}
}

// inherited reports whether a base declares a property; the schema may narrow it.
func inherited(typ csdlType, name string, types map[string]csdlType) bool {
	for typ.BaseType != "" {
		typ = types[fullName(typ.BaseType)]
		for _, p := range typ.Properties {
			if p.Name == name {
				return true
			}
		}
	}
	return false
}

func fullName(name string) string {
	if short, ok := strings.CutPrefix(name, "graph."); ok {
		return "microsoft.graph." + short
	}
	return name
}

// describe writes a CSDL type as "string?", "[microsoft.graph.x]", ...; a question
// mark means that null is allowed.
func describe(typ string, nullable bool, types map[string]csdlType) string {
	mark := map[bool]string{true: "?"}[nullable]
	if inner, ok := strings.CutPrefix(typ, "Collection("); ok {
		return "[" + describe(strings.TrimSuffix(inner, ")"), nullable, types) + "]" + mark
	}
	edm := map[string]string{
		"Edm.String": "string", "Edm.Boolean": "boolean", "Edm.Int32": "integer", "Edm.Guid": "string:guid",
		"Edm.DateTimeOffset": "string:date-time", "Edm.Duration": "string:duration", "Edm.Binary": "string",
		"Edm.Int16": "integer", "Edm.Int64": "integer", "Edm.Double": "number", "Edm.Single": "number",
		"Edm.Date": "string:date", "Edm.TimeOfDay": "string:time-of-day",
	}
	if name, ok := edm[typ]; ok {
		return name + mark
	}
	return fullName(typ) + mark
}

// shapeOfProperty writes a property's schema in the words of describe.
func shapeOfProperty(property map[string]any) string {
	facts, _ := property["x-graph"].(map[string]any)
	navigation := map[bool]string{true: "navigation "}[facts["navigation"] == true]
	if alternatives, ok := property["anyOf"].([]any); ok {
		first, _ := alternatives[0].(map[string]any)
		return navigation + shapeOfProperty(first) + "?"
	}
	if ref, ok := property["$ref"].(string); ok {
		return strings.TrimSuffix(ref, ".json")
	}
	mark := map[bool]string{true: "?"}[strings.Contains(words(property["type"]), "null")]
	if items, ok := property["items"].(map[string]any); ok {
		return navigation + "[" + shapeOfProperty(items) + "]" + mark
	}
	name := strings.Fields(strings.Trim(words(property["type"]), "[]"))
	text := strings.Join(name[:min(1, len(name))], "")
	if target, ok := facts["type"].(string); ok {
		text = target
	}
	if format, ok := property["format"].(string); ok {
		text += ":" + format
	}
	return navigation + text + mark
}

// words is a keyword's text, or its texts.
func words(keyword any) string {
	if keyword == nil {
		return ""
	}
	return fmt.Sprint(keyword)
}
