package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// maxDifferences bounds how many differences of one body are shown.
const maxDifferences = 20

// differences lists how a live request differs from a recorded one.
func differences(recorded, live *request) []Difference {
	var d differ
	d.compare("method", recorded.key.Method, live.key.Method)
	d.compare("host", hostName(recorded.key.Host), hostName(live.key.Host))
	d.paths(recorded.key.Path, live.key.Path)
	d.named("query.", queryValues(recorded.key.Query), queryValues(live.key.Query))
	d.compare("principal", recorded.key.Principal, live.key.Principal)
	if recorded.key.Method != live.key.Method { // it says enough
		return d.list
	}
	old, now := headerValues(recorded.key.Headers), headerValues(live.key.Headers)
	if (recorded.key.Body == "") != (live.key.Body == "") { // and so has no type
		isType := func(p namedValue) bool { return p.name == "Content-Type" }
		old, now = slices.DeleteFunc(old, isType), slices.DeleteFunc(now, isType)
	}
	d.named("header.", old, now)
	d.bodies(recorded, live)
	return d.list
}

// hostName is a host class as a person knows it.
func hostName(class string) string {
	if class == graphurl.Graph {
		return graph.Host
	}
	return class
}

type differ struct{ list []Difference }

func (d *differ) add(field, recorded, received string) {
	d.list = append(d.list, Difference{withoutTokens("", field), recorded, received})
}

// compare adds a difference between two texts, if they differ.
func (d *differ) compare(field, recorded, received string) {
	d.sides(field, textSide(recorded), textSide(received))
}

// sides adds a difference between two values, if they differ.
func (d *differ) sides(field string, recorded, received side) {
	if recorded != received {
		old, now := shownSides(field, recorded, received)
		d.add(field, old, now)
	}
}

func (d *differ) paths(recorded, received string) {
	if recorded == received {
		return
	}
	old, now := segmentsOf(recorded), segmentsOf(received)
	at := func(segments []string, i int) side {
		if i >= len(segments) {
			return side{}
		}
		if plain, err := url.PathUnescape(segments[i]); err == nil {
			return textSide(plain)
		}
		return textSide(segments[i])
	}
	for i := range max(len(old), len(now)) {
		if i >= len(old) || i >= len(now) || old[i] != now[i] {
			d.sides(fmt.Sprintf("path[%d]", i), at(old, i), at(now, i))
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

func queryValues(query string) []namedValue { return splitPairs(query, "&", "=", unescapedQuery) }

func headerValues(headers string) []namedValue {
	return splitPairs(headers, "\n", ": ", func(s string) string { return s })
}

// splitPairs reads the names and values of a part of a key.
func splitPairs(text, between, within string, plain func(string) string) (pairs []namedValue) {
	for _, pair := range splitNonEmpty(text, between) {
		name, value, _ := strings.Cut(pair, within)
		pairs = append(pairs, namedValue{plain(name), plain(value)})
	}
	return pairs
}

func unescapedQuery(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func (d *differ) bodies(recorded, received *request) {
	if recorded.batch != nil && received.batch != nil && recorded.body.digest != received.body.digest {
		d.batches(recorded.batch, received.batch)
		return
	}
	d.payloads("", &recorded.body, &received.body)
}

// payloads compares two bodies, which stand at a place.
func (d *differ) payloads(at string, recorded, received *payload) {
	same := func(kind string) bool { return recorded.is(kind) && received.is(kind) }
	switch {
	case recorded.digest == received.digest:
	case same("json"):
		for _, one := range jsondoc.Diff(recorded.document(), received.document(), maxDifferences) {
			field := at + "body." + one.Path
			old, now := shownSides(field, jsonSide(one.Recorded), jsonSide(one.Received))
			d.add(field, old, now)
		}
	case same("multipart"):
		d.named(at+"part.", recorded.fields, received.fields)
	case same("form"):
		d.named(at+"form.", recorded.fields, received.fields)
	default:
		was, is := side{text: recorded.text, has: recorded.digest != ""}, side{text: received.text, has: received.digest != ""}
		old, now := shownSides(at+"body", was, is)
		d.add(at+"body", old, now)
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
			if i < 0 {
				return false
			}
			d.part(&a, &now[i])
			d.compare(a.field(".dependsOn"), recorded.needsOf(&a), received.needsOf(&now[i]))
			now = slices.Delete(now, i, i+1)
			return true
		})
	}
	for _, part := range old {
		d.add(part.field(""), part.describe(), absent)
	}
	for _, part := range now {
		d.add(part.field(""), absent, part.describe())
	}
	d.compare("body", string(recorded.rest), string(received.rest))
	if len(d.list) == before {
		d.add("body", "(other dependencies)", "(other dependencies)")
	}
}

// needsOf describes what a part depends on.
func (b *batch) needsOf(part *batchPart) string {
	var needs []string
	for _, id := range part.needs {
		i := slices.IndexFunc(b.parts, func(p batchPart) bool { return p.id == id })
		if i >= 0 {
			needs = append(needs, b.parts[i].describe())
		}
	}
	slices.Sort(needs)
	return strings.Join(needs, ", ")
}

func (p *batchPart) field(name string) string {
	return "requests[" + strconv.Itoa(p.position) + "]" + name
}

func (p *batchPart) describe() string { return shortened(p.key.Method+" "+p.address(), 120) }

func (p *batchPart) address() string {
	if p.key.Query == "" {
		return p.key.Path
	}
	return p.key.Path + "?" + p.key.Query
}

func (d *differ) part(recorded, received *batchPart) {
	d.compare(recorded.field(".method"), recorded.key.Method, received.key.Method)
	d.compare(recorded.field(".url"), recorded.address(), received.address())
	d.named(recorded.field(".headers."), headerValues(recorded.key.Headers), headerValues(received.key.Headers))
	d.payloads(recorded.field("."), &recorded.body, &received.body)
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

func splitNonEmpty(text, separator string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, separator)
}
