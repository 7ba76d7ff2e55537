package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// linkFormats are addresses within Graph and out of it.
var linkFormats = []*Format{
	{Name: "operation-link", Doc: "where a long-running operation is polled: a link, relative or absolute, that ends in /operations('ID'), /operations(ID) or /operations/ID",
		match: matching(link + `/operations(?:/` + keyByte + `+|\(` + keyByte + `+\)|` + quotedKey + `)` + behindPath), distinct: holding("/operations")},
	{Name: "monitor-link", Doc: "where a file operation is polled, without a token and on another host: .../monitor/ID",
		match: matching(absolute + `/monitor/[\w-]+` + behindPath), distinct: holding("/monitor/")},
	{Name: "odata-context", Doc: "what a body is: an absolute link to $metadata with a fragment; ids in it are percent-encoded",
		match: matching(`https?://[0-9A-Za-z]` + linkByte + `*/\$metadata#` + linkByte + `+`), distinct: holding("$metadata#")},
	{Name: "delta-link", Doc: "where changes are asked for later: an absolute link with a $deltatoken, or on drives a token",
		match: pageLink(`deltatoken|token`), distinct: holding("=")},
	{Name: "next-link", Doc: "where the next page is: an absolute link with a $skiptoken or a $skip, or of a drive's delta with a token",
		match: pageLink(`skiptoken|skip`), distinct: holding("=")},
	{Name: "absolute-link", Doc: "an http or https address with a host, without spaces",
		match: matching(`https?://[0-9A-Za-z]` + linkByte + `*`), distinct: hasPrefix("http")},
	{Name: "key-link", Doc: "a relative link that writes its keys in parentheses: /chats('ID'); to be treated as opaque",
		match: matching(relative + `\('` + pathByte + `+'\)(?:/` + pathByte + `*)?` + behindPath), distinct: holding("('")},
	{Name: "relative-link", Doc: "an address below the version's root: it begins with one slash and has no spaces",
		match: matching(`/[^/` + notLink + `]` + linkByte + `*`), distinct: isPathStart},
	{Name: "odata-type", Doc: "a type's name: #microsoft.graph.user, with or without #, or a collection of one",
		match: matching(typeName), distinct: func(s string) bool {
			return strings.HasPrefix(s, "#microsoft.graph.") || strings.HasPrefix(s, "microsoft.graph.") || strings.HasPrefix(s, "#Collection(")
		}},
}

// typeName is the name of a type, or of a collection of one; a bare primitive is written with #.
const (
	typeStep  = `[A-Za-z_]\w*`
	typeNames = typeStep + `(?:\.` + typeStep + `)*`
	typeName  = `#?Collection\(` + typeNames + `\)|#` + typeNames + `|` + typeStep + `\.` + typeNames
)

// What links are made of. Braces are placeholders, and stand in none.
const (
	notLink  = `\x00-\x20"<>\\^` + "`" + `{|}\x7f`
	linkByte = `[^` + notLink + `]`
	pathByte = `[^?#` + notLink + `]`
	keyByte  = `[^/()'?#` + notLink + `]`

	quotedKey  = `\('(?:[^'?#` + notLink + `]|'')+'\)` // a quote within is doubled
	absolute   = `https?://[0-9A-Za-z]` + pathByte + `*`
	relative   = `/[^/?#` + notLink + `]` + pathByte + `*`
	link       = `(?:` + absolute + `|` + relative + `)`
	behindPath = `(?:[?#]` + linkByte + `*)?`
)

// pageLink: an absolute link with one of the options, or of a drive's delta with a token. The $
// is optional (concepts/query-parameters) and may be encoded.
func pageLink(options string) func(string) bool {
	return matching(absolute + `(?:/delta\(token=` + linkByte + `*|\?(?:[^#` + notLink + `]*&)?(?:%24|\$)?(?i:` + options + `)=[^&#` + notLink + `]` + linkByte + `*)`)
}

// holding is a quick look, for the formats' own matchers look closer.
func holding(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

// isPathStart distinguishes a path from base64, which begins with a slash at times (JPEG
// data: "/9j/4AAQ").
func isPathStart(s string) bool {
	return s[0] == '/' && ascii.IsLetter(s[1]) && len(s) <= 2048 && !strings.HasSuffix(s, "=")
}
