package scenario

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

func lookup(name string) (any, bool) {
	value, ok := map[string]any{
		"id": "a/b", "n": json.Number("9007199254740993"), "ok": true, "none": nil, "link": "/x('y')?z",
		"list": []any{"x", json.Number("1.0")}, "env.HOME": "home", "status": 200,
	}[name]
	return value, ok
}

func TestExpandText(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"/users/{id}/x":    "/users/[a/b]/x",
		"{link}":           "/x('y')?z",
		"{link}{id}":       "[/x('y')?z][a/b]",
		"n={n} {ok}":       "n=[9007199254740993] [true]",
		"{{id}} }}{{":      "{id} }{",
		"{{{id}}}":         "{[a/b]}",
		"{env.HOME}/x":     "[home]/x",
		"{status}.":        "[200].",
		"{list}!":          `[["x",1.0]]!`,
		"é{id}\u00a0":      "é[a/b]\u00a0",
		"{none}":           `error: variable "none": null has no text`,
		"x{nobody}":        `error: variable "nobody" is not set`,
		"{env.NOBODY}":     `error: variable "env.NOBODY" is not set`,
		"a{":               `error: "{" is not closed (at character 2)`,
		"é{}":              `error: a variable has no name (at character 2)`,
		"a}b":              `error: "}" closes nothing (at character 2)`,
		"{id.x}":           "error: {id.x} is not a variable (at character 1)",
		`{"chat": "{id}"}`: `error: {"chat": "{id} is not a variable (at character 1)`,
	} {
		pieces, err := parseText(text)
		got := ""
		if err == nil {
			got, err = Template{pieces}.ExpandText(lookup, func(_, s string) string { return "[" + s + "]" })
		}
		if err != nil {
			got = "error: " + err.Error()
		}
		if want = strings.ReplaceAll(want, `"x",1.0`, `"x",1`); got != want { // canonical form has one spelling for a number
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// parseJSON reads free-form JSON as a request's body is read.
func parseJSON(t *testing.T, yaml string) Template {
	t.Helper()
	template, err := strictyaml.Decode("t.yaml", []byte(yaml), newDecoder().json)
	if err != nil {
		t.Fatal(yaml, err)
	}
	return template
}

func TestExpand(t *testing.T) {
	template := parseJSON(t, `{a: "{list}", "b.{id}": ["{n}", "n={n}", {c: "{none}"}], d: "{ok}", e: 1.0, f: null, g: ["{n}"]}`)
	got, err := template.Expand(lookup)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"a":     []any{"x", json.Number("1.0")},
		"b.a/b": []any{json.Number("9007199254740993"), "n=9007199254740993", map[string]any{"c": nil}},
		"d":     true, "e": json.Number("1.0"), "f": nil, "g": []any{json.Number("9007199254740993")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got, want := template.Variables(), []string{"list", "id", "n", "none", "ok"}; !slices.Equal(got, want) {
		t.Errorf("variables %v, want %v", got, want)
	}
}

func TestExpandFails(t *testing.T) {
	for _, yaml := range []string{`{a: ["{nobody}"]}`, `{"{nobody}": 1}`, `{"{none}": 1}`, `{"{id}": 1, a/b: 2}`, `["x{none}"]`} {
		if got, err := parseJSON(t, yaml).Expand(lookup); err == nil {
			t.Errorf("%s becomes %v", yaml, got)
		}
	}
	for _, yaml := range []string{"[a]", "{a: b}", "null"} {
		if got, err := parseJSON(t, yaml).ExpandText(lookup, nil); err == nil {
			t.Errorf("%s becomes the text %q", yaml, got)
		}
	}
	if got, err := parseJSON(t, "12").ExpandText(lookup, nil); got != "12" || err != nil {
		t.Errorf("12 becomes %q, %v", got, err)
	}
	var unset Template
	if _, err := unset.Expand(lookup); err == nil || !unset.IsZero() || unset.Variables() != nil {
		t.Error("the zero template is unset")
	}
	if _, err := unset.ExpandText(lookup, nil); err == nil {
		t.Error("the zero template has no text")
	}
}
