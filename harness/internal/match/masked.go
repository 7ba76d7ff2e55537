package match

import (
	"net/http"
	"slices"
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
	ids     []idBinding  // of ids that were computed
}

// A maskedPart is a request of a batch, or a request that is none, with what is blank in it.
type maskedPart struct {
	class  string // parts of one class differ in nothing but what is blank
	id     string // of a batch's part
	blanks []blank
}

// A blank is a place that is left out of a comparison, and what stands there.
type blank struct {
	place  string // within its part
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

// What stands for what is blank.
const (
	blankText   = "graphvcr-blank"
	blankNumber = "-9007199254740991"
	blankHost   = "blank.invalid"
)

// holes are places of a request, and what kind of value was replaced at each.
type holes = map[string]cassette.HoleKind

// A masker computes ids and makes places blank. Its faker and its tags are those of the
// recordings.
type masker struct {
	faker   *identity.Faker
	members map[string]string // pseudonyms of members' names, by their tags
	keyed   bool              // some members' names are ids
	nonces  int               // below this are all nonces of tags
}

// noteMembers notes the names of members that were replaced in a recorded request: pseudonyms
// with tags, and ids.
func (x *masker) noteMembers(tags map[string]string, i *cassette.Interaction) {
	m := messageOf(i)
	if m.Body == "" && len(i.Holes) == 0 {
		return
	}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !l.IsName() {
			return "", false
		}
		x.keyed = x.keyed || len(identity.Find(l.Text)) > 0
		if tag := tags[l.Text]; tag != "" {
			x.members[tag] = l.Text
			if nonce, ok := identity.Nonce(tag); ok {
				x.nonces = max(x.nonces, nonce+1)
			}
		}
		return "", false
	})
}

// mask computes the ids of a message, of which bound ones become their pseudonyms, and makes
// places blank: those of holes, and ids and instants in the body.
func (x *masker) mask(m place.Message, places holes, bound *bindings) masked {
	a := masked{message: m}
	if len(x.members) > 0 || m.Body != "" && x.keyed { // places are known by these names
		place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
			if !l.IsName() || l.Layered {
				return "", false
			}
			is := x.memberName(l, bound)
			return is, is != l.Text
		})
	}
	file := -1 // which blank is the name of the file that the path ends with
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Role == place.FileName {
			file = -1
		}
		if isPartID(l) {
			return "", false
		}
		if len(places) > 0 && mayBeHole(l) {
			at := l.Place()
			if kind, ok := places[at]; ok {
				if l.Role == place.FileName {
					file = len(a.blanks)
				}
				return a.leaveOut(l, at, kind), true
			}
		}
		if l.Layered {
			return "", false
		}
		is, ids := x.compute(l, bound)
		if inBody(l.Role) {
			switch {
			case isStamp(l.Text):
				a.blanks = append(a.blanks, blank{place: l.Place(), kind: blankStamp, text: l.Text, is: l.Text})
				return blankText, true
			case len(identity.Find(is)) > 0: // bound to what stands there, whatever it computes to
				a.blanks = append(a.blanks, blank{place: l.Place(), kind: blankID, text: l.Text, is: is})
				return blankText, true
			}
		}
		a.ids = append(a.ids, ids...)
		return is, is != l.Text
	})
	if file >= 0 && makesFile(&m) { // a client chooses the names of the files that it makes
		a.blanks[file].looked = false
	}
	return a
}

// compute is a leaf's text with its ids computed, or as they are bound, and what was computed.
func (x *masker) compute(l *place.Leaf, bound *bindings) (is string, ids []idBinding) {
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
// is one itself in what is stored.
func (x *masker) memberName(l *place.Leaf, bound *bindings) string {
	if x.faker.IsName(l.Text) {
		return l.Text
	}
	if p, ok := x.byTag(x.members, l.Text); ok {
		return p
	}
	is, _ := x.compute(l, bound)
	return is
}

// byTag is the pseudonym with a tag which a value fits.
func (x *masker) byTag(tagged map[string]string, value string) (string, bool) {
	for nonce := range x.nonces {
		if p, ok := tagged[x.faker.Tag(value, nonce)]; ok {
			return p, true
		}
	}
	return "", false
}

// leaveOut notes what stands in a hole at a place, and returns what is to stand there.
func (a *masked) leaveOut(l *place.Leaf, at string, kind cassette.HoleKind) string {
	b := blank{place: at, text: l.Text, is: l.Text, looked: l.Looked() || l.Role == place.Header}
	if kind != cassette.HoleName {
		b.kind = blankAny
	}
	a.blanks = append(a.blanks, b)
	switch l.Role {
	case place.Number:
		return blankNumber
	case place.Host:
		return blankHost
	}
	return blankText
}

// divide files the blanks under the parts of the request that was read: of a batch in the
// order of their classes, behind what stands in no part.
func (a *masked) divide(b *batch) {
	a.parts = make([]maskedPart, 1) // by position, from 1
	if b != nil {
		a.parts = make([]maskedPart, len(b.parts)+1)
		for n := range b.parts {
			p := &b.parts[n]
			a.parts[p.position+1] = maskedPart{class: p.label, id: p.id}
		}
	}
	for _, v := range a.blanks {
		at := 0
		if position, rest := partOf(v.place, inRequests); b != nil {
			at, v.place = position+1, rest
		}
		a.parts[at].blanks = append(a.parts[at].blanks, v)
	}
	for n := range a.parts {
		slices.SortStableFunc(a.parts[n].blanks, func(b, c blank) int { return strings.Compare(b.place, c.place) })
	}
	slices.SortStableFunc(a.parts[1:], func(p, q maskedPart) int { return strings.Compare(p.class, q.class) })
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

// foldIDs writes ids of hexadecimal digits in lower case: letter case says nothing in them.
func foldIDs(s string) string {
	folded := fold(s)
	if folded == s || len(folded) != len(s) {
		return s
	}
	var edits []edit.Edit
	for _, span := range identity.Find(s) {
		if id := folded[span.Start:span.End]; strings.Trim(id, "0123456789abcdef-") == "" {
			edits = append(edits, edit.Edit{Start: span.Start, End: span.End, Text: id})
		}
	}
	return edit.Apply(s, edits)
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
