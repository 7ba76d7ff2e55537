package match

import (
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

// An asked request is a message with its ids computed and some places blank.
type asked struct {
	message place.Message
	blanks  []blank
	parts   []part      // the blanks, by the part that they stand in: one, or those of a batch
	ids     []idBinding // of ids that were computed
	changed bool
	file    int // which blank is the name of the file that the path ends with, plus one; 0 for none
}

// A part is a request of a batch, or a request that is none, with what is blank in it.
type part struct {
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

// blankText stands for what is blank.
const (
	blankText   = "graphvcr-blank"
	blankNumber = "-9007199254740991"
	blankHost   = "blank.invalid"
)

// read computes the ids of a message and makes places blank. Bound values of a session
// become their pseudonyms; a nil session has none.
func (x *seal) read(m place.Message, places holes, soft bool, s *bindings) asked {
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
		if isPartID(l) {
			return "", false
		}
		if len(places) > 0 && mayBeHole(l) {
			if kind, ok := places[l.Place()]; ok {
				return a.leaveOut(l, kind), true
			}
		}
		if l.Layered {
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

// divide files the blanks under the parts of the request that was read: of a batch in the
// order of their classes, behind what stands in no part.
func (a *asked) divide(b *batch) {
	if b == nil {
		slices.SortStableFunc(a.blanks, func(b, c blank) int { return strings.Compare(b.place, c.place) })
		a.parts = []part{{blanks: a.blanks}}
		return
	}
	of := make([]part, len(b.parts)+1) // by position, from 1
	for n := range b.parts {
		p := &b.parts[n]
		of[p.position+1] = part{class: p.label, id: p.id}
	}
	for _, v := range a.blanks {
		at, rest := partOf(v.place)
		v.place = rest
		of[at+1].blanks = append(of[at+1].blanks, v)
	}
	for n := range of {
		slices.SortStableFunc(of[n].blanks, func(b, c blank) int { return strings.Compare(b.place, c.place) })
	}
	slices.SortStableFunc(of[1:], func(p, q part) int { return strings.Compare(p.class, q.class) })
	a.parts = of
}

const partPlace = "body.$['requests']["

// partOf takes the place of a part off a place: its position, -1 for what stands in none.
func partOf(at string) (position int, rest string) {
	behind, ok := strings.CutPrefix(at, partPlace)
	digits, rest, closed := strings.Cut(behind, "]")
	position, err := strconv.Atoi(digits)
	if !ok || !closed || err != nil {
		return -1, at
	}
	return position, rest
}

// compute is a leaf's text with its ids computed, or as they are bound.
func (x *seal) compute(l *place.Leaf, s *bindings, a *asked) string {
	computed := func(atom identity.Atom) string {
		if p, ok := s.pseudonym(atom.Key()); ok {
			return p
		}
		is := x.faker.Fake(atom)
		if is != atom.Text {
			a.ids = append(a.ids, idBinding{is, atom.Text, atom.Key()})
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

func liveMessage(req *http.Request, body []byte) place.Message {
	m := place.Message{Method: methodOf(req.Method), Address: addressOf(req.URL, req.Host).String(), Header: telling(req.Header)}
	if len(body) > 0 {
		m.Body = inflate(req.Header, string(body))
	}
	return m
}

// telling are the headers that tell requests apart.
func telling(h http.Header) http.Header {
	var some http.Header
	for name, values := range h {
		if significant(name) >= 0 {
			if some == nil {
				some = http.Header{}
			}
			some[name] = values
		}
	}
	return some
}

// understood is the request that a message is.
func (s ruleSet) understood(m *place.Message, host, principal string) (request, bool) {
	address, err := url.Parse(m.Address)
	if err != nil {
		return request{}, false
	}
	return s.understand(m.Method, addressOf(address, host), m.Header, m.Body, principal), true
}
