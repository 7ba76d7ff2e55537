package match

import "github.com/graphvcr/graphvcr/harness/cassette"

// A bucketKey is the key of requests without what is blank, and how many places are.
type bucketKey struct {
	Key
	blanks int
}

// A bucket is a list of recorded requests that differ in nothing but their blank places.
type bucket struct {
	id      int
	entries []sealedEntry
	places  map[classPlace]*storedPlace
}

// A classPlace is a blank place within the parts of a class.
type classPlace struct{ class, place string }

// A storedPlace finds entries by what they have there.
type storedPlace struct {
	byValue map[string][]int
	byTag   map[uint64][]string // by nonce and bits: pseudonyms
}

// A sealedEntry is an entry with what it has at the blank places.
type sealedEntry struct {
	*entry
	cassette *cassette.Cassette
	parts    []maskedPart
}
