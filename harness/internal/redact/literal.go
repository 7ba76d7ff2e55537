package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Literals of OData: what a filter, a key or a search compares with.

// literals looks at a text that may hold OData literals: a filter, a key, a search.
// What the literal is compared with says how it is treated.
func (p *pass) literals(s string, base int, search bool) {
	quote := byte('\'')
	if search {
		quote = '"'
	}
	if p.depth < maxDepth && hasEscape(s) {
		p.through(percent(s, false), base, func(t string) { p.literals(t, 0, search) })
		return
	}
	if strings.IndexByte(s, quote) < 0 || isJSON(s) {
		p.free(s, base)
		return
	}
	at := 0
	property, begins := "", false
	for {
		open := strings.IndexByte(s[at:], quote)
		if open < 0 {
			break
		}
		open += at
		p.text(s[at:open], base+at)
		end := literalEnd(s, open+1, quote)
		if prop, b, ok := comparedWith(s[at:open]); ok {
			property, begins = prop, b
		}
		p.literal(s[open+1:end], base+open+1, property, begins, search)
		at = min(end+1, len(s))
	}
	p.text(s[at:], base+at)
}

// literalEnd finds the quote that ends a literal; one that is doubled does not.
func literalEnd(s string, i int, quote byte) int {
	for i < len(s) {
		if s[i] == quote {
			if quote != '\'' || i+1 >= len(s) || s[i+1] != quote {
				return i
			}
			i++
		}
		i++
	}
	return len(s)
}

// comparedWith reads backwards what stands before a literal: "displayName eq",
// "startswith(mail,", "appId=", "id in (". It is not ok in the midst of a list.
func comparedWith(s string) (property string, begins, ok bool) {
	s = strings.TrimRight(s, " ")
	if s == "," {
		return "", false, false
	}
	if before, found := strings.CutSuffix(s, ","); found {
		k := strings.LastIndexByte(before, '(')
		if k < 0 {
			return "", false, true
		}
		return lastName(before[k+1:]), true, true
	}
	if before, found := strings.CutSuffix(s, "("); found {
		before = strings.TrimRight(before, " ")
		if before, found = strings.CutSuffix(before, " in"); found {
			return lastName(before), false, true
		}
		return "", false, true
	}
	if before, found := strings.CutSuffix(s, "="); found {
		return lastName(before), false, true
	}
	if k := strings.LastIndexByte(s, ' '); k > 0 {
		return lastName(strings.TrimRight(s[:k], " ")), false, true
	}
	return "", false, true
}

func lastName(s string) string {
	k := len(s)
	for k > 0 && (ascii.IsAlnum(s[k-1]) || s[k-1] == '_') {
		k--
	}
	return s[k:]
}

// literal looks at what stands between two quotes.
func (p *pass) literal(s string, base int, property string, begins, search bool) {
	if strings.Contains(s, "''") && p.depth < maxDepth {
		p.through(undoubled(s), base, func(t string) { p.literal(t, 0, property, begins, search) })
		return
	}
	if search {
		if k := strings.IndexByte(s, ':'); k > 0 {
			property, begins = lastName(s[:k]), true
			s, base = s[k+1:], base+k+1
		}
	}
	f := members.find(property)
	switch {
	case strings.EqualFold(property, "token"):
		p.treat(&page, s, base)
	case f == nil || f.within != nil:
		p.free(s, base)
	case begins && p.on[f.rule] && (f.treatment == word || f.treatment == address):
		p.beginning(f, s, base)
	default:
		p.treat(f, s, base)
	}
}

// beginning renames the beginning of names or addresses.
func (p *pass) beginning(f *field, s string, base int) {
	if s == "" {
		return
	}
	book, w := f.book(), f.word
	if f.treatment == address {
		if start, end := nextAddress(s, 0, 0); start == 0 && end == len(s) {
			p.treat(f, s, base)
			return
		}
		book, w = users, "user"
	}
	p.add(base, base+len(s), f.rule, s, p.ledger.beginning(book, w, s, p.trial))
}

// undoubled decodes the doubled quotes of an OData literal.
func undoubled(raw string) *view {
	v := &view{
		raw: raw, at: make([]int32, 0, len(raw)+1),
		spell: func(c byte) string { return string([]byte{c, c}) },
		safe:  func(c byte) bool { return c != '\'' },
	}
	b := make([]byte, 0, len(raw))
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
