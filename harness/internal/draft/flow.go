package draft

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// A capture is a value of an answer that a later request needs.
type capture struct {
	name  string // of the variable
	from  string // as a scenario says it: body.id, header.Location
	value string
}

// shortest is the length below which a value is too common to be followed.
const shortest = 6

// follow finds the captures of all moves: values that an answer brings first and a
// later request uses.
func (d *drafter) follow() {
	d.captures = make([][]capture, len(d.moves))
	given := map[string]bool{} // values that need no capture, or have one
	names := map[string]bool{}
	for _, in := range d.inputs {
		given[in.value] = true
		names[in.name] = true
	}
	var links []capture
	for n := range d.moves {
		if address := d.moves[n].first().Request.URL; !follows(links, address) {
			for _, id := range pathIDs(address) {
				given[id] = true
			}
		}
		for _, c := range brought(d.moves[n].last()) {
			if given[c.value] || d.apart && !isLink(c.value) && !strings.HasSuffix(strings.ToLower(c.from), "id") || !d.usedAfter(n, c.value) {
				continue
			}
			given[c.value] = true
			c.name = unused(names, c.name)
			d.captures[n] = append(d.captures[n], c)
			if isLink(c.value) {
				links = append(links, c)
			}
		}
	}
}

// follows reports whether a request was led to its address by one of the links,
// so that the ids in it are not the caller's own.
func follows(links []capture, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	version, path, _ := splitVersion(u)
	return slices.ContainsFunc(links, func(c capture) bool {
		_, ok := leadsTo(c.value, u, version, path)
		return ok
	})
}

// learnInputs makes the inputs known to all steps.
func (d *drafter) learnInputs() {
	var all []capture
	for _, in := range d.inputs {
		all = append(all, capture{name: in.name, value: in.value})
	}
	d.learn(all)
}

// learn makes captured values known to the steps that follow.
func (d *drafter) learn(found []capture) {
	d.known = append(d.known, found...)
	slices.SortStableFunc(d.known, func(a, b capture) int { return cmp.Compare(len(b.value), len(a.value)) })
}

// brought lists the values of an answer that could be worth following: links, and
// strings of a registered format.
func brought(i *cassette.Interaction) []capture {
	var all []capture
	for _, header := range protocol.LinkHeaders() {
		if value := i.Response.Headers.Get(header); value != "" {
			all = append(all, capture{linkName(header), "header." + header, value})
		}
	}
	members := object(i)
	for _, name := range sortedNames(members) {
		value, _ := members[name].(string)
		if len(value) < shortest || name == odata.Context || visible(name) != name || !isLink(value) && identity.Recognise(value) == nil {
			continue
		}
		all = append(all, capture{variableName(name, i.Request.URL), "body." + pathStep(name), value})
	}
	if list, _ := members["value"].([]any); len(list) > 0 {
		first, _ := list[0].(map[string]any)
		if id, _ := first["id"].(string); len(id) >= shortest {
			all = append(all, capture{variableName("id", i.Request.URL), "body.value[0].id", id})
		}
	}
	return all
}

func linkName(header string) string {
	if header == "Content-Location" {
		return "resource"
	}
	return "operation"
}

// pathStep spells a member's name so that it is one step of a path.
func pathStep(name string) string {
	plain := strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) < 0
	if plain && name != "" && !unicode.IsDigit(rune(name[0])) {
		return name
	}
	return "$['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

func isLink(value string) bool {
	return strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "/")
}

// variableName is the member's name, or for an id the singular of the collection
// that the request speaks to.
func variableName(member, address string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(member, "@odata."), "@microsoft.graph.")
	if name == "id" {
		if u, err := graphurl.Parse(address); err == nil {
			for _, segment := range u.Segments {
				if segment.Kind == graphurl.Word {
					name = strings.TrimSuffix(segment.Text, "s")
				}
			}
		}
	}
	return variableWord(name, "value")
}

// variableWord is what a word leaves of a variable's name, or another one where that is none.
func variableWord(word, otherwise string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, word)
	if name == "" || unicode.IsDigit(rune(name[0])) {
		return otherwise
	}
	return name
}

func (d *drafter) usedAfter(n int, value string) bool {
	for _, m := range d.moves[n+1:] {
		sent := m.first().Request
		u, err := url.Parse(sent.URL)
		if err != nil {
			continue
		}
		version, path, _ := splitVersion(u)
		if isLink(value) {
			if _, ok := leadsTo(value, u, version, path); ok {
				return true
			}
			continue
		}
		if slices.Contains(pathIDs(sent.URL), value) || holds(sent.Body, value) || holds(unescapeQuery(u.RawQuery), value) {
			return true
		}
	}
	return false
}

// pathIDs are the ids in an address's path, decoded.
func pathIDs(address string) []string {
	u, err := graphurl.Parse(address)
	if err != nil {
		return nil
	}
	var ids []string
	for _, segment := range u.Segments {
		if segment.Kind == graphurl.Key {
			ids = append(ids, segment.Text)
		}
	}
	return ids
}

// link finds the captured link that leads to an address, and the query that the
// request adds to it.
func (d *drafter) link(u *url.URL, version, path string) (name, query string) {
	for _, c := range d.known {
		if !isLink(c.value) {
			continue
		}
		if rest, ok := leadsTo(c.value, u, version, path); ok {
			return c.name, rest
		}
	}
	return "", ""
}

// leadsTo reports whether a request follows a link: to the very address, or to its
// path with a query of the request's own. A relative link is below the version.
func leadsTo(link string, u *url.URL, version, path string) (query string, ok bool) {
	bare := *u
	bare.RawQuery = ""
	switch target, rest, own := strings.Cut(link, "?"); {
	case link == u.String():
		return "", true
	case own:
		return "", strings.HasPrefix(link, "https://") && target == bare.String() && rest == u.RawQuery
	case link == bare.String():
		return u.RawQuery, true
	case version != "" && strings.HasPrefix(link, "/"):
		return u.RawQuery, sameAddress(link, path)
	}
	return "", false
}

// holds reports whether a text holds a value that no letter or digit touches.
func holds(text, value string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], value)
		if i < 0 {
			return false
		}
		if standsAlone(text, at+i, len(value)) {
			return true
		}
		at += i + 1
	}
}

func standsAlone(text string, at, size int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at+size:])
	return !wordRune(before) && !wordRune(after)
}

func wordRune(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// template is a text with the values that are known by then as variables, and all
// other braces escaped.
func (d *drafter) template(s string) string {
	var out strings.Builder
	for at := 0; at < len(s); {
		c := d.knownAt(s, at)
		if c == nil {
			_, size := utf8.DecodeRuneInString(s[at:])
			out.WriteString(escapeBraces(s[at : at+size]))
			at += size
			continue
		}
		out.WriteString("{" + c.name + "}")
		at += len(c.value)
	}
	return out.String()
}

func (d *drafter) knownAt(s string, at int) *capture {
	for i := range d.known {
		c := &d.known[i]
		if !isLink(c.value) && strings.HasPrefix(s[at:], c.value) && standsAlone(s, at, len(c.value)) {
			return c
		}
	}
	return nil
}

// path is an escaped path with the ids that are known by then as variables.
func (d *drafter) path(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || d.template(plain) == escapeBraces(plain) {
			segments[i] = escapeBraces(segment)
			continue
		}
		segments[i] = d.segment(plain, segment)
	}
	return strings.Join(segments, "/")
}

// segment is a segment that is just one known id, or holds one in key syntax.
func (d *drafter) segment(plain, escaped string) string {
	whole := d.template(plain)
	word, rest, keyed := strings.Cut(whole, "('{")
	if strings.Count(whole, "{") == 1 && (strings.HasPrefix(whole, "{") && strings.HasSuffix(whole, "}") ||
		keyed && strings.HasSuffix(rest, "}')") && pathStep(word) == word) {
		return whole
	}
	return escapeBraces(escaped)
}

func escapeBraces(s string) string { return braces.Replace(s) }

var braces = strings.NewReplacer("{", "{{", "}", "}}")
