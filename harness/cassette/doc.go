// Package cassette reads and writes cassettes: files of recorded HTTP
// interactions in the layout of go-vcr v3 (format 2), with an extra top-level
// "graphvcr" block that go-vcr ignores.
//
// It promises that what is saved is loaded again byte for byte, whatever the
// body; that stock go-vcr replays our files and we load its files; that a file
// is replaced whole or not at all; and that a broken file is an error that names
// the file, the line and the interaction, never a shorter cassette.
//
// JSON bodies are stored indented, where compacting gives the original bytes
// back, so that one changed field is one changed line. Bodies are stored
// decoded: no gzip, no chunks.
//
// A file looks like this:
//
//	---
//	version: 2
//	graphvcr:
//	  format: 2
//	  interactions: 1
//	  origin: docs
//	interactions:
//	  - id: 0
//	    graphvcr: {body: indented}
//	    request:
//	      ...
//	    response:
//	      ...
//	      body: |-
//	        {
//	          "id": "02bd9fd6-8f93-4758-87c3-1fb73740a315"
//	        }
//	      ...
//	      duration: 120ms
//
// What redaction did stands in the file, where it is sealed: each interaction lists the holes
// of its request, the header has the tags, and the digest of the salt that both depend on:
//
//	graphvcr:
//	  ...
//	  salt: b535a4305266
//	  holes: 2
//	  tags:
//	    'Name 12 qzkw': "1a2b3"
//	  sum: "6cc1d8d9"
//	interactions:
//	  - id: 0
//	    graphvcr: {body: indented, holes: ["name path[3]", "secret body.$['password']"], sum: "b503f6c4"}
//
// The sums are over the request with its holes, and over salt, tags and number of holes. An
// edit by hand is an error, but for [LoadUnsealed]. The salt itself is in no cassette:
// [Load] finds it, in GRAPHVCR_SALT or a file named salt beside the cassette or above it.
//
// The number of interactions, the last line break and the last response's duration
// reveal a file that was cut short. A file of stock go-vcr does not say how many
// interactions it holds: cut between two of them, it is a whole file.
//
// In the graphvcr blocks a key that is not known is an error; anywhere else it is
// passed over, as go-vcr does, and not saved again.
//
// A file in the regular shape that go-vcr and this package write is read in one
// pass; any other YAML (comments, flow style, keys in another order, CRLF) is read
// through yaml.v3, with the same result, some ten times as slowly.
//
//	c, err := cassette.Load("cassettes/users/list.yaml")
//	for _, i := range c.Interactions {
//		fmt.Println(i.Request.Method, i.Request.URL, i.Response.Code)
//	}
//
// An error of [Load] names the file and, where it is about the content, line and
// interaction; report.Problems(err) has them as fields, with what to do about it. One
// that wraps fs.ErrNotExist is a file that is not there.
//
// It does not match requests (package match), nor hide secrets: Save asks a
// guard that may refuse.
//
// A loaded cassette is read-only by convention and may then be shared between
// goroutines.
package cassette
