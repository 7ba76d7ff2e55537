package drift

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what keeps two sides from being compared; those of changes are package diff's.
const (
	ruleDriftAcceptExpired report.Rule = "drift.accept-expired"
	ruleDriftCassetteGone  report.Rule = "drift.cassette-gone"
	ruleDriftCassetteNew   report.Rule = "drift.cassette-new"
	ruleDriftIncomparable  report.Rule = "drift.incomparable"
	ruleDriftShallow       report.Rule = "drift.shallow"
	ruleDriftUnreadable    report.Rule = "drift.unreadable"
)

// Options of a comparison. The zero value is the default.
type Options struct {
	Diff     diff.Options
	Accepted Acceptances
	Now      time.Time                // by which acceptances end; zero: none does
	checkout func(file string) string // where the new side's files lie in the checkout; nil: the old side's are named first
	Show     bool                     // keep what was exchanged, for reports that show it
}

// Compare compares two sources, cassette by cassette. What cannot be compared is a case
// that could not be run.
func Compare(old, new *Source, opts Options) (*report.Suite, error) {
	both, gone, come, err := pairs(old, new)
	if err != nil {
		return nil, err
	}
	defer old.close()
	defer new.close()
	opts.checkout = checkoutOf(old, new)
	suite := &report.Suite{Command: "diff", FailOn: report.Warning}
	for _, unread := range slices.Concat(old.unread, new.unread) {
		suite.Cases = append(suite.Cases, failed(unread.Folder, unread))
	}
	for _, names := range both {
		before, err := old.load(names[0])
		if err == nil {
			var after *cassette.Cassette
			if after, err = new.load(names[1]); err == nil {
				suite.Cases = append(suite.Cases, Case(names[1], before, after, opts))
				continue
			}
		}
		suite.Cases = append(suite.Cases, failed(names[1], err))
	}
	for _, name := range gone {
		suite.Cases = append(suite.Cases, onlyIn(old, new, name, ruleDriftCassetteGone, report.Warning))
	}
	for _, name := range come {
		suite.Cases = append(suite.Cases, onlyIn(new, old, name, ruleDriftCassetteNew, report.Note))
	}
	return suite, nil
}

// onlyIn is the case of a cassette that one side lacks.
func onlyIn(one, other *Source, name string, rule report.Rule, severity report.Severity) report.Case {
	return report.Case{Name: caseName(name), File: name, Findings: []report.Finding{{
		Rule: rule, Severity: severity, Place: report.Place{File: name}, Message: "it is in " + one.Name + " and not in " + other.Name,
	}}}
}

func caseName(file string) string { return strings.TrimSuffix(file, ".yaml") }

// mostIllustrated bounds the changes that are reported with their places and examples, each of
// which takes as long as its body.
const mostIllustrated = 100

// Case compares two recordings of one scenario.
func Case(name string, old, new *cassette.Cassette, opts Options) report.Case {
	drift, err := diff.Compare(old, new, opts.Diff)
	if err != nil {
		return failed(name, fmt.Errorf("compare %s with %s: %w", old.File, new.File, err))
	}
	one := report.Case{Name: caseName(name), File: new.File, Steps: len(new.Interactions)}
	if len(drift.Labels) > 0 {
		one.Name += " (" + strings.Join(drift.Labels, ", ") + ")"
	}
	var shower *diff.Shower
	if opts.Show {
		shower = drift.NewShower(old, new)
		for _, i := range new.Interactions {
			e := display.Of(new, i)
			e.Unchanged = drift.Unchanged[i]
			one.Exchanges = append(one.Exchanges, e)
		}
	}
	for i := range drift.Changes {
		change := &drift.Changes[i]
		accepted, ended := opts.Accepted.standing(change.Fingerprint, opts.Now)
		if accepted {
			continue
		}
		if i >= mostIllustrated {
			change.Examples = nil
		}
		f := opts.placed(change.Finding(old, new), change, new)
		if opts.Show {
			f.Examples = shower.Examples(change)
		}
		one.Findings = append(append(one.Findings, f), ended...)
	}
	return one
}

// checkoutOf says where the files of the new side lie, where those of the old side are in
// git alone: an annotation of a pull request has to name a file that is there.
func checkoutOf(old, new *Source) func(file string) string {
	switch {
	case old.revision == "":
		return nil
	case new.revision == "":
		return func(file string) string { return file }
	case new.revision == "HEAD":
		return func(file string) string { return strings.TrimPrefix(file, "HEAD:") }
	}
	return nil
}

// placed is a change that is reported at its file of the checkout, with the other one beside it.
func (o *Options) placed(f report.Finding, change *diff.Change, new *cassette.Cassette) report.Finding {
	if o.checkout == nil {
		return f
	}
	was := f.Place
	f.Place = report.Place{File: o.checkout(new.File), Line: f.Cassette.Line}
	f.Cassette, f.Interaction = was, nil
	if len(change.Examples) > 0 && change.Examples[0].Old != nil {
		f.Interaction = &change.Examples[0].Old.ID
	}
	return f
}

func failed(name string, err error) report.Case {
	f := report.Finding{Rule: ruleDriftIncomparable, Severity: report.Error, Message: err.Error(), Place: report.Place{File: name}, Hint: fault.Hint(err)}
	if at := fault.Find(err); at != nil && at.Cassette {
		f.Place = report.Place(at.Place)
		f.Message = strings.TrimPrefix(f.Message, fmt.Sprintf("load %s: line %d: ", at.File, at.Line))
	}
	return report.Case{Name: caseName(name), File: name, Status: report.Errored, Findings: []report.Finding{f}}
}
