package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// An Exchange is a request and its response as a page shows them: what a cassette holds of
// them, so that nothing is shown which may not be stored.
type Exchange struct {
	Name        string // what it is called beside others: the step that sent it
	Interaction *int   // its id in the cassette, nil where it is in none
	Place              // in the cassette
	Method, URL string
	Status      int // 0: there was no response
	Took        time.Duration
	Request     Content
	Response    Content
	Pseudonyms  []string // texts in it that stand for real values
	// Unchanged: a comparison found no change in it, nor in what was requested likewise.
	Unchanged bool `json:",omitempty"`
}

// Content is what a message holds beside its first line.
type Content struct {
	Header map[string][]string `json:"headers"`
	Body   string              `json:"body"` // JSON in lines, or a text; what is neither is described
}

// An Example is a place at which a change shows, on both sides, of which either may be nil.
type Example struct {
	Old, New *Exchange
	// OldLine and NewLine are the lines of the responses' bodies that it is about; 0: none.
	OldLine, NewLine int
	// OldAs and NewAs are the bodies as they are compared: as many lines, in which a class
	// stands for what may differ between any two recordings. Empty ones are the bodies.
	OldAs, NewAs string
}

// A Miss is a request that had no answer. What gives access is hidden in it.
type Miss struct {
	Sent    Exchange
	Verdict string // why: "never recorded", "recorded but consumed", "recorded but differs"
	Nearest []Near // those with the fewest differences first
	Bound   []Bound
}

// A Bound is a value of the client's that a pseudonym stands for.
type Bound struct{ Pseudonym, Value string }

// A Near is a recorded request near to one that had no answer.
type Near struct {
	Exchange
	Differences []Difference
}

// A Difference is a field in which a recorded request and one that was sent differ.
type Difference struct {
	Field    string `json:"field"`
	Recorded string `json:"recorded"`
	Received string `json:"received"`
}

// A Command is what a reader can do next.
type Command struct {
	What string // "Run it again"
	Line string // the command line
}

// Target is the address without what every request to Graph begins with.
func (e *Exchange) Target() string {
	rest, found := strings.CutPrefix(e.URL, "https://"+graph.Host+"/")
	if !found {
		return e.URL
	}
	return "/" + rest
}

// Head is the request line and the status, "GET /v1.0/users 200".
func (e *Exchange) Head() string {
	head := e.Method + " " + e.Target()
	if e.Status > 0 {
		head += " " + strconv.Itoa(e.Status)
	}
	return head
}
