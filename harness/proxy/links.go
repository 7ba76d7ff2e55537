package proxy

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// Where the hosts of links that are not Graph's are served, below a base URL.
const (
	hostsPath     = "/_graphvcr/hosts/"
	httpHostsPath = "/_graphvcr/http-hosts/" // of stand-ins that speak no TLS
)

// A link is the beginning of an absolute address in a text: its scheme and host.
type link struct {
	start, end int
	host       string // "" when it is a Graph host
	plain      bool   // http
	escaped    bool   // with slashes as JSON may write them, \/
}

// findLinks finds the links of a text that a client may follow: any of Graph's, and of
// another host those whose place says that they are to be followed. What merely names a
// page (webUrl) is data.
func findLinks(text string) []link {
	links := linksIn(text, "://", nil)
	plain := len(links)
	links = linksIn(text, `:\/\/`, links)
	if plain > 0 && plain < len(links) {
		slices.SortFunc(links, func(a, b link) int { return a.start - b.start })
	}
	return slices.DeleteFunc(links, func(l link) bool { return l.host != "" && !l.isFollowed(text) })
}

// linksIn finds all links of a text that are written in one of two ways.
func linksIn(text, mark string, links []link) []link {
	for at := 0; ; {
		i := strings.Index(text[at:], mark)
		if i < 0 {
			return links
		}
		i += at
		at = i + 1
		if l, ok := linkAt(text, i); ok {
			links = append(links, l)
			at = l.end
		}
	}
}

// linkAt reads the link whose scheme ends at a colon.
func linkAt(text string, colon int) (link, bool) {
	l := link{}
	rest := text[colon+1:]
	slashes := 2
	if strings.HasPrefix(rest, `\/\/`) {
		l.escaped, slashes = true, 4
	} else if !strings.HasPrefix(rest, "//") {
		return l, false
	}
	switch {
	case colon >= 5 && strings.EqualFold(text[colon-5:colon], "https"):
		l.start = colon - 5
	case colon >= 4 && strings.EqualFold(text[colon-4:colon], "http"):
		l.start, l.plain = colon-4, true
	default:
		return l, false
	}
	if l.start > 0 && isHostByte(text[l.start-1]) {
		return l, false
	}
	begin := colon + 1 + slashes
	l.end = begin
	for l.end < len(text) && (isHostByte(text[l.end]) || text[l.end] == ':') {
		l.end++
	}
	for l.end > begin && (text[l.end-1] == '.' || text[l.end-1] == ':') {
		l.end--
	}
	if l.end == begin || l.end < len(text) && text[l.end] == '@' {
		return l, false
	}
	l.host = text[begin:l.end]
	if !l.plain && graph.IsHost(l.host) {
		l.host = ""
	}
	return l, true
}

func isHostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'
}

// followedEnds are the ends, in lower case, of the names of members and headers whose
// links clients follow (driveItem, uploadSession, OData JSON format 4.01, long running
// operations).
var followedEnds = []string{"uploadurl", "downloadurl", "nextlink", "deltalink", "odata.context", "location", "medialink", "readlink", "editlink", "monitorurl", "asyncoperation"}

func isFollowedName(name string) bool {
	name = strings.ToLower(name)
	for _, end := range followedEnds {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// isFollowed reports whether a link stands where clients follow it: as the value of such
// a member, or with a token of its own.
func (l *link) isFollowed(text string) bool {
	before := strings.TrimRight(text[:l.start], `\`)
	if value, ok := strings.CutSuffix(before, `"`); ok {
		value = strings.TrimRight(strings.TrimRight(value, `\`), " \t\r\n")
		if member, ok := strings.CutSuffix(value, ":"); ok {
			member = strings.TrimRight(strings.TrimRight(member, " \t\r\n"), `\`)
			if member, ok = strings.CutSuffix(member, `"`); ok {
				member = strings.TrimRight(member, `\`)
				if isFollowedName(member[strings.LastIndexByte(member, '"')+1:]) {
					return true
				}
			}
		}
	}
	rest := text[l.end:]
	if end := strings.IndexAny(rest, "\" \t\r\n<>"); end >= 0 {
		rest = rest[:end]
	}
	return strings.Contains(rest, "tempauth=")
}

// served appends the text with the links below a base URL instead.
func served(out []byte, text string, links []link, base string) []byte {
	done := 0
	for i := range links {
		l := &links[i]
		out = append(out, text[done:l.start]...)
		out = l.appendServed(out, base)
		done = l.end
	}
	return append(out, text[done:]...)
}

func (l *link) appendServed(out []byte, base string) []byte {
	if l.escaped {
		base = strings.ReplaceAll(base, "/", `\/`)
	}
	out = append(out, base...)
	if l.host == "" {
		return out
	}
	path := hostsPath
	if l.plain {
		path = httpHostsPath
	}
	if l.escaped {
		path = strings.ReplaceAll(path, "/", `\/`)
	}
	return append(append(out, path...), l.host...)
}

// servedHeader is a header's value with its links below a base URL. A path in the
// Location of a redirect is one of the host that answered, below home.
func servedHeader(name, value, base, home string, redirect bool) string {
	if redirect && name == "Location" && strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") {
		return home + value
	}
	var out []byte
	done := 0
	for _, l := range linksIn(value, "://", nil) {
		if l.host == "" || isFollowedName(name) {
			out = l.appendServed(append(out, value[done:l.start]...), base)
			done = l.end
		}
	}
	if done == 0 {
		return value
	}
	return string(append(out, value[done:]...))
}

// meant is what a client sent with links below a base URL put back to the hosts that they
// stand for; graph is the host of Graph's.
func meant(text, base, graph string) string {
	if !strings.Contains(text, base) {
		if escaped := strings.ReplaceAll(base, "/", `\/`); strings.Contains(text, escaped) {
			return meantIn(text, escaped, "https:\\/\\/"+graph, `\/`)
		}
		return text
	}
	return meantIn(text, base, "https://"+graph, "/")
}

// goesOn reports whether a name that ended before rest is longer than it seemed.
func goesOn(rest string) bool {
	rest = strings.TrimPrefix(rest, ".") // the end of a sentence, or of a label
	return rest != "" && (isHostByte(rest[0]) || rest[0] == ':')
}

func meantIn(text, base, graph, slash string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, base)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		text = rest
		if goesOn(rest) {
			out.WriteString(base) // a longer name, another port
			continue
		}
		scheme, path := "https:", strings.ReplaceAll(hostsPath, "/", slash)
		host, other := strings.CutPrefix(rest, path)
		if !other {
			scheme = "http:"
			host, other = strings.CutPrefix(rest, strings.ReplaceAll(httpHostsPath, "/", slash))
		}
		if !other {
			out.WriteString(graph)
			continue
		}
		out.WriteString(scheme + slash + slash)
		text = host
	}
}
