package match

import (
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A bucketKey is the key of requests without what is blank, and how many places are.
type bucketKey struct {
	Key
	blanks int
}

// A bucket is a list of recorded requests that differ in nothing but their blank places.
type bucket struct {
	id      int
	entries []sealedEntry
	byValue map[valueAt][]int    // entries by what they have at a place
	byTag   map[valueAt][]string // pseudonyms by their tags
}

// A valueAt is a value, or the tag of one, at a blank place within the parts of a class.
type valueAt struct{ class, place, value string }

// A sealedEntry is an entry with what it has at the blank places.
type sealedEntry struct {
	*entry
	cassette *cassette.Cassette
	parts    []maskedPart
}

// A holeSet is a set of places that are holes in some requests, and these requests.
type holeSet struct {
	places  holes
	buckets map[bucketKey]*bucket
}

// bucketOf finds the requests that have a key with so many places blank. Those of a cassette
// that does not say who asked are anybody's.
func (s *holeSet) bucketOf(key Key, blanks int) *bucket {
	b := s.buckets[bucketKey{key, blanks}]
	if b == nil && key.Principal != "" {
		key.Principal = ""
		b = s.buckets[bucketKey{key, blanks}]
	}
	return b
}

func holesOf(i *cassette.Interaction) holes {
	places := make(holes, len(i.Holes))
	for _, h := range i.Holes {
		places[h.Place] = h.Kind
	}
	return places
}

// placesOf are the places of blanks that are holes.
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

// batches are the recorded batches with holes, part by part: their parts may come in any
// order.
type batches struct {
	buckets map[bucketKey]*bucket
	outer   []holes          // places that stand in no part
	inner   []holes          // places within a part
	kinds   []batchKind      // which of these batches have
	asks    map[string][]int // what parts ask for, to the places in inner that are blank in them
}

// A batchKind says which places are blank in a batch and in its parts, these sorted.
type batchKind struct {
	outer int
	inner []int
}

// add notes which places are blank in the parts of a batch.
func (x *batches) add(places holes, b *batch) {
	of := make([]holes, len(b.parts)+1) // by position, from 1
	for n := range of {
		of[n] = holes{}
	}
	for at, kind := range places {
		position, rest := partOf(at, inRequests)
		of[position+1][rest] = kind
	}
	k := batchKind{outer: indexOf(&x.outer, of[0])}
	for _, p := range b.parts {
		n := indexOf(&x.inner, of[p.position+1])
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

// indexOf finds or adds places to a list, and returns where they are in it.
func indexOf(list *[]holes, places holes) int {
	for n, is := range *list {
		if maps.Equal(is, places) {
			return n
		}
	}
	*list = append(*list, places)
	return len(*list) - 1
}

// setsFor are the holes of recorded batches whose parts ask, with these blank, for what the
// parts of a batch ask for then, in whichever order. Masked returns so many parts with places
// blank.
func (x *batches) setsFor(count int, masked func(places holes) []batchPart) (sets []*holeSet) {
	fits := make([][]bool, len(x.inner)) // by set, then by position
	for n, inner := range x.inner {
		places := holes{}
		for position := range count {
			addAt(places, inner, position)
		}
		fits[n] = make([]bool, count)
		for _, p := range masked(places) {
			fits[n][p.position] = slices.Contains(x.asks[p.asks], n)
		}
	}
	for _, k := range x.kinds {
		if at := assigned(k.inner, fits, count); at != nil {
			places := maps.Clone(x.outer[k.outer])
			for position, which := range at {
				addAt(places, x.inner[k.inner[which]], position)
			}
			sets = append(sets, &holeSet{places, x.buckets})
		}
	}
	return sets
}

// addAt adds the places of a part to those of its batch.
func addAt(to, inner holes, position int) {
	for rest, kind := range inner {
		to[placeOfPart(position)+rest] = kind
	}
}

// assigned gives each of so many positions one of some sets that fits it, and each set one
// position; nil where that cannot be.
func assigned(sets []int, fits [][]bool, count int) []int {
	if len(sets) != count {
		return nil
	}
	at := slices.Repeat([]int{-1}, count) // by position: which of the sets
	var place func(which int, tried []bool) bool
	place = func(which int, tried []bool) bool {
		for position := range count {
			if tried[position] || !fits[sets[which]][position] {
				continue
			}
			tried[position] = true
			if at[position] < 0 || place(at[position], tried) {
				at[position] = which
				return true
			}
		}
		return false
	}
	for which := range sets {
		if !place(which, make([]bool, count)) {
			return nil
		}
	}
	return at
}
