package match

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A seal is what an index knows of its sealed cassettes: requests by what is left of them
// once the ids in them are computed, and what stands in their holes is blank. It is read when a
// request first needs it: those that are sent as they are stored never do.
type seal struct {
	masker
	read    func() // once
	unread  []unreadEntry
	rules   ruleSet
	shapes  map[string][]*holeSet // of requests that are no batches
	batches batches
	buckets int
	firsts  map[string]int    // pseudonyms with tags in the order in which requests first had them, from 1
	names   map[string]string // pseudonyms by their tags

	holders func() map[string][]*record // answers by the pseudonyms that they hold, folded; none for one that requests alone have
}

func newSeal(rules ruleSet, salt []byte) *seal {
	return &seal{
		masker: masker{faker: identity.NewFaker(salt), members: map[string]string{}}, rules: rules,
		shapes:  map[string][]*holeSet{},
		batches: batches{buckets: map[bucketKey]*bucket{}, asks: map[string][]int{}},
		firsts:  map[string]int{}, names: map[string]string{},
	}
}

// An unreadEntry is an entry of a sealed cassette, with its first recorded request.
type unreadEntry struct {
	source
	*entry
	shape, principal string
}

// add notes the first recorded request of an entry. Its shape is that of the request as it is
// stored, as what is sent has that of the request as it came.
func (x *seal) add(s source, e *entry, as *request) {
	x.unread = append(x.unread, unreadEntry{s, e, shapeOf(as), as.key.Principal})
}

// readAll reads the cassettes' tags and what was added.
func (x *seal) readAll(cassettes []*cassette.Cassette) {
	for _, c := range cassettes {
		x.noteTags(c)
	}
	for n := range x.unread {
		x.readEntry(&x.unread[n])
	}
	x.unread = nil
}

// noteTags notes the tags of a cassette, and the names of members that were replaced.
func (x *seal) noteTags(c *cassette.Cassette) {
	for p, tag := range c.Meta.Tags {
		x.names[tag] = p
	}
	for _, i := range c.Interactions {
		x.noteMembers(c.Meta.Tags, i)
	}
}

func (x *seal) readEntry(u *unreadEntry) {
	left := x.mask(messageOf(u.interaction), holesOf(u.interaction), newBindings(x.faker))
	r, err := x.rules.understandMessage(&left.message, u.interaction.Request.Host, u.principal)
	if err != nil {
		return
	}
	buckets := x.batches.buckets
	if places := placesOf(left.blanks); r.batch != nil {
		x.batches.add(places, r.batch)
	} else {
		buckets = x.holeSet(u.shape, places).buckets
	}
	left.divide(r.batch)
	key := bucketKey{r.key, len(left.blanks)}
	if buckets[key] == nil {
		buckets[key] = &bucket{id: x.buckets, byValue: map[valueAt][]int{}, byTag: map[valueAt][]string{}}
		x.buckets++
	}
	x.addTo(buckets[key], sealedEntry{u.entry, u.cassette, left.parts})
}

// holeSet finds or makes the one of a shape with these places. The one without holes is the
// first: what is equal but for its ids is meant before anything else.
func (x *seal) holeSet(shape string, places holes) *holeSet {
	sets := x.shapes[shape]
	for _, s := range sets {
		if maps.Equal(s.places, places) {
			return s
		}
	}
	s, at := &holeSet{places, map[bucketKey]*bucket{}}, len(sets)
	if len(places) == 0 {
		at = 0
	}
	x.shapes[shape] = slices.Insert(sets, at, s)
	return s
}

// addTo puts a recorded request into its bucket.
func (x *seal) addTo(b *bucket, e sealedEntry) {
	at := len(b.entries)
	b.entries = append(b.entries, e)
	for _, p := range e.parts {
		for _, is := range p.blanks {
			if is.kind != blankName && is.kind != blankID {
				continue
			}
			value := valueAt{p.class, is.place, fold(is.is)}
			if list := b.byValue[value]; len(list) == 0 || list[len(list)-1] != at {
				b.byValue[value] = append(list, at)
			}
			if is.kind == blankName {
				x.noteTag(b, e.cassette.Meta.Tags[is.text], value)
			}
		}
	}
}

// noteTag notes the tag of a pseudonym at a place, if it has one.
func (x *seal) noteTag(b *bucket, tag string, at valueAt) {
	nonce, ok := identity.Nonce(tag)
	if !ok {
		return
	}
	pseudonym := at.value
	at.value = tag
	if !slices.Contains(b.byTag[at], pseudonym) {
		b.byTag[at] = append(b.byTag[at], pseudonym)
	}
	if x.firsts[pseudonym] == 0 {
		x.firsts[pseudonym] = len(x.firsts) + 1
	}
	x.nonces = max(x.nonces, nonce+1)
}

// lastTagged is the pseudonym at a place that has a tag which a value fits: of several the
// last that any request has, whose tag was chosen so that no earlier value fits.
func (x *seal) lastTagged(b *bucket, at valueAt, value string) (last string) {
	if len(b.byTag) == 0 {
		return ""
	}
	for nonce := range x.nonces {
		at.value = x.faker.Tag(value, nonce)
		for _, p := range b.byTag[at] {
			if x.firsts[p] > x.firsts[last] {
				last = p
			}
		}
	}
	return last
}

// setsFor lists the sets of places that may be holes in a request that was sent.
func (x *seal) setsFor(m place.Message, host string, live *request, bound *bindings) []*holeSet {
	if live.batch == nil {
		return x.shapes[shapeOf(live)]
	}
	return x.batches.setsFor(len(live.batch.parts), func(places holes) []batchPart {
		a := x.mask(m, places, bound)
		if r, err := x.rules.understandMessage(&a.message, host, ""); err == nil && r.batch != nil {
			return r.batch.parts
		}
		return nil
	})
}

// shapeOf is a text that differs where two requests cannot have a bucket in common.
func shapeOf(r *request) string {
	b := append(make([]byte, 0, 128), r.key.Method...)
	if r.url.Host == graphurl.Graph { // others may be a name
		b = append(b, '*')
	}
	b = strconv.AppendInt(append(b, ' '), int64(len(r.url.Segments)), 10)
	for _, o := range r.url.Options {
		b = append(b, ' ')
		if strings.HasPrefix(o.Name, "$") { // others may be a name
			b = append(b, o.Name...)
		}
	}
	if r.key.Body != "" {
		b = append(b, " body"...)
	}
	return string(b)
}

// findHolders lists the answers that hold a pseudonym, for all that requests and answers do.
func (x *seal) findHolders(entries []*entry) map[string][]*record {
	found := map[string][]*record{}
	for _, e := range entries {
		for _, r := range e.answers {
			asked, m := map[string]bool{}, messageOf(r.interaction)
			findPseudonyms(x.faker, &m, asked)
			for p := range asked {
				if found[p] == nil {
					found[p] = []*record{}
				}
			}
			for _, p := range r.held(x.faker).all {
				found[p] = append(found[p], r)
			}
		}
	}
	return found
}
