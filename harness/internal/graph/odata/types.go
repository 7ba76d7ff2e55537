package odata

import "strings"

// ElementOf takes the type out of "Collection(type)". Of any other text it is the text.
func ElementOf(typ string) (element string, collection bool) {
	if inner, ok := strings.CutPrefix(typ, "Collection("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSuffix(inner, ")"), true
	}
	return typ, false
}

// Bare is the type of what a value holds: the type, or that of a collection's elements.
func Bare(typ string) string {
	element, _ := ElementOf(typ)
	return element
}

// CollectionOf is the type of a collection of a type.
func CollectionOf(typ string) string { return "Collection(" + typ + ")" }
