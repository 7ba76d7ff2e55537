package match

import (
	"errors"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Key is the canonical, comparable form of a request. Equal keys ask for the
// same answers.
type Key struct {
	Method    string
	Host      string // host class
	Path      string // canonical path
	Query     string // canonical query
	Headers   string // significant headers, canonical
	Body      string // digest of the canonical body, "" when there is none
	Principal string // who asks, when recordings tell callers apart
}

// Rules is the "match" part of rules.yaml. The zero Rules is the shipped default.
type Rules struct {
	Order Order
	Match []Rule
}

// Order says how far recorded order binds reads to related writes.
type Order string

// The orders.
const (
	OrderPrefer Order = "prefer" // default: an answer recorded after a related write is preferred only once that write was replayed
	OrderStrict Order = "strict" // such an answer is a miss until then
	OrderKey    Order = "key"    // each key keeps its own order and nothing else counts
)

// A Rule changes how the requests that it is for are matched.
type Rule struct {
	On     string   // "METHOD path-glob", e.g. "GET */calendarView"; METHOD may be *
	Ignore []string // query.NAME, header.NAME, body.JSONPATH
	Repeat Repeat   // "" keeps the default
}

// Repeat says what happens once a key's answers are used up.
type Repeat string

// The repeat policies.
const (
	RepeatNever Repeat = "never"
	RepeatLast  Repeat = "last"
	RepeatCycle Repeat = "cycle"
)

// Index holds the answers of one or more cassettes. It is immutable.
type Index struct{}

// NewIndex builds the index of cassettes under rules. A recorded request that
// cannot be understood is an error naming file and interaction.
func NewIndex(rules Rules, cassettes ...*cassette.Cassette) (*Index, error) {
	return nil, errors.New("not built")
}

// KeyOf returns the key that the index would look a request up by.
func (x *Index) KeyOf(req *http.Request, body []byte) (Key, error) {
	return Key{}, errors.New("not built")
}

// NewSession starts a replay with nothing consumed.
func (x *Index) NewSession() *Session { return &Session{} }

// Session is one replay of an index.
type Session struct{}

// An Answer is what a session serves for a request.
type Answer struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Body        string // the response body to serve: the recorded one, or a batch's with the client's ids
	Note        string // what was unusual about the choice, "" when nothing was
}

// Next returns the next answer to the request. The body is the request's, as the
// client sent it (gzip is looked through). The error is a *MissError.
func (s *Session) Next(req *http.Request, body []byte) (Answer, error) {
	return Answer{}, errors.New("not built")
}

// Unused lists the interactions that a finished replay should have asked for and
// did not, in recorded order.
func (s *Session) Unused() []Unused { return nil }

// Unused is an interaction that no request consumed. Leftover is true for a
// further answer of a key that was asked for: worth a note, no more.
type Unused struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Leftover    bool
}

// Verdict says why a request has no answer.
type Verdict string

// The verdicts.
const (
	NeverRecorded Verdict = "never recorded"
	Consumed      Verdict = "recorded but consumed"
	Differs       Verdict = "recorded but differs"
)

// MissError is a request that no interaction answers.
type MissError struct {
	Method, URL string
	Verdict     Verdict
	Reason      string // e.g. "polling beyond the recording"; may be ""
	Nearest     []Candidate
	NextStep    string // what to do about it, rule to add included
}

func (e *MissError) Error() string { return string(e.Verdict) }

// A Candidate is a recorded interaction near to a missed request.
type Candidate struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Differences []Difference
}

// A Difference is one field in which a candidate differs from the request.
type Difference struct {
	Field              string // "method", "host", "path[3]", "query.$select", "header.Prefer", "body", "body.$['topic']", "principal"
	Recorded, Received string
}
