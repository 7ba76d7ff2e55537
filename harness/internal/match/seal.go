package match

import (
	"maps"
	"strconv"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A seal is what an index knows of its sealed cassettes. It is read when a request first needs
// it: those that are sent as they are stored never do.
type seal struct {
	read    func() // once
	rules   ruleSet
	shapes  map[string]holes // of all requests of a shape; parts of a batch have shapes too
	buckets map[bucketKey]*bucket
	written map[string]int // by pseudonym of a name, folded: the last request in which a client chose it

	faker   *identity.Faker   // of the recordings
	tagged  map[string]string // pseudonyms by their tags
	firsts  map[string]int    // pseudonyms with tags in the order in which requests first had them, from 1
	nonces  int               // below this are all nonces of tags
	members map[string]bool   // pseudonyms of members' names
	keyed   bool              // some members' names are ids

	holders func() map[string][]*record // answers by the pseudonyms that they hold, folded; none for one that requests alone have
}

func newSeal(rules ruleSet, salt []byte) *seal {
	return &seal{
		rules: rules, shapes: map[string]holes{}, buckets: map[bucketKey]*bucket{}, written: map[string]int{},
		faker: identity.NewFaker(salt), tagged: map[string]string{}, firsts: map[string]int{}, members: map[string]bool{},
	}
}

// readAll reads the first recordings of the entries of sealed cassettes: where they have holes,
// then what is left of them.
func (x *seal) readAll(entries []*entry, understood func(*cassette.Interaction) (request, error)) {
	requests := make([]request, len(entries))
	for n, e := range entries {
		if first := e.answers[0]; len(first.cassette.Salt) > 0 {
			requests[n], _ = understood(first.interaction) // it was understood when the index was built
			x.noteHoles(x.note(first.cassette.Meta.Tags, first.interaction), &requests[n])
		}
	}
	for n, e := range entries {
		if requests[n].url != nil {
			x.add(e, &requests[n])
		}
	}
}

// A bucketKey is the key of requests without what is blank, and how many places are in each part.
type bucketKey struct {
	Key
	layout string
}

// A bucket is a list of recorded requests that differ in nothing but their blank places.
type bucket struct {
	entries []sealedEntry
	byValue map[valueAt][]int // entries by what they have at a place
	alike   map[string]int    // how many have what kinds of blanks
}

// A valueAt is a value at a blank place within the parts of a class.
type valueAt struct{ class, place, value string }

// A sealedEntry is an entry with what it has at the blank places.
type sealedEntry struct {
	*entry
	parts []maskedPart
	kinds string // of its blanks
}

// noteHoles notes where a recorded request, or a part of one, has holes.
func (x *seal) noteHoles(known []cassette.Hole, as *request) {
	shapes := map[int]string{-1: shapeOf(&as.single)} // of the parts of a batch by position, and of the whole
	for _, p := range as.batch.all() {
		shapes[p.position] = shapeOf(&p.single)
	}
	for _, h := range known {
		position, at := -1, h.Place
		if as.batch != nil {
			position, at = partOf(at, inRequests)
		}
		shape := shapes[position]
		if x.shapes[shape] == nil {
			x.shapes[shape] = holes{}
		}
		x.shapes[shape].add(at, h.Kind)
	}
}

// placesIn are the places of a request that are holes in any of its shape, and so in the parts
// of a batch.
func (x *seal) placesIn(r *request) holes {
	places := x.shapes[shapeOf(&r.single)]
	if r.batch == nil {
		return places
	}
	all := holes{}
	maps.Copy(all, places)
	for _, p := range r.batch.parts {
		for at, kind := range x.shapes[shapeOf(&p.single)] {
			all.add(placeOfPart(p.position)+at, kind)
		}
	}
	return all
}

// shapeOf is a text that differs where two requests cannot have a bucket in common.
func shapeOf(r *single) string {
	shape := r.key.Method
	if r.key.Host == graphurl.Graph { // others may be a name
		shape += "*"
	}
	return shape + strconv.Itoa(len(r.url.Segments))
}

// add notes the first recorded request of an entry of a sealed cassette, once the holes of all
// are known.
func (x *seal) add(e *entry, as *request) {
	first := e.answers[0].interaction
	left := x.mask(messageOf(first), x.placesIn(as), holesOf(first), newBindings(x.faker))
	r, err := x.rules.understandMessage(left.message, first.Request.Host, as.key.Principal)
	if err != nil {
		return
	}
	left.divide(r.batch)
	key := bucketKey{r.key, left.layout}
	b := x.buckets[key]
	if b == nil {
		b = &bucket{byValue: map[valueAt][]int{}, alike: map[string]int{}}
		x.buckets[key] = b
	}
	at := len(b.entries)
	var kinds []byte
	for _, p := range left.parts {
		for _, is := range p.blanks {
			kinds = append(append(kinds, is.kind...), ' ')
			value := valueAt{is.class, is.place, fold(is.is)}
			if list := b.byValue[value]; len(list) == 0 || list[len(list)-1] != at { // a list may have a value twice
				b.byValue[value] = append(list, at)
			}
			if (is.kind == cassette.HoleName || is.kind == blankID) && !is.looked {
				x.written[value.value] = max(x.written[value.value], e.answers[0].position)
			}
		}
	}
	b.entries = append(b.entries, sealedEntry{e, left.parts, string(kinds)})
	b.alike[string(kinds)]++
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
