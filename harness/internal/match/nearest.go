package match

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// nearestWeighed is how many of the recorded requests that seem near are looked at closely.
const nearestWeighed = 16

// A weighed candidate is the nearer the less it weighs.
type weighed[T any] struct {
	of     T
	weight int
}

func nearestFirst[T any](all []weighed[T]) {
	slices.SortStableFunc(all, func(a, b weighed[T]) int { return cmp.Compare(a.weight, b.weight) })
}

// nearest finds the recorded requests that are similar to a live one, those with
// the fewest differences first, then in recorded order, without those that are clearly further
// away than the first. It reads every key once, which a miss may cost.
func (x *Index) nearest(live *request) []Candidate {
	sent := divided(live.key)
	var alike []weighed[*entry]
	for _, e := range x.entries {
		if score, similar := sent.distance(e.key); similar {
			alike = append(alike, weighed[*entry]{e, score})
		}
	}
	nearestFirst(alike)
	var found []weighed[Candidate]
	for _, a := range alike[:min(len(alike), nearestWeighed)] {
		r := a.of.answers[0]
		recorded, _ := x.recorded(r.interaction) // it was understood when the index was built
		d := slices.DeleteFunc(differences(&recorded, live), func(d Difference) bool {
			return anythingFits(r.interaction, d.Field)
		})
		found = append(found, weighed[Candidate]{Candidate{r.cassette, r.interaction, d}, weight(&recorded, d)})
	}
	nearestFirst(found)
	var shown []Candidate
	for _, f := range found[:min(len(found), nearestShown)] {
		if f.weight <= found[0].weight+1 {
			shown = append(shown, f.of)
		}
	}
	return shown
}

// anythingFits reports whether a field of a recorded request is a hole of a secret or of bytes.
func anythingFits(i *cassette.Interaction, field string) bool {
	if len(i.Holes) > 0 && isSecret(field) {
		return true
	}
	return slices.ContainsFunc(i.Holes, func(h cassette.Hole) bool {
		return h.Place == field && h.Kind != cassette.HoleName
	})
}

// wholeDifference is what a difference counts that leaves nothing in common: a
// body that cannot be compared in detail, or another word in the path, where
// another id is just one difference.
const wholeDifference = 3

func weight(recorded *request, differences []Difference) int {
	total := 0
	for _, d := range differences {
		if d.Field == "body" || recorded.wordAt(d.Field) {
			total += wholeDifference
		} else {
			total++
		}
	}
	return total
}

// wordAt reports whether a field such as "path[3]" is a word of the path.
func (r *request) wordAt(field string) bool {
	digits, isPath := strings.CutPrefix(strings.TrimSuffix(field, "]"), "path[")
	i, err := strconv.Atoi(digits)
	if !isPath || err != nil {
		return false
	}
	if r.url.Version != "" {
		i--
	}
	return i < 0 || i >= len(r.url.Segments) || r.url.Segments[i].Kind != graphurl.Key
}

// A dividedKey is a key that is compared with many others.
type dividedKey struct {
	Key
	segments, options, headers []string
}

func divided(key Key) dividedKey {
	return dividedKey{key, segmentsOf(key.Path), splitNonEmpty(key.Query, "&"), splitNonEmpty(key.Headers, "\n")}
}

// distance counts, roughly, the fields in which another key differs, and decides
// whether the two are similar at all: they have one path, or one method and host
// and at least half of their segments in common.
func (k *dividedKey) distance(other Key) (score int, similar bool) {
	if k.Path != other.Path {
		if k.Method != other.Method || k.Host != other.Host {
			return 0, false
		}
		segments := segmentsOf(other.Path)
		longest := max(len(k.segments), len(segments))
		score = longest
		for i := range min(len(k.segments), len(segments)) {
			if k.segments[i] == segments[i] {
				score--
			}
		}
		if 2*score > longest {
			return 0, false
		}
	}
	if k.Query != other.Query {
		score += unshared(k.options, splitNonEmpty(other.Query, "&"))
	}
	if k.Headers != other.Headers {
		score += unshared(k.headers, splitNonEmpty(other.Headers, "\n"))
	}
	for _, same := range [...]bool{k.Method == other.Method, k.Host == other.Host, k.Body == other.Body, k.Principal == other.Principal} {
		if !same {
			score++
		}
	}
	return score, true
}

// unshared counts the items of two lists that do not pair up.
func unshared(items, others []string) int {
	shared := 0
	for _, item := range others {
		if slices.Contains(items, item) {
			shared++
		}
	}
	return max(len(items), len(others)) - shared
}
