package match

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// absent stands for a value that one side does not have.
const absent = "(absent)"

// isSecret reports whether the value of a field is never shown.
func isSecret(field string) bool {
	field = strings.TrimRight(field, "']")
	return redact.IsCredential(field[strings.LastIndexAny(field, ".'")+1:], "")
}

// maxShown bounds the text that is shown of a value.
const maxShown = 80

// A side is what one of two requests has at a field.
type side struct {
	text string
	has  bool
	json bool // it is JSON, and is shown without quotes
}

func textSide(s string) side { return side{text: s, has: true} }

// jsonSide is that of a JSON value, or of jsondoc.Absent.
func jsonSide(v any) side {
	if v == jsondoc.Absent {
		return side{json: true}
	}
	return side{text: string(jsondoc.Canonical(nil, v)), has: true, json: true}
}

// shownSides are two values that differ, as a reader may see them: long ones around the
// place where they begin to.
func shownSides(field string, recorded, received side) (string, string) {
	hide := isSecret(field)
	if !hide {
		for _, s := range [...]*side{&recorded, &received} {
			if s.has {
				s.text = withoutTokens(field, s.text)
			}
		}
		hide = recorded.text == concealed || received.text == concealed
	}
	at := 0
	for at < min(len(recorded.text), len(received.text)) && recorded.text[at] == received.text[at] {
		at++
	}
	return recorded.shown(at, hide), received.shown(at, hide)
}

func (s side) shown(at int, hide bool) string {
	switch {
	case !s.has:
		return absent
	case s.text == "":
		return `""`
	case hide:
		return concealed
	case s.json:
		return excerpt(s.text, at, maxShown)
	case utf8.ValidString(s.text):
		return strconv.Quote(excerpt(s.text, at, maxShown))
	case at > maxShown:
		return fmt.Sprintf("(%d bytes, other from byte %d on)", len(s.text), at)
	}
	return fmt.Sprintf("(%d bytes)", len(s.text))
}

// concealed stands for a credential.
const concealed = "(hidden)"

// withoutTokens hides credentials: by their names, where the text is an address, a query's
// option, JSON, markup or a table, and by their form.
func withoutTokens(field, s string) string {
	m := place.Message{Method: http.MethodGet}
	switch option, isOption := strings.CutPrefix(field, "query."); {
	case isOption:
		before := "?" + option + "="
		m.Address = before + s
		place.Rewrite(&m, conceal)
		s = strings.TrimPrefix(m.Address, before)
	case strings.IndexByte(s, '\n') >= 0 && strings.IndexByte("{[<", s[0]) < 0:
		m.Header, m.Body = http.Header{"Content-Type": {"text/csv"}}, s
		place.Rewrite(&m, conceal)
		s = m.Body
	default:
		var none *place.Leaf
		s = none.RewriteText(place.Leaf{Text: s, Role: place.Text}, conceal)
	}
	return unescaped(strings.ReplaceAll(s, inPlace, concealed))
}

// unescaped is a text as it is, its steps without escapes where these part what is a credential: a
// place ends at an escaped slash.
func unescaped(s string) string {
	steps := strings.Split(s, "/")
	for n, step := range steps {
		if plain, err := url.PathUnescape(step); err == nil {
			if is := redact.WithoutCredentials(plain, concealed); is != plain {
				steps[n] = is
			}
		}
	}
	return strings.Join(steps, "/")
}

// inPlace is what no encoding changes.
const inPlace = "hidden-credential"

func conceal(l *place.Leaf) (string, bool) {
	switch {
	case l.IsName():
	case l.Role == place.Token, redact.IsCredential(l.Name, l.Parent):
		return inPlace, true
	case l.Layered:
		return "", false
	}
	is := redact.WithoutCredentials(l.Text, inPlace)
	return is, is != l.Text
}

// excerpt cuts a long text to a limit, at characters, so that the place at is in it.
func excerpt(text string, at, limit int) string {
	const before, after = 30, 20 // what is shown around the place, at least
	if len(text) <= limit {
		return text
	}
	var start int
	head, tail := "", "..."
	if at+after > limit {
		start, head = characterAt(text, min(at, len(text))-before), "..."
	}
	end := characterAt(text, start+limit)
	if end == len(text) {
		tail = ""
	}
	return fmt.Sprintf("%s%s%s (%d bytes)", head, text[start:end], tail, len(text))
}

// characterAt is where the character begins that a place in a text is in, or its end.
func characterAt(text string, at int) int {
	if at >= len(text) {
		return len(text)
	}
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// Shown is an address, or the path and query of one, as a reader may see it: without what gives
// access, and not longer than a line.
func Shown(address string) string {
	if strings.HasPrefix(address, "/") { // only an address as a whole is taken apart
		return strings.TrimPrefix(Shown(graph.URL+address), graph.URL)
	}
	return excerpt(withoutTokens("", address), 0, 300)
}
