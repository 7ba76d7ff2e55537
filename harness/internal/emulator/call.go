package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// A call is one request to Graph, alone or as part of a batch.
type call struct {
	site      *site
	method    string
	url       *graphurl.URL
	keys      []string // what the route's pattern left open
	header    http.Header
	body      []byte
	caller    caller
	requestID string
	now       time.Time
	batched   bool
}

// maxBody is more than any test needs and less than what hurts.
const maxBody = 64 << 20

func readBody(r *http.Request, rejectGzip bool) ([]byte, error) {
	body, err := wire.Read(r.Body, maxBody, r.ContentLength)
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return nil, fail(413, "RequestEntityTooLarge", "The request is larger than this service takes.")
	case err != nil:
		return nil, badRequest("Error while reading the request body.")
	}
	if rejectGzip && strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		return nil, fail(415, "UnsupportedMediaType", "Content-Encoding gzip is not supported.")
	}
	// The Go SDK labels plain bodies, by the random order of its middleware.
	plain, _, err := wire.DecodeSent(r.Method, r.Header, body, maxBody)
	if err != nil {
		return nil, badRequest("The body is damaged.")
	}
	return plain, nil
}

// option is a query option's value, "" where there is none.
func (c *call) option(name string) string {
	for _, o := range c.url.Options {
		if o.Name == name {
			return o.Value
		}
	}
	return ""
}

// selected are the properties asked for, nil where the choice is the service's.
func (c *call) selected() []string {
	list := c.option("$select")
	if list == "" || list == "*" {
		return nil
	}
	return strings.Split(list, ",")
}

// prefers reports whether a Prefer header asks for what.
func (c *call) prefers(what string) (value string, ok bool) {
	for preference := range strings.SplitSeq(strings.Join(c.header.Values("Prefer"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(preference), "=")
		if strings.EqualFold(name, what) {
			return strings.Trim(value, `"`), true
		}
	}
	return "", false
}

// decode reads the JSON body. The error is the client's fault.
func (c *call) decode(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return fail(400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}

// A writing is what becomes of a property that a client writes.
type writing int

const (
	accepted writing = iota
	ignored
	refused
)

// accepted or refused, by whether there is such a property.
func acceptedIf(is bool) writing {
	if is {
		return accepted
	}
	return refused
}

// given are the properties that the JSON body sets, as far as they are accepted. The error is the
// client's fault.
func (c *call) given(of func(name string) writing) (object, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	var given object
	for _, name := range sortedKeys(body) {
		switch of(name) {
		case accepted:
			given = append(given, member{name, body[name]})
		case refused:
			return nil, badRequest("Invalid property '%s'.", name)
		}
	}
	return given.decoded()
}

// root is the address of the API's version: https://graph.microsoft.com/v1.0.
func (c *call) root() string { return c.site.hosts.Graph + "/" + c.url.Version }

// entity answers one resource with its @odata.context.
func (c *call) entity(status int, set string, o object) (Answer, error) {
	if names := c.selected(); names != nil {
		set += "(" + strings.Join(names, ",") + ")"
		o = o.pick(append([]string{"@odata.type", "@odata.etag"}, names...))
	}
	return answerJSON(status, append(object{{"@odata.context", c.root() + "/$metadata#" + set + "/$entity"}}, o...))
}

// value answers a primitive value or a collection of them.
func (c *call) value(kind string, v any) (Answer, error) {
	return answerJSON(200, object{{"@odata.context", c.root() + "/$metadata#" + kind}, {"value", v}})
}

// link is an absolute link to this request's path with its options, the named one
// set to the token.
func (c *call) link(name, token string) string {
	var path, query strings.Builder
	for _, s := range c.url.Segments {
		path.WriteString("/" + graphurl.EscapeSegment(s.Text))
	}
	for _, o := range c.url.Options {
		if o.Name != name && o.Name != "$skiptoken" && o.Name != "$deltatoken" {
			fmt.Fprintf(&query, "%s=%s&", o.Name, escapeValue(o.Value))
		}
	}
	return c.root() + path.String() + "?" + query.String() + name + "=" + escapeValue(token)
}

func escapeValue(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// lastKey is the id at the end of a reference such as
// https://graph.microsoft.com/v1.0/users('id') or /directoryObjects/id.
func lastKey(reference string) (string, error) {
	u, err := graphurl.Parse(reference)
	if err != nil || len(u.Segments) == 0 {
		return "", badRequest("Invalid URL format specified in @odata.id.")
	}
	return u.Segments[len(u.Segments)-1].Text, nil
}
