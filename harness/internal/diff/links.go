package diff

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// linkTable says where an address that was asked for came from.
type linkTable map[string]linkOrigin

type linkOrigin struct {
	exchange *exchange // whose answer gave the link; of several pages the first
	field    string    // "nextLink", "Location", "uploadUrl"
}

func (o linkOrigin) isPage() bool { return o.field == "nextLink" }

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
