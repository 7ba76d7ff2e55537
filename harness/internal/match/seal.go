package match

import (
	"maps"
	"slices"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A seal is what an index knows of its sealed cassettes: requests by what is left of them
// once the ids in them are computed, and what stands in their holes is blank.
type seal struct {
	faker    *identity.Faker
	rules    ruleSet
	computed map[Key]computedEntry
	shapes   map[string][]*signature // of requests with holes, by shape
	batches  batches
	members  map[string]string // pseudonyms of members' names, by their tags
	firsts   map[string]int    // pseudonyms with tags in the order in which requests first had them, from 1
	nonces   int               // below this are all nonces of tags
	names    map[string]string // pseudonyms by their tags
	written  map[string]bool   // ids that stand in bodies, folded
	keyed    bool              // some members' names are ids
	buckets  int
}

// holes are places of a request, and what kind of value was replaced at each.
type holes = map[string]cassette.HoleKind

// A computedEntry is an entry as it is read with its ids computed: the parts of a batch may
// have another order then.
type computedEntry struct {
	entry *entry
	batch *batch
}

// A signature is a set of places that are blank in some requests of a shape.
type signature struct {
	places  holes
	buckets map[Key]*bucket
}

// batches are the recorded batches with holes, part by part: their parts may come in any
// order.
type batches struct {
	outer   []holes          // places that stand in no part
	inner   []holes          // places within a part
	kinds   []batchKind      // which of these batches have
	asks    map[string][]int // what parts ask for, to the places in inner that are blank in them
	buckets map[Key]*bucket
}

// A batchKind says which places are blank in a batch and in its parts, these sorted.
type batchKind struct {
	outer int
	inner []int
}

// A bucket is a list of recorded requests that differ in nothing but their blank places.
type bucket struct {
	id      int
	entries []sealedEntry
	places  map[classPlace]*stored
	blanks  int
}

// A classPlace is a blank place within the parts of a class.
type classPlace struct{ class, place string }

// A stored place finds entries by what they have there.
type stored struct {
	byValue map[string][]int
	byTag   map[uint64][]string // by nonce and bits: pseudonyms
}

// A sealedEntry is an entry with what it has at the blank places.
type sealedEntry struct {
	*entry
	cassette *cassette.Cassette
	parts    []part
}

func newSeal(rules ruleSet, salt []byte) *seal {
	return &seal{
		faker: identity.NewFaker(salt), rules: rules, computed: map[Key]computedEntry{}, shapes: map[string][]*signature{},
		batches: batches{asks: map[string][]int{}, buckets: map[Key]*bucket{}}, members: map[string]string{}, firsts: map[string]int{}, names: map[string]string{}, written: map[string]bool{},
	}
}

// add notes a recorded request of a sealed cassette.
func (x *seal) add(c *cassette.Cassette, i *cassette.Interaction, e *entry, as *request) {
	message := messageOf(i)
	plain := x.read(message, nil, false, nil)
	if whole, ok := x.rules.understood(&plain.message, i.Request.Host, as.key.Principal); ok && x.computed[whole.key].entry == nil {
		x.computed[whole.key] = computedEntry{e, whole.body.batch}
	}
	left := x.read(message, holesOf(i), true, nil)
	if len(left.blanks) == 0 {
		return
	}
	r, ok := x.rules.understood(&left.message, i.Request.Host, as.key.Principal)
	if !ok {
		return
	}
	buckets := x.batches.buckets
	if r.body.batch != nil {
		x.batches.add(&left, r.body.batch)
	} else {
		buckets = x.signature(shapeOf(as), placesOf(left.blanks)).buckets
	}
	left.divide(r.body.batch)
	b := buckets[r.key]
	if b == nil {
		b = &bucket{id: x.buckets, places: map[classPlace]*stored{}, blanks: len(left.blanks)}
		buckets[r.key] = b
		x.buckets++
	}
	if len(left.blanks) == b.blanks {
		b.add(x, sealedEntry{e, c, left.parts})
	}
}

func holesOf(i *cassette.Interaction) holes {
	places := make(holes, len(i.Holes))
	for _, h := range i.Holes {
		places[h.Place] = h.Kind
	}
	return places
}

// placesOf are the places of holes that count, as nothing else makes a signature.
func placesOf(blanks []blank) holes {
	places := holes{}
	for _, b := range blanks {
		switch b.kind {
		case blankName:
			places[b.place] = cassette.HoleName
		case blankAny:
			places[b.place] = cassette.HoleSecret
		}
	}
	return places
}

// signature finds or makes the one of a shape with these places.
func (x *seal) signature(shape string, places holes) *signature {
	for _, s := range x.shapes[shape] {
		if maps.Equal(s.places, places) {
			return s
		}
	}
	s := &signature{places: places, buckets: map[Key]*bucket{}}
	x.shapes[shape] = append(x.shapes[shape], s)
	return s
}

// add notes which places are blank in the parts of a batch.
func (x *batches) add(a *asked, b *batch) {
	of := make([]holes, len(b.parts)+1)
	for n := range of {
		of[n] = holes{}
	}
	for at, kind := range placesOf(a.blanks) {
		position, rest := partOf(at)
		of[position+1][rest] = kind
	}
	k := batchKind{outer: one(&x.outer, of[0])}
	for _, p := range b.parts {
		n := one(&x.inner, of[p.position+1])
		k.inner = append(k.inner, n)
		if !slices.Contains(x.asks[p.asks], n) {
			x.asks[p.asks] = append(x.asks[p.asks], n)
		}
	}
	slices.Sort(k.inner)
	if !slices.ContainsFunc(x.kinds, func(o batchKind) bool { return o.outer == k.outer && slices.Equal(o.inner, k.inner) }) {
		x.kinds = append(x.kinds, k)
	}
}

// one finds or adds places to a list, and returns where they are in it.
func one(list *[]holes, places holes) int {
	for n, is := range *list {
		if maps.Equal(is, places) {
			return n
		}
	}
	*list = append(*list, places)
	return len(*list) - 1
}

// add puts a recorded request into its bucket.
func (b *bucket) add(x *seal, e sealedEntry) {
	at := len(b.entries)
	b.entries = append(b.entries, e)
	for n := range e.parts {
		p := &e.parts[n]
		for k := range p.blanks {
			if is := &p.blanks[k]; is.kind == blankName || is.kind == blankID {
				key := classPlace{p.class, is.place}
				if b.places[key] == nil {
					b.places[key] = &stored{byValue: map[string][]int{}}
				}
				b.places[key].add(x, e.cassette, is, at)
			}
		}
	}
}

func (s *stored) add(x *seal, c *cassette.Cassette, is *blank, entry int) {
	value := fold(is.is)
	if list := s.byValue[value]; len(list) == 0 || list[len(list)-1] != entry {
		s.byValue[value] = append(list, entry)
	}
	if is.kind != blankName {
		for _, a := range identity.Atoms(is.is) {
			x.written[fold(a.Key())] = true
		}
		return
	}
	if nonce, bits, ok := tagOf(c, is.text); ok {
		if s.byTag == nil {
			s.byTag = map[uint64][]string{}
		}
		tag := uint64(nonce)<<32 | uint64(bits)
		if !slices.Contains(s.byTag[tag], value) {
			s.byTag[tag] = append(s.byTag[tag], value)
		}
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
