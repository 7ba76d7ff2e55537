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
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// maxDifferences bounds how many differences of one body are shown.
const maxDifferences = 20

// wholeDifference is what a difference weighs that leaves nothing in common: a
// body that cannot be compared in detail, or another word in the path, where
// another id is just one difference.
const wholeDifference = 3

// otherMethod is what another method weighs: more than whatever a body of the same one differs in.
const otherMethod = 2 * maxDifferences

// A differ lists how a live request differs from a recorded one, and weighs that.
type differ struct {
	holes  []cassette.Hole // of the recorded one
	list   []Difference
	weight int
}

// requests compares two requests.
func (d *differ) requests(recorded, live *request) {
	old, now := &recorded.key, &live.key
	if old.Method != now.Method {
		d.add(otherMethod, "method", textSide(old.Method), textSide(now.Method))
	}
	d.compare("host", hostName(old.Host), hostName(now.Host))
	d.paths(recorded.url, old.Path, now.Path)
	d.named("query.", recorded.url.Options, live.url.Options)
	d.compare("principal", old.Principal, now.Principal)
	if old.Method != now.Method { // it says enough
		return
	}
	d.headers("header.", &recorded.single, &live.single)
	if recorded.batch != nil && live.batch != nil && old.Body != now.Body {
		d.batches(recorded.batch, live.batch)
		return
	}
	d.payloads("", &recorded.body, &live.body)
}

// hostName is a host class as a person knows it.
func hostName(class string) string {
	if class == graphurl.Graph {
		return graph.Host
	}
	return class
}

// compare adds a difference between two texts, if they differ.
func (d *differ) compare(field, recorded, received string) {
	d.sides(field, textSide(recorded), textSide(received))
}

// sides adds a difference between two values, if they differ.
func (d *differ) sides(field string, recorded, received side) {
	if recorded != received {
		d.add(1, field, recorded, received)
	}
}

// add adds a difference, unless the field is a hole of a secret or of bytes: anything fits it.
func (d *differ) add(weight int, field string, recorded, received side) {
	if len(d.holes) > 0 && isSecret(field) || slices.ContainsFunc(d.holes, func(h cassette.Hole) bool {
		return h.Place == field && h.Kind != cassette.HoleName
	}) {
		return
	}
	d.weight += weight
	old, now := shownSides(field, recorded, received)
	d.list = append(d.list, Difference{withoutTokens("", field), old, now})
}

// paths compares two canonical paths, of which the recorded one is that of an address.
func (d *differ) paths(u *graphurl.URL, recorded, received string) {
	old, now := segmentsOf(recorded), segmentsOf(received)
	at := func(segments []string, i int) side {
		if i >= len(segments) {
			return side{}
		}
		plain, _ := url.PathUnescape(segments[i]) // it is canonical
		return textSide(plain)
	}
	words := 0 // before the segments
	if u.Version != "" {
		words = 1
	}
	for i := range max(len(old), len(now)) {
		if was, is := at(old, i), at(now, i); was != is {
			weight := wholeDifference
			if k := i - words; k >= 0 && k < len(u.Segments) && u.Segments[k].Kind == graphurl.Key {
				weight = 1
			}
			d.add(weight, fmt.Sprintf("path[%d]", i), was, is)
		}
	}
}

// named compares two sets of named values, those of one name as one.
func (d *differ) named(prefix string, recorded, received []graphurl.Option) {
	values := map[string]*[2][]string{}
	for n, options := range [...][]graphurl.Option{recorded, received} {
		for _, o := range options {
			if values[o.Name] == nil {
				values[o.Name] = &[2][]string{}
			}
			values[o.Name][n] = append(values[o.Name][n], o.Value)
		}
	}
	joined := func(values []string) side { return side{text: strings.Join(values, " & "), has: values != nil} }
	for _, name := range slices.Sorted(maps.Keys(values)) {
		d.sides(prefix+name, joined(values[name][0]), joined(values[name][1]))
	}
}

// headers compares the significant headers. Where only one has a body, only one has its type.
func (d *differ) headers(prefix string, recorded, received *single) {
	oneBody := (recorded.key.Body == "") != (received.key.Body == "")
	of := func(s *single) []graphurl.Option {
		return slices.DeleteFunc(headerFields("", s.key.Headers), func(o graphurl.Option) bool { return oneBody && o.Name == "Content-Type" })
	}
	d.named(prefix, of(recorded), of(received))
}

// payloads compares two bodies, which stand at a place.
func (d *differ) payloads(at string, recorded, received *payload) {
	same := func(kind string) bool { return recorded.is(kind) && received.is(kind) }
	switch {
	case recorded.digest == received.digest:
	case same("json"):
		for _, one := range jsondoc.Diff(recorded.document(), received.document(), maxDifferences) {
			d.sides(at+"body."+one.Path, jsonSide(one.Recorded), jsonSide(one.Received))
		}
	case same("multipart"):
		d.named(at+"part.", recorded.fields, received.fields)
	case same("form"):
		d.named(at+"form.", recorded.fields, received.fields)
	default:
		d.add(wholeDifference, at+"body", side{text: recorded.text, has: recorded.digest != ""}, side{text: received.text, has: received.digest != ""})
	}
}

// batches compares the parts of batches in pairs: first those that ask for the same thing,
// then those of one address, then those of one method, then any.
func (d *differ) batches(recorded, received *batch) {
	before, old, now := len(d.list), recorded.inOrder(), received.inOrder()
	pairs := pairUp(len(old), len(now), 3, 0, func(n, m int) int { return old[n].likeness(now[m]) })
	paired := make([]bool, len(now))
	oldParts, nowParts := recorded.byID(), received.byID()
	for n, m := range pairs {
		if m < 0 {
			d.sides(old[n].field(""), old[n].side(), side{})
			continue
		}
		paired[m] = true
		d.parts(old[n], now[m])
		d.compare(old[n].field(".dependsOn"), old[n].needsOf(oldParts), now[m].needsOf(nowParts))
	}
	for m, part := range now {
		if !paired[m] {
			d.sides(part.field(""), side{}, part.side())
		}
	}
	d.compare("body", string(recorded.rest), string(received.rest))
	if len(d.list) == before {
		other := side{text: "(other dependencies)", has: true, json: true}
		d.add(wholeDifference, "body", other, other)
	}
}

// inOrder are the parts as they stand in the body.
func (b *batch) inOrder() []*batchPart {
	return slices.SortedFunc(slices.Values(b.parts), func(p, q *batchPart) int { return cmp.Compare(p.position, q.position) })
}

// likeness is how much alike two parts are, 3 where they ask for the same thing.
func (p *batchPart) likeness(other *batchPart) int {
	switch {
	case p.asks == other.asks:
		return 3
	case p.key.Method != other.key.Method:
		return 0
	case p.key.Path == other.key.Path:
		return 2
	}
	return 1
}

// parts compares a part of a batch with one of another, by itself.
func (d *differ) parts(old, now *batchPart) {
	d.compare(old.field(".method"), old.key.Method, now.key.Method)
	d.compare(old.field(".url"), old.address(), now.address())
	d.headers(old.field(".headers."), &old.single, &now.single)
	d.payloads(old.field("."), &old.body, &now.body)
}

func (b *batch) byID() map[string]*batchPart {
	parts := make(map[string]*batchPart, len(b.parts))
	for _, p := range b.parts {
		parts[p.id] = p
	}
	return parts
}

// needsOf describes what a part depends on, of the parts of its batch.
func (p *batchPart) needsOf(parts map[string]*batchPart) string {
	var needs []string
	for _, id := range p.needs {
		if other := parts[id]; other != nil {
			needs = append(needs, other.describe())
		}
	}
	slices.Sort(needs)
	return strings.Join(needs, ", ")
}

func (p *batchPart) field(name string) string { return fmt.Sprintf("requests[%d]%s", p.position, name) }

func (p *batchPart) side() side { return side{text: p.describe(), has: true, json: true} }

func (p *batchPart) describe() string { return excerpt(p.key.Method+" "+p.address(), 0, 120) }

func (p *batchPart) address() string {
	if p.key.Query == "" {
		return p.key.Path
	}
	return p.key.Path + "?" + p.key.Query
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
