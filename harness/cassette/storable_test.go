package cassette

import (
	"strings"
	"testing"
)

// An interaction with which a file were larger than Load reads is left out, and those that
// still fit are not.
func TestStorableWithinTheLimit(t *testing.T) {
	all := samples(3)
	all[1].Response.Body = strings.Repeat("x", 5000)
	var refused []int
	p := partsOf(all)
	p.Refuse = func(n int, err error) error {
		refused = append(refused, n)
		return nil
	}
	var text strings.Builder
	if err := stream(&text, &Meta{}, p, 5000); err != nil {
		t.Fatal(err)
	}
	if len(refused) != 1 || refused[0] != 1 || text.Len() > 5000 || strings.Count(text.String(), "- id:") != 2 {
		t.Errorf("refused %v of\n%s", refused, text.String())
	}
}
