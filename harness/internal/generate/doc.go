// Package generate writes JSON Schemas of Graph's types, from its metadata or from
// recorded answers.
//
// [Schemas] makes a file for each type of a csdl.Model, as package schema reads
// them, and the index of paths that package route reads. The rules are those that
// real answers taught: nothing is required, "not nullable" means "if it is there",
// annotations and open types stay open (package schema says the rest). Formats come
// from package identity. The same metadata gives the same bytes.
//
// What people add is kept: overlay/NAME.json in the folder is a JSON Merge Patch
// (RFC 7396) that is applied to the schema NAME.json whenever it is written, and a
// schema that is not marked as generated is hand-made and is not replaced.
//
// [Fetch] gets the metadata of a cloud. [Infer] drafts a schema from values, [Drafts] one for
// each path of recorded answers.
//
// It validates nothing and reads no cassettes.
//
//	model, err := csdl.Load("v1.0.csdl")
//	files := generate.Schemas(model)
//	result, err := generate.Write("schemas/v1.0", files, false)
//
// All functions are safe for concurrent use, but for two that write to one folder.
package generate
