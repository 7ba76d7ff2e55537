package strictyaml

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/typo"
)

// Advise says which of the known words was probably meant by word (`did you mean
// "expect"?`), or else what they are when they are few, or nothing.
func Advise(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		d := typo.Distance(strings.ToLower(word), strings.ToLower(k))
		if len(word) > 2 && strings.HasPrefix(strings.ToLower(k), strings.ToLower(word)) {
			d = min(d, 2)
		}
		if d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0 || len(known) > 20:
		return ""
	}
	return "known: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
