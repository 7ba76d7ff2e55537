// Package schema validates values of Graph's types against JSON Schemas
// (draft 2020-12) in schemas/<api>/<full type name>.json.
//
// A Set is a folder of schemas, each compiled at most once and on first use. The
// type of a value is the declared one, or the subtype that its @odata.type names,
// at every depth. Violations come complete, sorted and readable: the JSON path,
// what was wanted, what was got, and the schema's own file and line.
//
// By Graph's rules an undeclared property of a closed type and an unknown member
// of an evolvable enum are warnings, annotations (names with '@') are always
// legal, and nothing is required merely because metadata says it is not nullable.
//
// It never fetches anything: a remote $ref is refused. It is the only importer of
// the JSON Schema library. How schema files come to be is another package's
// business; it only reads them.
//
// A Set is safe for concurrent use.
package schema
