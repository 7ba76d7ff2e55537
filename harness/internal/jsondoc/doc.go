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
//	for token, err := range jsondoc.Scan(text) { ... }  // with offsets, in order
//	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool { ... })
//
// One scanner (scan.go) knows JSON's grammar and moves from token to token; parsing,
// formatting, the canonical form of a text and the search for a line are loops over
// its tokens, so all of them accept the same texts. [Scan] hands the tokens out, to
// those who must know where a value stands or in what order members do; it forgives
// what browsers forgive.
//
// What reads JSON otherwise does so for a reason: package docs reads what people write
// in pages, which is no JSON; redact reads bodies that are cut or broken, as far as they
// go; the importer reads archives of gigabytes an entry at a time from their file. What
// decodes into a struct of its own uses encoding/json.
//
// All functions are safe for concurrent use; a parsed document is not
// synchronised, so treat one that is shared as read-only.
package jsondoc
