package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// Kind is the form of an atomic id.
type Kind uint8

// The kinds of atoms.
const (
	GUID    Kind = iota // 8-4-4-4-12, passed on with hyphens, however it was written
	Thread              // the part of a chat's or channel's id before the @
	Item                // 01 and 32 capitals and digits: a file of a business drive
	Outlook             // AAMk, AQMk, AAkA: mail, events, contacts, folders
	SID                 // S-1-5-21-..: a directory on premises
	ICal                // Outlook's class id and more hexadecimal digits: an event across calendars
	Hex                 // 24 and more hexadecimal digits, no GUIDs
	Token               // opaque: letters and digits that look random, or what stands where tokens do
)

// An Atom is an id that cannot be taken apart. Composite ids hold several: a chat of two
// people their two GUIDs, a security identifier that of its object, a drive those of its
// site, web and list.
type Atom struct {
	Kind Kind
	Text string // a GUID in lower case with hyphens, all others as they were written
}

// Key is the spelling by which equal ids are equal texts: the letter case of some means nothing.
func (a Atom) Key() string {
	switch a.Kind {
	case GUID, SID, ICal, Hex:
		return ascii.ToLower(a.Text)
	}
	return a.Text
}

// minWord is the shortest word that can be an id with 64 random bits, in base64.
const minWord = 20

// Rewrite replaces every id in a plain text: f says by what, an atom at a time, and
// returns the atom's own text to leave it. Ids are found by their form alone, wherever
// they stand and however they are put together; a replacement that does not fit the
// composite that it is a part of leaves the composite as it is. A text without ids is
// returned as it came, without an allocation.
func Rewrite(text string, f func(Atom) string) string {
	var edits [2]edit.Edit
	var spans [4]Span
	r := rewriter{text: text, f: f, edits: edits[:0], spans: spans[:0]}
	r.scan()
	return edit.Apply(text, r.edits)
}

// RewriteToken is Rewrite for a text that is an id because of where it stands: the token of a
// link is one atom, unless it has another form. ok is false where it has no room for a
// pseudonym.
func RewriteToken(text string, f func(Atom) string) (rewritten string, ok bool) {
	if spans := Find(text); len(spans) == 1 && spans[0] == (Span{0, len(text)}) {
		return Rewrite(text, f), true
	}
	if a := (Atom{Token, text}); len(text) <= mostLength && a.fits() {
		return f(a), true
	}
	return text, false
}

// Find lists the spans of a plain text that are ids, in order: of composite ids the
// whole.
func Find(text string) []Span {
	r := rewriter{text: text, f: itself}
	r.scan()
	return r.spans
}

// itself leaves an atom.
func itself(a Atom) string { return a.Text }

// IsMadeOf reports whether a plain text is made of ids, and of what joins them: isJoint is asked
// for what stands between them, also where they stand in an encoded text.
func IsMadeOf(text string, isJoint func(between string) bool) bool {
	var spans [4]Span
	r := rewriter{text: text, f: itself, isJoint: isJoint, spans: spans[:0]}
	r.scan()
	return r.isMade()
}

// isMade reports whether a text that was scanned is made of its spans and what joins them.
func (r *rewriter) isMade() bool {
	at := 0
	for _, span := range r.spans {
		if at < span.Start && !r.isJoint(r.text[at:span.Start]) {
			return false
		}
		at = span.End
	}
	return len(r.spans) > 0 && (at == len(r.text) || r.isJoint(r.text[at:]))
}

// Atoms lists the atoms of a plain text, in order.
func Atoms(text string) []Atom {
	var atoms []Atom
	Rewrite(text, func(a Atom) string {
		atoms = append(atoms, a)
		return a.Text
	})
	return atoms
}

// Span is a part of a text.
type Span struct{ Start, End int }

// mostLength bounds an atom.
const mostLength = 8 << 10

type rewriter struct {
	text    string
	f       func(Atom) string
	isJoint func(between string) bool // of IsMadeOf
	edits   []edit.Edit
	spans   []Span
}

// put replaces a span.
func (r *rewriter) put(start, end int, replacement string) {
	if n := len(r.spans); n > 0 && r.spans[n-1].End == start {
		r.spans[n-1].End = end
	} else {
		r.spans = append(r.spans, Span{start, end})
	}
	if r.text[start:end] != replacement {
		r.edits = append(r.edits, edit.Edit{Start: start, End: end, Text: replacement})
	}
}

// isWordByte says which bytes ids are made of, as far as they need no punctuation.
var isWordByte = ascii.SetOf(isURLSafe)

// scan looks at every word of a text.
func (r *rewriter) scan() {
	for i := 0; i < len(r.text); {
		if !isWordByte[r.text[i]] {
			if ascii.IsEscape(r.text, i) { // the digits of an escape are no part of a word
				i += 2
			}
			i++
			continue
		}
		j := i + 1
		for j < len(r.text) && isWordByte[r.text[j]] {
			j++
		}
		if j-i >= minWord || j-i >= 10 && r.text[i] == 'S' {
			j = r.word(i, j)
		}
		i = j
	}
}

// word looks at a run of word bytes and returns where to go on.
func (r *rewriter) word(i, j int) int {
	w := r.text[i:j]
	switch {
	case r.guids(i, j), r.sid(i, j), r.contentType(i, j):
	case ascii.All(w, ascii.IsDigit), strings.HasPrefix(w, "eyJ") && j < len(r.text) && r.text[j] == '.': // a number, a signed token
	case isICalUID(w):
		r.atom(i, j, ICal)
	case isExtension(w):
		r.hex(i+len(extensionPrefix), i+extensionApp)
	case ascii.All(w, ascii.IsHex):
		r.hex(i, j)
	case isItem(w):
		r.atom(i, j, Item)
	case beginsOutlookID(w):
		r.atom(i, j, Outlook)
	default:
		return r.opaque(i, j)
	}
	return j
}

func isItem(w string) bool {
	return len(w) == 34 && strings.HasPrefix(w, "01") && ascii.All(w, func(c byte) bool { return ascii.IsDigit(c) || ascii.IsUpper(c) })
}

// opaque is word for a run of no form that ids have of their own: what holds others, or looks random.
func (r *rewriter) opaque(i, j int) int {
	w := r.text[i:j]
	thread, start := j < len(r.text) && r.text[j] == '@' && strings.HasSuffix(r.text[:i], "19:"), i
	if thread && strings.HasPrefix(w, "meeting_") {
		start += len("meeting_")
	}
	if end := r.encoded(start, j); end > 0 {
		return end
	}
	switch {
	case thread:
		r.atom(start, j, Thread)
	case looksRandom(w):
		r.atom(i, j, Token)
	}
	return j
}

// The name of a directory extension is extension_APP_NAME: the id of its application without
// hyphens, and what it is called.
const (
	extensionPrefix = "extension_"
	extensionApp    = len(extensionPrefix) + 32
)

func isExtension(w string) bool {
	return len(w) > extensionApp && strings.HasPrefix(w, extensionPrefix) && w[extensionApp] == '_' && ascii.All(w[len(extensionPrefix):extensionApp], ascii.IsHex)
}

// Extension takes the name of a directory extension apart: its name begins at byte n.
func Extension(s string) (n int, name string, ok bool) {
	if !isExtension(s) || len(s) == extensionApp+1 {
		return 0, "", false
	}
	return extensionApp + 1, s[extensionApp+1:], true
}

// atom replaces a span that is one id, if it has room for a pseudonym.
func (r *rewriter) atom(i, j int, kind Kind) {
	if a := (Atom{kind, r.text[i:j]}); len(a.Text) <= mostLength && a.fits() {
		r.put(i, j, r.f(a))
	}
}

// guids replaces the GUIDs of a word (GUID, GUID_GUID, GUID-GUID-GUID, SHFT_GUID) and
// reports whether there are any.
func (r *rewriter) guids(i, j int) (found bool) {
	for k := i; k+36 <= j; {
		if r.text[k+8] != '-' || k > i && ascii.IsAlnum(r.text[k-1]) || k+36 < j && ascii.IsAlnum(r.text[k+36]) || !isBareGUID(r.text[k:k+36]) {
			k++
			continue
		}
		found = true
		written := r.text[k : k+36]
		r.put(k, k+36, cased(r.f(Atom{GUID, strings.ToLower(written)}), written))
		k += 36
	}
	return found
}

// hex replaces GUIDs that are written without hyphens, one or several, and other long
// hexadecimal ids (thumbprints).
func (r *rewriter) hex(i, j int) {
	w := r.text[i:j]
	if len(w)%32 != 0 {
		if len(w) >= 24 {
			r.atom(i, j, Hex)
		}
		return
	}
	for k := 0; k < len(w); k += 32 {
		guid := r.f(Atom{GUID, hyphenated(strings.ToLower(w[k : k+32]))})
		if isBareGUID(guid) {
			r.put(i+k, i+k+32, cased(strings.ReplaceAll(guid, "-", ""), w[k:k+32]))
		}
	}
}

// looksRandom distinguishes opaque ids from words that people and programs put together: digits
// stand between letters again and again.
func looksRandom(w string) bool {
	digits, turns := 0, 0
	for i := range len(w) {
		if ascii.IsDigit(w[i]) {
			digits++
		}
		if i > 0 && ascii.IsDigit(w[i]) != ascii.IsDigit(w[i-1]) && ascii.IsAlnum(w[i]) && ascii.IsAlnum(w[i-1]) {
			turns++
		}
	}
	return digits >= 2 && turns >= 3 && turns*12 >= len(w)
}

// cased gives a replacement the letter case of what was written: all capitals, all small
// letters, or place by place.
func cased(replacement, written string) string {
	switch {
	case !has(written, ascii.IsUpper):
		return replacement
	case !has(written, ascii.IsLower):
		return strings.ToUpper(replacement)
	}
	b := []byte(replacement)
	for i := range min(len(b), len(written)) {
		if ascii.IsUpper(written[i]) && ascii.IsLower(b[i]) {
			b[i] &^= 0x20
		}
	}
	return string(b)
}

// Matchers that are asked often or of long texts are written by hand: each looks at every byte
// at most a few times and stops at the first that does not fit. The others are patterns.

func isURLSafe(c byte) bool {
	return ascii.IsAlnum(c) || c == '-' || c == '_'
}

// has reports whether s has a byte of a class.
func has(s string, class func(byte) bool) bool {
	for i := range len(s) {
		if class(s[i]) {
			return true
		}
	}
	return false
}

// isBareGUID: 8-4-4-4-12 hexadecimal digits of either case.
func isBareGUID(s string) bool {
	const form = "00000000-0000-0000-0000-000000000000"
	if len(s) != len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '-' && s[i] != '-' || form[i] != '-' && !ascii.IsHex(s[i]) {
			return false
		}
	}
	return true
}

// isGUID accepts braces too.
func isGUID(s string) bool {
	return isBareGUID(s) || len(s) == 38 && s[0] == '{' && s[37] == '}' && isBareGUID(s[1:37])
}
