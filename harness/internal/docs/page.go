package docs

import (
	"fmt"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Limits of a page. Microsoft's longest has some 100 KB and 30 fences. What an example
// becomes (trees, YAML) takes some hundred times its size.
const (
	MaxSize   = 64 << 20
	maxBlocks = 50_000
	maxBlock  = 512 << 10
	maxShown  = 2 << 20 // all blocks together
)

// Page is what a page shows.
type Page struct {
	Title       string
	Pairs       []Pair
	Permissions []Permissions // a table each
	Stated      []int         // the codes of success that its text promises
	StatedLine  int
	Methods     []Method // of a resource's page
	Includes    int      // files that it includes, which were not read
	Notes       []Note
	full        bool // of tables of permissions
}

// Pair is a request and an answer to it. One request may be in several pairs.
type Pair struct {
	Section  string // the heading that it stands under
	Request  *Request
	Response *Response
}

// Request is an example of a request.
type Request struct {
	Line     int // of its fence
	Method   string
	URL      string // as written, repaired so that it parses; may be relative
	Header   http.Header
	Body     string
	Opaque   bool // the annotation says that the address was given by an answer
	names    []string
	answered bool
}

// Response is an example of an answer.
type Response struct {
	Line       int // of its fence
	BodyLine   int // of the body's first line; 0 without one
	Code       int
	Phrase     string // as written
	Header     http.Header
	Body       string
	Type       string // that the annotation names: a full name, "stream", "string"; "" without
	Collection bool   // the annotation says that it is one
	Mended     bool   // the body was repaired
}

// Method is a row of the table of methods on a resource's page.
type Method struct {
	Line    int
	Page    string // file name of the page that it links to
	Returns string // the name of the resource in the second column
}

// A Kind of note is stable; reports call it docs.KIND.
type Kind string

// The kinds of notes.
const (
	Unpaired   Kind = "unpaired"   // an example without its other half
	LeftOut    Kind = "block"      // a block that is no example
	Repaired   Kind = "repaired"   // something was put right
	NotJSON    Kind = "json"       // a body that cannot be repaired
	Status     Kind = "status"     // code against phrase, or against the text
	Asked      Kind = "request"    // an example that is none of the page's own HTTP requests
	Annotation Kind = "annotation" // an annotation that cannot be read, or that the block belies
	Permission Kind = "permission" // of permission tables
	Body       Kind = "body"       // a body that should not be there, or is missing
)

// Note is something worth saying of a page.
type Note struct {
	Kind    Kind
	Line    int
	Minor   bool // worth knowing, nothing to act on
	Message string
}

func tooLarge(line int, limit string) error {
	return &fault.Error{
		Place: fault.Place{Line: line}, Message: "no page of documentation: more than " + limit,
		Hint: "is this a page, or many in one file? Split it",
	}
}

func (p *Page) note(kind Kind, line int, message string, args ...any) {
	p.Notes = append(p.Notes, Note{Kind: kind, Line: line, Message: fmt.Sprintf(message, args...)})
}

func (p *Page) minor(kind Kind, line int, message string, args ...any) {
	p.Notes = append(p.Notes, Note{Kind: kind, Line: line, Minor: true, Message: fmt.Sprintf(message, args...)})
}
