package diff

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An exchange is a request and its answer as they are compared: an interaction, or one
// part of a batch.
type exchange struct {
	at        *cassette.Interaction
	operation *operation // set once it is filed
	part      bool       // of a batch
	path      string     // of the answer's document within the interaction's body
	principal string
	method    string
	url       *graphurl.URL
	request   http.Header
	asked     any // the request's document; nil when it has none
	status    int
	header    http.Header
	answered  body
	pages     []*exchange // further pages of this answer
}

// body is what an answer holds.
type body struct {
	kind string // "empty", "text" or "JSON"
	doc  any    // of JSON
}

func bodyOf(text string) body {
	if text == "" {
		return body{kind: "empty"}
	}
	if doc, err := jsondoc.Parse(text); err == nil {
		return body{kind: "JSON", doc: doc}
	}
	return body{kind: "text"}
}

// exchangesOf opens an interaction: the parts of a batch follow the batch.
func exchangesOf(i *cassette.Interaction, as reading) ([]*exchange, error) {
	u, err := graphurl.Parse(as.text(i.Request.URL))
	if err != nil {
		return nil, fmt.Errorf("interaction %d: its address: %w", i.ID, err)
	}
	e := &exchange{
		at: i, path: jsondoc.Root, principal: i.Principal, method: i.Request.Method, url: u,
		request: i.Request.Headers, status: i.Response.Code, header: as.headers(i.Response.Headers),
		answered: bodyOf(as.text(i.Response.Body)),
	}
	if asked := bodyOf(as.text(i.Request.Body)); asked.kind == "JSON" {
		e.asked = asked.doc
	}
	if parts := e.parts(); len(parts) > 0 {
		// What a batch holds is told by its parts.
		e.asked, e.answered = nil, body{kind: "JSON"}
		return append([]*exchange{e}, parts...), nil
	}
	return []*exchange{e}, nil
}

// parts are the requests of a batch with their answers, in the order of the requests.
func (e *exchange) parts() []*exchange {
	if n := len(e.url.Segments); n == 0 || e.url.Segments[n-1].Text != "$batch" {
		return nil
	}
	answers := map[string]int{}
	responses := list(e.answered.doc, "responses")
	for n, r := range responses {
		answers[text(r, "id")] = n
	}
	var parts []*exchange
	for _, r := range list(e.asked, "requests") {
		n, answered := answers[text(r, "id")]
		u, err := graphurl.Parse(text(r, "url"))
		if !answered || err != nil {
			continue
		}
		u.Version = e.url.Version
		answer := responses[n].(map[string]any)
		part := &exchange{
			at: e.at, part: true, principal: e.principal, method: strings.ToUpper(text(r, "method")), url: u,
			request: headersOf(r), header: headersOf(answer), status: number(answer["status"]),
			answered: body{kind: "empty"},
		}
		part.path = jsondoc.AppendPath(jsondoc.AppendPath(jsondoc.AppendPath(jsondoc.Root, "responses"), n), "body")
		if doc := answer["body"]; doc != nil {
			part.answered = body{kind: "JSON", doc: doc}
		}
		part.asked, _ = r.(map[string]any)["body"]
		parts = append(parts, part)
	}
	return parts
}

func list(doc any, name string) []any {
	members, _ := doc.(map[string]any)
	elements, _ := members[name].([]any)
	return elements
}

func text(doc any, name string) string {
	members, _ := doc.(map[string]any)
	s, _ := members[name].(string)
	return s
}

func number(doc any) int {
	var n int
	fmt.Sscan(fmt.Sprint(doc), &n)
	return n
}

func headersOf(doc any) http.Header {
	h := http.Header{}
	members, _ := doc.(map[string]any)
	inner, _ := members["headers"].(map[string]any)
	for name, value := range inner {
		h.Set(name, fmt.Sprint(value))
	}
	return h
}

// answeredAt is when the service says that it answered, or the zero time.
func (e *exchange) answeredAt() time.Time {
	t, _ := http.ParseTime(e.header.Get("Date"))
	return t
}

// member is a member of the answer's object, or nil.
func (e *exchange) member(name string) any {
	members, _ := e.answered.doc.(map[string]any)
	return members[name]
}
