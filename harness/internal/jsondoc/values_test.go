package jsondoc_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// TestManyValues: a tree has a bound, since a value of two bytes takes hundreds.
func TestManyValues(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		good bool
	}{
		"values":           {"[" + strings.Repeat("1,", jsondoc.MaxValues-9) + "1]", true},
		"too many values":  {"[" + strings.Repeat("1,", jsondoc.MaxValues-8) + "1]", false},
		"objects":          {"[" + strings.Repeat("{},", jsondoc.MaxValues/8-2) + "{}]", true},
		"too many objects": {"[" + strings.Repeat("{},", jsondoc.MaxValues/8-1) + "{}]", false},
	} {
		_, err := jsondoc.Parse(tc.text)
		if (err == nil) != tc.good || err != nil && !strings.Contains(err.Error(), "more than 2400000 values, or 300000 objects") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
