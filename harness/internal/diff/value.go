package diff

import (
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A role says what a string is good for, which decides how two are compared.
type role uint8

const (
	prose role = iota // texts and names: not compared
	link
	date
	ident
	word  // a member of an enum, or of something like one
	class // the name of a type
)

// A value is a string as it is compared: two of one class say the same of the service.
type value struct {
	role   role
	hidden bool   // it is redacted: two of a role are one class
	text   string // what is compared: a link's shape, a date's precision, an enum's member
	id     idShape
}

// valueOf classifies the string that a member of that name holds.
func (as reading) valueOf(name, s string) value {
	role, text, f := roleOf(name, s)
	hidden := as.hides(s)
	switch role {
	case ident:
		return value{role: ident, hidden: hidden, id: idShapeOf(s, f)}
	case prose:
		// The pseudonyms of texts, files, addresses and numbers stand for no single word.
		isOneWord := hidden && !strings.ContainsAny(s, " .@:+") && !isDigits(s)
		if f == nil && (isWord(s) || isOneWord) && !isNaming(name) {
			return value{role: word, hidden: hidden, text: s}
		}
	}
	return value{role: role, hidden: hidden, text: as.masked(text)}
}

// roleOf is the role of a string by its spelling and its member's name, words aside.
func roleOf(name, s string) (role, string, *identity.Format) {
	switch {
	case s == "":
		return prose, "", nil
	case strings.HasSuffix(name, odata.Type):
		return class, s, nil
	case isLinkName(name) || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"):
		return link, linkShape(s), nil
	}
	if shape := dateShape(s); shape != "" {
		return date, shape, nil
	}
	f := identity.Recognise(s)
	if isID(f) || isIDName(name) {
		return ident, "", f
	}
	return prose, "", f
}

func isID(f *identity.Format) bool { return f != nil && f.IsID }

func isIDName(name string) bool {
	return name == "id" || endsIn(name, "Id", "Ids", "ID")
}

func isLinkName(name string) bool {
	return name == "Location" || endsIn(name, "Link", "Url", "Uri", "ResourceLocation", "resourceLocation", "@odata.id", odata.Context)
}

func endsIn(name string, endings ...string) bool {
	return slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(name, ending) })
}

// isNaming reports whether a member's strings are chosen by people or clients, so that a
// new one says nothing of the service.
func isNaming(name string) bool {
	if endsIn(name, "Type", "State", "Status", "Kind", "Mode", "Level", "Method") {
		return false // messageType, categoryKind: the service's words, whatever of
	}
	lower := strings.ToLower(name)
	return slices.ContainsFunc(chosen, func(part string) bool { return strings.Contains(lower, part) })
}

// chosen are parts of the names of members whose strings are chosen.
var chosen = []string{
	"name", "title", "topic", "subject", "description", "message", "text", "content", "mail", "city", "street", "office",
	"department", "phone", "address", "value", "comment", "nickname", "surname", "tag", "hash", "token", "hint", "key", "label", "sku", "version",
	"preview", "note", "category", "extension", "query", "location", "country", "region", "language", "locale", "timezone", "operatingsystem",
	"browser", "model", "manufacturer", "company", "division", "postal", "alias",
}

// isWord reports whether a string is spelled like the member of an enum. Short numbers
// count: services have answered with a member's number.
func isWord(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	digits := 0
	for i := range len(s) {
		if !ascii.IsAlnum(s[i]) && s[i] != '_' && (s[i] != '-' || i == 0) {
			return false
		}
		if isDigits(s[i : i+1]) {
			digits++
		}
	}
	return digits <= 3
}

// dateShape is how precise a date is: "date", "date-time", with a fraction and a zone. A
// fraction's digits are not counted, since services drop its zeros.
func dateShape(s string) string {
	if len(s) < 10 || !isDigits(s[:4]) || s[4] != '-' || !isDigits(s[5:7]) || s[7] != '-' || !isDigits(s[8:10]) {
		return ""
	}
	if len(s) == 10 {
		return "date"
	}
	clock := s[10:]
	if clock[0] != 'T' && clock[0] != ' ' || len(clock) < 6 || !isDigits(clock[1:3]) {
		return ""
	}
	shape := "date-time"
	zone := strings.IndexAny(clock, "Zz+-")
	if strings.Contains(clock, ".") {
		shape += " with fraction"
	}
	switch {
	case zone < 0:
		return shape + ", no zone"
	case clock[zone] == 'Z' || clock[zone] == 'z':
		return shape + ", UTC"
	}
	return shape + ", offset"
}

// coarse is a date's shape without the fraction, which may be zero by chance.
func coarse(shape string) string { return strings.Replace(shape, " with fraction", "", 1) }

func isDigits(s string) bool { return ascii.All(s, ascii.IsDigit) }

// linkShape is a link without what differs between two tenants: absolute or relative,
// its path's template with the syntax of its keys, the names of its options.
func linkShape(s string) string {
	address, fragment, hasFragment := strings.Cut(s, "#")
	if hasFragment {
		return linkShape(address) + "#" + maskKeys(fragment)
	}
	u, err := graphurl.Parse(address)
	if err != nil {
		return "no link"
	}
	names := make([]string, 0, len(u.Options))
	for _, o := range u.Options {
		names = append(names, strings.TrimPrefix(o.Name, "$"))
	}
	slices.Sort(names)
	options := ""
	if len(names) > 0 {
		options = "?" + strings.Join(slices.Compact(names), "&")
	}
	path, _, _ := strings.Cut(address, "?")
	_, rest, absolute := strings.Cut(address, "://")
	switch {
	case absolute && u.Host != graphurl.Graph:
		return "another host's link" + options
	case absolute:
		_, path, _ = strings.Cut(rest, "/")
		path, _, _ = strings.Cut(path, "?")
		return "https://graph/" + keySyntax(path, u) + options
	}
	return keySyntax(path, u) + options
}

// keySyntax is a path with its keys masked, in the syntax in which they stand.
func keySyntax(path string, u *graphurl.URL) string {
	if strings.ContainsRune(path, '(') {
		return maskKeys(path)
	}
	template := maskBraces(u.Template())
	if !strings.HasPrefix(path, "/") {
		return strings.TrimPrefix(template, "/")
	}
	return template
}

// maskBraces leaves out the kinds of a template's ids: that of an id which changed its
// format is reported where the id stands.
func maskBraces(template string) string { return inBraces.ReplaceAllString(template, keyed) }

var inBraces = regexp.MustCompile(`\{[^}]*\}?`)

// maskKeys masks what stands in parentheses after a quote, a digit or a token's name, and
// segments that are ids.
func maskKeys(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		open := strings.IndexByte(s, '(')
		switch {
		case open >= 0 && strings.HasSuffix(s, ")"):
			inner := s[open+1 : len(s)-1]
			if strings.ContainsAny(inner, "'") || identity.Recognise(inner) != nil || isDigits(inner) {
				if name, _, named := strings.Cut(inner, "="); named {
					segments[i] = s[:open] + "(" + name + "={})"
				} else {
					segments[i] = s[:open] + "({})"
				}
			}
		case isID(identity.Recognise(s)) || strings.Contains(s, "%"):
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

func (v value) String() string {
	if v.hidden {
		return "a redacted value"
	}
	switch v.role {
	case ident:
		return v.id.String()
	case prose:
		return "a text"
	}
	return v.text
}

// changeOf says by which rule two values differ that a member had before and has now,
// "" where they are alike.
func (v value) changeOf(now value) ID {
	if v.hidden || now.hidden {
		return v.hiddenChangeOf(now)
	}
	if v.role != now.role {
		switch {
		case v.role == prose || now.role == prose && v.role == word:
			return ""
		case v.role == ident || v.role == word && now.role == ident:
			return IDFormat
		case v.role == link:
			return LinkShape
		case v.role == date:
			return DateFormat
		}
		return ""
	}
	switch v.role {
	case link:
		if v.text != now.text {
			return LinkShape
		}
	case date:
		if coarse(v.text) != coarse(now.text) || v.text != coarse(v.text) && now.text == coarse(now.text) {
			return DateFormat
		}
	case ident:
		return v.id.changeOf(now.id)
	case word, class:
		if v.text != now.text {
			return EnumNew
		}
	}
	return ""
}
