package match

import (
	"cmp"
	"slices"
	"strings"
)

// nearestWeighed is how many of the recorded requests that seem near are looked at closely.
const nearestWeighed = 16

// nearest finds the recorded requests that are similar to a live one, those with
// the fewest differences first, then in recorded order, without those that are clearly further
// away than the first. It reads every key once, which a miss may cost.
func (x *Index) nearest(live *request) []Candidate {
	type neighbour struct {
		Candidate
		weight int // the nearer, the less
	}
	var near []neighbour
	segments, options := segmentsOf(live.key.Path), strings.Split(live.key.Query, "&")
	for _, e := range x.entries {
		if weight, similar := live.key.distance(segments, options, e.key); similar {
			near = append(near, neighbour{Candidate{Cassette: e.answers[0].cassette, Interaction: e.answers[0].interaction}, weight})
		}
	}
	byWeight := func(a, b neighbour) int { return cmp.Compare(a.weight, b.weight) }
	slices.SortStableFunc(near, byWeight)
	near = near[:min(len(near), nearestWeighed)]
	for n := range near {
		recorded, _ := x.recorded(near[n].Interaction) // it was understood when the index was built
		d := differ{holes: near[n].Interaction.Holes}
		d.requests(&recorded, live)
		near[n].Differences, near[n].weight = d.list, d.weight
	}
	slices.SortStableFunc(near, byWeight)
	var shown []Candidate
	for _, one := range near[:min(len(near), nearestShown)] {
		if one.weight <= near[0].weight+1 {
			shown = append(shown, one.Candidate)
		}
	}
	return shown
}

// distance counts, roughly, the fields in which a key with some segments and options differs
// from another, and decides whether the two are similar at all: they have one path, or one
// method and host and at least half of their segments in common.
func (k *Key) distance(segments, options []string, other Key) (score int, similar bool) {
	if k.Path != other.Path {
		others := segmentsOf(other.Path)
		score = unshared(segments, others)
		if k.Method != other.Method || k.Host != other.Host || 2*score > max(len(segments), len(others)) {
			return 0, false
		}
	}
	score += unshared(options, strings.Split(other.Query, "&"))
	for _, same := range [...]bool{k.Method == other.Method, k.Host == other.Host, k.Headers == other.Headers, k.Body == other.Body, k.Principal == other.Principal} {
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
