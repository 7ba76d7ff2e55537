package redact

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
)

// A ledger gives names their counted pseudonyms: one book, so that a value has one
// pseudonym wherever it stands. The lexical class of a pseudonym is that of the value alone.
type ledger struct {
	faker *identity.Faker

	mu    sync.Mutex
	names map[string]string // by value, in lower case where case says nothing
	next  map[string]int    // the last number of a series
	used  map[string]bool   // pseudonyms that values have (true), or had in the recording before

	values []string          // that have a tag
	tags   map[string]string // by pseudonym
	taken  [][]bool          // by nonce and bits: those of these values
	given  map[string]bool   // pseudonyms of the recording before whose values the service made

	earlier map[string]string // by tag: pseudonyms of the recording before
	tagged  map[string]string // by pseudonym: its tag there
	nonces  int               // below this are all nonces of these tags
}

func newLedger(salt []byte) *ledger {
	return &ledger{
		faker: identity.NewFaker(salt), names: make(map[string]string, 256), next: map[string]int{}, used: map[string]bool{},
		tags: map[string]string{}, given: map[string]bool{},
	}
}

// name is the pseudonym of a value. Suggested is what the recording before has at its
// place: it is used where it is of the value's class and free.
func (l *ledger) name(series, s string, suggested string) string {
	if l.faker.IsName(s) {
		l.reserve(s)
		return s
	}
	if isAddress(s) {
		return l.address(s, suggested)
	}
	if host, ends := strings.CutPrefix(s, "@"); ends && isAddress("a"+s) { // what addresses end with
		return "@" + l.name("tenant", host, strings.TrimPrefix(suggested, "@"))
	}
	class, key := classOf(s)
	switch class {
	case numbered.File:
		series = "file"
	case numbered.Domain:
		series = "tenant"
	}
	return l.counted(series, key, s, class, suggested)
}

// number is the pseudonym of a number of JSON, whatever its form: another number.
func (l *ledger) number(series, s string, suggested string) string {
	if ascii.All(s, ascii.IsDigit) {
		return l.name(series, s, suggested)
	}
	return l.counted(series, "\x00"+s, s, numbered.Digits, suggested) // an equal text is of another class
}

// address is the pseudonym of an address: one of its host behind that of all of it.
func (l *ledger) address(s string, suggested string) string {
	was := cmp.Or(l.pseudonym(s), suggested)
	local, domain, _ := strings.Cut(was, "@")
	host := l.name("tenant", s[strings.LastIndexByte(s, '@')+1:], domain)
	return l.counted("user", strings.ToLower(s), s, numbered.Word, local) + "@" + host
}

// reserve notes that a pseudonym stands as a value: no other value gets it.
func (l *ledger) reserve(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used[strings.Clone(s)] = l.used[s] // not the body that it stands in
}

// counted gives a value its number: the one it has, the suggested one, or the next.
func (l *ledger) counted(series, key, s string, class numbered.Class, suggested string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.names[key]; ok {
		return p
	}
	ext := ""
	if class == numbered.File {
		ext = path.Ext(s)
	}
	p, _, _ := strings.Cut(l.pseudonym(s), "@")
	p = cmp.Or(p, suggested)
	if p == "" || l.used[p] || !l.faker.IsName(p) || !l.fits(p, series, class, ext) {
		for {
			l.next[series]++
			p = l.faker.Name(class, series, l.next[series], ext)
			if _, ok := l.used[p]; !ok {
				break
			}
		}
	}
	l.used[p] = true
	l.names[strings.Clone(key)] = p // not the body that it stands in
	return p
}

// fits reports whether a pseudonym is of a class and a series; an address has two.
func (l *ledger) fits(p, series string, class numbered.Class, ext string) bool {
	is, _ := classOf(p)
	if strings.Contains(p, "@") || is != class && !(class == numbered.Word && is == numbered.File) {
		return false
	}
	switch class {
	case numbered.Digits, numbered.Phone, numbered.IPv4, numbered.IPv6, numbered.MAC:
		return true
	}
	return len(p) > len(series) && strings.EqualFold(p[:len(series)], series) && strings.HasSuffix(p, ext)
}

// known is the pseudonym of a value that has one.
func (l *ledger) known(s string) (string, bool) {
	_, key := classOf(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.names[key]
	return p, ok
}

// within replaces the values that have pseudonyms in a text about them, the longest first,
// where they stand as words: "one" is none of "gone".
func (l *ledger) within(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	folded := strings.ToLower(text)
	for value := range l.names {
		if len(value) >= 3 && strings.Contains(folded, strings.ToLower(value)) {
			found = append(found, value)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var edits []edit.Edit
	for at := 0; at < len(text); at++ {
		if value := l.nameAt(text, at, found); value != "" {
			edits = append(edits, edit.Edit{Start: at, End: at + len(value), Text: l.names[value]})
			at += len(value) - 1
		}
	}
	return edit.Apply(text, edits)
}

// nameAt is the first of the values that stands in a text, "" if none does. Case says
// nothing of an address or a domain.
func (l *ledger) nameAt(text string, at int, values []string) string {
	for _, value := range values {
		end := at + len(value)
		if end > len(text) || text[at:end] != value && !(strings.ContainsAny(value, "@.") && strings.EqualFold(text[at:end], value)) {
			continue
		}
		isInside := goesOn(text[:at], value) && !escape.MatchString(text[max(0, at-longestEscape):at])
		if !isInside && !goesOn(value, text[end:]) {
			return value
		}
	}
	return ""
}

// goesOn reports whether a word that ends one text goes on in the next. Scripts that are
// written without spaces have no words to go by.
func goesOn(text, next string) bool {
	const firstUnspaced = 0x2e80
	isOfWord := func(r rune) bool { return r < firstUnspaced && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	last, _ := utf8.DecodeLastRuneInString(text)
	first, _ := utf8.DecodeRuneInString(next)
	return isOfWord(last) && isOfWord(first)
}

// escape ends a text: %XX of an address, \n or \u00e4 of JSON. Its letters are none of the
// word that follows.
var escape = regexp.MustCompile(`(%[0-9A-Fa-f]{2}|\\[nrtbf]|\\u[0-9A-Fa-f]{4})$`)

const longestEscape = 6

// mostNonces bounds the nonces that are tried for a tag.
const mostNonces = 16

// remember reads the tags of an earlier recording.
func (l *ledger) remember(tags map[string]string) {
	l.earlier, l.tagged = make(map[string]string, len(tags)), tags
	for p, tag := range tags {
		nonce, _ := identity.Nonce(tag)
		l.earlier[tag] = p
		l.nonces = max(l.nonces, min(nonce, mostNonces-1)+1)
	}
}

// pseudonym is the one that a value had in the recording before, known by its tag.
func (l *ledger) pseudonym(s string) string {
	for nonce := range l.nonces {
		if p, ok := l.earlier[l.faker.Tag(s, nonce)]; ok {
			return p
		}
	}
	return ""
}

// gave notes that a pseudonym of the recording before may stand for what the service made
// this time: it keeps its tag then, by which nobody asks.
func (l *ledger) gave(p string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given[p] = true
}

// tag is the tag of a pseudonym that stands in a hole. Its nonce is such that no value fits that has
// a tag already.
func (l *ledger) tag(p, value string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tag, ok := l.tags[p]; ok {
		return tag
	}
	if tag := l.tagged[p]; tag != "" && l.given[p] {
		l.tags[p] = tag
		return tag
	}
	tag := ""
	for nonce := 0; tag == "" || nonce < len(l.taken); nonce++ {
		if nonce == len(l.taken) {
			l.taken = append(l.taken, make([]bool, 1<<identity.TagSize))
			for _, v := range l.values {
				l.taken[nonce][l.faker.TagBits(v, nonce)] = true
			}
		}
		bits := l.faker.TagBits(value, nonce)
		if tag == "" && (!l.taken[nonce][bits] || nonce == mostNonces-1) {
			tag = bits.Tag(nonce)
		}
		l.taken[nonce][bits] = true
	}
	l.values, l.tags[p] = append(l.values, value), tag
	return tag
}
