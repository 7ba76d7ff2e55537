package redact_test

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Names of options stay that have the form of such names; a password in the place of one is
// replaced, though it be of letters alone.
func TestNamesOfOptions(t *testing.T) {
	r := newRedactor(t)
	asked := func(name string) string {
		return r.Interaction(interaction("GET", graph+"/users?"+name+"=1")).Request.URL
	}
	for _, name := range strings.Fields("includeAllSessions SPDependencies clientCode isFastMode use_dynamic sortBy pageNo cobrandid wantLcid embed2 $$hide") {
		if got := asked(name); !strings.Contains(got, name) {
			t.Errorf("%s: stored %s", name, got)
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	random := rand.New(rand.NewPCG(1, 2))
	kept := 0
	for range 2_000 {
		password := make([]byte, 14+random.IntN(7))
		for k := range password {
			password[k] = letters[random.IntN(len(letters))]
		}
		if strings.Contains(asked(string(password)), string(password)) {
			kept++
		}
	}
	if kept > 20 {
		t.Errorf("%d of 2,000 passwords are stored", kept)
	}
}
