package match

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/place"
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
