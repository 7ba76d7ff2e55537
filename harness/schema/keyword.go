package schema

import (
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// The names under which the two keywords are registered with the library.
const (
	formatKeyword = "format"
	graphKeyword  = "x-graph"
	membersOf     = "x-graph/members" // where a flags enum lists its members
)

// A keyword makes of a schema what the keyword says of texts; nil: nothing. Registering it with
// each compiler leaves the library's global registry of formats alone.
type keyword func(schema map[string]any) jsonschema.ExtSchema

// Compile implements jsonschema.ExtCompiler.
func (k keyword) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	return k(schema), nil
}

// textCheck checks a text; other values are none of its business.
type textCheck struct {
	keyword string
	holds   func(text string) bool
}

// Validate implements jsonschema.ExtSchema.
func (c textCheck) Validate(ctx jsonschema.ValidationContext, value any) error {
	if text, ok := value.(string); ok && !c.holds(text) {
		return ctx.Error(c.keyword, "the text is not of %s", c.keyword)
	}
	return nil
}

// format gives "format" to package identity. An unknown one is vetted before.
func format(schema map[string]any) jsonschema.ExtSchema {
	name, _ := schema[formatKeyword].(string)
	if match, ok := formatMatcher(name); ok {
		return textCheck{formatKeyword, match}
	}
	return nil
}

// flags checks the one thing in x-graph that the library can: the members of a flags enum, names
// separated by commas, in any order (OData JSON format 4.0, section 7.1). The rest is for shapes,
// which read it from the file; an extension costs the library time at every value.
func flags(schema map[string]any) jsonschema.ExtSchema {
	facts, err := readGraphFacts(schema[graphKeyword])
	if err != nil || !facts.Flags {
		return nil // faults are vetted before
	}
	return textCheck{membersOf, func(text string) bool {
		for name := range strings.SplitSeq(text, ",") {
			if !slices.Contains(facts.Members, strings.TrimSpace(name)) {
				return false
			}
		}
		return true
	}}
}
