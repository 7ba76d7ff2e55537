package place

import (
	"html"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A spelling is how a plain text is written at a place.
type spelling struct {
	safe  *charset                      // what is written as it is
	spell func(b []byte, c byte) []byte // how all else is
}

var (
	asPercent = spelling{charsetOf(func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("-._~!$*,:@'()", c) >= 0 }), percentSpell}
	asJSON    = spelling{charsetOf(func(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }), jsonSpell}
	asLiteral = spelling{without("'"), func(b []byte, c byte) []byte { return append(b, c, c) }}
	asCell    = spelling{without(`"`), func(b []byte, c byte) []byte { return append(b, c, c) }}
	asMarkup  = spelling{without("<>&\"'"), func(b []byte, c byte) []byte { return append(b, html.EscapeString(string(rune(c)))...) }}
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
	spelling
	raw, text string
	at        []int32
	escapes   bool // those of an address
}

// like is how a text is written in place of another, which may escape more than it has to:
// 19%3A..%40thread.v2. An escape in small letters stays so.
func (v *view) like(raw string) spelling {
	if !v.escapes || !isEscaped(raw, false) {
		return v.spelling
	}
	safe := *v.safe
	for i := range len(raw) {
		if ascii.IsEscape(raw, i) {
			c := ascii.Unescape(raw, i)
			safe[c] = ascii.IsAlnum(c)
		}
	}
	return spelling{&safe, func(b []byte, c byte) []byte {
		escape := string(v.spell(nil, c))
		if small := strings.ToLower(escape); strings.Contains(raw, small) && !strings.Contains(raw, escape) {
			escape = small
		}
		return append(b, escape...)
	}}
}

func (v spelling) encode(s string) string {
	for i := range len(s) {
		if !v.safe[s[i]] {
			b := append(make([]byte, 0, len(s)+16), s[:i]...)
			for ; i < len(s); i++ {
				if v.safe[s[i]] {
					b = append(b, s[i])
				} else {
					b = v.spell(b, s[i])
				}
			}
			return string(b)
		}
	}
	return s
}

const hexDigits = "0123456789ABCDEF"

func percentSpell(b []byte, c byte) []byte {
	return append(b, '%', hexDigits[c>>4], hexDigits[c&15])
}

// isEscaped reports whether a text of an address holds an escape.
func isEscaped(s string, plus bool) bool {
	if plus && strings.IndexByte(s, '+') >= 0 {
		return true
	}
	for i := strings.IndexByte(s, '%'); i >= 0 && i+2 < len(s); i++ {
		if ascii.IsEscape(s, i) {
			return true
		}
	}
	return false
}

// viewOf decodes a text: step appends what stands at byte i, and returns where to go on.
func viewOf(how spelling, raw string, step func(b []byte, i int) ([]byte, int)) *view {
	v := &view{spelling: how, raw: raw, at: make([]int32, 0, len(raw)+1)}
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		start, n := i, len(b)
		b, i = step(b, i)
		for range len(b) - n {
			v.at = append(v.at, int32(start))
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

// percent decodes the escapes of an address, and + to a space in a query or a form.
func percent(raw string, plus bool) *view {
	v := viewOf(asPercent, raw, func(b []byte, i int) ([]byte, int) {
		switch c := raw[i]; {
		case c == '%' && ascii.IsEscape(raw, i):
			return append(b, ascii.Unescape(raw, i)), i + 3
		case c == '+' && plus:
			return append(b, ' '), i + 1
		default:
			return append(b, c), i + 1
		}
	})
	v.escapes = true
	return v
}

// doubled decodes a text in which a quote is written twice: a literal of OData, a cell of CSV.
func doubled(raw string, how spelling, quote byte) *view {
	return viewOf(how, raw, func(b []byte, i int) ([]byte, int) {
		b = append(b, raw[i])
		if raw[i] == quote && i+1 < len(raw) && raw[i+1] == quote {
			i++
		}
		return b, i + 1
	})
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

// withoutEntities decodes the entities of HTML.
func withoutEntities(raw string) *view {
	return viewOf(asMarkup, raw, func(b []byte, i int) ([]byte, int) {
		if raw[i] == '&' {
			if k := strings.IndexByte(raw[i:min(len(raw), i+40)], ';'); k > 0 {
				entity := raw[i : i+k+1]
				if plain := html.UnescapeString(entity); plain != entity {
					return append(b, plain...), i + k + 1
				}
			}
		}
		return append(b, raw[i]), i + 1
	})
}

func jsonSpell(b []byte, c byte) []byte {
	quoted := jsondoc.Canonical(nil, string(rune(c)))
	return append(b, quoted[1:len(quoted)-1]...)
}

// unescaped decodes the escapes of a JSON string, which may be broken.
func unescaped(raw string) *view {
	return viewOf(asJSON, raw, func(b []byte, i int) ([]byte, int) {
		if raw[i] == '\\' {
			return jsondoc.AppendUnescaped(b, raw, i)
		}
		return append(b, raw[i]), i + 1
	})
}
