package draft

import (
	"maps"
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
	brings := make([][]capture, len(d.moves))
	for n := range d.moves {
		brings[n] = brought(d.moves[n].last())
	}
	uses := usesOf(d.moves, brings...)
	d.captures = make([][]capture, len(d.moves))
	given := map[string]bool{} // values that need no capture, or have one
	names := map[string]int{}
	for _, in := range d.inputs {
		given[in.value] = true
		names[in.name] = 1
	}
	links := links{}
	for n := range d.moves {
		if address := d.moves[n].first().Request.URL; !links.follows(address) {
			for _, id := range pathIDs(address) {
				given[id] = true
			}
		}
		for _, c := range brings[n] {
			if given[c.value] || d.apart && !isLink(c.value) && !strings.HasSuffix(strings.ToLower(c.from), "id") || uses[c.value] <= n {
				continue
			}
			given[c.value] = true
			c.name = unused(names, c.name)
			d.captures[n] = append(d.captures[n], c)
			links.add(c)
		}
	}
}

// brought lists the values of an answer that could be worth following: links, and
// strings of a registered format.
func brought(i *cassette.Interaction) []capture {
	var all []capture
	for _, header := range protocol.LinkHeaders() {
		name := "operation"
		if header == "Content-Location" {
			name = "resource"
		}
		if value := i.Response.Headers.Get(header); value != "" {
			all = append(all, capture{name, "header." + header, value})
		}
	}
	members := object(i)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, _ := members[name].(string)
		if len(value) >= shortest && name != odata.Context && visible(name) == name &&
			(isLink(value) || identity.Recognise(value) != nil) {
			all = append(all, capture{variableName(name, i.Request.URL), "body." + pathStep(name), value})
		}
	}
	if list, _ := members["value"].([]any); len(list) > 0 {
		first, _ := list[0].(map[string]any)
		if id, _ := first["id"].(string); len(id) >= shortest {
			all = append(all, capture{variableName("id", i.Request.URL), "body.value[0].id", id})
		}
	}
	return all
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

// usesOf finds the last of the moves whose request uses each value: as a link that it
// follows, as an id in its path, or in its query or body where no letter or digit touches it.
func usesOf(moves []move, values ...[]capture) (last map[string]int) {
	last = map[string]int{}
	sought := newKnown()
	sought.learn(slices.Concat(values...)...)
	for n := range moves {
		sent := moves[n].first().Request
		u, err := url.Parse(sent.URL)
		if err != nil {
			continue
		}
		for _, l := range sought.links.all(u) {
			last[l.value] = n
		}
		for _, id := range pathIDs(sent.URL) {
			last[id] = n
		}
		for _, text := range []string{sent.Body, unescapeQuery(u.RawQuery)} {
			sought.texts.spans(text, func(at int, c capture) int {
				last[c.value] = n
				return at
			})
		}
	}
	return last
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
