package redact

import (
	"strings"
	"testing"
)

// Each rule has an id of its own, which begins with its class, and says what it does.
func TestTableOfRules(t *testing.T) {
	seen := map[ID]bool{}
	for _, rule := range table[1:volatile] {
		if rule.Doc == "" || !strings.HasPrefix(string(rule.ID), string(rule.Class)+".") || seen[rule.ID] {
			t.Errorf("rule %+v", rule)
		}
		seen[rule.ID] = true
	}
}
