// Package conform says whether an exchange is what Graph's metadata and conventions
// promise: the one judge of answers, whether somebody names their type or not.
//
// What an answer must be follows from its status first: an error has Graph's error
// shape (concepts/errors), 204 no body, 202 says where its operation is
// (concepts/long-running-actions-overview), a redirect says where to. A success is a
// value of a type: that which @odata.context names, else that which the request's
// path leads to, whichever is sure first. Pages are pages, the parts of a batch are
// judged each as the exchange that it is, $select and $expand bound what may be
// there. What a request brings is looked at, too, if it was accepted.
//
// It promises to keep three things apart: an error is what breaks the contract, a
// warning is drift that Graph is free to make (an undeclared property, an unknown
// member of an evolvable enum), a note is worth knowing (a property of an open type
// that metadata lacks, one that only the service sets in a request). Where no type
// is sure, the result says why.
//
// A type that is named (Exchange.Schema) never checks less: the answer must be of that
// type, and all that is checked without the name is checked as well, and reported once.
//
// An answer without its request (no address) is judged by what it says itself: by
// @odata.context, by @odata.type, as an error, as the parts of a batch. Where several
// versions have an index, it is of the version that its context names, else of the first
// that has the types which it names.
//
// An API is checked when the folder of schemas has an index of its paths (package
// route); else nothing is said of it. Package schema validates values; this package
// only knows which. Hosts other than Graph's are none of its business, but for a type
// that is named.
//
//	checker := conform.New(schemas)
//	result, err := checker.Check(exchange)
//	for _, p := range result.Problems { fmt.Println(p.Severity, p.Where, p.Want, p.Got) }
//
// A Checker is safe for concurrent use; a Trail is not.
package conform
