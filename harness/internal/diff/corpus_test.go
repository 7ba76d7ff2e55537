package diff_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func imported(t *testing.T, name string) *cassette.Cassette {
	t.Helper()
	result, err := importer.Reader{}.Read(importer.Of(importer.VCRPy), testkit.Corpus(t, "recordings/azure-cli/"+name), name, func(*cassette.Cassette) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return result.Cassette
}

// TestRealPairs compares recordings that were made twice of a service which did not change
// in the hours or days between: nothing is told, in either direction.
func TestRealPairs(t *testing.T) {
	for _, pair := range [][2]string{
		{"test_special_characters.earlier.yaml", "test_special_characters.yaml"},
		{"test_special_characters_in_upn.yaml", "test_special_characters_in_upn.later.yaml"},
	} {
		a, b := imported(t, pair[0]), imported(t, pair[1])
		for _, changes := range [][]diff.Change{compare(t, a, b), compare(t, b, a)} {
			if len(changes) > 0 {
				t.Errorf("%s and %s:\n%s", pair[0], pair[1], list(changes))
			}
		}
	}
}
