package schema

import (
	"iter"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// maxChecks bounds how often a value and its parts are checked against a schema and its
// parts, in sum. The library does so once for each way that leads there: a schema that
// refers twice to one that refers twice to a third is three lines, and thirty such lines
// are a thousand million checks of one value.
const maxChecks = 1_000_000

// Selectors of parts of a schema that are for more than the member of one name.
const (
	anyMember  = "{}"
	anyElement = "[]"
)

// counts says how many times a value is to be checked against each schema. They are
// float64, which overflow to infinity.
type counts map[*jsonschema.Schema]float64

// checks is how many checks follow for a value and its parts. It stops soon after
// maxChecks, and takes no longer for schemas that repeat themselves than for others: all
// ways that lead to a schema are one entry.
func (c counts) checks(v any) (total float64) {
	all := c.unfolded()
	below := map[string]counts{} // by selector
	for schema, n := range all {
		total += n
		for selector, part := range parts(schema) {
			if below[selector] == nil {
				below[selector] = counts{}
			}
			below[selector][part] += n
		}
	}
	if len(below) == 0 {
		return total
	}
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if next := below[name].plus(below[anyMember]); len(next) > 0 && total <= maxChecks {
				total += next.checks(value)
			}
		}
	case []any:
		for _, value := range v {
			if next := below[anyElement]; next != nil && total <= maxChecks {
				total += next.checks(value)
			}
		}
	}
	return total
}

func (c counts) plus(other counts) counts {
	sum := counts{}
	for _, some := range []counts{c, other} {
		for schema, n := range some {
			sum[schema] += n
		}
	}
	return sum
}

// unfolded adds the schemas that these apply to the same value, in an order in which
// each comes behind all that lead to it. The library refuses those that come back to
// themselves.
func (c counts) unfolded() counts {
	ways := map[*jsonschema.Schema]int{}
	var order []*jsonschema.Schema
	var visit func(*jsonschema.Schema)
	visit = func(schema *jsonschema.Schema) {
		if ways[schema]++; ways[schema] > 1 {
			return
		}
		for _, part := range applied(schema) {
			visit(part)
		}
		order = append(order, schema)
	}
	for schema := range c {
		visit(schema)
	}
	all := maps.Clone(c)
	for i := len(order) - 1; i >= 0; i-- {
		for _, part := range applied(order[i]) {
			all[part] += all[order[i]]
		}
	}
	return all
}

// repeats reports whether more than one way leads to a part of the schema for one value:
// through the schemas that apply to the same value, or because several of them look at
// one member. No generated schema does, so counting is for those written by hand. seen
// holds what was looked at before.
func repeats(schema *jsonschema.Schema, seen map[*jsonschema.Schema]bool) bool {
	for todo := []*jsonschema.Schema{schema}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[next] {
			continue
		}
		seen[next] = true
		selected := map[string]bool{}
		for one, n := range (counts{next: 1}).unfolded() {
			if n > 1 {
				return true
			}
			for selector, part := range parts(one) {
				if selected[selector] || selected[anyMember] || selector == anyMember && len(selected) > 0 {
					return true
				}
				selected[selector] = true
				todo = append(todo, part)
			}
		}
	}
	return false
}

// applied are the schemas that a schema applies to the value that it is applied to.
func applied(schema *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{schema.Ref, schema.RecursiveRef, schema.DynamicRef, schema.Not, schema.If, schema.Then, schema.Else}
	all = append(slices.Concat(all, schema.AllOf, schema.AnyOf, schema.OneOf), slices.Collect(maps.Values(schema.DependentSchemas))...)
	return slices.DeleteFunc(all, func(one *jsonschema.Schema) bool { return one == nil })
}

// parts are the schemas that a schema applies to members and elements of the value, by
// selector.
func parts(schema *jsonschema.Schema) iter.Seq2[string, *jsonschema.Schema] {
	additional, _ := schema.AdditionalProperties.(*jsonschema.Schema)
	members := append(slices.Collect(maps.Values(schema.PatternProperties)), additional, schema.UnevaluatedProperties, schema.PropertyNames)
	elements := append(slices.Clone(schema.PrefixItems), schema.Items2020, schema.Contains, schema.UnevaluatedItems)
	return func(yield func(string, *jsonschema.Schema) bool) {
		for name, part := range schema.Properties {
			if !yield(name, part) {
				return
			}
		}
		for _, part := range members {
			if part != nil && !yield(anyMember, part) {
				return
			}
		}
		for _, part := range elements {
			if part != nil && !yield(anyElement, part) {
				return
			}
		}
	}
}
