package graph

import (
	"slices"
	"strings"
)

// NextLink and DeltaLink are the members of a page that lead on from it
// (concepts/paging, concepts/delta-query-overview).
const (
	NextLink  = "@odata.nextLink"
	DeltaLink = "@odata.deltaLink"
	Context   = "@odata.context"
)

// followedEnds are the ends, in lower case, of the names of members whose links clients
// follow: pages (concepts/paging), upload sessions, downloads (driveItem, and
// @content.downloadUrl in delta answers), media (OData JSON format 4.01, section 4.6.14),
// long-running operations (v1.0/resources/teamsasyncoperation, longrunningoperation),
// content that Intune takes at Azure's storage (v1.0/resources/mobileAppContentFile).
var followedEnds = [...]string{
	"nextlink", "deltalink", "uploadurl", "uploadsessionurl", "downloadurl", "medialink", "mediareadlink", "mediaeditlink",
	"resourcelocation", "monitorurl", "azurestorageuri",
}

// IsFollowedMember reports whether clients follow the links in a member of that name.
// Other links (webUrl, @odata.id, @odata.editLink) are for people, or name a resource.
func IsFollowedMember(name string) bool { return hasEnd(name, followedEnds[:]) }

// IsContentMember reports whether what a file holds is read or sent at the link in a member
// of that name.
func IsContentMember(name string) bool { return hasEnd(name, contentEnds[:]) }

var contentEnds = [...]string{"uploadurl", "downloadurl"}

func hasEnd(name string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool {
		return len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end)
	})
}

// ledEnds are the ends of further names whose links a client may ask for, and which have
// to lead where it asks: headers (those of a part of a batch are members), metadata, and
// the names of resources that are to be read or written.
var ledEnds = [...]string{"location", "asyncoperation", "odata.context", "readlink", "editlink"}

// leadsOn reports whether a client may ask for a link in a member or header of that name.
func leadsOn(name string) bool { return IsFollowedMember(name) || hasEnd(name, ledEnds[:]) }

// A Link is the beginning of an absolute address in a text: its scheme and host.
type Link struct {
	Start, End int
	Host       string // as it is written, with its port; "" when it is Graph's
	Plain      bool   // http
	Escaped    bool   // with slashes as JSON may write them, \/
}

// FindLinks finds the links of a text that a client may follow: any of Graph's, and of
// another host those whose place says that they are to be followed. What merely names a
// page (webUrl) is data.
func FindLinks(text string) []Link {
	links := linksIn(text, "://", nil)
	plain := len(links)
	links = linksIn(text, `:\/\/`, links)
	if plain > 0 && plain < len(links) {
		slices.SortFunc(links, func(a, b Link) int { return a.Start - b.Start })
	}
	return slices.DeleteFunc(links, func(l Link) bool { return l.Host != "" && !l.isFollowed(text) })
}

// HeaderLinks finds the links in a header's value that a client may follow: any of
// Graph's, and all of a header that leads on.
func HeaderLinks(name, value string) []Link {
	links := linksIn(value, "://", nil)
	if leadsOn(name) {
		return links
	}
	return slices.DeleteFunc(links, func(l Link) bool { return l.Host != "" })
}

// linksIn finds all links of a text that are written in one of two ways.
func linksIn(text, mark string, links []Link) []Link {
	for at := 0; ; {
		i := strings.Index(text[at:], mark)
		if i < 0 {
			return links
		}
		i += at
		at = i + 1
		if l, ok := linkAt(text, i); ok {
			links = append(links, l)
			at = l.End
		}
	}
}

// linkAt reads the link whose scheme ends at a colon.
func linkAt(text string, colon int) (Link, bool) {
	l := Link{}
	rest := text[colon+1:]
	slashes := 2
	if strings.HasPrefix(rest, `\/\/`) {
		l.Escaped, slashes = true, 4
	} else if !strings.HasPrefix(rest, "//") {
		return l, false
	}
	switch {
	case colon >= 5 && strings.EqualFold(text[colon-5:colon], "https"):
		l.Start = colon - 5
	case colon >= 4 && strings.EqualFold(text[colon-4:colon], "http"):
		l.Start, l.Plain = colon-4, true
	default:
		return l, false
	}
	if l.Start > 0 && IsHostByte(text[l.Start-1]) {
		return l, false
	}
	begin := colon + 1 + slashes
	l.End = begin
	for l.End < len(text) && (IsHostByte(text[l.End]) || text[l.End] == ':') {
		l.End++
	}
	for l.End > begin && (text[l.End-1] == '.' || text[l.End-1] == ':') {
		l.End--
	}
	if l.End == begin || l.End < len(text) && text[l.End] == '@' {
		return l, false
	}
	l.Host = text[begin:l.End]
	if !l.Plain && IsHost(l.Host) {
		l.Host = ""
	}
	return l, true
}

// IsHostByte reports whether a byte may be part of a host's name.
func IsHostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'
}

// isFollowed reports whether a link stands where clients follow it: as the value of such
// a member, or with a token of its own.
func (l *Link) isFollowed(text string) bool {
	before := strings.TrimRight(text[:l.Start], `\`)
	if value, ok := strings.CutSuffix(before, `"`); ok {
		value = strings.TrimRight(strings.TrimRight(value, `\`), " \t\r\n")
		if member, ok := strings.CutSuffix(value, ":"); ok {
			member = strings.TrimRight(strings.TrimRight(member, " \t\r\n"), `\`)
			if member, ok = strings.CutSuffix(member, `"`); ok {
				member = strings.TrimRight(member, `\`)
				if leadsOn(member[strings.LastIndexByte(member, '"')+1:]) {
					return true
				}
			}
		}
	}
	rest := text[l.End:]
	if end := strings.IndexAny(rest, "\" \t\r\n<>"); end >= 0 {
		rest = rest[:end]
	}
	return strings.Contains(rest, "tempauth=")
}
