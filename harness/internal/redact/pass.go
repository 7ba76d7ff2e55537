package redact

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A pass looks at the texts of one interaction. It collects edits; whoever started it
// applies them (redaction) or reports them (leaks).
type pass struct {
	ledger *ledger
	on     *[ruleCount]bool
	keep   map[string]bool
	counts [ruleCount]int

	trial     bool // nothing is entered into the ledger
	noting    bool // questions that the ledger cannot answer are kept
	wantPaths bool // edits in JSON say where
	entropy   bool // values that look random are noted as advice
	report    func(part, text string, edits []edit)
	previous  map[string]string
	part      string // of the interaction that is being read
	place     string // of the current value among previous

	edits  []edit
	frames []frame  // of the JSON text that is being read, and of those around it
	outer  int      // how many frames are of those around it
	known  []string // values that must not occur
	advice []edit   // what may be a secret and is not replaced
	asked  []uint64 // questions that the ledger could not answer
	link   field    // the rule for the tokens of the link that is being read
	form   bool     // the text is a form
	depth  int      // of texts within texts
	parts  int      // of multipart bodies within multipart bodies
	links  int      // of links within links
}

// An edit replaces text[start:end].
type edit struct {
	start, end int
	text       string
	rule
	stays bool   // it is a pseudonym already
	known bool   // the value is known from this run, not by its form only
	path  string // in JSON, when paths are wanted
}

// add notes that a part of the current text is to be replaced. A pseudonym that stands
// there already is noted too, so that whoever asked knows that it was recognised.
func (p *pass) add(start, end int, r rule, old string, a answer) {
	e := edit{start: start, end: end, text: a.pseudonym, rule: r, known: a.known}
	if a.pseudonym == old {
		e.text, e.stays = old, true
	}
	p.edits = append(p.edits, e)
}

// keeps reports whether a value stays by the rules, and notes that. Secrets do not.
func (p *pass) keeps(start, end int, r rule, value string) bool {
	if p.keep == nil || table[r].Class == Secret || !p.keep[strings.ToLower(value)] {
		return false
	}
	p.edits = append(p.edits, edit{start: start, end: end, text: value, rule: r, stays: true})
	return true
}

// suggestion is what the same place held in the previous cassette.
func (p *pass) suggestion() string {
	if p.previous == nil || p.place == "" {
		return ""
	}
	return p.previous[p.place]
}

// found reports whether something is to be replaced among the edits from first on.
func (p *pass) found(first int) bool {
	return slices.ContainsFunc(p.edits[first:], func(e edit) bool { return !e.stays })
}

// apply makes the new text.
func (p *pass) apply(s string) string {
	if !p.found(0) {
		return s
	}
	byStart := func(a, b edit) int { return a.start - b.start }
	if !slices.IsSortedFunc(p.edits, byStart) {
		slices.SortStableFunc(p.edits, byStart)
	}
	size := len(s)
	for i := range p.edits {
		if e := &p.edits[i]; !e.stays {
			size += len(e.text) - (e.end - e.start)
		}
	}
	var b strings.Builder
	b.Grow(max(size, 0)) // a little more where edits overlap
	at := 0
	for i := range p.edits {
		e := &p.edits[i]
		if e.stays {
			continue
		}
		if e.start < at { // overlaps what is replaced already
			at = max(at, e.end)
			continue
		}
		b.WriteString(s[at:e.start])
		b.WriteString(e.text)
		at = e.end
		p.counts[e.rule]++
	}
	b.WriteString(s[at:])
	return b.String()
}

// A view is a text that another text spells in an encoding. Byte i of the text is
// spelled from at[i] to at[i+1].
type view struct {
	text string
	at   []int32
	raw  string
	// spell writes a character that needs an escape and that the original does not
	// show how to spell; safe says which need none.
	spell func(c byte) string
	safe  func(c byte) bool
}

// through scans the decoded text and turns what is found into edits of the raw one,
// which begins at base.
func (p *pass) through(v *view, base int, scan func(text string)) {
	first := len(p.edits)
	p.depth++
	scan(v.text)
	p.depth--
	for i := first; i < len(p.edits); i++ {
		e := &p.edits[i]
		if !e.stays {
			e.text = v.encode(e.text, e.start, e.end)
		}
		e.start, e.end = base+int(v.at[e.start]), base+int(v.at[e.end])
	}
}

// encode spells new text as the old one was: a character that the old text holds is
// spelled as it is there.
func (v *view) encode(s string, start, end int) string {
	plain := true
	for i := range len(s) {
		if !v.safe(s[i]) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if v.safe(c) {
			b.WriteByte(c)
			continue
		}
		if k := strings.IndexByte(v.text[start:end], c); k >= 0 && c < utf8.RuneSelf {
			b.WriteString(v.raw[v.at[start+k]:v.at[start+k+1]])
			continue
		}
		b.WriteString(v.spell(c))
	}
	return b.String()
}

const hexDigits = "0123456789ABCDEF"

func percentSpell(c byte) string { return string([]byte{'%', hexDigits[c>>4], hexDigits[c&15]}) }
func percentSafe(c byte) bool {
	return ascii.IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

// hasEscape reports whether a text holds a percent escape.
func hasEscape(s string) bool {
	for i := strings.IndexByte(s, '%'); i >= 0 && i+2 < len(s); {
		if ascii.IsHex(s[i+1]) && ascii.IsHex(s[i+2]) {
			return true
		}
		k := strings.IndexByte(s[i+1:], '%')
		if k < 0 {
			return false
		}
		i += 1 + k
	}
	return false
}

// percent decodes percent escapes, and + to a space where the text is a form's or a
// query's.
func percent(raw string, plus bool) *view {
	b := make([]byte, 0, len(raw))
	v := &view{raw: raw, at: make([]int32, 0, len(raw)+1), spell: percentSpell, safe: percentSafe}
	for i := 0; i < len(raw); {
		v.at = append(v.at, int32(i))
		switch c := raw[i]; {
		case ascii.IsEscape(raw, i):
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

// percentThroughout decodes percent escapes of escapes, however deep: %252541 is an A.
func percentThroughout(raw string) *view {
	b := make([]byte, 0, len(raw))
	v := &view{raw: raw, at: make([]int32, 0, len(raw)+1), spell: percentSpell, safe: percentSafe}
	for i := 0; i < len(raw); i++ {
		v.at = append(v.at, int32(i))
		c := raw[i]
		for c == '%' && i+2 < len(raw) && ascii.IsHex(raw[i+1]) && ascii.IsHex(raw[i+2]) {
			c = ascii.Unescape(raw, i)
			i += 2 // at its last digit, which is in the place of the next escape's sign
		}
		b = append(b, c)
	}
	v.at = append(v.at, int32(len(raw)))
	v.text = string(b)
	return v
}

func jsonSafe(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }

func jsonSpell(c byte) string {
	if c == '"' || c == '\\' {
		return `\` + string(rune(c))
	}
	return `\u00` + strings.ToLower(percentSpell(c)[1:])
}

// unescaped decodes the escapes of a JSON string.
func unescaped(raw string) *view {
	b := make([]byte, 0, len(raw))
	v := &view{raw: raw, at: make([]int32, 0, len(raw)+1), spell: jsonSpell, safe: jsonSafe}
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
	switch c := raw[i+1]; c {
	case 'n':
		return append(b, '\n'), i + 2
	case 't':
		return append(b, '\t'), i + 2
	case 'r':
		return append(b, '\r'), i + 2
	case 'b':
		return append(b, '\b'), i + 2
	case 'f':
		return append(b, '\f'), i + 2
	case '"', '\\', '/':
		return append(b, c), i + 2
	case 'u':
		r, ok := codeUnit(raw, i)
		switch low, paired := codeUnit(raw, i+6); {
		case !ok:
		case r >= 0xD800 && r < 0xDC00 && paired && low >= 0xDC00 && low < 0xE000:
			return utf8.AppendRune(b, 0x10000+(r-0xD800)<<10+(low-0xDC00)), i + 12
		default:
			return utf8.AppendRune(b, r), i + 6
		}
	}
	return append(b, '\\'), i + 2 // no escape of JSON: both bytes stay
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
