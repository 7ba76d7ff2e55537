package graphurl

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// position is where in a path a segment stands: it decides how a bare segment is
// read, since its spelling alone does not distinguish an id from a word.
type position uint8

const (
	atRoot    position = iota // after the version: entity sets and singletons
	atWord                    // after an id or a single resource: only words
	atKey                     // after a collection: ids, and operations on the whole collection
	atEither                  // after a word that is here a collection and there not (rules, settings)
	atUnknown                 // after a word that is not known
	anywhere                  // where Graph's grammar does not hold; sticky
)

// after returns the position that follows segment s, itself at p.
func (p position) after(s Segment) position {
	switch {
	case p == anywhere:
		return anywhere
	case s.Kind == Cast:
		if p == atRoot {
			return atUnknown
		}
		return p
	case s.Kind != Word || len(s.Args) > 0:
		return atWord
	}
	w, known := lookup(s.Text, pathStep)
	switch {
	case !known || w.spelling != s.Text: // had it been read as the word, it would be spelled so
		return atUnknown
	case p == atKey:
		return atWord // an operation on the collection
	case p == atRoot && w.roles&(entitySet|singleton) != 0:
		w.roles &= entitySet | singleton
	}
	switch {
	case w.roles&many == 0:
		return atWord
	case w.roles&(one|callable) == 0:
		return atKey
	}
	return atEither
}

// called reads the name before parentheses. No id is written so, hence a known
// word has its case folded where a bare segment might be an id.
func (p position) called(name string) Segment {
	switch {
	case p == atRoot && versionOf(name) != "":
		return Segment{Text: name, Kind: Key} // v1.0('x') is no version
	case p == atEither || p == atUnknown:
		if w, ok := lookup(name, pathStep); ok {
			return Segment{Text: w.spelling}
		}
	}
	return p.bare(name)
}

// functionName folds a name that has arguments, whatever its position.
func functionName(name string) string {
	if s, ok := atWord.qualified(name); ok && s.Kind == Word {
		return s.Text
	}
	if w, ok := lookup(name, pathStep); ok {
		return w.spelling
	}
	return name
}

// bare reads a segment that is just a name or an id.
func (p position) bare(text string) Segment {
	switch {
	case p == anywhere || text == "" || text == "." || text == "..":
		return Segment{Text: text}
	case text[0] == '$':
		return system(text)
	}
	if s, ok := p.qualified(text); ok {
		return s
	}
	w, known := lookup(text, pathStep)
	switch {
	case p == atKey && w.roles&collectionOperation != 0,
		(p == atEither || p == atUnknown) && known && w.spelling == text,
		(p == atWord || p == atRoot) && known:
		return Segment{Text: w.spelling}
	case p.mayHoldKey(), p != atRoot && looksLikeID(text):
		return Segment{Text: text, Kind: Key}
	}
	return Segment{Text: text}
}

// mayHoldKey reports whether an id of any spelling may stand at p.
func (p position) mayHoldKey() bool { return p == atKey || p == atEither }

// system reads a segment that begins with '$'. One that OData does not define is
// kept as it is, and is no id: an id that begins so works in key syntax only
// (concepts/known-issues).
func system(text string) Segment {
	switch lower := ascii.ToLower(text); lower {
	case "$count", "$ref", "$value", "$batch", "$metadata", "$entity", "$all", "$links":
		return Segment{Text: lower, Kind: System}
	}
	return Segment{Text: text}
}

// looksLikeID distinguishes an id from an unknown word where either may stand.
func looksLikeID(s string) bool {
	id := false
	for i := range len(s) {
		switch c := ascii.Lower(s[i]); {
		case 'a' <= c && c <= 'z', c == '_':
		case c == '(', c == ':' && (i+1 == len(s) || s[i+1] == '/'):
			return false
		default:
			id = true
		}
	}
	return id
}

const namespace = "microsoft.graph."

// subNamespaces are the schemas of Graph's metadata below microsoft.graph.
var subNamespaces = []string{
	"agentic", "callrecords", "cloudlicensing", "customdataprovidedresourcepayloads",
	"entrarecoveryservices", "externalconnectors", "identitygovernance",
	"partners.billing", "search", "security", "teamsadministration", "termstore",
}

// qualified reads a cast, or an operation written with its namespace
// (microsoft.graph.delta, graph.delta).
func (p position) qualified(text string) (Segment, bool) {
	name, ok := cutFold(text, namespace)
	full := ok
	if !ok {
		if name, ok = cutFold(text, "graph."); !ok {
			return Segment{}, false
		}
	}
	if w, ok := lookup(name, castType); ok {
		return Segment{Text: namespace + w.spelling, Kind: Cast}, true
	}
	short := name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		if !slices.Contains(subNamespaces, ascii.ToLower(name[:i])) {
			return Segment{}, false // me/extensions/microsoft.graph.openTypeExtension.com.contoso is an id
		}
		short = name[i+1:]
	}
	if w, ok := lookup(short, callable); ok && (p != atKey || w.roles&collectionOperation != 0) {
		return Segment{Text: w.spelling}, true
	}
	return Segment{Text: text, Kind: Cast}, full && isQualifiedName(name)
}

func cutFold(s, lowerPrefix string) (rest string, ok bool) {
	if len(s) <= len(lowerPrefix) || !equalFold(s[:len(lowerPrefix)], lowerPrefix) {
		return "", false
	}
	return s[len(lowerPrefix):], true
}

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
