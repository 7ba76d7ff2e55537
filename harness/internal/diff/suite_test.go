package diff_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

func compare(t *testing.T, old, new *cassette.Cassette) []diff.Change {
	t.Helper()
	return judged(t, old, new, nil)
}

func judged(t *testing.T, old, new *cassette.Cassette, judge func(*cassette.Interaction) []diff.Violation) []diff.Change {
	t.Helper()
	drift, err := diff.Compare(old, new, diff.Options{Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	return drift.Changes
}

// bySchemas judges by the schemas of this repository, as the commands do.
func bySchemas(t *testing.T) func(*cassette.Interaction) []diff.Violation {
	t.Helper()
	p, err := project.Open(project.Dirs{Schemas: filepath.Join("..", "..", "..", "schemas")})
	if err != nil {
		t.Fatal(err)
	}
	return judge.Violations(p.Answers)
}

func list(changes []diff.Change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "  %s %s: %s %s: %s | %s -> %s (%d)\n", c.Severity, c.Rule, c.Operation, c.Where, c.Message, c.Old, c.New, c.Count)
	}
	return b.String()
}

var first = emulator.Options{Seed: 1, NotFoundAfterCreate: 2}

// second is the same service, with another value wherever one is volatile.
var second = emulator.Options{Seed: 2, NotFoundAfterCreate: 3, Polls: 5}

func TestNoDriftOfAnUnchangedService(t *testing.T) {
	old := record(t, first, tour)
	t.Log(show(old))
	for seed := range uint64(4) {
		again := second
		again.Seed += seed
		if changes := compare(t, old, record(t, again, tour)); len(changes) > 0 {
			t.Errorf("seed %d: the service did not change, but:\n%s", again.Seed, list(changes))
		}
	}
}

// guests makes some of the users guests, of whom the stand-in knows none.
var guests = items("$top=4", func(user map[string]any) {
	if name := user["displayName"].(string); name < "D" {
		user["userType"] = "Guest"
	}
})

// TestEveryRuleBothWays makes each rule's change to a second recording of an unchanged
// service, all of whose volatile values differ: it is found once, and nothing else.
func TestEveryRuleBothWays(t *testing.T) {
	old, again := guests.apply(t, record(t, first, tour)), guests.apply(t, record(t, second, tour))
	judge := bySchemas(t)
	for _, rule := range diff.Rules() {
		t.Run(string(rule.ID), func(t *testing.T) {
			changed, what, err := rule.Mutate(again, judge)
			if err != nil {
				t.Fatal(err)
			}
			if what == "" {
				t.Fatal("the change applies nowhere in the tour")
			}
			changes := judged(t, old, changed, judge)
			if len(changes) != 1 || changes[0].Rule != rule.ID {
				t.Errorf("changed %s; found:\n%s", what, list(changes))
			}
		})
	}
}
