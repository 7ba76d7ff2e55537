package match

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A masked request is a message with its ids computed and some places blank.
type masked struct {
	message place.Message
	blanks  []blank
	parts   []maskedPart // the blanks, by the part that they stand in: one, or those of a batch
	layout  string       // how many stand in each part
	ids     []idBinding  // computed in what is not blank
}

// A maskedPart is a request of a batch, or a request that is none, with what is blank in it.
type maskedPart struct {
	class  string // parts of one class differ in nothing but what is blank
	id     string // of a batch's part
	blanks []blank
}

// A blank is a place that is left out of a comparison, and what stands there.
type blank struct {
	class  string // of its part
	place  string // within that
	kind   cassette.HoleKind
	text   string // as it was sent or stored
	is     string // with its ids computed
	ids    []idBinding
	looked bool // looked up: what stands there has to be known

	known knownValue // of what was sent, in a bucket
}

// What a blank may be, beside a name.
const (
	blankWord  cassette.HoleKind = ""      // no hole here, but in another request of the shape
	blankAny   cassette.HoleKind = "any"   // a secret, or bytes: anything fits
	blankID    cassette.HoleKind = "id"    // in a body, or as the name of a file
	blankStamp cassette.HoleKind = "stamp" // an instant in a body
)

// A knownValue says what a value is known to stand for at a place.
type knownValue struct {
	is      string // pseudonym, folded
	entries []int  // that have it there, in order
	sure    fit    // exact or tagged; weak where nothing is known
}

// A fit says how what a client sent stands to what was recorded at a blank place.
type fit uint8

const (
	fitConflict fit = iota // it is another value
	fitAbsent              // looked up, and there was nothing of the recorded name, nor was it made later
	fitLone                // looked up, and nothing is kept of it: fits a request that stands alone
	fitWeak                // the client's own, written or to be made, and nothing is known of it
	fitOpen                // anything goes, and nothing else is asked
	fitTagged              // it fits the tag
	fitExact               // the pseudonym that was given out, or the value bound to it
	fitAll                 // nothing is left to fit
)

// blankText stands for what is blank, and blankAs where that is no text.
const blankText = "graphvcr-blank"

var blankAs = map[place.Role]string{place.Number: "-9007199254740991", place.Host: "blank.invalid"}

// holes are places of requests, and what kind of value was replaced at each. What ends in ">"
// stands for a text in layers that has holes within.
type holes map[string]cassette.HoleKind

func (h holes) add(at string, kind cassette.HoleKind) {
	at = unnamed(at)
	for n := range len(at) {
		if at[n] == '>' {
			h[at[:n+1]] = ""
		}
	}
	if h[at] != cassette.HoleName {
		h[at] = kind
	}
}

// of is the hole that a leaf is, as holes of a shape know it. Names have the places of their
// values, and are none.
func (h holes) of(l *place.Leaf) cassette.HoleKind {
	if len(h) == 0 || l.IsName() {
		return ""
	}
	at := unnamed(placeOf(l))
	if _, within := h[at+">"]; within && l.Layered {
		return ""
	}
	return h[at]
}

// placeOf is the place of a leaf. What stands in a list without order has that of the first there.
func placeOf(l *place.Leaf) string {
	at := l.Place()
	if l.List > 0 {
		at = at[:strings.LastIndexByte(at, '#')+1] + strconv.Itoa(l.List-1)
	}
	return at
}

// unnamed is a place without the ids by which members on its way are called, or what stands for
// them: a client makes them up.
func unnamed(at string) string {
	steps := strings.Split(at, "['")
	for n, step := range steps {
		if name, rest, isName := strings.Cut(step, "']"); isName && (isID(name) || strings.HasPrefix(name, blankText)) {
			steps[n] = blankText + "']" + rest
		}
	}
	return strings.Join(steps, "['")
}

// isID reports whether a text is an id as a whole.
func isID(s string) bool {
	atoms := identity.Atoms(s)
	return len(atoms) == 1 && strings.EqualFold(atoms[0].Text, s)
}

func holesOf(i *cassette.Interaction) holes {
	places := make(holes, len(i.Holes))
	for _, h := range i.Holes {
		places[unnamed(h.Place)] = h.Kind
	}
	return places
}

// note notes the pseudonyms with tags in a recorded request, and the names of members that were
// replaced. It returns the request's holes, as those of a shape are known.
func (x *seal) note(tags map[string]string, i *cassette.Interaction) (known []cassette.Hole) {
	m := messageOf(i)
	listed := map[string]string{} // places in lists, as those of a shape are known
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if l.List > 0 {
			listed[l.Place()] = placeOf(l)
		}
		x.keyed = x.keyed || l.IsName() && len(identity.Find(l.Text)) > 0
		local, _, _ := strings.Cut(l.Text, "@") // of an address
		x.noteTag(tags, l.Text)
		x.noteTag(tags, local)
		if l.IsName() && x.firsts[l.Text] > 0 {
			x.members[l.Text] = true
		}
		return "", false
	})
	for _, h := range i.Holes {
		known = append(known, cassette.Hole{Place: cmp.Or(listed[h.Place], h.Place), Kind: h.Kind})
	}
	return known
}

// noteTag notes a text that may be a pseudonym with a tag.
func (x *seal) noteTag(tags map[string]string, text string) {
	tag := tags[text]
	nonce, ok := identity.Nonce(tag)
	if !ok {
		return
	}
	if x.firsts[text] == 0 {
		x.firsts[text] = len(x.firsts) + 1
	}
	x.tagged[tag], x.nonces = text, max(x.nonces, nonce+1)
}

// byTag is the pseudonym among some that has a tag which a value fits: of several the last
// that any request has, whose tag was chosen so that no earlier value fits; else "".
func (x *seal) byTag(value string, among func(pseudonym string) bool) (last string) {
	for nonce := range x.nonces {
		if p := x.tagged[x.faker.Tag(value, nonce)]; x.firsts[p] > x.firsts[last] && among(p) {
			last = p
		}
	}
	return last
}

// mask computes the ids of a message, of which bound ones become their pseudonyms, and makes
// places blank: those of holes in requests of its shape, and ids and instants in the body. Own
// are the holes of a recorded request, nil for one that was sent.
func (x *seal) mask(m place.Message, places, own holes, bound *bindings) masked {
	a := masked{message: m}
	if len(x.members) > 0 || m.Body != "" && x.keyed { // places are known by these names
		x.maskNames(&a, bound)
	}
	file := -1 // which blank is the name of the file that the path ends with
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Role == place.FileName {
			file = -1
		}
		hole := places.of(l)
		if isPartID(l) || l.Layered && hole == "" {
			return "", false
		}
		b := blank{text: l.Text, is: l.Text}
		if hole == "" || l.Role != place.Bytes {
			b.is, b.ids = x.compute(l, bound)
		}
		switch {
		case !l.Written() && l.Role != place.FileName:
		case isStamp(l.Text):
			b.kind = blankStamp
		case len(identity.Find(b.is)) > 0: // bound to what stands there, whatever it computes to
			b.kind = blankID
		}
		holds := hole
		if own != nil && hole != "" {
			holds = own[unnamed(l.Place())]
		}
		if holds != "" && holds != cassette.HoleName {
			holds = blankAny
		}
		b.kind = cmp.Or(holds, b.kind)
		if hole == "" && b.kind == blankWord {
			a.ids = append(a.ids, b.ids...)
			return b.is, b.is != l.Text
		}
		if l.Role == place.FileName {
			file = len(a.blanks)
		}
		b.place, b.looked = placeOf(l), l.Looked() || hole != "" && l.Role == place.Header
		a.blanks = append(a.blanks, b)
		return cmp.Or(blankAs[l.Role], blankText), true
	})
	path, _, _ := strings.Cut(m.Address, "?")
	if file >= 0 && (m.Method == http.MethodPut || strings.HasSuffix(path, "createUploadSession")) {
		a.blanks[file].looked = false // a client chooses the names of the files that it makes
	}
	return a
}

// maskNames computes the names of members and options in a message, and makes blanks of those
// that are ids, which a client makes up: they get the number that they have there.
func (x *seal) maskNames(a *masked, bound *bindings) {
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if !l.IsName() || l.Layered {
			return "", false
		}
		if l.Role == place.MemberName && isID(l.Text) {
			b := blank{place: fmt.Sprint("name#", len(a.blanks)), kind: blankID, text: l.Text}
			b.is, b.ids = x.compute(l, bound)
			a.blanks = append(a.blanks, b)
			return fmt.Sprint(blankText, len(a.blanks)), true
		}
		is, ids := x.memberName(l, bound)
		a.ids = append(a.ids, ids...)
		return is, is != l.Text
	})
}

// compute is a leaf's text with its ids computed, or as they are bound, and what was computed.
func (x *seal) compute(l *place.Leaf, bound *bindings) (is string, ids []idBinding) {
	computed := func(atom identity.Atom) string {
		if p, ok := bound.pseudonym(atom.Key()); ok {
			return p
		}
		is := x.faker.Fake(atom)
		if is != atom.Text {
			ids = append(ids, idBinding{is, atom.Text, atom.Key()})
		}
		return is
	}
	if l.Role == place.Token {
		is, _ = identity.RewriteToken(l.Text, computed)
		return is, ids
	}
	return foldIDs(identity.Rewrite(l.Text, computed)), ids
}

// memberName is the name of a member as it is stored: its pseudonym is known by its tag, and
// is one itself in what is stored; of an address the parts are as they are bound. The ids are
// what is bound where the request is answered.
func (x *seal) memberName(l *place.Leaf, bound *bindings) (is string, ids []idBinding) {
	if x.faker.IsName(l.Text) {
		return l.Text, nil
	}
	if p := x.byTag(l.Text, func(p string) bool { return x.members[p] }); p != "" {
		return p, []idBinding{{p, l.Text, l.Text}}
	}
	if !namesAddress(l) {
		return x.compute(l, bound)
	}
	is = l.RewriteText(place.Leaf{Role: l.Role, Text: l.Text}, func(part *place.Leaf) (string, bool) {
		if part.Layered {
			return "", false
		}
		if p, ok := bound.pseudonym(part.Text); ok {
			return p, true
		}
		is, computed := x.compute(part, bound)
		ids = append(ids, computed...)
		return is, true
	})
	return is, ids
}

// namesAddress reports whether a leaf is the name of a member that may be an address.
func namesAddress(l *place.Leaf) bool {
	return l.Role == place.MemberName && strings.Contains(l.Text, "//")
}

// divide files the blanks under the parts of the request that was read: of a batch in the
// order of their classes, behind what stands in no part.
func (a *masked) divide(b *batch) {
	a.parts = make([]maskedPart, 1+len(b.all())) // by position, from 1
	for _, p := range b.all() {
		a.parts[p.position+1] = maskedPart{class: p.label, id: p.id}
	}
	for _, v := range a.blanks {
		at := 0
		if position, rest := partOf(v.place, inRequests); b != nil {
			at, v.place = position+1, rest
		}
		v.class = a.parts[at].class
		a.parts[at].blanks = append(a.parts[at].blanks, v)
	}
	var layout []byte
	slices.SortStableFunc(a.parts[1:], func(p, q maskedPart) int { return strings.Compare(p.class, q.class) })
	for _, p := range a.parts {
		slices.SortStableFunc(p.blanks, func(b, c blank) int { return strings.Compare(b.place, c.place) })
		layout = append(strconv.AppendInt(layout, int64(len(p.blanks)), 10), ' ')
	}
	a.layout = string(layout)
}

// foldIDs writes ids of hexadecimal digits in lower case: letter case says nothing in them.
func foldIDs(s string) string {
	var edits []edit.Edit
	for _, span := range identity.Find(s) {
		if id := fold(s[span.Start:span.End]); strings.Trim(id, "0123456789abcdef-") == "" {
			edits = append(edits, edit.Edit{Start: span.Start, End: span.End, Text: id})
		}
	}
	return edit.Apply(s, edits)
}

// isStamp recognises an instant: 2026-11-24T08:30:00Z and its like.
func isStamp(s string) bool {
	return len(s) >= 16 && len(s) <= 40 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && strings.Trim(s, "0123456789-:.TZ+") == ""
}
