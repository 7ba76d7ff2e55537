package graphurl

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

//go:embed words.txt
var wordsText string

// role is a set of the parts that a word plays in Graph's metadata.
type role uint8

const (
	entitySet role = 1 << iota
	singleton
	collection
	single
	operation
	collectionOperation
	castType
	argument

	many     = entitySet | collection
	one      = singleton | single
	callable = operation | collectionOperation
	pathStep = many | one | callable
)

// sections are the roles of words by the section of words.txt that lists them.
var sections = map[string]role{
	"entity sets": entitySet, "singletons": singleton, "collections": collection, "singles": single,
	"operations": operation, "collection operations": collectionOperation, "types": castType, "arguments": argument,
}

// word is a name in Graph's spelling.
type word struct {
	spelling string
	roles    role
}

// longestWord bounds what lookup has to fold; no word list holds a longer name.
const longestWord = 96

// vocabulary maps names in lower case to Graph's spelling of them.
var vocabulary = sync.OnceValue(func() map[string]word {
	known := make(map[string]word, 4096)
	for section, name := range words.Lines(wordsText) {
		lower := strings.ToLower(name)
		known[lower] = word{name, known[lower].roles | sections[section]}
	}
	return known
})

// lookup finds a word that has one of the roles, without regard to the case of ASCII letters.
// Unicode folding would read the Kelvin sign as a k.
func lookup(text string, roles role) (w word, ok bool) {
	if len(text) > longestWord {
		return word{}, false
	}
	var buf [longestWord]byte
	for i := range len(text) {
		buf[i] = ascii.Lower(text[i])
	}
	w = vocabulary()[string(buf[:len(text)])]
	return w, w.roles&roles != 0
}

// argumentName folds the name of a function's argument or of a query option:
// these are case-insensitive (concepts/call-api). Unknown names go to lower case.
func argumentName(name string) string {
	if w, ok := lookup(name, argument); ok {
		return w.spelling
	}
	return ascii.ToLower(name)
}
