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

// nearest finds the recorded requests that are similar to a live one, those with
// the fewest differences first, then in recorded order, without those that are clearly further
// away than the first. It reads every key once, which a miss may cost.
func (x *Index) nearest(live *request) []Candidate {
	type near struct {
		entry *entry
		Candidate
		weight int
	}
	lightest := func(a, b near) int { return cmp.Compare(a.weight, b.weight) }
	var found []near
	for _, e := range x.entries {
		if score, similar := distance(live.key, e.key); similar {
			found = append(found, near{entry: e, weight: score})
		}
	}
	slices.SortStableFunc(found, lightest)
	found = found[:min(len(found), nearestWeighed)]
	for n := range found {
		r := found[n].entry.answers[0]
		recorded, _ := x.recorded(r.interaction) // it was understood when the index was built
		d := slices.DeleteFunc(differences(&recorded, live), func(d Difference) bool { return anythingFits(r.interaction, d.Field) })
		found[n] = near{nil, Candidate{r.cassette, r.interaction, d}, weight(&recorded, d)}
	}
	slices.SortStableFunc(found, lightest)
	var shown []Candidate
	for _, n := range found[:min(len(found), nearestShown)] {
		if n.weight <= found[0].weight+1 {
			shown = append(shown, n.Candidate)
		}
	}
	return shown
}

// anythingFits reports whether a field of a recorded request is a hole of a secret or of bytes.
func anythingFits(i *cassette.Interaction, field string) bool {
	return len(i.Holes) > 0 && isSecret(field) || slices.ContainsFunc(i.Holes, func(h cassette.Hole) bool { return h.Place == field && h.Kind != cassette.HoleName })
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

// distance counts, roughly, the fields in which two keys differ, and decides
// whether the two are similar at all: they have one path, or one method and host
// and at least half of their segments in common.
func distance(a, b Key) (score int, similar bool) {
	if a.Path != b.Path {
		if a.Method != b.Method || a.Host != b.Host {
			return 0, false
		}
		one, other := segmentsOf(a.Path), segmentsOf(b.Path)
		longest := max(len(one), len(other))
		score = longest
		for i := range min(len(one), len(other)) {
			if one[i] == other[i] {
				score--
			}
		}
		if 2*score > longest {
			return 0, false
		}
	}
	score += unshared(a.Query, b.Query, "&") + unshared(a.Headers, b.Headers, "\n")
	for _, same := range []bool{a.Method == b.Method, a.Host == b.Host, a.Body == b.Body, a.Principal == b.Principal} {
		if !same {
			score++
		}
	}
	return score, true
}

// unshared counts the items of two lists that do not pair up.
func unshared(a, b, separator string) int {
	if a == b {
		return 0
	}
	items, others := splitNonEmpty(a, separator), splitNonEmpty(b, separator)
	shared := 0
	for _, item := range others {
		if slices.Contains(items, item) {
			shared++
		}
	}
	return max(len(items), len(others)) - shared
}
