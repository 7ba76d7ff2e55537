package project

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzRules: whatever rules.yaml holds, it is read or refused, soon and in little memory.
func FuzzRules(f *testing.F) {
	f.Add("redact: {keep: [displayName], patterns: ['x+']}\nmatch:\n  - {on: 'GET /me', ignore: ['query.a', 'body.$.b'], repeat: last}\norder: strict\nbind: off\nexpires: 30d\nhosts: {record: ['*.vault.azure.net'], refuse: error}\n")
	f.Add("diff: {severity: {enum.new: error}, off: [enum.new]}\n")
	f.Add("a: &a [*a]\n")
	f.Add("match: [" + strings.Repeat("{on: '* *'},", 100) + "]")
	f.Fuzz(func(t *testing.T, text string) {
		testkit.Bounded(t, len(text), func() {
			rules, err := strictyaml.Decode("rules.yaml", []byte(text), decodeRules)
			if err != nil {
				return
			}
			rules.Hosts.Set().Has("graph.microsoft.com")
			if err := rules.Redact.Validate(); err != nil {
				t.Logf("refused later: %v", err)
			}
		})
	})
}
