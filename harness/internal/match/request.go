package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Key is the canonical, comparable form of a request. Equal keys ask for the
// same answers.
type Key struct {
	Method    string
	Host      string // host class
	Path      string // canonical path
	Query     string // canonical query
	Headers   string // significant headers, canonical, one a line
	Body      string // kind and digest of the canonical body, "" when there is none
	Principal string // who asks, when recordings distinguish callers
}

// A single is what one request asks for: a whole one, or a part of a batch.
type single struct {
	key  Key
	url  *graphurl.URL
	body payload
}

func newSingle(method string, u *graphurl.URL, header http.Header, body payload, ignored []string) single {
	headers := headerKey(header, body.digest != "", ignored)
	return single{Key{Method: method, Host: u.Host, Path: u.Path(), Query: u.Query(), Headers: headers, Body: body.digest}, u, body}
}

func (s *single) read() bool { return s.url.IsRead(s.key.Method) }

// A request is an HTTP request, understood: its key and, beside it, what explains
// a difference between two keys.
type request struct {
	single
	address *url.URL // that it was sent to
	batch   *batch
	effect  effect
}

// understand is the one function that makes keys. It is pure, and the same for
// recorded and for live requests. The message's own address may lack its host.
func (s ruleSet) understand(m place.Message, address *url.URL, principal string) request {
	u := graphurl.FromURL(address)
	r := request{address: address, effect: s.effectOn(m.Method, u)}
	u.Options = slices.DeleteFunc(u.Options, func(o graphurl.Option) bool { return slices.Contains(r.effect.queries, optionName(o.Name)) })
	var body payload
	if len(m.Body) > 0 {
		m.Address, m.Header = address.Path, properlySpelled(m.Header)
		body = payloadOf(&m, r.effect.bodies)
		if u.IsBatch() {
			r.batch = parseBatch(body.document(), u.Version)
		}
		if r.batch != nil {
			body.digest = digest("batch", r.batch.canonical())
		}
	}
	r.single = newSingle(m.Method, u, m.Header, body, r.effect.headers)
	r.key.Principal = principal
	return r
}

// understandMessage is understand for a message whose address has to be read.
func (s ruleSet) understandMessage(m place.Message, host, principal string) (request, error) {
	address, err := url.Parse(m.Address)
	if err != nil {
		return request{}, fmt.Errorf("read the request's address: %w", err)
	}
	return s.understand(m, addressOf(address, host), principal), nil
}

// singles are what is asked for: the parts of a batch, or the request.
func (r *request) singles() (all []*single) {
	if r.batch == nil {
		return []*single{&r.single}
	}
	for _, p := range r.batch.parts {
		all = append(all, &p.single)
	}
	return all
}

// read reports whether the request changes nothing.
func (r *request) read() bool {
	return !slices.ContainsFunc(r.singles(), func(one *single) bool { return !one.read() })
}

// resources lists what the request reads, or writes.
func (r *request) resources(read bool) (list []resource) {
	for _, one := range r.singles() {
		if one.read() == read {
			list = append(list, resourceOf(one.url))
		}
	}
	return list
}

// methodOf is the method of a request; net/http takes "" for GET.
func methodOf(method string) string { return cmp.Or(method, http.MethodGet) }

// addressOf is the URL that a request goes to. A request that a server received
// names its host in a field of its own.
func addressOf(u *url.URL, host string) *url.URL {
	if u.Host != "" || host == "" {
		return u
	}
	full := *u
	full.Scheme, full.Host = "https", host
	return &full
}

// recorded understands the request of an interaction.
func (s ruleSet) recorded(i *cassette.Interaction, principal string) (request, error) {
	return s.understandMessage(requestOf(i), i.Request.Host, principal)
}

func requestOf(i *cassette.Interaction) place.Message {
	r := &i.Request
	return place.Message{Method: methodOf(r.Method), Address: r.URL, Header: r.Headers, Body: r.Body}
}

// messageOf is the request of an interaction, less what does not count.
func messageOf(i *cassette.Interaction) place.Message { return significantOf(requestOf(i)) }

// liveMessage is a request that was sent, likewise.
func liveMessage(req *http.Request, body []byte) place.Message {
	address := addressOf(req.URL, req.Host).String()
	return significantOf(place.Message{Method: methodOf(req.Method), Address: address, Header: req.Header, Body: inflate(req.Header, string(body))})
}

// significantOf is a message without the headers that say nothing.
func significantOf(m place.Message) place.Message {
	m.Header = maps.Clone(m.Header)
	maps.DeleteFunc(m.Header, func(name string, _ []string) bool { return significant(name) < 0 })
	return m
}

// maxInflated bounds what a compressed request body may grow to, above the largest part of an
// upload (v1.0/api/driveitem-createuploadsession). Others are compared as the bytes they came as.
const maxInflated = 64 << 20

// A payload is a request body, understood. Two payloads with one digest are equal.
type payload struct {
	digest string            // kind and digest of the canonical body; "" when there is none
	text   string            // uncompressed
	doc    any               // of a JSON body, where it had to be read as a tree: see document
	fields []graphurl.Option // of a form or of multipart, by name
}

// payloadOf reads a body as redaction does, without what the paths select. A body that is
// not what it says is compared as bytes.
func payloadOf(m *place.Message, ignored []*jsondoc.Path) payload {
	m.Body = inflate(m.Header, m.Body)
	text := m.Body
	if text == "" {
		return payload{}
	}
	switch kind, boundary := m.KindOf(); {
	case kind == media.JSON && len(ignored) == 0: // no tree is needed, which is faster
		if canonical, err := jsondoc.CanonicalText(nil, text); err == nil {
			return payload{digest: digest("json", canonical), text: text}
		}
	case kind == media.JSON:
		if doc, err := jsondoc.Parse(text); err == nil {
			return documentOf(text, without(doc, ignored))
		}
	case kind == media.Form:
		form := graphurl.FromURL(&url.URL{Host: "form", RawQuery: text}) // no host of Graph's: options of any name, sorted
		return payload{digest: digest("form", form.Query()), text: text, fields: form.Options}
	case kind == media.Multipart:
		fields, canonical := parseParts(m, boundary)
		return payload{digest: digest("multipart", canonical), text: text, fields: fields}
	}
	return payload{digest: digest("bytes", text), text: text}
}

// documentOf is the payload of a JSON body that was read as a tree.
func documentOf(text string, doc any) payload {
	return payload{digest: digest("json", jsondoc.Canonical(nil, doc)), text: text, doc: doc}
}

// document is the tree of a JSON body.
func (p *payload) document() any {
	if p.doc == nil {
		p.doc, _ = jsondoc.Parse(p.text) // it was valid when the digest was made
	}
	return p.doc
}

// digest names a canonical body by 128 bits of its SHA-256.
func digest[T string | []byte](kind string, canonical T) string {
	sum := sha256.Sum256([]byte(canonical))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// inflate undoes what Content-Encoding names, and gzip also where it does not: an archive
// that an SDK compressed once more is the same as one that another client sent as it is.
func inflate[T wire.Bytes](header http.Header, body T) T {
	plain, _, _ := wire.Decode(header, body, maxInflated) // what cannot be decoded is compared as it came
	return wire.Gunzip(plain, maxInflated)
}

// parseParts reads the parts of a multipart body, and writes them in an order of its own:
// SDKs write them in random order with a random boundary. Parts without a name are known by
// their position.
func parseParts(m *place.Message, boundary string) (fields []graphurl.Option, canonical string) {
	var parts []string
	for n, p := range m.Parts(boundary) {
		name := cmp.Or(media.Parameter(p.Header.Get("Content-Disposition"), "name"), strconv.Itoa(n))
		headers, body := partHeaders(p.Header), payloadOf(&p, nil)
		parts = append(parts, strconv.Quote(name)+"\n"+headers+"\n"+body.digest+"\n\n")
		fields = append(append(fields, graphurl.Option{Name: name, Value: body.text}), headerFields(name+".headers.", headers)...)
	}
	slices.Sort(parts)
	return fields, strings.Join(parts, "")
}

// partHeaders writes the headers of a part in one spelling, less what the body says.
func partHeaders(header http.Header) string {
	var lines []string
	for name, values := range header {
		if name != "Content-Length" {
			lines = append(lines, name+": "+canonicalHeader(name, values))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// without takes the values that the paths select out of a document, in place.
// Elements of an array become null, so that the others keep their index.
func without(doc any, paths []*jsondoc.Path) any {
	selected := map[string]bool{}
	for _, path := range paths {
		for _, node := range path.Select(doc) {
			selected[node.Path] = true
		}
	}
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		path := at.Path(jsondoc.Root)
		switch value := value.(type) {
		case map[string]any:
			maps.DeleteFunc(value, func(name string, _ any) bool { return selected[jsondoc.AppendPath(path, name)] })
		case []any:
			for i := range value {
				if selected[jsondoc.AppendPath(path, i)] {
					value[i] = nil
				}
			}
		}
		return true
	})
	return doc
}
