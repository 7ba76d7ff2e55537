package place

import (
	"html"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A spelling is how a plain text is written at a place.
type spelling struct {
	safe  *charset                      // what is written as it is
	spell func(b []byte, c byte) []byte // how all else is
}

var (
	asPercent = spelling{charsetOf(percentSafe), percentSpell}
	asJSON    = spelling{charsetOf(jsonSafe), jsonSpell}
	asLiteral = spelling{charsetOf(func(c byte) bool { return c != '\'' }), func(b []byte, c byte) []byte { return append(b, c, c) }}
	asCell    = spelling{charsetOf(func(c byte) bool { return c != '"' }), func(b []byte, c byte) []byte { return append(b, c, c) }}
	asMarkup  = spelling{charsetOf(func(c byte) bool { return strings.IndexByte("<>&\"'", c) < 0 }), func(b []byte, c byte) []byte { return append(b, html.EscapeString(string(rune(c)))...) }}
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

// A view is a text that another one spells: byte i of the text is spelled from at[i] to
// at[i+1] of raw.
type view struct {
	spelling
	raw, text string
	at        []int32
	escapes   bool // those of an address
}

// mostDepth bounds texts within texts: what lies deeper is one text.
const mostDepth = 8

// through reads the decoded text of a view, and turns what is to be replaced in it into
// edits of the raw text, which begins at base.
func (w *walker) through(v *view, base int, read func(text string)) {
	first := len(w.edits)
	w.depth++
	read(v.text)
	w.depth--
	for i := first; i < len(w.edits); i++ {
		e := &w.edits[i]
		e.Text = v.like(v.raw[v.at[e.Start]:v.at[e.End]]).encode(e.Text)
		e.Start, e.End = base+int(v.at[e.Start]), base+int(v.at[e.End])
	}
}

// like is how a text is written in place of another, which may escape more than it has to:
// 19%3A..%40thread.v2.
func (v *view) like(raw string) spelling {
	if !v.escapes || !isEscaped(raw, false) {
		return v.spelling
	}
	spelled := func(c byte) string {
		for _, escape := range []string{string(percentSpell(nil, c)), strings.ToLower(string(percentSpell(nil, c)))} {
			if strings.Contains(raw, escape) {
				return escape
			}
		}
		return ""
	}
	return spelling{
		safe: charsetOf(func(c byte) bool { return ascii.IsAlnum(c) || v.safe[c] && spelled(c) == "" }),
		spell: func(b []byte, c byte) []byte {
			if escape := spelled(c); escape != "" {
				return append(b, escape...)
			}
			return v.spell(b, c)
		},
	}
}

// spelled reads a text that stands as it is meant, and spells what is to be put in it.
func (w *walker) spelled(how spelling, read func()) {
	first := len(w.edits)
	read()
	w.spell(how, first)
}

// spell spells what the edits from one on put in.
func (w *walker) spell(how spelling, first int) {
	for i := first; i < len(w.edits); i++ {
		w.edits[i].Text = how.encode(w.edits[i].Text)
	}
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

func percentSafe(c byte) bool {
	return ascii.IsAlnum(c) || strings.IndexByte("-._~!$*,:@'()", c) >= 0
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

// percent decodes the escapes of an address, and + to a space in a query or a form.
func percent(raw string, plus bool) *view {
	b := make([]byte, 0, len(raw))
	v := &view{spelling: asPercent, raw: raw, at: make([]int32, 0, len(raw)+1), escapes: true}
	for i := 0; i < len(raw); {
		v.at = append(v.at, int32(i))
		switch c := raw[i]; {
		case c == '%' && ascii.IsEscape(raw, i):
			b = append(b, ascii.Unescape(raw, i))
			i += 3
		case c == '+' && plus:
			b = append(b, ' ')
			i++
		default:
			b = append(b, c)
			i++
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

// unquoted decodes a literal of OData, in which quotes are doubled.
func unquoted(raw string) *view {
	b := make([]byte, 0, len(raw))
	v := &view{spelling: asLiteral, raw: raw, at: make([]int32, 0, len(raw)+1)}
	for i := 0; i < len(raw); i++ {
		v.at = append(v.at, int32(i))
		b = append(b, raw[i])
		if raw[i] == '\'' && i+1 < len(raw) && raw[i+1] == '\'' {
			i++
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

func jsonSafe(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }

func jsonSpell(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// unescaped decodes the escapes of a JSON string.
func unescaped(raw string) *view {
	b := make([]byte, 0, len(raw))
	v := &view{spelling: asJSON, raw: raw, at: make([]int32, 0, len(raw)+1)}
	for i := 0; i < len(raw); {
		start, n := i, len(b)
		if raw[i] != '\\' || i+1 >= len(raw) {
			b = append(b, raw[i])
			i++
		} else {
			b, i = unescape(b, raw, i)
		}
		for range len(b) - n {
			v.at = append(v.at, int32(start))
		}
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

// unescape decodes one escape, which begins at i.
func unescape(b []byte, raw string, i int) ([]byte, int) {
	const plain, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := raw[i+1]
	if k := strings.IndexByte(plain, c); k >= 0 {
		return append(b, meant[k]), i + 2
	}
	if r, ok := codeUnit(raw, i); ok {
		if low, paired := codeUnit(raw, i+6); paired && r >= 0xD800 && r < 0xDC00 && low >= 0xDC00 && low < 0xE000 {
			return utf8.AppendRune(b, 0x10000+(r-0xD800)<<10+(low-0xDC00)), i + 12
		}
		return utf8.AppendRune(b, r), i + 6
	}
	return append(b, '\\'), i + 1 // no escape of JSON
}

func codeUnit(raw string, i int) (rune, bool) {
	if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(raw[i+2 : i+6]) {
		if !ascii.IsHex(c) {
			return 0, false
		}
		r = r<<4 | rune(ascii.Unhex(c))
	}
	return r, true
}
