package identity

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Format is a named shape of a string value. Where the fact comes from, and values that do
// and do not have it, stand in testkit/formats.txt.
type Format struct {
	Name  string
	Doc   string // one line: what it is and its shape
	match func(string) bool

	// distinct says which of the format's values cannot be mistaken for free text; nil
	// means none of them.
	distinct func(string) bool

	id bool // it is what something is called by
}

// IsID reports whether values of the format are what something is called by: an id, or an etag,
// which says of what version it is.
func (f *Format) IsID() bool { return f.id }

// Match reports whether s has the format.
func (f *Format) Match(s string) bool { return f.match(s) }

// mostMatched is the length of the longest value that a pattern matches.
const mostMatched = 64 << 10

// matching is a matcher of whole values, compiled when it is first asked.
func matching(pattern string) func(string) bool { return matchingUpTo(mostMatched, pattern) }

// matchingUpTo is matching for values of at most so many bytes.
func matchingUpTo(most int, pattern string) func(string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + pattern + `)\z`) })
	return func(s string) bool { return len(s) <= most && compiled().MatchString(s) }
}

// Lookup finds a format by name.
func Lookup(name string) (*Format, bool) {
	n := slices.IndexFunc(ordered, func(f *Format) bool { return f.Name == name })
	if n < 0 {
		return nil, false
	}
	return ordered[n], true
}

// Names lists all formats, sorted.
func Names() (names []string) {
	for _, f := range ordered {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// Recognise returns the most specific format that s has, or nil. Only formats
// distinct from free text are considered: a date or a chat
// id is recognised, any word of a name or a token is not.
func Recognise(s string) *Format {
	if len(s) < 4 { // no value so short is distinctive
		return nil
	}
	for _, f := range ordered {
		if f.distinct != nil && f.distinct(s) && f.match(s) {
			return f
		}
	}
	return nil
}

// with is a quick look for a part of a text, since a format's own matcher looks closer.
func with(has func(s, part string) bool, part string) func(string) bool {
	return func(s string) bool { return has(s, part) }
}

// always is for a format whose every value is distinct.
func always(string) bool { return true }

// IsPlaceholder reports whether s is what documentation writes in place of a
// value: "id-value", "operation-id", "{id}", "/teams/{id}", "<id>", "String
// (identifier)", "phone | email", or a value cut with "...". It may mistake ordinary
// words for one ("string"), so ask it only about documentation.
func IsPlaceholder(s string) bool {
	return strings.Contains(s, "...") || strings.Contains(s, "…") || // cut values: "eyJ0eXAiO..."
		strings.Contains(s, " | ") || // "group | oneOnOne": all members of an enum
		slices.ContainsFunc(bracedNames().FindAllString(s, -1), func(braced string) bool { return !isGUID(braced) }) || // "{id}"
		isPlaceholder(s)
}

// isPlaceholder: words in angle brackets, without digits, for no id is; a property's name with
// "-value", as in "displayName-value" and "User Principal Name value"; words that end in "-id",
// as in "drive-item-id"; a type as resource pages write it in place of a value: "string",
// "String (identifier)", "Int32", "Edm.Guid", "timestamp".
var isPlaceholder = matching(`<[A-Za-z_ -]+>|[A-Za-z_ -]+(?:-value| value|-id|-ID)|` +
	`(?i:(?:edm\.)?(?:string|boolean|guid|int16|int32|int64|integer|number|double|single|datetime|` +
	`datetimeoffset|timestamp|date|timeofday|duration|binary|byte|stream)(?: \(.*\))?)`)

// bracedNames are as in "{id}", "/teams/{team-id}" and "@{triggerBody}". A GUID in braces is a value.
var bracedNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z][\w .|-]*\}`) })
