package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// Severity is the one scale of the tool.
type Severity int

// The severities, in order. Drift's info, risky and breaking are the same three.
const (
	Note Severity = iota
	Warning
	Error
)

var severities = []string{Note: "note", Warning: "warning", Error: "error"}

// String returns the name that flags and reports use.
func (s Severity) String() string { return severities[min(s, Error)] }

// MarshalText implements [encoding.TextMarshaler] with what String returns.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(name []byte) error {
	n := slices.Index(severities, string(name))
	if n < 0 {
		return fmt.Errorf("unknown severity %q: want error, warning or note", name)
	}
	*s = Severity(n)
	return nil
}

// Place is a line of a file; Line and Column are 0 when unknown.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
}

// String returns "file:line:column", or less when less is known.
func (p Place) String() string { return fault.Place(p).String() }

// Finding is one thing that a run reports: a failed expectation, a violation of a schema, a
// request without an answer, a change. It carries data; [Finding.Sentence] and the
// renderers make words of it, and nothing reads those words again.
type Finding struct {
	ID          string // 12 hex digits, stable across runs; filled by Suite.Finish
	Rule        Rule
	Severity    Severity
	Step        string // name of the step, "" when none
	Place              // the scenario's file and line
	Cassette    Place
	Interaction *int // id in the cassette, nil when none
	Value
	Message string // what is wrong, without Where; "" where Is, or Want and Got, say it
	Details string // what there is to say below the sentence, each line after a line break
	Hint    string
	Evidence
}

// Value is the part of an answer, a request or a file that a finding is about.
type Value struct {
	Where     string // RFC 9535 normalized path, or "status", "header.Location"
	Part      string // what it is in, which begins the sentence: "page 2", a request, a rule of redaction
	Want, Got string
	Is        string // what is wrong, said of the value: "has 2 elements, want 3"
	Remark    string // ends a sentence made of Want and Got: "(schemas/v1.0/microsoft.graph.user.json:8)"
}

// Evidence is what shows that a finding is true, beside the place in a cassette.
type Evidence struct {
	Fingerprint string    // of a change, which is known again in other runs by it; it is the finding's id then
	Examples    []Example // of a change
	Missed      *Miss     // the request that had no answer
}

// Status is how a case ended.
type Status string

// The statuses: failed has findings, error could not be run.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Errored Status = "error"
	Skipped Status = "skipped"
)

// Case is one scenario (or linted file) and what was found.
type Case struct {
	Name     string
	Label    string // what a timeline calls it
	File     string
	Status   Status
	Duration time.Duration
	Steps    int // steps run
	Findings []Finding
	// Ordered keeps the findings as they come, where the order means something.
	Ordered bool

	Exchanges []Exchange // what was exchanged, for reports that show it
	Commands  []Command  // what to do next: run it again, record it again
}

// Suite is a whole run.
type Suite struct {
	Command string // "replay", "lint"
	// FailOn is the lowest severity that fails a case: Warning or Error. As a
	// note never fails anything, the zero value stands for the default, Error.
	FailOn Severity
	Cases  []Case
	// Ordered keeps the cases as they come, where their order means something.
	Ordered bool
	Noun    string // what a case is, "" where the command says it
	Shard   Shard  // which part of a run this is; the zero Shard is the whole
	// About is what a page says below its headline: of what it is, from when, by what.
	About []string
}

// A Shard is one of the parts of a run, which [Merge] puts together again.
type Shard struct {
	Number    int    `json:"number"` // from 1
	Of        int    `json:"of"`
	Selection string `json:"selection"` // the same for shards of one run
}

// String is "shard 2 of 8", or "no shard".
func (s Shard) String() string {
	if s.Of == 0 {
		return "no shard"
	}
	return fmt.Sprintf("shard %d of %d", s.Number, s.Of)
}

// Summary counts what a suite holds.
type Summary struct {
	Passed, Failed, Errored, Skipped int // cases
	Errors, Warnings, Notes          int // findings
}

// Cases is the number of cases.
func (s Summary) Cases() int { return s.Passed + s.Failed + s.Errored + s.Skipped }

// Summary counts the suite's cases and findings.
func (s *Suite) Summary() Summary {
	var sum Summary
	for i := range s.Cases {
		switch s.Cases[i].Status {
		case Failed:
			sum.Failed++
		case Errored:
			sum.Errored++
		case Skipped:
			sum.Skipped++
		default:
			sum.Passed++
		}
		for j := range s.Cases[i].Findings {
			switch s.Cases[i].Findings[j].Severity {
			case Note:
				sum.Notes++
			case Warning:
				sum.Warnings++
			default:
				sum.Errors++
			}
		}
	}
	return sum
}

// ExitCode is 2 when a case could not be run, 1 when a finding reaches failOn,
// else 0. A note never changes it, so failing on notes is failing on warnings.
func (s *Suite) ExitCode(failOn Severity) int {
	code := 0
	for i := range s.Cases {
		c := &s.Cases[i]
		switch {
		case c.Status == Errored:
			return 2
		case c.Status == Skipped:
		case c.fails(failOn):
			code = 1
		}
	}
	return code
}

// fails reports whether the case has a finding at or above failOn, or failed
// without saying why.
func (c *Case) fails(failOn Severity) bool {
	reaches := func(f Finding) bool { return f.Severity >= max(failOn, Warning) }
	return slices.ContainsFunc(c.Findings, reaches) || c.Status == Failed && len(c.Findings) == 0
}

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
