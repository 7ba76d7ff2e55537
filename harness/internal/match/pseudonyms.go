package match

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
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
		return rewritePseudonyms(faker, l, func(p string, is bool) (string, bool) {
			if is {
				found[fold(p)] = true
			}
			return "", false
		})
	})
}

// rewritePseudonyms shows to look what is an id or may be a pseudonym in a leaf, and whether
// it has the form of one, and puts in its place what look knows of it.
func rewritePseudonyms(faker *identity.Faker, l *place.Leaf, look func(p string, is bool) (live string, ok bool)) (string, bool) {
	if l.Layered || l.Role == place.Bytes {
		return "", false
	}
	text := identity.Rewrite(l.Text, func(a identity.Atom) string {
		if live, ok := look(a.Key(), identity.IsFake(a)); ok {
			return live
		}
		return a.Text
	})
	if live, ok := look(l.Text, faker.IsName(l.Text)); ok && text == l.Text {
		return live, true
	}
	text = rewriteNames(text, faker.FindNames(text), look)
	return text, text != l.Text
}

// rewriteNames is rewritePseudonyms for those that begin at spans. The domain of an address is
// left alone where its other part is: the address would be nobody's.
func rewriteNames(text string, spans []identity.Span, look func(p string, is bool) (live string, ok bool)) string {
	var edits []edit.Edit
	end := 0
	for n, span := range spans {
		if span.Start < end {
			continue
		}
		isDomain := n > 0 && spans[n-1].End == span.Start-1 && text[span.Start-1] == '@'
		for at := range nameEnds(text, span) {
			if live, ok := look(text[span.Start:at], true); ok && !isDomain {
				edits, end = append(edits, edit.Edit{Start: span.Start, End: at, Text: live}), at
				break
			}
		}
	}
	return edit.Apply(text, edits)
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
