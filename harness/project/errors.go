package project

import (
	"errors"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/scenario"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Error is a name that leads nowhere, or a fault in a rules file.
type Error struct {
	Place   report.Place // zero when it is about no file's content
	Message string
	Advice  string
	Err     error
}

func (e *Error) Error() string {
	if e.Place.File == "" {
		return e.Message
	}
	return e.Place.String() + ": " + e.Message
}

// Hint is what to do about it.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// Findings tells an error of this package, of a scenario, a cassette, a schema, or one that
// can say where it is (Located), as findings of a case, one for each of several joined errors. file is the case's
// and stands where the error names no file of its own.
func Findings(rule report.Rule, file string, err error) []report.Finding {
	var all []report.Finding
	for _, p := range report.Problems(err) {
		f := report.Finding{
			Rule: rule, Severity: report.Error,
			Place: report.Place{File: file}, Message: p.Err.Error(), Hint: p.Hint,
		}
		locate(&f, p.Err)
		all = append(all, f)
	}
	return all
}

// locate moves what an error knows of its place into the fields that a finding
// has for it.
func locate(f *report.Finding, err error) {
	var own *Error
	var inScenario *scenario.Error
	var inCassette *cassette.Error
	var inSchema *schema.Error
	var located interface{ Located() (report.Place, string) }
	switch {
	case errors.As(err, &own):
		f.Message = own.Message
		if own.Place.File != "" {
			f.Place = own.Place
		}
	case errors.As(err, &inScenario):
		f.Place = report.Place{File: inScenario.File, Line: inScenario.Line, Column: inScenario.Column}
		f.Message = inScenario.Message
	case errors.As(err, &inCassette):
		f.Cassette = report.Place{File: inCassette.File, Line: inCassette.Line, Column: inCassette.Column}
		if inCassette.Interaction >= 0 {
			f.Interaction = &inCassette.Interaction
		}
	case errors.As(err, &located):
		f.Place, f.Message = located.Located()
	case errors.As(err, &inSchema):
		f.Place = report.Place{File: inSchema.File, Line: inSchema.Line, Column: inSchema.Column}
		f.Message = inSchema.Message
	}
}
