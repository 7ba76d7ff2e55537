package match

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A batch is a body of POST /$batch, compared as a multiset of requests with the
// graph of what depends on what. Ids only tie the graph together: real SDKs draw
// them at random, so they take no part in the comparison.
type batch struct {
	parts []*batchPart // sorted by label, equal labels by position
	rest  []byte       // members other than "requests", canonical
}

// A batchPart is one inner request. Its path is the one below the batch's version.
type batchPart struct {
	single
	id       string
	position int      // in the body, from 0
	needs    []string // ids of dependsOn
	label    string   // its key, and what it depends on; equal where nothing but id and place tells two apart
}

// parseBatch reads the body of a batch sent to a version; nil when the document is
// not one, which makes it a JSON body like any other.
func parseBatch(doc any, version string) *batch {
	b := &batch{}
	for _, sent := range graph.Requests(doc) {
		part := newPart(&sent, version)
		if part == nil {
			return nil
		}
		b.parts = append(b.parts, part)
	}
	if len(b.parts) == 0 {
		return nil
	}
	rest := maps.Clone(doc.(map[string]any)) // it has requests
	delete(rest, "requests")
	b.rest = jsondoc.Canonical(nil, rest)
	for _, p := range b.parts {
		k := &p.key
		p.label = strings.Join([]string{k.Method, k.Host, k.Path, k.Query, k.Headers, k.Body}, "\x00")
	}
	b.refine()
	slices.SortStableFunc(b.parts, func(p, q *batchPart) int { return cmp.Compare(p.label, q.label) })
	return b
}

// newPart understands a request of a batch; nil when it is none, or its address cannot be read.
// A null body is as good as none.
func newPart(sent *graph.Part, version string) *batchPart {
	for _, name := range [...]string{"id", "method", "url"} {
		if _, isText := sent.Members[name].(string); !isText {
			return nil
		}
	}
	u, err := graphurl.Parse(sent.Address(version))
	if err != nil {
		return nil
	}
	if u.Version == version {
		u.Version = ""
	}
	var body payload
	if sent.Body != nil {
		body = documentOf(string(jsondoc.Canonical(nil, sent.Body)), sent.Body)
		if sent.Header["Content-Type"] == nil {
			sent.Header.Set("Content-Type", "application/json")
		}
	}
	return &batchPart{single: newSingle(sent.Method, u, sent.Header, body, nil), id: sent.ID, position: sent.Index, needs: sent.Needs}
}

// refine makes labels say what a part depends on, to any depth.
func (b *batch) refine() {
	parts, refined := map[string]*batchPart{}, map[*batchPart]bool{}
	for _, p := range b.parts {
		parts[p.id] = p
	}
	var refine func(p *batchPart)
	refine = func(p *batchPart) {
		if len(p.needs) == 0 || refined[p] {
			return
		}
		refined[p] = true // at once: what depends on itself, which Graph refuses, ends here
		var needs []string
		for _, id := range p.needs {
			if needed := parts[id]; needed != nil {
				refine(needed)
				needs = append(needs, needed.label)
			}
		}
		slices.Sort(needs)
		p.label = digest("needs", p.label+"\x01"+strings.Join(needs, "\x02"))
	}
	for _, p := range b.parts {
		refine(p)
	}
}

func (b *batch) canonical() (text []byte) {
	for _, part := range b.parts {
		text = append(text, part.label+"\x03"...)
	}
	return append(text, b.rest...)
}

// all are the parts; none of no batch.
func (b *batch) all() []*batchPart {
	if b == nil {
		return nil
	}
	return b.parts
}

// ids are those of the parts, in an order that batches of one canonical form have in common.
func (b *batch) ids() (ids []string) {
	for _, p := range b.all() {
		ids = append(ids, p.id)
	}
	return ids
}

// isPartID: the ids of a batch's parts tie it together, and are the client's to choose.
func isPartID(l *place.Leaf) bool {
	return l.Parent == "requests" && (l.Name == "id" || l.Name == "dependsOn")
}

// What stands in the parts of a batch, and in the answers to them, has places that begin so.
const (
	inRequests  = "body.$['requests']["
	inResponses = "body.$['responses']["
)

// partOf takes the place of a part off a place that begins with where parts stand: its
// position, -1 for what stands in none.
func partOf(at, parts string) (position int, rest string) {
	digits, rest, _ := strings.Cut(strings.TrimPrefix(at, parts), "]")
	position, err := strconv.Atoi(digits)
	if err != nil {
		return -1, at
	}
	return position, rest
}

func placeOfPart(position int) string { return inRequests + strconv.Itoa(position) + "]" }

// renameParts makes an answer to a batch name its parts by other ids. All else stays as it is,
// byte for byte.
func renameParts(m *place.Message, ids map[string]string) {
	place.Rewrite(m, func(l *place.Leaf) (string, bool) {
		id, known := ids[l.Text]
		if !known || l.Role != place.Member {
			return "", false
		}
		_, at := partOf(l.Place(), inResponses)
		return id, at == "['id']" || strings.HasPrefix(at, "['dependsOn'][")
	})
}
