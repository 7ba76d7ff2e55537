package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// linkFormats are addresses within Graph and out of it.
func linkFormats() []*Format {
	return []*Format{
		{Name: "operation-link", Doc: "where a long-running operation is polled: a link, relative or absolute, that ends in /operations('ID'), /operations(ID) or /operations/ID",
			match: isOperationLink, telling: isLinkStart},
		{Name: "monitor-link", Doc: "where a file operation is polled, without a token and on another host: .../monitor/ID",
			match: isMonitorLink, telling: isLinkStart},
		{Name: "odata-context", Doc: "what a body is: an absolute link to $metadata with a fragment; ids in it are percent-encoded",
			match: isODataContext, telling: isLinkStart},
		{Name: "delta-link", Doc: "where changes are asked for later: an absolute link with a $deltatoken, or on drives a token",
			match: isDeltaLink, telling: isLinkStart},
		{Name: "next-link", Doc: "where the next page is: an absolute link with a $skiptoken or a $skip, or of a drive's delta with a token",
			match: isNextLink, telling: isLinkStart},
		{Name: "absolute-link", Doc: "an http or https address with a host, without spaces",
			match: isAbsoluteLink, telling: always},
		{Name: "key-link", Doc: "a relative link that writes its keys in parentheses: /chats('ID'); to be treated as opaque",
			match: isKeyLink, telling: isLinkStart},
		{Name: "relative-link", Doc: "an address below the version's root: it begins with one slash and has no spaces",
			match: isRelativeLink, telling: isPathStart},
		{Name: "odata-type", Doc: "a type's name: #microsoft.graph.user, with or without #, or a collection of one",
			match: isODataType, telling: isGraphType},
	}
}

// isLinkStart is a quick look, for the formats' own matchers look closer. Like
// every telling it may count on a few characters being there.
func isLinkStart(s string) bool { return s[0] == '/' || strings.HasPrefix(s, "http") }

// isPathStart tells a path from base64, which begins with a slash at times (JPEG
// data: "/9j/4AAQ").
func isPathStart(s string) bool {
	return s[0] == '/' && ascii.IsLetter(s[1]) && len(s) <= 2048 && !strings.HasSuffix(s, "=")
}

// isLinkByte: what may stand in a link. Braces are placeholders.
func isLinkByte(c byte) bool {
	switch c {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}', 0x7f:
		return false
	}
	return c > ' '
}

func isAbsoluteLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	return rest != "" && ascii.IsAlnum(rest[0]) && ascii.All(rest, isLinkByte)
}

func isRelativeLink(s string) bool {
	return len(s) > 1 && s[0] == '/' && s[1] != '/' && ascii.All(s, isLinkByte)
}

// cutLink takes the query and the fragment off a link.
func cutLink(s string) (path, query string) {
	s, _, _ = strings.Cut(s, "#")
	path, query, _ = strings.Cut(s, "?")
	return path, query
}

func isOperationLink(s string) bool {
	if !isRelativeLink(s) && !isAbsoluteLink(s) {
		return false
	}
	path, _ := cutLink(s)
	at := strings.LastIndex(path, "/operations")
	if at <= 0 {
		return false
	}
	key := path[at+len("/operations"):]
	if id, ok := strings.CutPrefix(key, "/"); ok {
		return id != "" && !strings.ContainsAny(id, "/()'")
	}
	return isKeyGroup(key)
}

// isKeyGroup: a key in parentheses, ('ID') or (ID); a quote within is doubled.
func isKeyGroup(s string) bool {
	if !isWhole(s, '(', ')') {
		return false
	}
	key := s[1 : len(s)-1]
	if !isWhole(key, '\'', '\'') {
		return key != "" && !strings.ContainsAny(key, "'()/")
	}
	key = key[1 : len(key)-1]
	return key != "" && !strings.Contains(strings.ReplaceAll(key, "''", ""), "'")
}

func isMonitorLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, _ := cutLink(s)
	at := strings.LastIndex(path, "/monitor/")
	return at > 0 && ascii.All(path[at+len("/monitor/"):], isURLSafe)
}

func isODataContext(s string) bool {
	_, fragment, ok := strings.Cut(s, "/$metadata#")
	return ok && fragment != "" && isAbsoluteLink(s)
}

// hasOption reports whether a query has one of the options with a value. The $
// is optional (concepts/query-parameters) and may be encoded.
func hasOption(query string, names ...string) bool {
	for option := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(option, "=")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "%24"), "$")
		for _, wanted := range names {
			if value != "" && strings.EqualFold(name, wanted) {
				return true
			}
		}
	}
	return false
}

func isDeltaLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, query := cutLink(s)
	return hasOption(query, "deltatoken", "token") || strings.Contains(path, "/delta(token=")
}

func isNextLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, query := cutLink(s)
	return hasOption(query, "skiptoken", "skip") || strings.Contains(path, "/delta(token=")
}

// isKeyLink looks for the first key and takes the rest of the path as it is.
func isKeyLink(s string) bool {
	if !isRelativeLink(s) {
		return false
	}
	path, _ := cutLink(s)
	open := strings.Index(path, "('")
	if open < 2 {
		return false
	}
	end := strings.LastIndex(path, "')")
	return end > open+2 && (end+2 == len(path) || path[end+2] == '/')
}

func isODataType(s string) bool {
	name, hash := strings.CutPrefix(s, "#")
	name, collection := odata.ElementOf(name)
	hash = hash || collection
	parts := 0
	for part := range strings.SplitSeq(name, ".") {
		if !ascii.All(part, func(c byte) bool { return ascii.IsAlnum(c) || c == '_' }) || ascii.IsDigit(part[0]) {
			return false
		}
		parts++
	}
	return hash || parts > 1 // a bare primitive is written with #
}

func isGraphType(s string) bool {
	return strings.HasPrefix(s, "#microsoft.graph.") || strings.HasPrefix(s, "microsoft.graph.") || strings.HasPrefix(s, "#Collection(")
}
