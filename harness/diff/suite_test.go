package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/diff"
	"github.com/graphvcr/graphvcr/harness/emulator"
)

func compare(t *testing.T, old, new *cassette.Cassette) []diff.Change {
	t.Helper()
	drift, err := diff.Compare(old, new, diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return drift.Changes
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

// TestEveryRuleBothWays makes each rule's change to a second recording of an unchanged
// service, all of whose volatile values differ: it is found once, and nothing else.
func TestEveryRuleBothWays(t *testing.T) {
	old, again := record(t, first, tour), record(t, second, tour)
	for _, rule := range diff.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			changed, what, err := rule.Mutate(again)
			if err != nil {
				t.Fatal(err)
			}
			if what == "" {
				t.Fatal("the change applies nowhere in the tour")
			}
			changes := compare(t, old, changed)
			if len(changes) != 1 || changes[0].Rule != rule.ID {
				t.Errorf("changed %s; found:\n%s", what, list(changes))
			}
		})
	}
}
