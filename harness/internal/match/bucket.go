package match

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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

// undecided says what a user can do about a request that may mean several recorded ones, or none.
func (b *bucket) undecided(a *masked) string {
	for n := range a.parts {
		for k, v := range a.parts[n].blanks {
			if v.kind == blankName && fold(b.entries[0].parts[n].blanks[k].text) != fold(v.text) {
				at := v.place
				if a.parts[n].id != "" {
					at = "part " + a.parts[n].id + ", " + strings.TrimPrefix(at, "['url']>.")
				}
				return fmt.Sprintf("what was sent at %s is not what was recorded; if it is meant, say so: %s\nelse %s", at, b.inputs(n, k, &v), recordAgain(b.entries[0].cassette))
			}
		}
	}
	return ""
}

// inputs are the flags that make a value stand for what is stored at a blank, which may be a
// variable's.
func (b *bucket) inputs(part, k int, sent *blank) string {
	value := sent.text
	if isSecret(sent.place) || len(value) > maxShown || strings.ContainsAny(value, "\n\"") {
		value = "VALUE"
	}
	var flags []string
	for n := range b.entries {
		e := &b.entries[n]
		name := e.parts[part].blanks[k].text
		for _, variable := range slices.Sorted(maps.Keys(e.cassette.Meta.Vars)) {
			if e.cassette.Meta.Vars[variable] == name {
				name = variable
				break
			}
		}
		flag := "--input " + name + "=" + value
		if strings.ContainsAny(name+value, " '") {
			flag = `--input "` + name + "=" + value + `"`
		}
		if flags = append(flags, flag); len(flags) == nearestShown {
			break
		}
	}
	return strings.Join(slices.Compact(flags), " or ")
}
