package match

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// maxDifferences bounds how many differences of one body are told.
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
		isType := func(p pair) bool { return p.name == headerNames[contentType] }
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

func (d *differ) compare(field, recorded, received string) {
	if recorded != received {
		old, now := shown(field, recorded, received)
		d.add(field, old, now)
	}
}

func (d *differ) paths(recorded, received string) {
	if recorded == received {
		return
	}
	old, now := segmentsOf(recorded), segmentsOf(received)
	at := func(segments []string, i int) string {
		if i >= len(segments) {
			return ""
		}
		if plain, err := url.PathUnescape(segments[i]); err == nil {
			return plain
		}
		return segments[i]
	}
	for i := range max(len(old), len(now)) {
		if i >= len(old) || i >= len(now) || old[i] != now[i] {
			d.compareExisting(fmt.Sprintf("path[%d]", i), at(old, i), at(now, i), i < len(old), i < len(now))
		}
	}
}

// compareExisting adds a difference between values of which one may be missing.
func (d *differ) compareExisting(field, recorded, received string, wasThere, isThere bool) {
	old, now := shown(field, recorded, received)
	if !wasThere {
		old = absent
	}
	if !isThere {
		now = absent
	}
	d.add(field, old, now)
}

// named compares two sets of named values.
func (d *differ) named(prefix string, recorded, received []pair) {
	names := map[string]bool{}
	for _, p := range slices.Concat(recorded, received) {
		names[p.name] = true
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		old, wasThere := valueOf(recorded, name)
		now, isThere := valueOf(received, name)
		if old != now || wasThere != isThere {
			d.compareExisting(prefix+name, old, now, wasThere, isThere)
		}
	}
}

// valueOf joins the values of a name.
func valueOf(pairs []pair, name string) (string, bool) {
	var values []string
	for _, p := range pairs {
		if p.name == name {
			values = append(values, p.value)
		}
	}
	return strings.Join(values, " & "), len(values) > 0
}

func queryValues(query string) []pair {
	var pairs []pair
	for _, option := range splitNonEmpty(query, "&") {
		name, value, _ := strings.Cut(option, "=")
		pairs = append(pairs, pair{unescapedQuery(name), unescapedQuery(value)})
	}
	return pairs
}

func unescapedQuery(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func headerValues(headers string) []pair {
	var pairs []pair
	for _, line := range splitNonEmpty(headers, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		pairs = append(pairs, pair{name, value})
	}
	return pairs
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
			old, now := shownValues(field, one.Recorded, one.Received)
			d.add(field, old, now)
		}
	case same("multipart"):
		d.named(at+"part.", recorded.fields, received.fields)
	case same("form"):
		d.named(at+"form.", recorded.fields, received.fields)
	default:
		d.compareExisting(at+"body", recorded.text, received.text, recorded.digest != "", received.digest != "")
	}
}

// batches compares the parts that do not pair up: first those that ask for the
// same thing and are tied to others, then those of one address, then those of one
// method, then any.
func (d *differ) batches(recorded, received *batch) {
	before := len(d.list)
	old, now := unpaired(recorded.parts, received.parts)
	for _, alike := range []func(a, b *batchPart) bool{
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

// unpaired returns the parts of each side without an equal on the other, by place.
func unpaired(recorded, received []batchPart) (old, now []batchPart) {
	now = slices.Clone(received)
	for _, part := range recorded {
		if i := slices.IndexFunc(now, func(p batchPart) bool { return p.label == part.label }); i >= 0 {
			now = slices.Delete(now, i, i+1)
		} else {
			old = append(old, part)
		}
	}
	byPlace := func(a, b batchPart) int { return cmp.Compare(a.position, b.position) }
	slices.SortFunc(old, byPlace)
	slices.SortFunc(now, byPlace)
	return old, now
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
