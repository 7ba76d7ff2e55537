// Package check judges answers that people keep: fixtures, recordings of any tool, mocks, and
// JSON in the source of tests. Where are they not Graph?
//
// What an answer is follows from what stands with it: the request that it was recorded for,
// else its @odata.context, its @odata.type, the shape of an error or of a batch, else the type
// that whoever asks names. Package conform judges; this package finds what there is to judge:
//
//   - files of JSON: bodies, lists and maps of them, JSON in a text of theirs, and answers in a
//     wrapper that says the status ({StatusCode, Headers, Response}, nock's, WireMock's);
//   - recordings that package importer reads, and cassettes;
//   - texts and literals of Go and JavaScript, TypeScript as well, that are JSON, as far as
//     they are written out: what is computed is left out.
//
// It promises that nothing is dropped in silence: an answer of which nothing says the type is
// counted and reported, and a file that cannot be read is a case in error beside those that can. In
// source code and YAML only what is surely Graph's counts.
//
//	result, err := check.Run(ctx, p, []string{"tests/fixtures"}, check.Options{})
//
// A fake is judged by running scenarios against it and comparing what it answers with their
// recordings ([FakeAt.Scenario]): package diff says what a client can see of that.
//
// Run writes nothing and opens no connection; a fake is reached by the RoundTripper that it
// comes with. Both may be called concurrently.
package check
