package importer

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestManyInteractions: a recording of nothing, a million times over, is refused, and what is
// wrong with a smaller one is told a thousand times at most.
func TestManyInteractions(t *testing.T) {
	text := "interactions:\n" + strings.Repeat("- {}\n", strictyaml.MostNodes)
	testkit.Bounded(t, len(text)/1000, func() {
		if _, err := importText(Of(VCRPy), "x.yaml", "x", []byte(text)); err == nil || !strings.Contains(err.Error(), "more than 1000000 values") {
			t.Error(err)
		}
	})
	text = "interactions:\n" + strings.Repeat("- {request: {}, response: {}}\n", 3000)
	r, err := importText(Of(VCRPy), "x.yaml", "x", []byte(text))
	if err != nil || len(r.Findings) != mostLeftOut+1 || r.Findings[mostLeftOut].Message != "left out 2000 more that cannot be imported" {
		t.Errorf("%d findings, %v", len(r.Findings), err)
	}
}
