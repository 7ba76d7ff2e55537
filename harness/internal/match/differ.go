package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// nearestWeighed is how many of the recorded requests that seem near are looked at closely.
const nearestWeighed = 16

// nearest finds the recorded requests that are similar to a live one, the nearest first, then in
// recorded order, without those that are clearly further away. It reads every key once, which a
// miss may cost.
func (x *Index) nearest(live *request) []Candidate {
	var near []Candidate
	segments, options := segmentsOf(live.key.Path), strings.Split(live.key.Query, "&")
	for _, e := range x.entries {
		if weight, similar := live.key.distance(segments, options, e.key); similar {
			near = append(near, Candidate{Cassette: e.answers[0].cassette, Interaction: e.answers[0].interaction, weight: weight})
		}
	}
	byWeight := func(a, b Candidate) int { return cmp.Compare(a.weight, b.weight) }
	slices.SortStableFunc(near, byWeight)
	near = near[:min(len(near), nearestWeighed)]
	for n := range near {
		recorded, _ := x.recorded(near[n].Interaction) // it was understood when the index was built
		d := differ{holes: near[n].Interaction.Holes}
		d.requests(&recorded, live)
		near[n].Differences, near[n].weight = d.list, d.weight
	}
	slices.SortStableFunc(near, byWeight)
	near = near[:min(len(near), nearestShown)]
	return slices.DeleteFunc(near, func(c Candidate) bool { return c.weight > near[0].weight+1 })
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

// maxDifferences bounds how many differences of one body are shown.
const maxDifferences = 20

// What a difference weighs that leaves nothing in common, as another word in the path does where
// another id is just one difference, and another method: more than whatever a body differs in.
const (
	wholeDifference = 3
	otherMethod     = 2 * maxDifferences
)

// A differ lists how a live request differs from a recorded one, and weighs that.
type differ struct {
	holes  []cassette.Hole // of the recorded one
	list   []Difference
	weight int
}

// requests compares two requests.
func (d *differ) requests(recorded, live *request) {
	d.singles("", &recorded.single, &live.single)
	if recorded.batch != nil && live.batch != nil && recorded.key.Body != live.key.Body {
		d.batches(recorded.batch, live.batch)
	}
}

// singles compares two requests, whole ones or parts of batches, whose fields begin with a text.
func (d *differ) singles(at string, recorded, live *single) {
	old, now := &recorded.key, &live.key
	if old.Method != now.Method {
		d.add(otherMethod, at+"method", old.Method, now.Method)
	}
	d.compare(at+"host", hostName(old.Host), hostName(now.Host))
	d.paths(at, recorded.url, old.Path, now.Path)
	d.named(at+"query.", recorded.url.Options, live.url.Options)
	d.compare(at+"principal", old.Principal, now.Principal)
	if old.Method == now.Method { // another one says enough
		d.named(at+"header.", headerFields("", old.Headers), headerFields("", now.Headers))
		d.payloads(at, &recorded.body, &live.body)
	}
}

// hostName is a host class as a person knows it.
func hostName(class string) string {
	if class == graphurl.Graph {
		return graph.Host
	}
	return class
}

// compare adds a difference between two texts, or jsondoc.Absent, if they differ.
func (d *differ) compare(field string, recorded, received any) {
	if recorded != received {
		d.add(1, field, recorded, received)
	}
}

// add adds a difference between two values as jsondoc has them, unless the field is a hole of a
// secret or of bytes: anything fits it.
func (d *differ) add(weight int, field string, recorded, received any) {
	if len(d.holes) > 0 && isSecret(field) || slices.ContainsFunc(d.holes, func(h cassette.Hole) bool {
		return h.Place == field && h.Kind != cassette.HoleName
	}) {
		return
	}
	d.weight += weight
	old, now := shownSides(field, recorded, received)
	d.list = append(d.list, Difference{shownField(field), old, now})
}

// paths compares two canonical paths, of which the recorded one is that of an address.
func (d *differ) paths(at string, u *graphurl.URL, recorded, received string) {
	old, now := segmentsOf(recorded), segmentsOf(received)
	plain := func(segments []string, i int) any {
		if i >= len(segments) {
			return jsondoc.Absent
		}
		text, _ := url.PathUnescape(segments[i]) // it is canonical
		return text
	}
	words := min(1, len(u.Version)) // before the segments
	for i := range max(len(old), len(now)) {
		if was, is := plain(old, i), plain(now, i); was != is {
			weight := wholeDifference
			if k := i - words; k >= 0 && k < len(u.Segments) && u.Segments[k].Kind == graphurl.Key {
				weight = 1
			}
			d.add(weight, fmt.Sprintf("%spath[%d]", at, i), was, is)
		}
	}
}

// named compares two sets of named values, those of one name as one.
func (d *differ) named(prefix string, recorded, received []graphurl.Option) {
	values := func(options []graphurl.Option) map[string]any {
		lists, all := map[string][]string{}, map[string]any{}
		for _, o := range options {
			lists[o.Name] = append(lists[o.Name], o.Value)
		}
		for name, list := range lists {
			all[name] = strings.Join(list, " & ")
		}
		return all
	}
	old, now := values(recorded), values(received)
	names := maps.Clone(old)
	maps.Copy(names, now)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d.compare(prefix+name, cmp.Or[any](old[name], jsondoc.Absent), cmp.Or[any](now[name], jsondoc.Absent))
	}
}

// payloads compares two bodies, which stand at a place.
func (d *differ) payloads(at string, recorded, received *payload) {
	same := func(kind string) bool {
		return strings.HasPrefix(recorded.digest, kind+":") && strings.HasPrefix(received.digest, kind+":")
	}
	text := func(p *payload) any {
		if p.digest == "" {
			return jsondoc.Absent
		}
		return p.text
	}
	switch {
	case recorded.digest == received.digest, same("batch"): // whose parts are compared one by one
	case same("json"):
		for _, one := range jsondoc.Diff(recorded.document(), received.document(), maxDifferences) {
			d.add(1, at+"body."+one.Path, one.Recorded, one.Received)
		}
	case same("multipart"):
		d.named(at+"part.", recorded.fields, received.fields)
	case same("form"):
		d.named(at+"form.", recorded.fields, received.fields)
	default:
		d.add(wholeDifference, at+"body", text(recorded), text(received))
	}
}

// batches compares the parts of batches in pairs, the likest first.
func (d *differ) batches(recorded, received *batch) {
	byPlace := func(p, q *batchPart) int { return cmp.Compare(p.position, q.position) }
	before, old, now := len(d.list), slices.SortedFunc(slices.Values(recorded.parts), byPlace), slices.SortedFunc(slices.Values(received.parts), byPlace)
	pairs := pairUp(len(old), len(now), 3, 0, func(n, m int) int { return old[n].likeness(now[m]) })
	paired := make([]bool, len(now))
	for n, m := range pairs {
		if m < 0 {
			d.add(1, old[n].field(), old[n].describe(), jsondoc.Absent)
			continue
		}
		paired[m] = true
		d.singles(old[n].field()+".", &old[n].single, &now[m].single)
	}
	for m, part := range now {
		if !paired[m] {
			d.add(1, part.field(), jsondoc.Absent, part.describe())
		}
	}
	d.compare("body", string(recorded.rest), string(received.rest))
	if len(d.list) == before {
		d.add(wholeDifference, "body", "these requests", "the same with other dependencies")
	}
}

// likeness is how much alike two parts are, 3 where they ask for the same thing.
func (p *batchPart) likeness(other *batchPart) int {
	switch {
	case p.key == other.key:
		return 3
	case p.key.Method != other.key.Method:
		return 0
	case p.key.Path == other.key.Path:
		return 2
	}
	return 1
}

func (p *batchPart) field() string { return fmt.Sprintf("requests[%d]", p.position) }

func (p *batchPart) describe() string {
	return p.key.Method + " " + strings.TrimPrefix(p.url.String(), "//"+p.key.Host)
}

// segmentsOf splits a canonical path; a key in quotes, users('x'), is a segment of
// its own.
func segmentsOf(path string) (segments []string) {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		name, rest, _ := strings.Cut(segment, "('")
		if key, quoted := strings.CutSuffix(rest, "')"); quoted {
			segments = append(segments, name, key)
		} else {
			segments = append(segments, segment)
		}
	}
	return segments
}

// A Comparison is how a request of one recording differs from the same in another.
type Comparison struct {
	On          string       // of a rule for such requests: its method and path, with a star for every id
	Differences []Difference // in what counts under the rules; none where the keys are equal
	// Bindable says that they differ in ids and names only, which replay binds where the
	// cassette holds pseudonyms.
	Bindable bool
}

// Compare compares the requests of two interactions under the rules.
func (r Rules) Compare(first, second *cassette.Interaction) (Comparison, error) {
	rules, err := compileRules(r)
	recorded, errFirst := rules.recorded(first, "")
	live, errSecond := rules.recorded(second, "")
	if err = cmp.Or(err, errFirst, errSecond); err != nil {
		return Comparison{}, err
	}
	c := Comparison{On: ruleFor(first.Request.Method, first)}
	if recorded.key != live.key {
		var d differ
		d.requests(&recorded, &live)
		c.Differences = d.list
		c.Bindable = rules.alike(first, second)
	}
	return c, nil
}

// alike reports whether two requests differ in ids, and in what stands in their holes, alone.
func (s ruleSet) alike(first, second *cassette.Interaction) bool {
	seal := newSeal(s, nil)
	key := func(i *cassette.Interaction) Key {
		known := holes{}
		for _, h := range seal.note(nil, i) {
			known.add(h.Place, h.Kind)
		}
		left := seal.mask(messageOf(i), known, holesOf(i), newBindings(seal.faker))
		place.Rewrite(&left.message, func(l *place.Leaf) (string, bool) {
			is := identity.Rewrite(l.Text, func(a identity.Atom) string { return strings.Repeat("0", len(a.Text)) })
			return is, !l.Layered
		})
		r, _ := s.understandMessage(left.message, i.Request.Host, "") // its address was read before
		return r.key
	}
	return key(first) == key(second)
}
