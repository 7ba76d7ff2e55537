package graphurl

import (
	"slices"
	"strings"
)

// steps yields the segments of a path, decoded.
type steps struct {
	rest    string
	encoded bool
	queued  []string // before rest, already decoded
	ended   bool
}

func (s *steps) next() (text string, ok bool) {
	if len(s.queued) > 0 {
		text, s.queued = s.queued[0], s.queued[1:]
		return text, true
	}
	if s.ended {
		return "", false
	}
	i := strings.IndexByte(s.rest, '/')
	if i < 0 {
		text, s.rest, s.ended = s.rest, "", true
	} else {
		text, s.rest = s.rest[:i], s.rest[i+1:]
	}
	if s.encoded {
		text = unescape(text, false)
	}
	return text, true
}

// position is where in a path a segment stands: it decides how a bare segment is
// read, since nothing in its spelling tells an id from a word.
type position uint8

const (
	atRoot   position = iota // after the version: entity sets and singletons
	atWord                   // after an id or a single resource: only words
	atKey                    // after a collection: ids, and operations on the whole collection
	atEither                 // after a word that is unknown, or both a collection and not
	anywhere                 // where Graph's grammar does not hold; sticky
)

// after returns the position that follows segment s, itself at p.
func (p position) after(s Segment) position {
	switch {
	case p == anywhere:
		return anywhere
	case s.Kind == Cast:
		if p == atRoot {
			return atEither
		}
		return p
	case s.Kind != Word || len(s.Args) > 0:
		return atWord
	}
	w, known := fold(vocabulary(), s.Text)
	switch {
	case !known || w.spelling != s.Text: // had it been taken for the word, it would be spelled so
		return atEither
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

type pathParser struct {
	steps
	pos      position
	segments []Segment
}

// version takes the API version off the path.
func (p *pathParser) version() string {
	first, rest, more := strings.Cut(p.rest, "/")
	if p.encoded {
		first = unescape(first, false)
	}
	version := versionOf(first)
	if version != "" {
		p.rest, p.ended = rest, !more
	}
	return version
}

func versionOf(segment string) string {
	for _, version := range [...]string{"v1.0", "beta"} {
		if equalFold(segment, version) {
			return version
		}
	}
	return ""
}

func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

func (p *pathParser) parse() []Segment {
	if p.ended {
		return nil
	}
	p.segments = make([]Segment, 0, strings.Count(p.rest, "/")+3)
	for {
		text, ok := p.next()
		if !ok {
			return p.segments
		}
		if p.colonPath(text) {
			continue
		}
		if joined, ok := p.joinQuoted(text); ok {
			if p.colonPath(joined) {
				continue
			}
			text = joined
		}
		p.segment(text)
	}
}

func (p *pathParser) add(s Segment) {
	p.segments = append(p.segments, s)
	p.pos = p.pos.after(s)
}

// joinQuoted reads on where a slash stands inside a quoted argument, as in
// getByPath(path='/a/b'). When the quote is never closed the rest of the path is
// literal.
func (p *pathParser) joinQuoted(text string) (string, bool) {
	if p.pos == anywhere || !strings.Contains(text, "(") {
		return text, false
	}
	var n nesting
	n.read(text)
	if !n.quoted {
		return text, false
	}
	before := p.steps
	var b strings.Builder
	b.WriteString(text)
	for n.quoted {
		more, ok := p.next()
		if !ok {
			p.steps, p.pos = before, anywhere
			return text, false
		}
		n.read(more)
		b.WriteByte('/')
		b.WriteString(more)
	}
	return b.String(), true
}

// pathHolders are the collections whose members may be followed by a colon path
// (v1.0/api/driveitem-get, site-getbypath, drive-get-specialfolder).
var pathHolders = []string{"items", "special", "sites", "children", "bundles", "following"}

// colonPath reads root:/a/b.txt:, items/ID:/x.txt: and sites/HOST:/a:. Graph
// addresses files by path there, so an encoded slash separates as a raw one does:
// the Go SDK sends items/root%3A%2Fa.bin%3A/content.
func (p *pathParser) colonPath(text string) bool {
	i := colonAt(text)
	if i <= 0 || !p.holdsPath(text[:i]) {
		return false
	}
	p.segment(text[:i])
	if rest := text[i+1:]; rest != "" {
		p.queued = append(strings.Split(rest[1:], "/"), p.queued...)
	}
	var b strings.Builder
	b.WriteByte(':')
	for {
		step, ok := p.next()
		if !ok {
			break
		}
		if strings.Contains(step, "/") {
			p.queued = append(strings.Split(step, "/"), p.queued...)
			continue
		}
		b.WriteByte('/')
		b.WriteString(step)
		if strings.HasSuffix(step, ":") {
			break
		}
	}
	p.add(Segment{Text: b.String(), Kind: ColonPath})
	return true
}

// colonAt finds the colon, outside parentheses, that ends text or stands before a
// slash; -1 when there is none.
func colonAt(text string) int {
	if strings.IndexByte(text, ':') < 0 {
		return -1
	}
	var n nesting
	for i := range len(text) {
		if text[i] == ':' && n.depth == 0 && (i+1 == len(text) || text[i+1] == '/') {
			return i
		}
		n.step(text[i])
	}
	return -1
}

func (p *pathParser) holdsPath(base string) bool {
	if p.pos == anywhere {
		return false
	}
	if name, inner, ok := cutCall(base); ok {
		head := p.pos.called(name)
		if _, keyed := keyLiteral(inner); keyed && head.Kind == Word && slices.Contains(pathHolders, head.Text) {
			return true
		}
	}
	if p.pos != atKey && equalFold(base, "root") {
		return true
	}
	if len(p.segments) == 0 || p.pos != atKey && p.pos != atEither {
		return false
	}
	last := p.segments[len(p.segments)-1]
	return last.Kind == Word && slices.Contains(pathHolders, last.Text)
}

// segment reads one segment that is no colon path.
func (p *pathParser) segment(text string) {
	name, inner, ok := cutCall(text)
	if !ok || p.pos == anywhere {
		p.add(p.pos.bare(text))
		return
	}
	if args, ok := namedArgs(inner); ok && isQualifiedName(name) {
		p.add(Segment{Text: functionName(name), Args: args})
		return
	}
	head := p.pos.called(name)
	key, ok := keyLiteral(inner)
	switch {
	case head.Kind != Word && head.Kind != Cast || !ok && inner != "":
		p.add(p.literal(text))
	case ok:
		p.add(head)
		p.add(Segment{Text: key, Kind: Key})
	default:
		p.add(head)
	}
}

// literal is a segment that looks like a call and is none.
func (p *pathParser) literal(text string) Segment {
	if p.pos == atKey && !strings.HasSuffix(text, "()") {
		return Segment{Text: text, Kind: Key}
	}
	return Segment{Text: text}
}

// called reads the name before parentheses. No id is written so, hence a known
// word has its case folded where a bare segment might be an id.
func (p position) called(name string) Segment {
	switch {
	case p == atRoot && versionOf(name) != "":
		return Segment{Text: name, Kind: Key} // v1.0('x') is no version
	case p == atEither:
		if w, ok := fold(vocabulary(), name); ok {
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
	if w, ok := fold(vocabulary(), name); ok {
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
	w, known := fold(vocabulary(), text)
	switch {
	case p == atKey && w.roles&collectionOperation != 0,
		p == atEither && w.spelling == text && known,
		(p == atWord || p == atRoot) && known:
		return Segment{Text: w.spelling}
	case p == atKey, p != atRoot && looksLikeID(text):
		return Segment{Text: text, Kind: Key}
	}
	return Segment{Text: text}
}

// system reads a segment that begins with '$'. One that OData does not define is
// kept as it is, and is no id: an id that begins so works in key syntax only
// (concepts/known-issues).
func system(text string) Segment {
	switch lower := lowerASCII(text); lower {
	case "$count", "$ref", "$value", "$batch", "$metadata", "$entity", "$all", "$links":
		return Segment{Text: lower, Kind: System}
	}
	return Segment{Text: text}
}

// looksLikeID tells an id from an unknown word where either may stand.
func looksLikeID(s string) bool {
	id := false
	for i := range len(s) {
		switch c := lowerByte(s[i]); {
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
	if spelling, ok := fold(castVocabulary(), name); ok {
		return Segment{Text: namespace + spelling, Kind: Cast}, true
	}
	short := name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		if !slices.Contains(subNamespaces, lowerASCII(name[:i])) {
			return Segment{}, false // me/extensions/microsoft.graph.openTypeExtension.com.contoso is an id
		}
		short = name[i+1:]
	}
	if w, ok := fold(vocabulary(), short); ok &&
		(w.roles&collectionOperation != 0 || p != atKey && w.roles&operation != 0) {
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
