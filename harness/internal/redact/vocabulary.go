package redact

import (
	"hash/maphash"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A scene is what is known of the message that is being read.
type scene struct {
	r        *Redactor
	previous *earlierInteraction // the interaction that the recording before has in its place
	before   *earlierMessage     // this message there
	request  bool
	left     bool // it goes to no host of Graph's
	outside  bool // nor does the link that is being read
	signIn   bool
	sealed   bool             // what it holds is none of Graph's, and every rule is obeyed
	offset   int64            // of the body in its file
	sizes    map[string]int64 // of files in the body, by their places
}

// obeys reports whether a rule is obeyed here: rules.yaml speaks of what Graph holds.
func (p *scene) obeys(r ID) bool { return r != noRule && (!p.r.off[r] || p.sealed) }

// suggestion is what the recording before has at a leaf's place. What an answer has from
// there was the service's to make: a client knows it from the answer alone.
func (p *scene) suggestion(l *place.Leaf) string {
	is := p.before.at(l)
	if is != "" && !p.request {
		p.r.ledger.gave(is)
	}
	return is
}

// A verdict is what redaction says of a leaf.
type verdict struct {
	text string // what is to stand there
	rule ID     // by which it is replaced, noRule where it stays
	hole cassette.HoleKind
}

// A memory is what passes met lately, since services say the same again and again and a verdict
// never changes. One pass at a time has it, and its size is bounded.
type memory struct {
	spots map[label]*spot
	last  *spot
	texts [1 << 11][2]metText
}

// mostSpots bounds the spots of a memory, which are forgotten where there are more.
const mostSpots = 1 << 11

// A metText is a standing, by its hash. Most are met once, and only the verdict on what comes again
// is kept.
type metText struct {
	hash uint64
	said *answer
}

// An answer is the verdict on a standing.
type answer struct {
	standing
	verdict
}

// met is what is kept of a standing, and whether it was met before.
func (m *memory) met(is *standing) (t *metText, before bool) {
	h := maphash.String(is.at.seed, is.text) + uint64(is.role)<<1
	if is.request {
		h++
	}
	if is.outer != "" { // the links of an answer show the same hosts
		h += maphash.String(is.at.seed, is.outer)
	}
	both := &m.texts[h%uint64(len(m.texts))]
	if both[0].hash != h {
		both[0], both[1] = both[1], both[0]
		if both[0].hash != h {
			both[0] = metText{hash: h}
			return &both[0], false
		}
	}
	return &both[0], true
}

// A label is the name of a leaf, with the member above.
type label struct{ name, parent string }

// A spot is what a label says of itself and of its values.
type spot struct {
	label
	next          *spot // what came behind it last: the objects of a list repeat their members
	seed          maphash.Seed
	secret, field *field // of credentials, and of members
	isKnown       bool   // the name is one of the service's
	values        words.Values
}

// A standing is all that a verdict depends on that is remembered.
type standing struct {
	at                               *spot
	outer, text                      string
	role                             place.Role
	outside, request, signIn, sealed bool
}

// A vocabulary says which texts are harmless where they stand.
type vocabulary struct {
	scene
	memory memory
}

// spot is what a name says, and the member above.
func (p *vocabulary) spot(name, parent string) *spot {
	at := label{name, parent}
	m, last := &p.memory, p.memory.last
	switch {
	case last == nil:
		last = &spot{}
	case last.label == at: // a member's name comes before its value
		return last
	case last.next != nil && last.next.label == at:
		m.last = last.next
		return m.last
	}
	s := m.spots[at]
	if s == nil {
		s = p.newSpot(name, parent)
		if len(m.spots) == mostSpots {
			clear(m.spots)
		}
		m.spots[s.label] = s
	}
	last.next, m.last = s, s
	return s
}

func (p *vocabulary) newSpot(name, parent string) *spot {
	at := label{strings.Clone(name), strings.Clone(parent)} // not the body that they stand in
	s := &spot{label: at, seed: maphash.MakeSeed(), secret: credentialFields.find(name, parent), field: memberFields.find(name, parent)}
	s.isKnown = s.secret != nil || s.field != nil || p.isOfService(name, parent)
	if s.isKnown || odata.OwnName(name) != name { // it stays, or its annotation, by which a value is read again
		s.values = words.At(name, at.parent)
	}
	return s
}

// isOfService reports whether a name that is no field's is the service's own.
func (p *vocabulary) isOfService(s, parent string) bool {
	if strings.EqualFold(parent, "headers") {
		name := http.CanonicalHeaderKey(s)
		if words.IsHeader(name) || volatileHeaders[name] != "" || matchedHeaders.has(name) {
			return true
		}
	}
	return words.IsMember(s) || isQualified(strings.TrimPrefix(s, "#")) || words.IsType(s) || p.r.keep.members.has(s)
}

// isMemberName reports whether the name of a member is one of the service's.
func (p *vocabulary) isMemberName(s, parent string) bool { return p.spot(s, parent).isKnown }

// fieldOf is what the name of a leaf says of it.
func (p *vocabulary) fieldOf(l *place.Leaf) *field {
	name := l.Name
	switch l.Role {
	case place.MemberName, place.OptionName, place.ColumnName, place.MarkupName, place.Identifier, place.Host, place.Segment:
		return nil
	case place.FileName:
		return memberFields["filename"]
	case place.Field:
		if f := formFields.find(name, l.Parent); f != nil {
			return f
		}
	case place.Cell:
		name = strings.ReplaceAll(name, " ", "")
	}
	switch at := p.spot(name, l.Parent); {
	case l.Role == place.Number && (at.field == nil || !at.field.numeric):
		return at.secret
	case l.Role != place.Number && at.secret != nil && !settings.has(l.Text):
		return at.secret
	default:
		return at.field
	}
}

// harmless reports whether a text says nothing where it stands.
func (p *vocabulary) harmless(l *place.Leaf, f *field) bool {
	s := l.Text
	switch {
	case f == nil:
	case isPunctuation(s), isTruth(s) && l.Role != place.FileName:
		return true
	case f.rule == contentCells:
		return false
	case l.Role == place.Member:
		return p.spot(l.Name, l.Parent).values.Harmless(s)
	default:
		return words.Harmless(l.Name, l.Parent, s)
	}
	if isMeetingNumber(l) {
		return false
	}
	switch l.Role {
	case place.Host:
		return isOurHost(s)
	case place.Segment:
		return p.isStep(s, l.Name)
	case place.Identifier:
		return isExpressionWord(s)
	case place.OptionName:
		return words.IsMember(s) || isOptionName(s)
	case place.Literal:
		if !l.Bare && ascii.All(s, ascii.IsDigit) { // a text, which stays where a member of JSON would
			return isIDMember(l.Name) && p.isMemberName(l.Name, l.Parent) || isLookup(l.Name, s) || isShortNumber(s)
		}
		return isPlain(s) && (l.Bare || !isTruth(s)) || words.Harmless(l.Name, "", s) || isIDMember(l.Name) && isServiceID(s) ||
			strings.HasPrefix(s, "microsoft.graph.") && words.IsType(s)
	case place.Option, place.Field:
		return isPlain(s) || words.Harmless(strings.TrimPrefix(l.Name, "$"), "", s) || p.signIn && loginWords.has(s)
	case place.Header, place.PartHeader:
		return isHTTPValue(l.Name, s)
	case place.MemberName:
		return p.isMemberName(s, l.Parent)
	case place.Member:
		return isMemberWord(l, p.spot(l.Name, l.Parent)) || l.Name == "id" && p.isStep(s, "") // by which a path has it
	case place.Number:
		return true
	case place.Cell:
		if l.Name == "" { // of no column
			return isPlain(s) && !ascii.All(s, ascii.IsDigit) || isShortNumber(s)
		}
		return isPlain(s) || words.Harmless(strings.ReplaceAll(l.Name, " ", ""), "", s)
	case place.ColumnName:
		return words.IsColumn(s) || isShortNumber(s)
	case place.MarkupName:
		return areWords(s, ":-_.", markupNames)
	case place.Text, place.Markup:
		return isPlain(s)
	}
	return false
}

// isMemberWord reports whether a string of JSON is a word of the service there, a date, or
// the number that an id is.
func isMemberWord(l *place.Leaf, at *spot) bool {
	s := l.Text
	switch {
	case isPartID(l):
		return len(s) <= 40 && digitsIn(s) <= 6 && areWords(s, " -_.0123456789", nil)
	case at.values.Harmless(s), isInstant(s), isPunctuation(s), isLookup(l.Name, s):
		return true
	case !at.isKnown: // which says nothing of its value, then
		return false
	case valueForms[l.Name] != nil && valueForms[l.Name](s),
		l.Name == "allowedResourceActions" && strings.HasPrefix(s, "microsoft.") && areWords(s, "./-", resourceWords): // what a role may do
		return true
	case ascii.All(s, ascii.IsDigit):
		return isIDMember(l.Name)
	case isIDMember(l.Name) && (isEtag(s) || isVersionID(s) || isServiceID(s)), strings.HasSuffix(l.Name, "olor") && isColor(s):
		return true
	case l.Name == "value" && strings.HasPrefix(l.Parent, "choiceSetting"): // of Intune
		return isServiceID(s)
	case l.Name == "url" && words.IsMember(s): // of a service document
		return true
	case s == "root":
		return l.Name == "name" || l.Name == "id" || l.Name == "itemId"
	}
	return strings.HasSuffix(l.Name, "ersion") && isVersion(s)
}

const namespace = "microsoft.graph."

// isGraphs reports whether a name stands in Graph's namespace.
func isGraphs(s string) bool {
	return len(s) > len(namespace) && strings.EqualFold(s[:len(namespace)], namespace)
}

// isQualified recognises the name of an operation with its namespace: microsoft.graph.security.run.
func isQualified(s string) bool {
	return isGraphs(s) && allParts(s[len(namespace):], ".", words.IsMember)
}

// isStep reports whether a step of a path is a word of the service.
func (p *vocabulary) isStep(s, before string) bool {
	switch {
	case len(s) <= 12 && ascii.All(s, ascii.IsDigit): // a decimal id
		return true
	case isGraphs(s): // whatever stands before
		return words.IsType(s) || isQualified(s)
	case steps.has(s), strings.HasPrefix(s, "$") && words.IsMember(s[1:]), isVersionID(s), isThumbnailSize(s), isWordOfTeams(s),
		before == "localizations" && words.IsLanguage(s), serviceIDsFollow.has(before) && isServiceID(s):
		return true
	case words.IsMember(s), words.IsType(strings.TrimPrefix(s, "Microsoft.DirectoryServices.")):
		return !namesFollow.has(before) || operations.has(s) || p.outside
	case p.signIn:
		return loginWords.has(s)
	}
	return words.IsPermission(s) || isInstant(s) || !namesFollow.has(before) && words.Harmless("name", "", s) // Shared Documents
}
