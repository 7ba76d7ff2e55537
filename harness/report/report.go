package report

import (
	"errors"
	"io"
	"time"
)

// Severity is the one scale of the tool.
type Severity int

// The severities, in order. Drift's info, risky and breaking are the same three.
const (
	Note Severity = iota
	Warning
	Error
)

// Place is a line of a file; Line is 0 when unknown.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

// Finding is anything worth telling.
type Finding struct {
	ID          string // 12 hex digits, stable across runs; filled by Suite.Finish
	Rule        string // stable, e.g. "expect.equals", "schema.format", "replay.miss", "replay.unused"
	Severity    Severity
	Step        string // name of the step, "" when none
	Interaction *int   // id in the cassette, nil when none
	Place              // the scenario's file and line
	Cassette    Place
	Where       string // RFC 9535 normalized path, or "status", "header.Location"
	Message     string
	Want, Got   string
	Hint        string
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
	File     string
	Status   Status
	Duration time.Duration
	Steps    int // steps run
	Findings []Finding
}

// Suite is a whole run.
type Suite struct {
	Command string // "replay", "lint"
	Cases   []Case
}

// Finish sorts the cases and findings and fills in ids and statuses. Call it once, when all cases are in.
func (s *Suite) Finish() {}

// ExitCode is 2 when a case could not be run, 1 when a finding reaches failOn,
// else 0. A note never changes it.
func (s *Suite) ExitCode(failOn Severity) int { return 0 }

// Style is how text may look.
type Style struct {
	Color bool
	Quiet bool
	Width int // 0: unlimited
}

// Render writes the suite as kind: text, json, junit or github.
func Render(w io.Writer, kind string, s *Suite, style Style) error { return errors.New("not built") }

// Kinds lists what Render knows, sorted.
func Kinds() []string { return nil }
