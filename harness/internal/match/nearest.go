package match

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// How many recorded requests a miss names, and how many of those that seem near
// are looked at closely to find them.
const (
	nearestShown   = 3
	nearestWeighed = 16
)

// nearest finds the recorded requests that are similar to a live one, those with
// the fewest differences first, then in recorded order. It reads every key once,
// which a miss may cost.
func (x *Index) nearest(live *request) []Candidate {
	wanted := takeApart(live.key)
	type near struct {
		entry *entry
		score int
	}
	var found []near
	for _, e := range x.entries {
		if score, similar := wanted.distance(e.key); similar {
			found = append(found, near{e, score})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.score, b.score) })
	weighed := make([]weighedCandidate, 0, nearestWeighed)
	for _, n := range found[:min(len(found), nearestWeighed)] {
		r := n.entry.answers[0]
		if recorded, err := x.recorded(r.interaction); err == nil {
			c := Candidate{r.cassette, r.interaction, differences(&recorded, live)}
			if len(r.interaction.Holes) > 0 {
				c.Differences = slices.DeleteFunc(c.Differences, func(d Difference) bool { return anythingFits(r.interaction, d.Field) })
			}
			weighed = append(weighed, weighedCandidate{c, weight(&recorded, c.Differences)})
		}
	}
	return lightest(weighed)
}

// anythingFits reports whether a field of a recorded request is a hole of a secret or of bytes.
func anythingFits(i *cassette.Interaction, field string) bool {
	return secret(field) || slices.ContainsFunc(i.Holes, func(h cassette.Hole) bool { return h.Place == field && h.Kind != cassette.HoleName })
}

type weighedCandidate struct {
	Candidate
	weight int
}

// lightest returns the candidates to show, without those that are clearly further
// away than the first.
func lightest(weighed []weighedCandidate) []Candidate {
	slices.SortStableFunc(weighed, func(a, b weighedCandidate) int { return cmp.Compare(a.weight, b.weight) })
	var shown []Candidate
	for _, c := range weighed[:min(len(weighed), nearestShown)] {
		if c.weight <= weighed[0].weight+1 {
			shown = append(shown, c.Candidate)
		}
	}
	return shown
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

// A keyParts is a key taken apart for comparison with many others.
type keyParts struct {
	Key
	segments []string
	options  []string
	headers  []string
}

func takeApart(key Key) keyParts {
	return keyParts{key, segmentsOf(key.Path), splitNonEmpty(key.Query, "&"), splitNonEmpty(key.Headers, "\n")}
}

// distance counts, roughly, the fields in which another key differs, and decides
// whether the two are similar at all: they have one path, or one method and host
// and at least half of their segments in common.
func (k *keyParts) distance(other Key) (score int, similar bool) {
	unlike := 0
	if other.Path != k.Path {
		segments := segmentsOf(other.Path)
		longest := max(len(segments), len(k.segments))
		unlike = longest
		for i := range min(len(segments), len(k.segments)) {
			if segments[i] == k.segments[i] {
				unlike--
			}
		}
		if other.Method != k.Method || other.Host != k.Host || 2*unlike > longest {
			return 0, false
		}
	}
	score = unlike + unshared(k.options, other.Query, "&") + unshared(k.headers, other.Headers, "\n")
	for _, same := range []bool{other.Method == k.Method, other.Host == k.Host, other.Body == k.Body, other.Principal == k.Principal} {
		if !same {
			score++
		}
	}
	return score, true
}

// unshared counts the items of two lists that do not pair up.
func unshared(items []string, other, separator string) int {
	if len(items) == 0 && other == "" {
		return 0
	}
	others := splitNonEmpty(other, separator)
	shared := 0
	for _, item := range others {
		if slices.Contains(items, item) {
			shared++
		}
	}
	return max(len(items), len(others)) - shared
}
