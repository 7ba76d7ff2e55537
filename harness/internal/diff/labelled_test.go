package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Recordings of two versions, of two kinds of tokens or of two clouds are compared only
// where that is meant, and then what is expected to differ is no change.
func TestLabelledComparisons(t *testing.T) {
	walk := func(version string) func(*visit) {
		return func(v *visit) {
			v.send("GET /"+version+"/me", "")
			for next := "/" + version + "/users?$top=4&$select=id,displayName"; next != ""; {
				r := v.send("GET "+next, "")
				next = r.text("@odata.nextLink")
			}
		}
	}
	old, new := record(t, first, walk("v1.0")), record(t, second, walk("beta"))
	old.Meta.Auth, new.Meta.Auth = &cassette.Auth{Kind: "delegated"}, &cassette.Auth{Kind: "application"}
	new.Meta.Cloud = "graph.microsoft.us"

	expected := map[string]string{}
	for _, side := range [][2]string{{"delegated", "application"}, {"v1.0", "beta"}, {"global", "graph.microsoft.us"}} {
		if _, err := diff.Compare(old, new, diff.Options{Map: expected}); !strings.HasSuffix(fault.Hint(err), "--map "+side[0]+"="+side[1]) {
			t.Fatalf("with %v expected: %v, want one of %v", expected, err, side)
		}
		expected[side[0]] = side[1]
	}
	drift, err := diff.Compare(old, new, diff.Options{Map: expected})
	if err != nil {
		t.Fatal(err)
	}
	if len(drift.Changes) > 0 {
		t.Errorf("nothing but what is expected differs, but:\n%s", list(drift.Changes))
	}
	if want := []string{"delegated against application", "v1.0 against beta", "global against graph.microsoft.us"}; !slices.Equal(drift.Labels, want) {
		t.Errorf("labels %q, want %q", drift.Labels, want)
	}
}
