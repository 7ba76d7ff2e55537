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
// It does not repair broken JSON and it never holds a number in a float64, but
// for the moment in which a path's filter compares one.
//
//	doc, err := jsondoc.Parse(`{"value": [{"id": "a", "n": 1.0}]}`)
//	jsondoc.Canonical(nil, doc)  // {"value":[{"id":"a","n":1}]}
//	path, err := jsondoc.ParsePath("value[?@.n == 1].id")
//	path.Select(doc)  // [{$['value'][0]['id'] a}]
//
// One scanner (scan.go) knows JSON's grammar; parsing, formatting, the canonical
// form of a text and the search for a line are readers on top of it, so all of
// them accept the same texts.
//
// All functions are safe for concurrent use; a parsed document is not
// synchronised, so treat one that is shared as read-only.
package jsondoc
