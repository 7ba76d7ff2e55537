package match

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A batch is a body of POST /$batch, compared as a multiset of requests with the
// graph of what depends on what. Ids only tie the graph together: real SDKs draw
// them at random, so they take no part in the comparison.
type batch struct {
	parts []batchPart // sorted by label, equal labels by position
	rest  []byte      // members other than "requests", canonical
}

// A batchPart is one inner request.
type batchPart struct {
	id       string
	position int      // in the body, from 0
	asks     string   // what it asks for by itself
	label    string   // asks, and what it is tied to: see batch.label
	needs    []string // ids of dependsOn

	method   string
	url      *graphurl.URL // nil when it cannot be read
	path     string        // canonical, below the version
	query    string
	headers  string
	body     payload
	resource resource
	read     bool
}

// parseBatch reads the body of a batch sent to a version; nil when the document is
// not one, which makes it a JSON body like any other.
func parseBatch(doc any, version string) *batch {
	requests := graph.Requests(doc)
	if len(requests) == 0 {
		return nil
	}
	b := &batch{}
	for i := range requests {
		part, ok := parsePart(&requests[i], version)
		if !ok {
			return nil
		}
		b.parts = append(b.parts, part)
	}
	rest := maps.Clone(doc.(map[string]any)) // it has requests
	delete(rest, "requests")
	b.rest = jsondoc.Canonical(nil, rest)
	b.label()
	return b
}

// parsePart takes a request of a batch, which has to have id, method and url. A null
// body is as good as none.
func parsePart(request *graph.Part, version string) (batchPart, bool) {
	for _, name := range [...]string{"id", "method", "url"} {
		if _, isText := request.Members[name].(string); !isText {
			return batchPart{}, false
		}
	}
	part := batchPart{id: request.ID, position: request.Index, method: request.Method, needs: request.Needs}
	header := request.Header
	if body := request.Body; body != nil {
		canonical := jsondoc.Canonical(nil, body)
		part.body = payload{digest: digest("json", canonical), text: string(canonical), doc: body}
		if _, isText := body.(string); !isText && header["Content-Type"] == nil {
			header["Content-Type"] = []string{"application/json"} // a body that is a JSON value can be nothing else
		}
	}
	part.headers = headerKey(header, part.body.digest != "", 0)
	part.locate(request.URL, version)
	return part, true
}

// locate reads the address, which is relative to the version (concepts/json-batching),
// or absolute where an application put a link into its batch.
func (p *batchPart) locate(address, version string) {
	if !strings.HasPrefix(address, "/") && !strings.Contains(address, "://") {
		address = "/" + address
	}
	u, err := graphurl.Parse(address)
	if err != nil {
		p.path = address
		return
	}
	if u.Version == version {
		u.Version = ""
	}
	if u.Host == "" {
		u.Host = graphurl.Graph
	}
	p.url, p.path, p.query = u, u.Path(), u.Query()
	p.read = u.IsRead(p.method)
	p.resource = resourceOf(u, p.read)
}

// label gives parts equal labels where nothing but their ids and places tells
// them apart: a part's label says what it asks for, what it depends on and what
// depends on it, to any depth. (This is colour refinement; a batch has at most 20
// parts, and where nothing depends on anything there is nothing to refine.)
func (b *batch) label() {
	for i := range b.parts {
		part := &b.parts[i]
		host := ""
		if part.url != nil && part.url.Host != graphurl.Graph {
			host = part.url.Host
		}
		part.asks = strings.Join([]string{part.method, host, part.path, part.query, part.headers, part.body.digest}, "\x00")
	}
	b.order()
}

// order makes the labels of what the parts ask for, and sorts by them.
func (b *batch) order() {
	linked := false
	index := map[string]int{}
	for i := range b.parts {
		part := &b.parts[i]
		part.label = part.asks
		linked = linked || len(part.needs) > 0
		index[part.id] = i
	}
	if linked {
		b.refine(index)
	}
	slices.SortStableFunc(b.parts, func(p, q batchPart) int { return cmp.Compare(p.label, q.label) })
}

func (b *batch) refine(index map[string]int) {
	needs, needed := make([][]int, len(b.parts)), make([][]int, len(b.parts))
	for i, part := range b.parts {
		for _, id := range part.needs {
			if j, known := index[id]; known {
				needs[i], needed[j] = append(needs[i], j), append(needed[j], i)
			}
		}
	}
	for classes := 0; ; {
		refined := make([]string, len(b.parts))
		for i := range b.parts {
			refined[i] = b.hashed(i, needs[i], needed[i])
		}
		for i := range b.parts {
			b.parts[i].label = refined[i]
		}
		slices.Sort(refined)
		now := len(slices.Compact(refined))
		if now == classes {
			return
		}
		classes = now
	}
}

func (b *batch) hashed(i int, needs, needed []int) string {
	var text strings.Builder
	text.WriteString(b.parts[i].label)
	for _, neighbours := range [][]int{needs, needed} {
		labels := make([]string, len(neighbours))
		for n, j := range neighbours {
			labels[n] = b.parts[j].label
		}
		slices.Sort(labels)
		text.WriteString("\x01" + strings.Join(labels, "\x02"))
	}
	sum := sha256.Sum256([]byte(text.String()))
	return string(sum[:])
}

func (b *batch) canonical() []byte {
	var text bytes.Buffer
	for _, part := range b.parts {
		text.WriteString(part.label)
		text.WriteByte('\x03')
	}
	text.Write(b.rest)
	return text.Bytes()
}

// read reports whether all parts only read.
func (b *batch) read() bool {
	return !slices.ContainsFunc(b.parts, func(p batchPart) bool { return !p.read })
}

// pairing maps the ids of a recorded batch to those of a live one with the same
// canonical form.
func (b *batch) pairing(live *batch) map[string]string {
	if b == nil || live == nil {
		return nil
	}
	ids := make(map[string]string, len(b.parts))
	for i, part := range b.parts {
		if i < len(live.parts) {
			ids[part.id] = live.parts[i].id
		}
	}
	return ids
}
