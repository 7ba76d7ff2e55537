package diff

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/report"
)

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
