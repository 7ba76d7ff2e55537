package graphurl

import (
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// role is a set of the parts that a word plays in Graph's metadata.
type role uint8

const (
	entitySet role = 1 << iota
	singleton
	collection
	single
	operation
	collectionOperation
)

const (
	many     = entitySet | collection
	one      = singleton | single
	callable = operation | collectionOperation
)

// word is a name of a path step in Graph's spelling.
type word struct {
	spelling string
	roles    role
}

// longestWord bounds what lookup has to fold; no word list holds a longer name.
const longestWord = 96

// vocabulary maps names in lower case to Graph's spelling of them.
var vocabulary = sync.OnceValue(func() map[string]word {
	words := make(map[string]word, 4096)
	for _, list := range []struct {
		names string
		role  role
	}{
		{entitySets, entitySet},
		{singletons, singleton},
		{"myOrganization", singleton}, // an alias that the metadata does not hold (concepts/call-api)
		{collections, collection},
		{singles, single},
		{operations, operation},
		{collectionOperations, collectionOperation},
	} {
		for name := range strings.FieldsSeq(list.names) {
			lower := strings.ToLower(name)
			w, known := words[lower]
			if !known {
				w.spelling = name
			}
			w.roles |= list.role
			words[lower] = w
		}
	}
	return words
})

var castVocabulary = sync.OnceValue(func() map[string]string { return byLowerName(castTypes) })

var argumentVocabulary = sync.OnceValue(func() map[string]string { return byLowerName(argumentNames) })

func byLowerName(names string) map[string]string {
	m := make(map[string]string)
	for name := range strings.FieldsSeq(names) {
		m[strings.ToLower(name)] = name
	}
	return m
}

// fold finds text in a vocabulary without regard to the case of ASCII letters.
// Unicode folding would read the Kelvin sign as a k.
func fold[W any](words map[string]W, text string) (W, bool) {
	if len(text) > longestWord {
		var none W
		return none, false
	}
	var buf [longestWord]byte
	for i := range len(text) {
		buf[i] = ascii.Lower(text[i])
	}
	w, ok := words[string(buf[:len(text)])]
	return w, ok
}

// argumentName folds the name of a function's argument or of a query option:
// these are case-insensitive (concepts/call-api). Unknown names go to lower case.
func argumentName(name string) string {
	if spelling, ok := fold(argumentVocabulary(), name); ok {
		return spelling
	}
	return ascii.ToLower(name)
}
