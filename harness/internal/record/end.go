package record

import (
	"fmt"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

// End saves what was recorded, and reports how that went. A recording in which nothing
// happened leaves the cassette as it was.
func (r *Recording) End(name string) report.Case {
	result := report.Case{Name: name, File: r.file}
	saved := r.end()
	if saved.Severity == report.Error {
		result.Status = report.Errored
	}
	result.Findings = append(r.Findings(), saved)
	if saved.Rule == ruleRecordSaved {
		result.Findings = append(result.Findings, r.Summary()...)
		if !r.adds && r.admitted.Load() == 0 {
			result.Findings = append(result.Findings, report.Finding{
				Rule: ruleRecordRefused, Severity: report.Warning, Place: report.Place{File: r.file},
				Message: "every answer was 401: nobody was signed in, or the token was not for this service",
				Hint:    "sign the client in and record again; graphvcr serve and harness.Open add a token themselves",
			})
		}
	}
	return result
}

// end saves or drops the recording, and says what became of it.
func (r *Recording) end() report.Finding {
	f := report.Finding{Rule: ruleRecordSaved, Severity: report.Note, Place: report.Place{File: r.file}}
	count, retried := r.Len(), r.recorder.Retried()
	if count == 0 {
		f.Rule, f.Severity, f.Message = ruleRecordNothing, report.Warning, "nothing was recorded, and the cassette stays as it was"
		if r.adds {
			f.Severity, f.Message = report.Note, "every request was answered from the cassette, which stays as it was"
		}
		if err := r.Abort(); err != nil {
			f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		}
		return f
	}
	if err := r.Save(); err != nil {
		f.Rule, f.Severity, f.Message = ruleRecordSave, report.Error, err.Error()
		f.Hint = fault.Hint(err)
		return f
	}
	count -= len(r.left)
	f.Message = fmt.Sprintf("%d interactions were recorded", count)
	if count == 1 {
		f.Message = "1 interaction was recorded"
	}
	if r.adds {
		f.Message += fmt.Sprintf(" and added to the %d that were there", r.before)
	}
	if retried > 0 {
		f.Message += fmt.Sprintf("; not stored: %d that a client sent again after 429, 503 or 504", retried)
	}
	return f
}
