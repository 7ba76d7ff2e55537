package match

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A seal is what an index knows of its sealed cassettes: requests by what is left of them
// once the ids in them are computed, and what stands in their holes is blank.
type seal struct {
	faker    *identity.Faker
	computed map[Key]*entry
	shapes   map[string][]*signature // of requests with holes, by shape
	members  map[string]string       // pseudonyms of members' names, by their tags
	firsts   map[string]int          // pseudonyms with tags in the order in which requests first had them, from 1
	names    map[string]string       // all pseudonyms that have tags, by these
	nonces   int                     // below this are all nonces of tags
	keyed    bool                    // some members' names are ids
	buckets  int
}

// A signature is a set of places that are blank in some requests of a shape.
type signature struct {
	places  map[string]cassette.HoleKind
	buckets map[Key]*bucket
}

// A bucket is a list of recorded requests that differ in nothing but their blank places.
type bucket struct {
	id      int
	entries []sealedEntry
	places  []stored // by blank place
}

// A stored place finds entries by what they have there.
type stored struct {
	byValue map[string][]int
	byTag   map[uint64][]int // by nonce and bits
}

// A sealedEntry is an entry with what it has at the blank places, sorted by place.
type sealedEntry struct {
	*entry
	cassette *cassette.Cassette
	blanks   []blank
	batch    *batch // as it is read with its blanks, where it is one
}

// A blank is a place that is left out of a comparison, and what stands there.
type blank struct {
	place  string
	kind   blankKind
	text   string // as it was sent or stored
	is     string // with its ids computed
	looked bool   // looked up: what stands there has to be known
}

type blankKind uint8

const (
	blankName  blankKind = iota
	blankAny             // secrets, bytes: anything fits
	blankID              // an id in a body
	blankStamp           // an instant in a body
)

// blankText stands for what is blank.
const (
	blankText   = "graphvcr-blank"
	blankNumber = "-9007199254740991"
	blankHost   = "blank.invalid"
)

func newSeal(faker *identity.Faker) *seal {
	return &seal{faker: faker, computed: map[Key]*entry{}, shapes: map[string][]*signature{}, members: map[string]string{}, names: map[string]string{}, firsts: map[string]int{}}
}

// An asked request is a message with its blanks, and the ids that were computed in it.
type asked struct {
	message place.Message
	blanks  []blank
	ids     [][3]string // pseudonym, live value and its key, of ids
	changed bool
	file    int // which blank is the name of the file that the path ends with, plus one; 0 for none
}

// read computes the ids of a message and makes places blank. Bound values of a session
// become their pseudonyms; a nil session has none.
func (x *seal) read(m place.Message, places map[string]cassette.HoleKind, soft bool, s *bindings) asked {
	a := asked{message: m}
	if len(x.members) > 0 || m.Body != "" && x.keyed { // places are told by these names
		place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
			if !l.IsName() || l.Layered {
				return "", false
			}
			is := x.memberName(l.Text, s)
			return is, is != l.Text
		})
	}
	a.changed = place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Role == place.FileName {
			a.file = 0
		}
		if len(places) > 0 && mayBeHole(l) {
			if kind, ok := places[l.Place()]; ok {
				return a.leaveOut(l, kind), true
			}
		}
		if l.Layered || isPartID(l) {
			return "", false
		}
		ids := len(a.ids)
		is := x.compute(l, s, &a)
		if soft && inBody(l.Role) {
			switch {
			case isStamp(l.Text):
				a.blanks = append(a.blanks, blank{place: l.Place(), kind: blankStamp, text: l.Text, is: l.Text})
				return blankText, true
			case len(identity.Find(is)) > 0: // bound to what stands there, whatever it computes to
				a.ids = a.ids[:ids]
				a.blanks = append(a.blanks, blank{place: l.Place(), kind: blankID, text: l.Text, is: is})
				return blankText, true
			}
		}
		return is, is != l.Text
	})
	if a.file > 0 && makesFile(&m) { // a client chooses the names of the files that it makes
		a.blanks[a.file-1].looked = false
	}
	slices.SortStableFunc(a.blanks, func(b, c blank) int { return strings.Compare(b.place, c.place) })
	return a
}

// mayBeHole reports whether what stands in a leaf counts, as names do not, which have the
// places of their values, nor headers that no key has.
func mayBeHole(l *place.Leaf) bool {
	return !l.IsName() && (l.Role != place.Header || significant(l.Name) >= 0)
}

// makesFile reports whether a request makes the file that its path names.
func makesFile(m *place.Message) bool {
	path, _, _ := strings.Cut(m.Address, "?")
	return m.Method == http.MethodPut || m.Method == http.MethodPost && strings.HasSuffix(path, "createUploadSession")
}

// isPartID: the ids of a batch's parts tie it together, and are the client's to choose.
func isPartID(l *place.Leaf) bool {
	return l.Parent == "requests" && (l.Name == "id" || l.Name == "dependsOn") && l.Role == place.Member
}

// leaveOut notes what stands in a hole, and returns what is to stand there.
func (a *asked) leaveOut(l *place.Leaf, kind cassette.HoleKind) string {
	b := blank{place: l.Place(), text: l.Text, is: l.Text, looked: l.Looked() || l.Role == place.Header}
	if kind != cassette.HoleName {
		b.kind = blankAny
	}
	a.blanks = append(a.blanks, b)
	switch l.Role {
	case place.FileName:
		a.file = len(a.blanks)
	case place.Number:
		return blankNumber
	case place.Host:
		return blankHost
	}
	return blankText
}

// compute is a leaf's text with its ids computed, or as they are bound.
func (x *seal) compute(l *place.Leaf, s *bindings, a *asked) string {
	computed := func(atom identity.Atom) string {
		if p, ok := s.pseudonym(atom.Key()); ok {
			return p
		}
		is := x.faker.Fake(atom)
		if is != atom.Text {
			a.ids = append(a.ids, [3]string{is, atom.Text, atom.Key()})
		}
		return is
	}
	if l.Role == place.Token {
		is, _ := identity.RewriteToken(l.Text, computed)
		return is
	}
	return foldIDs(identity.Rewrite(l.Text, computed))
}

// foldIDs writes ids of hexadecimal digits in lower case: letter case says nothing in them.
func foldIDs(s string) string {
	folded := strings.ToLower(s)
	if folded == s {
		return s
	}
	for _, span := range identity.Find(s) {
		if id := folded[span.Start:span.End]; len(folded) == len(s) && strings.Trim(id, "0123456789abcdef-") == "" {
			s = s[:span.Start] + id + s[span.End:]
		}
	}
	return s
}

// memberName is the name of a member as it is stored: its pseudonym is known by its tag.
func (x *seal) memberName(name string, s *bindings) string {
	for nonce := range x.nonces {
		if p, ok := x.members[x.faker.Tag(name, nonce)]; ok {
			return p
		}
	}
	return identity.Rewrite(name, func(atom identity.Atom) string {
		if p, ok := s.pseudonym(atom.Key()); ok {
			return p
		}
		return x.faker.Fake(atom)
	})
}

func inBody(r place.Role) bool {
	switch r {
	case place.Field, place.Member, place.Cell, place.Text, place.Markup:
		return true
	}
	return false
}

// isStamp recognises an instant: 2026-11-24T08:30:00Z and its like.
func isStamp(s string) bool {
	return len(s) >= 16 && len(s) <= 40 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && strings.Trim(s, "0123456789-:.TZ+") == ""
}

// shapeOf is what tells at once that two requests have nothing in common.
func shapeOf(r *request) string {
	b := append(make([]byte, 0, 128), r.key.Method...)
	if r.url.Host == graphurl.Graph { // others may be a name
		b = append(b, '*')
	}
	b = strconv.AppendInt(append(b, ' '), int64(len(r.url.Segments)), 10)
	for _, o := range r.url.Options {
		b = append(append(b, ' '), o.Name...)
	}
	if r.key.Body != "" {
		b = append(b, " body"...)
	}
	return string(b)
}

// messageOf is the request of an interaction.
func messageOf(i *cassette.Interaction) place.Message {
	r := &i.Request
	return place.Message{Method: methodOf(r.Method), Address: r.URL, Header: telling(r.Headers), Body: r.Body}
}

// understood is the request that a message is.
func (x *Index) understood(m *place.Message, host, principal string) (request, bool) {
	address, err := url.Parse(m.Address)
	if err != nil {
		return request{}, false
	}
	return x.rules.understand(m.Method, addressOf(address, host), m.Header, m.Body, principal), true
}

// seal notes a recorded request of a sealed cassette.
func (b *builder) seal(c *cassette.Cassette, i *cassette.Interaction, e *entry, as *request) {
	x := b.index.seal
	message := messageOf(i)
	plain := x.read(message, nil, false, nil)
	if whole, ok := b.index.understood(&plain.message, i.Request.Host, as.key.Principal); ok && x.computed[whole.key] == nil {
		x.computed[whole.key] = e
	}
	places := make(map[string]cassette.HoleKind, len(i.Holes))
	for _, h := range i.Holes {
		places[h.Place] = h.Kind
	}
	left := x.read(message, places, true, nil)
	if len(left.blanks) == 0 {
		return
	}
	key, ok := b.index.understood(&left.message, i.Request.Host, as.key.Principal)
	if !ok {
		return
	}
	for h := range places {
		if !slices.ContainsFunc(left.blanks, func(b blank) bool { return b.place == h }) {
			delete(places, h) // what never counts makes no signature
		}
	}
	x.signature(shapeOf(as), places).add(x, key.key, sealedEntry{e, c, left.blanks, key.body.batch})
}

// signature finds or makes the one of a shape with these places.
func (x *seal) signature(shape string, places map[string]cassette.HoleKind) *signature {
	for _, s := range x.shapes[shape] {
		if maps.Equal(s.places, places) {
			return s
		}
	}
	s := &signature{places: places, buckets: map[Key]*bucket{}}
	x.shapes[shape] = append(x.shapes[shape], s)
	return s
}

// add puts a recorded request into its bucket.
func (s *signature) add(x *seal, key Key, e sealedEntry) {
	b := s.buckets[key]
	if b == nil {
		b = &bucket{id: x.buckets, places: make([]stored, len(e.blanks))}
		s.buckets[key] = b
		x.buckets++
	}
	at := len(b.entries)
	if len(e.blanks) != len(b.places) {
		return
	}
	b.entries = append(b.entries, e)
	for k, is := range e.blanks {
		if is.kind == blankName || is.kind == blankID {
			b.places[k].add(x, e.cassette, &is, at)
		}
	}
}

func (s *stored) add(x *seal, c *cassette.Cassette, is *blank, entry int) {
	if s.byValue == nil {
		s.byValue = map[string][]int{}
	}
	value := fold(is.is)
	s.byValue[value] = append(s.byValue[value], entry)
	if is.kind != blankName {
		return
	}
	if nonce, bits, ok := tagOf(c, is.text); ok {
		if s.byTag == nil {
			s.byTag = map[uint64][]int{}
		}
		tag := uint64(nonce)<<32 | uint64(bits)
		s.byTag[tag] = append(s.byTag[tag], entry)
		if x.firsts[value] == 0 {
			x.firsts[value] = len(x.firsts) + 1
		}
		x.nonces = max(x.nonces, nonce+1)
	}
}

// tagOf reads the tag of a pseudonym.
func tagOf(c *cassette.Cassette, pseudonym string) (nonce int, bits uint32, ok bool) {
	tag := c.Meta.Tags[pseudonym]
	if tag == "" {
		return 0, 0, false
	}
	nonce, ok = identity.Nonce(tag)
	n, err := strconv.ParseUint(tag[:5], 16, 32)
	return nonce, uint32(n), ok && err == nil
}

// noteMembers notes the names of members that were replaced in a request: pseudonyms with
// tags, and ids.
func (x *seal) noteMembers(c *cassette.Cassette, i *cassette.Interaction) {
	m := messageOf(i)
	if m.Body == "" && len(i.Holes) == 0 {
		return
	}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !l.IsName() {
			return "", false
		}
		x.keyed = x.keyed || len(identity.Find(l.Text)) > 0
		if tag := c.Meta.Tags[l.Text]; tag != "" {
			x.members[tag] = l.Text
			if nonce, ok := identity.Nonce(tag); ok {
				x.nonces = max(x.nonces, nonce+1)
			}
		}
		return "", false
	})
}
