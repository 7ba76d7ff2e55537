package place

import (
	"html"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A spelling is how a plain text is written at a place.
type spelling struct {
	safe   *charset                      // what is written as it is
	spell  func(b []byte, c byte) []byte // how all else is
	begins string                        // what may begin an escape
	// decode appends what the escape at byte i means, and returns where the text goes on: at i,
	// where there is none.
	decode func(b []byte, s string, i int) ([]byte, int)
	keeps  bool // what was escaped without need stays so
}

var (
	unreserved = charsetOf(func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("-._~!$*,:@'()", c) >= 0 })

	asPath    = &spelling{unreserved, percentSpell, "%", percentDecode, true}
	asQuery   = &spelling{unreserved, percentSpell, "%+", formDecode, true}
	asJSON    = &spelling{charsetOf(func(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }), jsonSpell, `\`, jsonDecode, false}
	asLiteral = &spelling{without("'"), doubled, "'", undoubled("''"), false}
	asQuoted  = &spelling{without(`"`), doubled, `"`, undoubled(`""`), false}
	asMarkup  = &spelling{without("<>&\"'"), markupSpell, "&", markupDecode, false}
	// asName is how a client spells a name of its own in an open type (v1.0/resources/plannerexternalreferences).
	asName = &spelling{without(".:%@#"), percentSpell, "%", percentDecode, true}
)

// A charset says of each byte whether it belongs.
type charset [256]bool

func charsetOf(has func(c byte) bool) *charset {
	var set charset
	for c := range set {
		set[c] = has(byte(c))
	}
	return &set
}

func without(chars string) *charset {
	return charsetOf(func(c byte) bool { return strings.IndexByte(chars, c) < 0 })
}

// A view is a text that another one spells: byte i of the text is spelled from at[i] to
// at[i+1] of raw.
type view struct {
	*spelling
	raw, text string
	at        []int32
}

// view decodes a text.
func (how *spelling) view(raw string) *view {
	v := &view{spelling: how, raw: raw, at: make([]int32, 0, len(raw)+1)}
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		start, n := i, len(b)
		if b, i = how.decode(b, raw, i); i == start {
			b, i = append(b, raw[i]), i+1
		}
		for range len(b) - n {
			v.at = append(v.at, int32(start))
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

// plain is what a text means that is spelled so.
func (how *spelling) plain(raw string) string {
	if !strings.ContainsAny(raw, how.begins) {
		return raw
	}
	return how.view(raw).text
}

// like is how a text is written in place of another, which may escape more than it has to:
// 19%3A..%40thread.v2.
func (v *view) like(raw string) *spelling {
	if !v.keeps {
		return v.spelling
	}
	safe := *v.safe
	for i := range len(raw) {
		if ascii.IsEscape(raw, i) {
			c := ascii.Unescape(raw, i)
			safe[c] = ascii.IsAlnum(c)
		}
	}
	return &spelling{safe: &safe, spell: v.spell}
}

func (how *spelling) encode(s string) string {
	for i := range len(s) {
		if !how.safe[s[i]] {
			b := append(make([]byte, 0, len(s)+16), s[:i]...)
			for ; i < len(s); i++ {
				if how.safe[s[i]] {
					b = append(b, s[i])
				} else {
					b = how.spell(b, s[i])
				}
			}
			return string(b)
		}
	}
	return s
}

func percentSpell(b []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	return append(b, '%', hex[c>>4], hex[c&15])
}

func percentDecode(b []byte, s string, i int) ([]byte, int) {
	if ascii.IsEscape(s, i) {
		return append(b, ascii.Unescape(s, i)), i + 3
	}
	return b, i
}

// formDecode also decodes + to a space: in a query or a form.
func formDecode(b []byte, s string, i int) ([]byte, int) {
	if s[i] == '+' {
		return append(b, ' '), i + 1
	}
	return percentDecode(b, s, i)
}

// A quote is written twice in a literal of OData and in a cell of CSV.
func doubled(b []byte, c byte) []byte { return append(b, c, c) }

func undoubled(quotes string) func(b []byte, s string, i int) ([]byte, int) {
	return func(b []byte, s string, i int) ([]byte, int) {
		if strings.HasPrefix(s[i:], quotes) {
			return append(b, quotes[0]), i + 2
		}
		return b, i
	}
}

func markupSpell(b []byte, c byte) []byte { return append(b, html.EscapeString(string(rune(c)))...) }

func markupDecode(b []byte, s string, i int) ([]byte, int) {
	if s[i] == '&' {
		if k := strings.IndexByte(s[i:min(len(s), i+40)], ';'); k > 0 {
			entity := s[i : i+k+1]
			if plain := html.UnescapeString(entity); plain != entity {
				return append(b, plain...), i + k + 1
			}
		}
	}
	return b, i
}

func jsonSpell(b []byte, c byte) []byte {
	quoted := jsondoc.Canonical(nil, string(rune(c)))
	return append(b, quoted[1:len(quoted)-1]...)
}

// jsonDecode reads a string that may be broken.
func jsonDecode(b []byte, s string, i int) ([]byte, int) {
	if s[i] == '\\' {
		return jsondoc.AppendUnescaped(b, s, i)
	}
	return b, i
}

// quoteEnd finds the quote that ends a text which begins at i and in which quotes are
// doubled, or the end.
func quoteEnd(s string, i int, quote byte) int {
	for ; i < len(s); i++ {
		if s[i] == quote {
			if i+1 == len(s) || s[i+1] != quote {
				return i
			}
			i++
		}
	}
	return len(s)
}
