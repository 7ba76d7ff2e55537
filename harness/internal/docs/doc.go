// Package docs reads pages of Graph's documentation: the examples of requests and
// answers, the permissions that a call needs, the codes that the text promises.
//
// A page is Markdown that people wrote. Where an annotation of API Doctor (a JSON
// object in a comment before a fence) says what a block is, it is believed as far as
// the block agrees; pages without any are read by what stands in the fences. Notes
// say what was repaired, what could not be used and what contradicts itself, each
// with its line.
//
// An example is compared with the page's own section of HTTP requests (asked.go): one that
// is of none of them is a note. What a page includes stands in it ([Read]), at the line
// that includes it.
//
// It promises that every fenced block of the page is in a pair or in a note, that no body is
// lost (JSON that cannot be repaired stays as it stands), and that time and memory
// are linear in the page, whatever is in it.
//
// It knows no metadata and makes no cassette; package importer does. It follows no
// link and opens no file.
//
//	page, err := docs.Read(text, nil)
//	for _, pair := range page.Pairs { fmt.Println(pair.Request.Method, pair.Request.URL, pair.Response.Code) }
//
// All functions are safe for concurrent use.
package docs
