// Package jsondoc holds JSON documents as trees that lose nothing that matters
// to a comparison: numbers keep their exact text until they are compared by
// value, and member order, white space and escapes are the only things that two
// equal documents may differ in.
//
// A document is one of nil, bool, string, [encoding/json.Number], []any and
// map[string]any, so it can be handed to any validator. The package parses such
// documents, writes their canonical form (one spelling for equal documents),
// indents and compacts JSON text, compares two documents, and evaluates RFC 9535
// paths.
//
// It does not repair broken JSON and it never holds a number in a float64.
//
// All functions are safe for concurrent use; a parsed document is not
// synchronised, so treat one that is shared as read-only.
package jsondoc
