package match

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A renamer replaces values in texts as they are written: in JSON with its escapes, in
// addresses with theirs, in literals with their doubled quotes. It looks for all values
// in one pass, at token boundaries only, and is read-only.
type renamer struct {
	idle  bool            // there is nothing to replace
	first [256][]*pattern // by the first byte of the value, in both letter cases; long ones first
}

// A pattern is a value to be replaced.
type pattern struct {
	kind     kind
	from, to string
}

func newRenamer(patterns []pattern) *renamer {
	r := &renamer{idle: len(patterns) == 0}
	for i := range patterns {
		p := &patterns[i]
		for _, c := range p.beginnings() {
			r.first[c] = append(r.first[c], p)
		}
	}
	for c := range r.first {
		slices.SortStableFunc(r.first[c], func(a, b *pattern) int { return len(b.from) - len(a.from) })
	}
	return r
}

// beginnings are the bytes that an occurrence of the value may begin with.
func (p *pattern) beginnings() []byte {
	c := p.from[0]
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z' && p.kind.folds():
		return []byte{c | 0x20, c &^ 0x20}
	case ascii.IsAlnum(c):
		return []byte{c}
	}
	return slices.Compact([]byte{c, '%', '\\'})
}

// A place says what a text is, and with it how a value is written in it.
type place int

const (
	inText    place = iota // a body, a header
	inAddress              // an address that stands by itself
)

// rename returns the text with every value replaced.
func (r *renamer) rename(text string, where place) string {
	if r.idle {
		return text
	}
	var out []byte
	done := 0
	for i := 0; i < len(text); i++ {
		candidates := r.first[text[i]]
		if len(candidates) == 0 || ascii.IsAlnum(before(text, i)) {
			continue
		}
		for _, p := range candidates {
			o, ok := p.at(text, i)
			if !ok {
				continue
			}
			out = append(out, text[done:i]...)
			out = o.appendTo(out, text, i, where)
			done, i = o.end, o.end-1
			break
		}
	}
	if done == 0 {
		return text
	}
	return string(append(out, text[done:]...))
}

// An occurrence is a value found in a text.
type occurrence struct {
	*pattern
	end     int
	found   string // decoded
	encoded bool   // with percent escapes
	quoted  bool   // with its quotes doubled
}

// at reports whether the value stands at i.
func (p *pattern) at(text string, i int) (occurrence, bool) {
	o := occurrence{pattern: p}
	var room [64]byte
	found := room[:0]
	j := i
	for n := range len(p.from) {
		if j == len(text) {
			return o, false
		}
		c, width := decodedAt(text, j)
		want := p.from[n]
		if c != want && !(p.kind.folds() && ascii.IsAlnum(want) && c|0x20 == want|0x20) && !(want == ' ' && c == '+') {
			return o, false
		}
		o.encoded = o.encoded || width == 3
		found = append(found, c)
		j += width
		if want != '\'' || j == len(text) || n+1 < len(p.from) && p.from[n+1] == '\'' {
			continue
		}
		if c, width := decodedAt(text, j); c == '\'' {
			o.quoted = true
			j += width
		}
	}
	o.end, o.found = j, string(found)
	return o, p.bounded(text, i, j)
}

// decodedAt reads a byte as it is written at i: itself, %40, or \u0040.
func decodedAt(text string, i int) (c byte, width int) {
	switch {
	case ascii.IsEscape(text, i):
		return ascii.Unescape(text, i), 3
	case text[i] != '\\' || i+1 == len(text):
	case text[i+1] == 'u' && i+5 < len(text) && text[i+2:i+4] == "00" && ascii.IsHex(text[i+4]) && ascii.IsHex(text[i+5]):
		return ascii.Unhex(text[i+4])<<4 | ascii.Unhex(text[i+5]), 6
	case text[i+1] == '/' || text[i+1] == '"' || text[i+1] == '\\':
		return text[i+1], 2
	}
	return text[i], 1
}

// before is the byte before i, decoded; 0 for the beginning and for white space that
// is written as an escape.
func before(text string, i int) byte {
	switch {
	case i == 0:
		return 0
	case i >= 3 && ascii.IsEscape(text, i-3):
		return ascii.Unescape(text, i-3)
	case i >= 6 && text[i-6] == '\\' && text[i-5] == 'u':
		c, width := decodedAt(text, i-6)
		if width == 6 {
			return c
		}
		return 0x80 // a letter beyond ASCII, perhaps
	case i >= 2 && text[i-2] == '\\' && strings.IndexByte("nrtbf", text[i-1]) >= 0 && escapes(text, i-2):
		return 0
	}
	return text[i-1]
}

// escapes reports whether the backslash at i is not itself escaped.
func escapes(text string, i int) bool {
	n := i
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (i-n)%2 == 0
}

// after is the byte at i, decoded; 0 for the end.
func after(text string, i int) byte {
	if i == len(text) {
		return 0
	}
	c, width := decodedAt(text, i)
	if c == '\\' && width == 1 {
		return 0
	}
	return c
}

// bounded reports whether text[i:j] is a value of the kind and no part of a longer one.
func (p *pattern) bounded(text string, i, j int) bool {
	a, z := before(text, i), after(text, j)
	if ascii.IsAlnum(a) || ascii.IsAlnum(z) {
		return false
	}
	if p.kind == kindFile && a == '/' {
		return z == 0 || strings.IndexByte(`"/?:`, z) >= 0
	}
	if p.kind.isText() {
		return a == z && (a == '"' && !isName(text, j) || a == '\'')
	}
	switch p.kind {
	case kindGUID:
		return true
	case kindAddress:
		return (!isLocal(a) || a == '\'') && z != '-' && !(z == '.' && j+1 < len(text) && ascii.IsAlnum(text[j+1]))
	case kindDomain:
		return a != '.' && a != '-' && a != '_' && z != '-' && !(z == '.' && j+1 < len(text) && ascii.IsAlnum(text[j+1])) &&
			!(a == '@' && isLocal(before(text, i-atWidth(text, i))))
	case kindHost:
		return a != '.' && a != '-' && hasAnyPrefix(text[j:], ".sharepoint.com", "-my.sharepoint.com", "-admin.sharepoint.com")
	}
	if p.kind == kindThread && strings.HasSuffix(text[:i], "19:meeting_") {
		a = ':'
	}
	return !isTokenByte(a) && !isTokenByte(z)
}

// atWidth is how long the @ before i is written.
func atWidth(text string, i int) int {
	if text[i-1] == '@' {
		return 1
	}
	return 3
}

func hasAnyPrefix(text string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
}

// isName reports whether the string that ends at j is the name of a member.
func isName(text string, j int) bool {
	rest := strings.TrimLeft(text[j:], "\\")
	if rest == "" {
		return false
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n")
	return rest != "" && rest[0] == ':'
}

// appendTo writes what stands for the value in the way of the place where it was found.
func (o *occurrence) appendTo(out []byte, text string, i int, where place) []byte {
	to := o.spelled()
	if isPlain(to) && !o.encoded {
		return append(out, to...)
	}
	if strings.Contains(to, "'") && (o.quoted || before(text, i) == '\'') {
		to = strings.ReplaceAll(to, "'", "''")
	}
	switch {
	case o.encoded:
		return appendEscaped(out, to, "")
	case where == inAddress || isInLink(text, i):
		return appendEscaped(out, to, "!$*,:@'")
	}
	return appendJSON(out, to, depthOf(text, o.end))
}

// spelled is what stands for the value, in the letter case in which it was found.
func (o *occurrence) spelled() string {
	if o.found == o.from || !o.kind.folds() || o.kind.isText() {
		return o.to
	}
	switch o.found {
	case strings.ToLower(o.found):
		return strings.ToLower(o.to)
	case strings.ToUpper(o.found):
		return strings.ToUpper(o.to)
	}
	return o.to
}

// isPlain reports whether a value is written as itself everywhere.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isTokenByte(c) && strings.IndexByte(".~:@!$*,", c) < 0 {
			return false
		}
	}
	return true
}

// isInLink reports whether the string around i is an address so far.
func isInLink(text string, i int) bool {
	start := strings.LastIndexAny(text[:i], "\" \t\r\n<>\\") + 1
	return isLink(text[start:i])
}

func appendEscaped(out []byte, text, raw string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		c := text[i]
		if isTokenByte(c) || c == '.' || c == '~' || strings.IndexByte(raw, c) >= 0 {
			out = append(out, c)
		} else {
			out = append(out, '%', digits[c>>4], digits[c&15])
		}
	}
	return out
}

// depthOf is how deep the string that holds i is nested in others, as far as it is
// written: 0 for a text without quotes, 1 for a JSON string, 2 for JSON inside one.
func depthOf(text string, i int) int {
	end := strings.IndexByte(text[i:], '"')
	if end < 0 {
		return 0
	}
	written := text[i : i+end]
	depth := 1
	for escapes := len(written) - len(strings.TrimRight(written, "\\")); escapes > 0; escapes /= 2 {
		depth++
	}
	return depth
}

func appendJSON(out []byte, text string, depth int) []byte {
	for range depth {
		if !utf8.ValidString(text) || !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' }) {
			break
		}
		var quoted bytes.Buffer
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(text) != nil {
			break
		}
		text = strings.TrimSuffix(quoted.String(), "\n")
		text = text[1 : len(text)-1]
	}
	return append(out, text...)
}
