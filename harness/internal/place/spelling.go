package place

import (
	"html"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A spelling is how a plain text is written at a place.
type spelling struct {
	safe   ascii.Set                     // what is written as it is
	spell  func(b []byte, c byte) []byte // how all else is
	begins string                        // what may begin an escape
	// decode appends what the escape that may begin at byte i means, and returns where the text
	// goes on: at i, where there is none.
	decode func(b []byte, s string, i int) ([]byte, int)
	keeps  bool // what was escaped without need stays so
}

var (
	unreserved = ascii.SetOf(func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("-._~!$*,:@'()", c) >= 0 })

	asPath    = &spelling{unreserved, percentSpell, "%", percentDecode, true}
	asQuery   = &spelling{unreserved, percentSpell, "%+", formDecode, true}
	asJSON    = &spelling{ascii.SetOf(func(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }), jsonSpell, `\`, jsondoc.AppendUnescaped, false}
	asLiteral = &spelling{ascii.Without("'"), doubled, "'", undoubled("''"), false}
	asQuoted  = &spelling{ascii.Without(`"`), doubled, `"`, undoubled(`""`), false}
	asMarkup  = &spelling{ascii.Without("<>&\"'"), markupSpell, "&", markupDecode, false}
	asIs      = &spelling{safe: ascii.Without("")}
	// asName is how a client spells a name of its own in an open type (v1.0/resources/plannerexternalreferences).
	asName = &spelling{ascii.Without(".:%@#"), percentSpell, "%", percentDecode, true}
)

// view decodes a text: byte i of it is spelled from at[i] to at[i+1] of raw.
func (how *spelling) view(raw string) (text string, at []int32) {
	at = make([]int32, 0, len(raw)+1)
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		start, n := i, len(b)
		if strings.IndexByte(how.begins, raw[i]) >= 0 {
			b, i = how.decode(b, raw, i)
		}
		if i == start {
			b, i = append(b, raw[i]), i+1
		}
		for range len(b) - n {
			at = append(at, int32(start))
		}
	}
	return string(b), append(at, int32(len(raw)))
}

// plain is what a text means that is spelled so.
func (how *spelling) plain(raw string) string {
	if !strings.ContainsAny(raw, how.begins) {
		return raw
	}
	text, _ := how.view(raw)
	return text
}

// like is how a text is written in place of another, which may escape more than it has to:
// 19%3A..%40thread.v2.
func (how *spelling) like(raw string) *spelling {
	if !how.keeps {
		return how
	}
	safe := how.safe
	for i := range len(raw) {
		if ascii.IsEscape(raw, i) {
			c := ascii.Unescape(raw, i)
			safe[c] = ascii.IsAlnum(c)
		}
	}
	return &spelling{safe: safe, spell: how.spell}
}

func (how *spelling) encode(s string) string {
	safe := 0
	for safe < len(s) && how.safe[s[safe]] {
		safe++
	}
	if safe == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+16), s[:safe]...)
	for _, c := range []byte(s[safe:]) {
		if how.safe[c] {
			b = append(b, c)
		} else {
			b = how.spell(b, c)
		}
	}
	return string(b)
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
	if k := strings.IndexByte(s[i:min(len(s), i+40)], ';'); k > 0 {
		entity := s[i : i+k+1]
		if plain := html.UnescapeString(entity); plain != entity {
			return append(b, plain...), i + k + 1
		}
	}
	return b, i
}

func jsonSpell(b []byte, c byte) []byte {
	quoted := jsondoc.Canonical(nil, string(rune(c)))
	return append(b, quoted[1:len(quoted)-1]...)
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
