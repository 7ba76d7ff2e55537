package match

import (
	"net/http"
	"net/url"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A request is an HTTP request, understood: its key and, beside it, what explains
// a difference between two keys.
type request struct {
	key    Key
	url    *graphurl.URL
	body   payload
	effect effect
}

// understand is the one function that makes keys. It is pure, and the same for
// recorded and for live requests.
func (s ruleSet) understand(method string, address *url.URL, header http.Header, body, principal string) request {
	u := graphurl.FromURL(address)
	r := request{url: u, effect: s.effectOn(method, u)}
	if len(body) > 0 {
		header = properlySpelled(header)
		isBatch := method == http.MethodPost && u.IsBatch()
		message := place.Message{Method: method, Address: address.Path, Header: header, Body: body}
		r.body = payloadOf(&message, isBatch, u.Version, r.effect.bodies)
	}
	r.key = Key{
		Method:    method,
		Host:      u.Host,
		Path:      u.Path(),
		Query:     r.effect.query(u),
		Headers:   headerKey(header, r.body.digest != "", r.effect.headers),
		Body:      r.body.digest,
		Principal: principal,
	}
	return r
}

// read reports whether the request changes nothing.
func (r *request) read() bool {
	if r.body.batch != nil {
		return r.body.batch.read()
	}
	return r.url.IsRead(r.key.Method)
}

// reads and writes list what the request is about.
func (r *request) reads() []resource {
	return r.resources(true)
}

func (r *request) writes() []resource {
	return r.resources(false)
}

func (r *request) resources(read bool) []resource {
	if r.body.batch == nil {
		return []resource{resourceOf(r.url, read)}
	}
	var list []resource
	for _, part := range r.body.batch.parts {
		if part.url != nil && part.read == read {
			list = append(list, part.resource)
		}
	}
	return list
}

// methodOf is the method of a request; net/http takes "" for GET.
func methodOf(method string) string {
	if method == "" {
		return http.MethodGet
	}
	return method
}

// addressOf is the URL that a request goes to. A request that a server received
// names its host in a field of its own.
func addressOf(u *url.URL, host string) *url.URL {
	if u.Host != "" || host == "" {
		return u
	}
	full := *u
	full.Host = host
	if full.Scheme == "" {
		full.Scheme = "https"
	}
	return &full
}
