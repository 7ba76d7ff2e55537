package diff

import (
	"strings"

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
	for _, name := range []string{"Location", "Operation-Location"} {
		l.add(e, owner, name, e.header.Get(name))
	}
	jsondoc.Walk(e.answered.doc, func(at jsondoc.Place, value any) bool {
		if link, ok := value.(string); ok && !at.IsElement() && isFollowed(at.Name()) {
			l.add(e, owner, at.Name()[strings.LastIndexAny(at.Name(), ".@")+1:], link)
		}
		return at.Depth() <= maxLinkDepth
	})
}

// maxLinkDepth is how deep in a body links to follow may stand. Graph's stand at the
// root or in the items of a list.
const maxLinkDepth = 6

// isFollowed reports whether clients follow the links in a member of that name. Other
// links (webUrl, @odata.id) are for people, or name a resource.
func isFollowed(name string) bool {
	switch name {
	case "@odata.nextLink", "@odata.deltaLink", "uploadUrl", "@microsoft.graph.downloadUrl", "@content.downloadUrl", "targetResourceLocation", "resourceLocation":
		return true
	}
	return false
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
