package redact_test

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// leaked counts what survives of a kind, by place.
func leaked(t *testing.T, class string, k planted.Kind, survivors map[string]int) (places int) {
	t.Helper()
	for where, i := range planted.Everywhere(k) {
		if !planted.Holds(i, k.Sought()) {
			continue // a place that cannot hold it
		}
		if k.Stays(where) {
			continue
		}
		places++
		r := newRedactor(t)
		stored := r.Interaction(i)
		if err := stored.Storable(); err != nil {
			survivors["none, and not storable ("+err.Error()+")"+class+" at "+where]++
		}
		if again := twice(r, stored, places); brief(again)+again.Response.Body != brief(stored)+stored.Response.Body {
			survivors["redacted again, another "+class+" at "+where]++
		}
		if planted.Holds(stored, k.Sought()) {
			survivors[class+" at "+where]++
			if leaks {
				t.Logf("%s %q (%s) at %s:\n%s", class, k.Value, k.Name+" "+k.Member, where, brief(stored)+stored.Response.Body)
			}
		}
	}
	return places
}

// twice redacts what is stored again, in one place of four.
func twice(r *redact.Redactor, stored *cassette.Interaction, n int) *cassette.Interaction {
	if n%4 > 0 {
		return stored
	}
	return r.Interaction(stored)
}

func report(t *testing.T, kinds, places int, survivors map[string]int) {
	t.Logf("%d kinds in %d places", kinds, places)
	for _, where := range slices.Sorted(maps.Keys(survivors)) {
		t.Errorf("%s: %d survive", where, survivors[where])
	}
}

// everywhere redacts kinds wherever they may stand: none survives.
func everywhere(t *testing.T, kinds []planted.Kind) {
	t.Helper()
	survivors, places := map[string]int{}, 0
	for _, k := range kinds {
		places += leaked(t, k.Name, k, survivors)
	}
	report(t, len(kinds), places, survivors)
}

// No secret survives, wherever it stands.
func TestSecretsEverywhere(t *testing.T) { everywhere(t, planted.NewRandom(1).Secrets()) }

// Nor does one that its form or its name tells where every class that may be off is off, and
// what it stands in stays otherwise.
func TestSecretsEverywhereWithClassesOff(t *testing.T) {
	named := []string{"script", "UTF-16", "invalid byte", "events", "JSON: prefixed string", "JSON: member"}
	survivors, places := map[string]int{}, 0
	kinds := planted.NewRandom(1).Secrets()
	for _, k := range kinds {
		for where, i := range planted.Everywhere(k) {
			_, at, _ := strings.Cut(where, " ")
			isTorn := at == "XML's name" || at == "bare search" // each word of it is a text
			switch {
			case k.Member != "" && !slices.Contains(named, at), !planted.Holds(i, k.Sought()), isTorn:
				continue
			}
			places++
			r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off, Unknown: redact.Off}, redact.Options{Salt: salt})
			if err != nil {
				t.Fatal(err)
			}
			if planted.Holds(r.Interaction(i), k.Sought()) {
				survivors[k.Name+" at "+where]++
			}
		}
	}
	report(t, len(kinds), places, survivors)
}

// Of an address within a text that stays, only the options that give access are replaced.
func TestTokensInTextsWithClassesOff(t *testing.T) {
	const token = "Zq4Tn8vKx2Wm6Rb1Yd5Hc9Jf3Lg7Ps0Ae4Ui8Oy2"
	for _, option := range []string{"sig", "tempauth", "authkey", "access_token"} {
		r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off, Unknown: redact.Off}, redact.Options{Salt: salt})
		if err != nil {
			t.Fatal(err)
		}
		i := interaction("GET", graph+"/me/messages/1")
		i.Response.Body = `{"note":"Look at https://files.fabrikam.com/c?sv=2020-08-04&` + option + "=" + token + `&x=1 today"}`
		got := r.Interaction(i).Response.Body
		if strings.Contains(got, token) || !strings.HasPrefix(got, `{"note":"Look at https://files.fabrikam.com/c?sv=2020-08-04&`+option+"=") || !strings.HasSuffix(got, `&x=1 today"}`) {
			t.Errorf("%s", got)
		}
	}
}

// Nor does what says who or what, of whatever looks.
func TestValuesEverywhere(t *testing.T) { everywhere(t, planted.NewRandom(2).Values()) }

// Nor do values whose meaning the objects around them give.
func TestObjectsEverywhere(t *testing.T) { everywhere(t, planted.NewRandom(4).Objects()) }

// Nor does the value of any string that metadata has, in one of the places after the other.
func TestMembersOfMetadata(t *testing.T) {
	text, err := os.ReadFile(testkit.Corpus(t, "metadata/v1.0-Prod.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	members, err := planted.StringMembers(bytes.NewReader(text), "v1.0-Prod.csdl")
	if err != nil {
		t.Fatal(err)
	}
	survivors, places, random := map[string]int{}, 0, planted.NewRandom(3)
	for n, member := range members {
		values := random.Values()
		k := values[n%4]
		k.Member = member
		all := planted.Everywhere(k)
		for m, where := range slices.Sorted(maps.Keys(all)) {
			if (m+n)%20 != 0 && !strings.HasSuffix(where, "JSON: member") && where != "address: filter" {
				continue
			}
			if k.Stays(where) {
				continue
			}
			places++
			if i := all[where]; planted.Holds(i, k.Sought()) && planted.Holds(newRedactor(t).Interaction(i), k.Sought()) {
				survivors[member+" "+k.Name+" at "+where]++
			}
		}
	}
	report(t, len(members), places, survivors)
}
