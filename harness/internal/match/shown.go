package match

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// isSecret reports whether the value of a field is never shown.
func isSecret(field string) bool {
	field = strings.TrimRight(field, "']")
	return redact.IsCredential(field[strings.LastIndexAny(field, ".'")+1:], "")
}

// maxShown bounds the text that is shown of a value.
const maxShown = 80

// shownSides are two values that differ, as a reader may see them: long ones around the place
// where they begin to. A value is one of JSON, of which a string is any text, or jsondoc.Absent.
func shownSides(field string, recorded, received any) (string, string) {
	old, now := shownText(field, recorded), shownText(field, received)
	at := 0
	for at < min(len(old), len(now)) && old[at] == now[at] {
		at++
	}
	hide := isSecret(field) || old == concealed || now == concealed
	return shownSide(recorded, old, at, hide), shownSide(received, now, at, hide)
}

// shownText is the text of a value without credentials.
func shownText(field string, value any) string {
	text, isText := value.(string)
	if !isText && value != jsondoc.Absent {
		text = string(jsondoc.Canonical(nil, value))
	}
	return withoutTokens(field, text)
}

// shownSide is a value with a text around a place in that.
func shownSide(value any, text string, at int, hide bool) string {
	_, isText := value.(string)
	switch {
	case value == jsondoc.Absent:
		return jsondoc.Absent.String()
	case text == "":
		return `""`
	case hide:
		return concealed
	case !isText:
		return excerpt(text, at, maxShown)
	case utf8.ValidString(text):
		return strconv.Quote(excerpt(text, at, maxShown))
	case at > maxShown:
		return fmt.Sprintf("(%d bytes, other from byte %d on)", len(text), at)
	}
	return fmt.Sprintf("(%d bytes)", len(text))
}

// concealed stands for a credential.
const concealed = "(hidden)"

// withoutTokens hides credentials, by their names and by their form.
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
	s = unescaped(strings.ReplaceAll(s, inPlace, concealed))
	if strings.HasSuffix(field, "header.Prefer") || strings.HasSuffix(field, "header.ConsistencyLevel") {
		return withoutFolded(s)
	}
	return s
}

// shownField is the name of a field without credentials.
func shownField(field string) string {
	shown := withoutTokens("", field)
	if strings.Contains(field, "query.") {
		return withoutFolded(shown)
	}
	return shown
}

// withoutFolded hides what may be a token where letter case, by which these are known, does not
// count: in names of options, and in two headers.
func withoutFolded(s string) string {
	return maybeTokens.ReplaceAllStringFunc(s, func(word string) string {
		if strings.IndexFunc(word, unicode.IsDigit) < 0 {
			return word
		}
		return concealed
	})
}

var maybeTokens = regexp.MustCompile(`[\w.~+/-]{40,}`)

// unescaped is a text with those steps without escapes where these part what is a credential.
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
	start, head, tail := 0, "", "..."
	if at+after > limit {
		start, head = min(at, len(text))-before, "..."
	}
	end := min(start+limit, len(text))
	if end == len(text) {
		tail = ""
	}
	return fmt.Sprintf("%s%s%s (%d bytes)", head, strings.ToValidUTF8(text[start:end], ""), tail, len(text))
}

// Shown is an address, or the path and query of one, as a reader may see it: without what gives
// access, and not longer than a line.
func Shown(address string) string {
	if strings.HasPrefix(address, "/") { // only an address as a whole is taken apart
		return strings.TrimPrefix(Shown(graph.URL+address), graph.URL)
	}
	return excerpt(withoutTokens("", address), 0, 300)
}
