package match

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// heldPseudonyms are those that an answer holds, folded.
type heldPseudonyms struct {
	all      []string
	inHeader bool // whether some stand in its headers or trailers
}

// holdingOf lists the pseudonyms in an answer's headers, and in the whole of it.
func holdingOf(faker *identity.Faker, header, whole *place.Message) heldPseudonyms {
	found := map[string]bool{}
	findPseudonyms(faker, header, found)
	inHeader := len(found) > 0
	findPseudonyms(faker, whole, found)
	return heldPseudonyms{slices.Collect(maps.Keys(found)), inHeader}
}

// findPseudonyms notes the pseudonyms in a message, folded.
func findPseudonyms(faker *identity.Faker, m *place.Message, found map[string]bool) {
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		if l.Layered {
			return "", false
		}
		if faker.IsName(l.Text) {
			found[fold(l.Text)] = true
		}
		for _, a := range identity.Atoms(l.Text) {
			if identity.IsFake(a) {
				found[fold(a.Key())] = true
			}
		}
		for _, span := range faker.FindNames(l.Text) {
			for end := range nameEnds(l.Text, span) {
				found[fold(l.Text[span.Start:end])] = true
			}
		}
		return "", false
	})
}

func fold(s string) string { return strings.ToLower(s) }

// longestName is how far behind a pseudonym's number its end is looked for.
const longestName = 320

// nameEnds are where the pseudonym that a span begins may end in a text, the furthest first:
// behind the domain of an address, the extension of a file, a domain's labels, or at once.
func nameEnds(text string, name identity.Span) iter.Seq[int] {
	return func(yield func(int) bool) {
		end := name.End
		for end < len(text) && end-name.End < longestName && (ascii.IsAlnum(text[end]) || strings.IndexByte("@.-", text[end]) >= 0) {
			end++
		}
		for ; end > name.End; end-- {
			if (end == len(text) || !ascii.IsAlnum(text[end])) && ascii.IsAlnum(text[end-1]) && !yield(end) {
				return
			}
		}
		yield(name.End)
	}
}
