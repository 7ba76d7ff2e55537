package diff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/report"
)

type differences struct {
	off []ID            // rules that find nothing
	own map[string]bool // names of members that the client itself wrote otherwise
	all []difference
}

func (f *differences) add(d difference) {
	isOwn := d.member != "" && f.own[d.member] && slices.Contains(ownRules, d.rule) // it follows from what the client sent
	if !slices.Contains(f.off, d.rule) && !isOwn {
		f.all = append(f.all, d)
	}
}

func (f *differences) has(op *operation, family string) bool {
	return slices.ContainsFunc(f.all, func(d difference) bool {
		return d.operation == op && d.rule.within(family)
	})
}

// A difference is a change at one place. Those of one rule, subject and values are one
// change.
type difference struct {
	rule      ID
	subject   string // what changed, wherever it stands; "" for what belongs to the operation
	operation *operation
	where     string
	member    string // the name of the member that changed, "" for what is none
	message   string
	equal     [2]string // of EqualityBroken: the places that held one id
	old, new  string
	count     int
	examples  []Example
}

// identity is by what a change is known again: in other operations, and in other
// recordings. Ids that changed their letter case, say, did so for one reason.
func (d *difference) identity() string {
	switch {
	case d.rule.within("id"):
		return strings.Join([]string{string(d.rule), d.old, d.new}, "\x00")
	case d.rule.within("paging"), d.rule == ConsistencyWindow:
		return string(d.rule)
	case d.rule == EnumNew: // which of the old values an operation showed is chance
		return strings.Join([]string{string(d.rule), d.subject, d.new}, "\x00")
	case d.subject != "":
		return strings.Join([]string{string(d.rule), d.subject, d.old, d.new}, "\x00")
	}
	return strings.Join([]string{string(d.rule), d.operation.path(), d.old, d.new}, "\x00")
}

// underOneCause names what fails below an address by that address: where a drive is not
// found, nothing in it is.
func (f *differences) underOneCause() {
	for i := range f.all {
		d := &f.all[i]
		if d.rule != StatusChanged {
			continue
		}
		for _, above := range f.all {
			if above.rule == d.rule && above.new == d.new && strings.HasPrefix(d.operation.path(), above.operation.path()+"/") {
				d.subject, d.old = above.operation.path(), above.old
			}
		}
		if d.subject == "" {
			d.subject = d.operation.path()
		}
	}
}

// explainsEquality reports whether another change at one of the two places says why they
// are no longer equal.
func (f *differences) explainsEquality(d *difference) bool {
	return slices.ContainsFunc(f.all, func(other difference) bool {
		return other.operation == d.operation && other.rule != d.rule && (other.rule.within("id") || other.rule.within("link")) &&
			slices.Contains(d.equal[:], other.where)
	})
}

// explainedBy reports whether a change at a place is reported already, which then says that
// the schema does not have it.
func (f *differences) explainedBy(op *operation, where string) bool {
	explained := false
	for i := range f.all {
		d := &f.all[i]
		if d.rule.within("id") && strings.HasSuffix(where, d.where[strings.LastIndexByte(d.where, '[')+1:]) {
			explained = true // the same id, in a list of which only some changed
		}
		if d.operation == op && (d.where == where || d.rule == ContentType || d.where == "status") {
			if d.rule == EnumNew && !explained {
				d.message += ", which the metadata does not declare"
			}
			explained = true
		}
	}
	return explained
}

// changes makes one change of the differences that are one.
func (f *differences) changes(chosen map[ID]report.Severity) []Change {
	severity := maps.Clone(severities())
	maps.Copy(severity, chosen)
	var changes []Change
	places := map[string]int{} // in changes, by identity
	operations := map[string]map[*operation]bool{}
	f.underOneCause()
	for i := range f.all {
		d := &f.all[i]
		if d.rule == EqualityBroken && f.explainsEquality(d) {
			continue
		}
		id := d.identity()
		at, known := places[id]
		if !known {
			at = len(changes)
			changes = append(changes, Change{
				Rule: d.rule, Severity: severity[d.rule], Operation: d.operation.name, Where: d.where,
				Message: d.message, Old: d.old, New: d.new, Fingerprint: Fingerprint(id),
			})
			places[id], operations[id] = at, map[*operation]bool{}
		}
		change := &changes[at]
		change.Count += max(d.count, 1)
		operations[id][d.operation] = true
		change.Operations = len(operations[id])
		change.Examples = append(change.Examples, d.examples...)
		change.Examples = change.Examples[:min(len(change.Examples), maxExamples)]
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Operation, b.Operation), strings.Compare(a.Where, b.Where), cmp.Compare(a.Rule, b.Rule))
	})
	return changes
}

// Fingerprint is 12 hex digits that stand for what makes a change that change.
func Fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// examplesOf pairs up to three places of both sides.
func examplesOf(old, new []spot) []Example {
	var all []Example
	for i := range min(max(len(old), len(new)), maxExamples) {
		var e Example
		if i < len(old) {
			e.Old, e.Path = old[i].interaction, old[i].path
		}
		if i < len(new) {
			e.New, e.Path = new[i].interaction, new[i].path
		}
		all = append(all, e)
	}
	return all
}

// An ID is the stable id of a kind of change. Those that recordings show stand with their
// [Rule]s, each beside the code that detects it and the code that makes it.
type ID string

// Rule is the id of the change in reports.
func (id ID) Rule() report.Rule { return report.Rule("drift." + id) }

// within reports whether the id is one of a family: "id.case" is within "id".
func (id ID) within(family string) bool {
	name, _, _ := strings.Cut(string(id), ".")
	return name == family
}

// A Rule is one kind of change, both ways: what detects it stands in the file of its id, and
// Mutate makes it.
type Rule struct {
	ID       ID
	Severity report.Severity
	// Free is true of what Microsoft says it may change without a new version
	// (concepts/versioning-and-support, best-practices-concept): these a client must bear.
	Free bool
	Doc  string
	// mutate makes exactly this change to a recording of its own, wherever it first
	// applies, and says what it did; "" where it applies nowhere.
	mutate func(m *mutation) string
}

// Rules lists all rules, sorted by id.
func Rules() []Rule {
	all := slices.Concat(
		headerRules, idRules, operationRules, pagingRules, propertyRules, requestRules, schemaRules, statusRules, valueRules,
	)
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// severities are how bad changes are, unless the user says otherwise.
var severities = sync.OnceValue(func() map[ID]report.Severity {
	all := map[ID]report.Severity{}
	for _, r := range Rules() {
		all[r.ID] = r.Severity
	}
	return all
})
