package hosts

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// A Link is the beginning of an absolute address in a text: its scheme and host.
type Link struct {
	Start, End int
	Host       string // as it is written, with its port; "" when it is Graph's
	Plain      bool   // http
	Escaped    bool   // with slashes as JSON may write them, \/
}

// IsLinked reports whether bodies of a content type hold links to follow.
func IsLinked(contentType string) bool {
	kind := media.TypeOf(contentType)
	return media.IsJSONType(kind) || kind == "multipart/mixed"
}

// IsFile reports whether the answer to a request is the content of a file, whatever its
// type: what is in that is data.
func IsFile(method string, asked *url.URL) bool {
	if !graph.IsHost(asked.Host) {
		return method == http.MethodGet
	}
	_, isContent := graph.CutContent(asked.Path)
	return isContent
}

// Links finds the links in a body that a client may follow.
func Links(body string) []Link {
	if strings.HasPrefix(body, "--") {
		return partLinks(body)
	}
	return jsonLinks(nil, body, 0)
}

// jsonLinks appends the links of a JSON text that begins at an offset of the body, as far
// as it can be read.
func jsonLinks(links []Link, text string, offset int) []Link {
	var parents []string // of what is open, the names
	for t, err := range jsondoc.Scan(text) {
		if err != nil {
			break
		}
		switch {
		case t.Opens():
			parents = append(parents[:min(t.Depth, len(parents))], t.Name)
		case t.Kind == '"' && t.NameAt >= 0:
			if l, ok := linkAt(t.Raw[1:]); ok && leadsOn(t.Name, parents[t.Depth-1], l, t.Raw) {
				l.Start += offset + t.Start + 1
				l.End += offset + t.Start + 1
				links = append(links, l)
			}
		}
	}
	return links
}

// leadsOn reports whether clients follow a link in a member. The headers of a part of a
// batch are members.
func leadsOn(name, parent string, l Link, raw string) bool {
	switch {
	case strings.EqualFold(parent, "headers") && headerLeadsOn(name), odata.IsFollowedMember(name), odata.IsReadMember(name):
		return true
	case l.Host == "":
		return odata.IsOwnMember(name)
	}
	// Thumbnails and exported reports (v1.0/resources/thumbnail, v1.0/api/intune-reporting-devicemanagementexportjob-get).
	return strings.EqualFold(name, "url") && (strings.Contains(raw, "tempauth=") || strings.Contains(raw, "sig="))
}

// partLinks finds the links in the parts of multipart/mixed.
func partLinks(body string) []Link {
	var links []Link
	boundary, _, _ := strings.Cut(body, "\n")
	boundary = strings.TrimRight(boundary, "\r")
	inHeaders := false
	for at := 0; at < len(body); {
		line, _, _ := strings.Cut(body[at:], "\n")
		text := strings.TrimRight(line, "\r")
		name, value, isHeader := strings.Cut(text, ":")
		switch {
		case strings.HasPrefix(text, boundary), strings.HasPrefix(text, "HTTP/"):
			inHeaders = true
		case inHeaders && isHeader:
			for _, l := range HeaderLinks(strings.TrimSpace(name), value) {
				l.Start, l.End = l.Start+at+len(name)+1, l.End+at+len(name)+1
				links = append(links, l)
			}
		case text == "":
			inHeaders = false
		case !inHeaders && strings.HasPrefix(text, "{"):
			line, _, _ = strings.Cut(body[at:], "\n"+boundary)
			links = jsonLinks(links, line, at)
		}
		at += len(line) + 1
	}
	return links
}

// HeaderLinks finds the links in a header's value that a client may follow.
func HeaderLinks(name, value string) []Link {
	if !headerLeadsOn(name) {
		return nil
	}
	var links []Link
	end := 0
	for _, m := range schemes.FindAllStringSubmatchIndex(value, -1) {
		if l, ok := linkAt(value[m[2]:]); ok && m[2] >= end {
			l.Start, l.End = m[2], m[2]+l.End
			links, end = append(links, l), l.End
		}
	}
	return links
}

// schemes may begin a link in a header.
var schemes = regexp.MustCompile(`(?i)(?:^|[^\w.-])(https?:)`)

// headerLeadsOn knows also what names an entity (OData 4.01, part 1, section 8.3.4) and
// the links of RFC 8288.
func headerLeadsOn(name string) bool {
	return protocol.IsLinkHeader(name) || strings.EqualFold(name, "OData-EntityId") || strings.EqualFold(name, "Link")
}

// LongestHost bounds a host with its port: a name has 253 characters at most (RFC 1035, 2.3.4).
const LongestHost = 260

// linkBegins is a scheme, slashes as they are or as JSON may write them, and a host.
var linkBegins = regexp.MustCompile(`^(?i:http)([sS]?):(//|\\/\\/)([\w.:-]*[\w-])`)

// linkAt reads the link that a text begins with.
func linkAt(text string) (Link, bool) {
	const longest = len(`https:\/\/`) + LongestHost + 2
	if len(text) < 4 || !strings.EqualFold(text[:4], "http") {
		return Link{}, false // as nearly all texts
	}
	m := linkBegins.FindStringSubmatchIndex(text[:min(len(text), longest)])
	if m == nil || m[7]-m[6] > LongestHost || strings.HasPrefix(text[m[1]:], "@") {
		return Link{}, false
	}
	l := Link{End: m[1], Host: text[m[6]:m[7]], Plain: m[2] == m[3], Escaped: text[m[4]] != '/'}
	if !l.Plain && graph.IsHost(l.Host) {
		l.Host = ""
	}
	return l, true
}

// HoldsLinks reports whether a header may hold something to follow.
func HoldsLinks(name string, values []string) bool {
	return headerLeadsOn(name) && (http.CanonicalHeaderKey(name) == "Location" || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "://") }))
}
