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
	best := Nearest(word, known)
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0 || len(known) > 20:
		return ""
	}
	return "known: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// Nearest is the known word that was probably meant by word, in whatever letter
// case: one at most two slips away, or one that word begins. It is "" when there
// is none.
func Nearest(word string, known []string) string {
	best, distance := "", 3
	word = strings.ToLower(word)
	for _, k := range known {
		lower := strings.ToLower(k)
		d := typo.Distance(word, lower)
		if len(word) > 2 && strings.HasPrefix(lower, word) {
			d = min(d, 2)
		}
		if d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}
