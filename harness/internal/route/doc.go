// Package route knows which paths Graph's metadata declares, and what each of them
// answers: a request's method and address, or the @odata.context of an answer, lead
// to the type of the answer.
//
// An [Index] is made from a csdl.Model, and kept as schemas/<api>/index.json, so
// that nothing else needs the metadata itself. It holds types, properties and
// operations in one text, a line each, which is the same on every run. An index of
// a part of the API ([csdl.Model.Only]) says of a path which type it lacks.
//
// It promises to be sure or to say why it is not: what a path means is never
// guessed. Words compare without regard to letter case, as Graph does
// (concepts/call-api); keys are read in both syntaxes, and alternate keys, casts,
// colon paths of drives, overloads of bound operations, $count, $ref and $value are
// understood.
//
// It does not look at bodies, and it does not know which answer a service gives for
// a reason of its own (a redirect, a long-running operation, an error).
//
//	index, err := route.Load("schemas/v1.0/index.json")
//	target, err := index.Resolve("GET", address)        // target.Answer.Type: "Collection(microsoft.graph.user)"
//	answer, err := index.Context("https://graph.microsoft.com/v1.0/$metadata#users/$entity")
//
// An Index is immutable and safe for concurrent use.
package route
