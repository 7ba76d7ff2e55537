package project

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Rules that contradict each other, or what no rule may do, are refused where the later of
// the two stands; those that only look like it are not.
func TestRulesThatContradict(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	for text, line := range map[string]int{
		"bind: recorded\nredact: {tags: off}":                                                               1,
		"redact: {tags: off}\nbind: recorded":                                                               2,
		"bind: on\nredact: {tags: off}":                                                                     0,
		"match:\n- {on: GET /me, repeat: never}\n- {on: GET /me, repeat: last}":                             3,
		"match:\n- {on: GET /me, repeat: never}\n- {on: '* /me', repeat: last}":                             3,
		"match:\n- {on: GET /me, repeat: never}\n- {on: '* *', repeat: cycle}":                              3,
		"match:\n- {on: GET /me/events, repeat: never}\n- {on: GET */events, repeat: cycle}":                3,
		"match:\n- {on: GET /me/*, repeat: never}\n- {on: GET /*, ignore: [query.x]}":                       0,
		"match:\n- {on: '* *', repeat: last}\n- {on: GET /me, repeat: never}":                               0,
		"match:\n- {on: GET /me, repeat: last}\n- {on: '* /me', repeat: last}":                              0,
		"match:\n- {on: POST /me, repeat: last}\n- {on: GET *, repeat: cycle}":                              0,
		"redact:\n  keep-members: [jobTitle, password]":                                                     2,
		"redact:\n  keep-members:\n  - jobTitle\n  - secretText":                                            4,
		"redact:\n  keep-headers: [Authorization]":                                                          2,
		"redact:\n  keep-headers: [set-cookie]":                                                             2,
		"redact:\n  keep-headers: [x-api-key]":                                                              2,
		"redact:\n  keep-headers: [Server]":                                                                 0,
		"redact:\n  keep: ['" + "Bearer " + "q0oF41LYmTP6Qxg1J6VBuynGD86Q0W']":                              2,
		"redact:\n  disable: [secret.jwt]":                                                                  2,
		"redact:\n  identity: off\n  identity: on":                                                          3,
		"hosts: {refuse: note}\nhosts: {refuse: error}":                                                     2,
		"match:\n- {on: GET /me, repeat: never, ignore: [query.a]}\n- {on: GET /me, ignore: [query.b]}":     0,
		"match:\n- {on: GET /me, repeat: never}\n- {on: GET /me}\n- {on: ' GET  /me', repeat: last}":        4,
		"match:\n- {on: GET /users/*/messages, repeat: last}\n- {on: GET */messages/*, repeat: never}":      0,
		"match:\n- {on: GET /users/*/messages, repeat: last}\n- {on: GET /users/*/messages, repeat: cycle}": 3,
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := LoadRules(file)
		at := 0
		if placed := fault.Find(err); placed != nil {
			at = placed.Line
		}
		if at != line || (err == nil) != (line == 0) {
			t.Errorf("%q: line %d, want %d: %v", text, at, line, err)
		}
	}
}
