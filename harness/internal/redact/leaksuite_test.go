package redact_test

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// leaked counts what survives of a kind, by place.
func leaked(t *testing.T, class string, k planted.Kind, survivors map[string]int) (places int) {
	t.Helper()
	for where, i := range planted.Everywhere(k) {
		if !planted.Holds(i, k.Sought()) {
			continue // a place that cannot hold it
		}
		if stays(k, where) {
			continue
		}
		places++
		if stored := newRedactor(t).Interaction(i); planted.Holds(stored, k.Sought()) {
			survivors[class+" at "+where]++
			if leaks {
				t.Logf("%s %q (%s) at %s:\n%s", class, k.Value, k.Name+" "+k.Member, where, brief(stored)+stored.Response.Body)
			}
		}
	}
	return places
}

// stays reports whether a value may stay there: a decimal number as an id; a word as the name
// of an option or of a form's field, which are the service's to choose.
func stays(k planted.Kind, where string) bool {
	if strings.HasSuffix(where, "option's name") || strings.HasSuffix(where, "form's name") {
		return strings.Trim(strings.ToLower(k.Value), "abcdefghijklmnopqrstuvwxyz-_") == ""
	}
	if strings.Trim(k.Value, "0123456789") != "" {
		return false
	}
	for _, part := range []string{"path", "fragment", "batch url", "bind", "context", "JSON: id", "other html", "Content-Location", "Etag", "If-Match", "Link", "Location"} {
		if strings.Contains(where, part) {
			return true
		}
	}
	return false
}

func report(t *testing.T, kinds, places int, survivors map[string]int) {
	t.Logf("%d kinds in %d places", kinds, places)
	for _, where := range slices.Sorted(maps.Keys(survivors)) {
		t.Errorf("%s: %d survive", where, survivors[where])
	}
}

// No secret survives, wherever it stands.
func TestSecretsEverywhere(t *testing.T) {
	survivors, places := map[string]int{}, 0
	kinds := planted.NewRandom(1).Secrets()
	for _, k := range kinds {
		places += leaked(t, k.Name, k, survivors)
	}
	report(t, len(kinds), places, survivors)
}

// Nor does what says who or what, of whatever looks.
func TestValuesEverywhere(t *testing.T) {
	survivors, places := map[string]int{}, 0
	kinds := planted.NewRandom(2).Values()
	for _, k := range kinds {
		places += leaked(t, k.Name, k, survivors)
	}
	report(t, len(kinds), places, survivors)
}

// Nor does the value of any string that metadata has, in one of the places after the other.
func TestMembersOfMetadata(t *testing.T) {
	text, err := os.ReadFile(testkit.Corpus(t, "metadata/v1.0-Prod.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := csdl.Parse(bytes.NewReader(text), "v1.0-Prod.csdl")
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]bool{}
	for _, typ := range model.Types {
		for _, p := range typ.Properties {
			if p.Type.Name == "Edm.String" || p.Type.Name == "Edm.Binary" {
				members[p.Name] = true
			}
		}
	}
	survivors, places, random := map[string]int{}, 0, planted.NewRandom(3)
	for n, member := range slices.Sorted(maps.Keys(members)) {
		values := random.Values()
		k := values[n%4]
		k.Member = member
		all := planted.Everywhere(k)
		for m, where := range slices.Sorted(maps.Keys(all)) {
			if (m+n)%20 != 0 && !strings.HasSuffix(where, "JSON: member") && where != "address: filter" {
				continue
			}
			if stays(k, where) {
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
