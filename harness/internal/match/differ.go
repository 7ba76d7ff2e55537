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

// A differ lists how a live request differs from a recorded one, and weighs that.
type differ struct {
	holes  []cassette.Hole // of the recorded one
	list   []Difference
	weight int
}

// requests compares two requests.
func (d *differ) requests(recorded, live *request) {
	old, now := &recorded.key, &live.key
	d.compare("method", old.Method, now.Method)
	d.compare("host", hostName(old.Host), hostName(now.Host))
	d.paths(recorded.url, old.Path, now.Path)
	d.named("query.", queryValues(old.Query), queryValues(now.Query))
	d.compare("principal", old.Principal, now.Principal)
	if old.Method != now.Method { // it says enough
		return
	}
	headers := func(k *Key) []namedValue {
		return slices.DeleteFunc(headerValues(k.Headers), func(h namedValue) bool {
			return h.name == "Content-Type" && (old.Body == "") != (now.Body == "") // one has no body, and so no type
		})
	}
	d.named("header.", headers(old), headers(now))
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
	if recorded == received {
		return
	}
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

// named compares two sets of named values.
func (d *differ) named(prefix string, recorded, received []namedValue) {
	old, now := byName(recorded), byName(received)
	names := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(now))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		d.sides(prefix+name, old[name], now[name])
	}
}

// byName joins the values of each name.
func byName(pairs []namedValue) map[string]side {
	values := map[string][]string{}
	for _, p := range pairs {
		values[p.name] = append(values[p.name], p.value)
	}
	sides := make(map[string]side, len(values))
	for name, all := range values {
		sides[name] = textSide(strings.Join(all, " & "))
	}
	return sides
}

func queryValues(query string) []namedValue {
	return splitPairs(query, "&", "=", func(text string) string {
		plain, _ := url.QueryUnescape(text) // it is canonical
		return plain
	})
}

func headerValues(headers string) []namedValue {
	return splitPairs(headers, "\n", ": ", func(s string) string { return s })
}

// splitPairs reads the names and values of a part of a key.
func splitPairs(text, between, within string, plain func(string) string) (pairs []namedValue) {
	if text == "" {
		return nil
	}
	for pair := range strings.SplitSeq(text, between) {
		name, value, _ := strings.Cut(pair, within)
		pairs = append(pairs, namedValue{plain(name), plain(value)})
	}
	return pairs
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

// batches compares the parts of batches in pairs: first those that are equal, then those that
// ask for the same thing and are tied to others, then those of one address, then those of
// one method, then any.
func (d *differ) batches(recorded, received *batch) {
	before := len(d.list)
	byPlace := func(a, b batchPart) int { return cmp.Compare(a.position, b.position) }
	old := slices.SortedFunc(slices.Values(recorded.parts), byPlace)
	now := slices.SortedFunc(slices.Values(received.parts), byPlace)
	for _, alike := range []func(a, b *batchPart) bool{
		func(a, b *batchPart) bool { return a.label == b.label },
		func(a, b *batchPart) bool { return a.asks == b.asks },
		func(a, b *batchPart) bool { return a.key.Method == b.key.Method && a.key.Path == b.key.Path },
		func(a, b *batchPart) bool { return a.key.Method == b.key.Method },
		func(a, b *batchPart) bool { return true },
	} {
		old = slices.DeleteFunc(old, func(a batchPart) bool {
			i := slices.IndexFunc(now, func(b batchPart) bool { return alike(&a, &b) })
			if i >= 0 {
				d.parts(recorded, received, &a, &now[i])
				now = slices.Delete(now, i, i+1)
			}
			return i >= 0
		})
	}
	for _, part := range old {
		d.sides(part.field(""), part.side(), side{})
	}
	for _, part := range now {
		d.sides(part.field(""), side{}, part.side())
	}
	d.compare("body", string(recorded.rest), string(received.rest))
	if len(d.list) == before {
		other := side{text: "(other dependencies)", has: true, json: true}
		d.add(wholeDifference, "body", other, other)
	}
}

// parts compares a part of a batch with one of another.
func (d *differ) parts(recorded, received *batch, old, now *batchPart) {
	d.compare(old.field(".method"), old.key.Method, now.key.Method)
	d.compare(old.field(".url"), old.address(), now.address())
	d.named(old.field(".headers."), headerValues(old.key.Headers), headerValues(now.key.Headers))
	d.payloads(old.field("."), &old.body, &now.body)
	d.compare(old.field(".dependsOn"), recorded.needsOf(old), received.needsOf(now))
}

// needsOf describes what a part depends on.
func (b *batch) needsOf(part *batchPart) string {
	var needs []string
	for _, p := range b.parts {
		if slices.Contains(part.needs, p.id) {
			needs = append(needs, p.describe())
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
func segmentsOf(path string) []string {
	path = strings.TrimPrefix(path, "/")
	if !strings.Contains(path, "('") {
		return strings.Split(path, "/")
	}
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		name, key, called := strings.Cut(segment, "('")
		if key, quoted := strings.CutSuffix(key, "')"); called && quoted {
			segments = append(segments, name, key)
		} else {
			segments = append(segments, segment)
		}
	}
	return segments
}
