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

// formatCompiler gives "format" to package identity. Registering the keyword with
// each compiler leaves the library's global registry of formats alone.
type formatCompiler struct{}

func (formatCompiler) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	name, ok := schema[formatKeyword].(string)
	if !ok {
		return nil, nil
	}
	match, ok := formatMatcher(name)
	if !ok {
		return nil, nil // vetted before; never reached
	}
	return formatCheck(match), nil
}

type formatCheck func(string) bool

func (match formatCheck) Validate(ctx jsonschema.ValidationContext, value any) error {
	if text, ok := value.(string); ok && !match(text) {
		return ctx.Error(formatKeyword, "wrong format")
	}
	return nil
}

// graphCompiler checks the one thing in x-graph that the library can: the members
// of a flags enum. The rest is for shapes, which read it from the file; an
// extension costs the library time at every value.
type graphCompiler struct{}

func (graphCompiler) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	facts, err := readGraphFacts(schema[graphKeyword])
	if err != nil || !facts.Flags {
		return nil, nil // faults are vetted before
	}
	return flagsCheck(facts.Members), nil
}

// flagsCheck is the members of a flags enum.
type flagsCheck []string

// Validate checks a value of a flags enum: names separated by commas, in any
// order (OData JSON format 4.0, section 7.1).
func (members flagsCheck) Validate(ctx jsonschema.ValidationContext, value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		if !slices.Contains(members, strings.TrimSpace(name)) {
			return ctx.Error(membersOf, "unknown member")
		}
	}
	return nil
}
