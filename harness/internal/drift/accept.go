package drift

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// AcceptFile is the name of the file of accepted changes, beside the cassettes.
const AcceptFile = "drift-accept.yaml"

// Acceptances are the changes that somebody knows of and lives with.
type Acceptances struct {
	File    string
	Entries []Acceptance
}

// An Acceptance is one accepted change.
type Acceptance struct {
	Fingerprint string
	Rule        string // what it is, for readers: the fingerprint alone counts
	Change      string
	Reason      string
	Until       time.Time // the last day on which it counts; zero: no end
	Line        int
}

// LoadAcceptances reads a file of acceptances; one that does not exist has none.
func LoadAcceptances(file string) (Acceptances, error) {
	accepted := Acceptances{File: file}
	data, err := plainfile.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && strings.TrimSpace(string(data)) == "" {
		return accepted, nil
	}
	if err != nil {
		return accepted, &fault.Error{Message: "read accepted changes", Cause: err}
	}
	accepted.Entries, err = strictyaml.Decode(file, data, decodeAcceptances)
	return accepted, err
}

const dateOnly = "2006-01-02"

func decodeAcceptances(root strictyaml.Value) []Acceptance {
	var entries []Acceptance
	root.Only("the file", []string{"accepted"})
	for _, item := range root.At("accepted").Items() {
		if !item.Only("an acceptance", []string{"fingerprint", "rule", "change", "reason", "until"}) {
			continue
		}
		item.Require("an acceptance", "fingerprint", "reason")
		entry := Acceptance{
			Fingerprint: item.At("fingerprint").Text(), Rule: item.At("rule").Text(), Change: item.At("change").Text(),
			Reason: item.At("reason").Text(), Line: item.Line(),
		}
		if entry.Reason == "" {
			item.At("reason").Fault("say why it may stay", "the reason is empty")
		}
		if until := item.At("until"); until.IsSet() {
			day, err := time.Parse(dateOnly, until.Text())
			if err != nil {
				until.Fault("write it like 2027-01-31", "%q is not a date", until.Text())
			}
			entry.Until = day
		}
		entries = append(entries, entry)
	}
	return entries
}

// find is the last acceptance of a change: of one that was accepted again the later counts.
func (a Acceptances) find(fingerprint string) *Acceptance {
	for i := range slices.Backward(a.Entries) {
		if a.Entries[i].Fingerprint == fingerprint {
			return &a.Entries[i]
		}
	}
	return nil
}

func (e *Acceptance) ended(now time.Time) bool {
	return !e.Until.IsZero() && !now.IsZero() && now.After(e.Until.AddDate(0, 0, 1))
}

// standing reports whether a change is accepted still, and reports what has ended.
func (a Acceptances) standing(fingerprint string, now time.Time) (accepted bool, ended []report.Finding) {
	e := a.find(fingerprint)
	if e == nil || !e.ended(now) {
		return e != nil, nil
	}
	return false, []report.Finding{{
		Rule: ruleDriftAcceptExpired, Severity: report.Warning, Place: report.Place{File: a.File, Line: e.Line},
		Value:   report.Value{Where: e.Fingerprint},
		Message: fmt.Sprintf("%s was accepted until %s: %s", e.Rule, e.Until.Format(dateOnly), e.Reason),
		Hint:    "fix what depends on it, or accept it again until a later date",
	}}
}

// Accept adds the changes of a suite to the file, behind what stands in it, and returns
// how many were added.
func (a Acceptances) Accept(suite *report.Suite, reason string, until, now time.Time) (int, error) {
	var b strings.Builder
	text, err := plainfile.ReadFile(a.File)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && strings.TrimSpace(string(text)) == "":
		b.WriteString("# Changes of the API that are known and may stay. A change is reported again after its until date.\naccepted:\n")
	case err != nil:
		return 0, &fault.Error{Message: "accept", Cause: err}
	default:
		b.WriteString(strings.TrimRight(string(text), "\n") + "\n")
	}
	added := map[string]bool{}
	for i := range suite.Cases {
		for _, f := range suite.Cases[i].Findings {
			known := a.find(f.Fingerprint)
			if f.Fingerprint == "" || added[f.Fingerprint] || known != nil && !known.ended(now) {
				continue
			}
			added[f.Fingerprint] = true
			fmt.Fprintf(&b, "  - fingerprint: %q\n    rule: %s\n    change: %s\n    reason: %s\n", f.Fingerprint,
				strconv.Quote(f.Rule.Name()), strconv.Quote(f.Sentence()), strconv.Quote(reason))
			if !until.IsZero() {
				fmt.Fprintf(&b, "    until: %q\n", until.Format(dateOnly))
			}
		}
	}
	if len(added) == 0 {
		return 0, nil
	}
	if err := os.MkdirAll(filepath.Dir(a.File), 0o755); err != nil { // metadata has no cassettes beside it
		return 0, &fault.Error{Message: "accept", Cause: err}
	}
	if err := wire.Replace(a.File, 0o644, wire.Whole([]byte(b.String()))); err != nil {
		return 0, &fault.Error{Message: "accept", Cause: err}
	}
	return len(added), nil
}
