package match

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Verdict says why a request has no answer.
type Verdict string

// The verdicts.
const (
	// NeverRecorded: nothing recorded has the method, the host and a path that is
	// the same in at least half of its segments, or the very same path.
	NeverRecorded Verdict = "never recorded"
	// Consumed: the key was recorded, and its answers are used up, or order: strict
	// keeps the rest back.
	Consumed Verdict = "recorded but consumed"
	// Differs: something near was recorded, see MissError.Nearest.
	Differs Verdict = "recorded but differs"
)

// MissError is a request that no interaction answers. Sending it again gives it
// again: it is not temporary.
type MissError struct {
	Method, URL string
	Verdict     Verdict
	Reason      string      // e.g. "polling beyond the recording"; may be ""
	Nearest     []Candidate // at most 3, those with the fewest differences first
	NextStep    string      // what to do about it, rule to add included
	Bound       []Binding   // what the session's values stood for by then
}

// A Candidate is a recorded interaction near to a missed request.
type Candidate struct {
	Cassette    *cassette.Cassette
	Interaction *cassette.Interaction
	Differences []Difference
	weight      int // of these: the nearer, the less
}

// Request is the recorded request in a line, without what gives access.
func (c Candidate) Request() string {
	return source{c.Cassette, c.Interaction}.request()
}

// A Difference is one field in which a candidate differs from the request.
//
// Fields are "method", "host", "path[3]" (a segment of the canonical path, from 0,
// the version included), "query.$select", "header.Prefer", "principal", and of the
// body "body.$['topic']" (JSON), "form.NAME", "part.NAME" and "part.NAME.headers.Prefer" (multipart),
// "requests[2].path[1]" (a batch; the number is that of the recorded request, or of the
// received one where nothing like it was recorded) or "body".
//
// Values are as they count in the key, long ones cut around the first difference; secrets are not shown.
type Difference struct {
	Field              string
	Recorded, Received string
}

// How many lines explain a miss, and how many recorded requests it names.
const (
	mostLines    = 12
	nearestShown = 3
)

// Error explains the miss in a dozen lines at most.
func (e *MissError) Error() string {
	text := e.Summary() + e.Details()
	if e.NextStep != "" {
		text += "\n  " + strings.ReplaceAll(e.NextStep, "\n", "\n  ")
	}
	return text
}

// Summary is the first line of Error.
func (e *MissError) Summary() string {
	text := fmt.Sprintf("no answer to %s %s: %s", excerpt(withoutTokens("", e.Method), 0, maxShown), Shown(e.URL), e.Verdict)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Details are the lines between the first one and the next step, each after a line break:
// what was recorded near it, and what the session bound. With the others they are a dozen.
func (e *MissError) Details() string {
	most := mostLines - 2 - strings.Count(e.NextStep, "\n")
	var lines []string
	for _, c := range e.Nearest {
		s := source{c.Cassette, c.Interaction}
		lines = append(lines, fmt.Sprintf("\n  recorded: %s (%s)", s.request(), s.place()))
		for _, d := range c.Differences {
			lines = append(lines, fmt.Sprintf("\n    %s: recorded %s, received %s", d.Field, d.Recorded, d.Received))
		}
	}
	for _, b := range e.Bound {
		lines = append(lines, fmt.Sprintf("\n  bound: %s = %s", b.Pseudonym, b.Live))
	}
	if len(lines) > most {
		lines = append(lines[:most-1], fmt.Sprintf("\n    .. and %d lines more", len(lines)-most+1))
	}
	return strings.Join(lines, "")
}

func newMiss(req *http.Request, verdict Verdict) *MissError {
	return &MissError{Method: methodOf(req.Method), URL: req.URL.String(), Verdict: verdict}
}

// recordAgain are the commands that record a cassette again.
func recordAgain(c *cassette.Cassette) string {
	return fmt.Sprintf("record it again: graphvcr record %[1]s, or graphvcr exec --mode record --cassette %[1]s -- COMMAND", cmp.Or(c.Name, "NAME"))
}
