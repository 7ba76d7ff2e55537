package diff

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An exchange is a request and its answer as they are compared: an interaction, or one
// part of a batch.
type exchange struct {
	at        *cassette.Interaction
	as        reading
	operation *operation // set once it is filed
	part      bool       // of a batch
	reads     bool       // a batch whose parts only read
	asking
	answer
	pages []*exchange // further pages of this answer

	// circumstances are what the client itself did that the answer to a read may follow from.
	circumstances circumstances
}

type asking struct {
	principal string
	method    string
	url       *graphurl.URL
	request   http.Header
	asked     any // its document; nil when it has none
}

type answer struct {
	path     string // of its document within the interaction's body
	status   int
	header   http.Header
	answered body
}

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
		at: i, as: as,
		asking: asking{principal: i.Principal, method: i.Request.Method, url: u, request: i.Request.Headers},
		answer: answer{path: jsondoc.Root, status: i.Response.Code, header: as.headers(i.Response.Headers), answered: bodyOf(as.text(i.Response.Body))},
	}
	if asked := bodyOf(as.text(i.Request.Body)); asked.kind == "JSON" {
		e.asked = asked.doc
	}
	parts := e.parts()
	if len(parts) > 0 {
		// What a batch holds is reported by its parts.
		e.asked, e.answered = nil, body{kind: "JSON"}
		e.reads = !slices.ContainsFunc(parts, func(part *exchange) bool { return !part.isRead() })
	}
	return append([]*exchange{e}, parts...), nil
}

// parts are the requests of a batch with their answers, in the order of the requests.
func (e *exchange) parts() []*exchange {
	if !e.url.IsBatch() {
		return nil
	}
	answers := map[string]*graph.Part{}
	responses := graph.Responses(e.answered.doc)
	for n := range responses {
		answers[responses[n].ID] = &responses[n]
	}
	var parts []*exchange
	for _, r := range graph.Requests(e.asked) {
		got := answers[r.ID]
		u, err := graphurl.Parse(r.Address(e.url.Version))
		if got == nil || err != nil {
			continue
		}
		part := &exchange{
			at: e.at, as: e.as, part: true,
			asking: asking{principal: e.principal, method: r.Method, url: u, asked: r.Body, request: r.Header},
			answer: answer{
				path:   jsondoc.AppendPath(jsondoc.AppendPath("$['responses']", got.Index), "body"),
				status: got.Status, header: got.Header, answered: body{kind: "empty"},
			},
		}
		if got.Body != nil {
			part.answered = body{kind: "JSON", doc: got.Body}
		}
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

// answeredAt is when the service says that it answered, or the zero time.
func (e *exchange) answeredAt() time.Time {
	t, _ := http.ParseTime(e.header.Get("Date"))
	return t
}

func (e *exchange) member(name string) any {
	members, _ := e.answered.doc.(map[string]any)
	return members[name]
}

// linkTable says where an address that was asked for came from.
type linkTable map[string]linkOrigin

type linkOrigin struct {
	exchange *exchange // whose answer gave the link; of several pages the first
	field    string    // "nextLink", "Location", "uploadUrl"
}

// learn keeps the links of an answer, which belong to the exchange that owns it.
func (l linkTable) learn(e, owner *exchange) {
	for _, name := range protocol.OperationHeaders() {
		l.add(e, owner, name, e.header.Get(name))
	}
	jsondoc.Walk(e.answered.doc, func(at jsondoc.Place, value any) bool {
		if link, ok := value.(string); ok && !at.IsElement() && odata.IsFollowedMember(at.Name()) {
			l.add(e, owner, fieldOf(at.Name()), link)
		}
		return at.Depth() <= maxLinkDepth
	})
}

// maxLinkDepth is how deep in a body links to follow may stand. Graph's stand at the
// root or in the items of a list.
const maxLinkDepth = 6

// fieldOf is how a report calls a member of links. That of a nested list (members@odata.
// nextLink) leads to pages of that list, and keeps its name.
func fieldOf(name string) string {
	if i := strings.IndexByte(name, '@'); i > 0 {
		return name
	}
	return name[strings.LastIndexAny(name, ".@")+1:]
}

func (l linkTable) add(e, owner *exchange, field, link string) {
	if link == "" {
		return
	}
	u, err := graphurl.Parse(link)
	if err != nil {
		return
	}
	if u.Host == "" {
		u.Host = e.url.Host
	}
	address := addressOf(u)
	if _, known := l[address]; !known {
		l[address] = linkOrigin{owner, field}
	}
}
