// Package schema validates values of Graph's types against JSON Schemas
// (draft 2020-12) in schemas/<api>/<full type name>.json.
//
// A [Set] is a folder of schemas, each compiled at most once and on first use. The
// type of a value is the declared one, or the subtype that its @odata.type names,
// at every depth. Violations come complete, sorted and readable: the JSON path,
// what was wanted, what was got, and the schema's own file and line.
//
//	set, err := schema.Open("schemas")
//	violations, err := set.Validate("beta", "microsoft.graph.teamsAsyncOperation", body, schema.Options{})
//	page, err := set.Validate("v1.0", "Collection(microsoft.graph.user)", body, schema.Options{Select: []string{"id", "mail"}})
//
// An error body is microsoft.graph.ODataErrors.ODataError (the name that Graph's
// SDKs give it), the answer of $batch is microsoft.graph.batchResponse; metadata
// declares neither. Their schemas are built in, and so are those of primitive types
// (Edm.String, ...) and of odata.reference.
//
// By Graph's rules an undeclared property of a closed type and an unknown member
// of an evolvable enum are warnings, annotations (names with '@') are always
// legal, and nothing is required merely because metadata says it is not nullable.
// A runtime type without a schema, or an abstract type whose subtype is not named,
// is a warning too. What $select did not ask for is an error.
//
// # Schema files
//
// A file is plain JSON Schema with a type's own properties, so any tool can read
// it. The base type is an allOf with a $ref to its file, a property of a complex or
// enum type a $ref to that file (in an anyOf with null where it is nullable).
// The format keyword takes the names of package identity first, then JSON Schema's own.
// A $ref names a file of the folder: whatever else it names is refused, never
// fetched. $id is refused too, for it would move a file away from its name.
//
// The keyword x-graph adds what JSON Schema cannot say. It is an object:
//
//	kind       of a type's file: entity, complex or enum; other files are never closed
//	open       the type and its subtypes may have undeclared properties
//	abstract   a value must name its subtype
//	evolvable  members may be added to the enum (it has the sentinel unknownFutureValue)
//	flags      values of the enum are lists of members, with commas between
//	members    of a flags enum; other enums use the keyword enum
//	navigation the property is a navigation, present only when expanded
//	usual      the format is what such texts usually have: metadata does not promise it,
//	           and another is reported as RuleUsual
//	type       the full name of the value's type, where a $ref would compile too
//	           much: its schema is applied when such a value turns up, and if there is one
//
// How schema files come to be is another package's business; this one only reads
// them. It is the only importer of the JSON Schema library, and lets none of its
// panics out.
//
// A Set is safe for concurrent use.
package schema
