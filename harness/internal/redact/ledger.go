package redact

import (
	"cmp"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
)

// A ledger gives names their counted pseudonyms: one book, so that a value has one
// pseudonym wherever it stands. The lexical class of a pseudonym is that of the value alone.
type ledger struct {
	faker *identity.Faker
	idle  bool // nothing is stored of what it names

	mu        sync.Mutex
	names     map[string]string // by value, in lower case where case says nothing
	addresses map[string]string // likewise, with their hosts
	next      map[string]int    // the last number of a series
	taken     map[string]bool   // pseudonyms that values have (true), or had in the recording before, but those that no other number makes
	values    map[string]string // by pseudonym: of those with a tag
	tags      map[string]string // by pseudonym
	bits      []map[uint32]bool // by nonce: the bits of all values that have a tag

	earlier map[string]string // by tag: pseudonyms of the recording before
	tagged  map[string]string // by pseudonym: its tag there
	given   map[string]bool   // pseudonyms of the recording before whose values the service made anew
	nonces  int               // below this are all nonces of these tags
}

func newLedger(salt []byte) *ledger {
	return &ledger{
		faker: identity.NewFaker(salt), names: make(map[string]string, 256), addresses: map[string]string{}, next: map[string]int{}, taken: map[string]bool{},
		values: map[string]string{}, tags: map[string]string{},
	}
}

// name is the pseudonym of a value. Suggested is what the recording before has at its
// place: it is taken where it is of the value's class and free.
func (l *ledger) name(series, s string, suggested func() string) string {
	if l.faker.IsName(s) {
		l.take(s)
		return s
	}
	if at := strings.LastIndexByte(s, '@'); at > 0 && isAddress(s) {
		return l.address(s, at, suggested)
	}
	return l.text(series, s, suggested)
}

// address is the pseudonym of an address, whose host begins behind byte at.
func (l *ledger) address(s string, at int, suggested func() string) string {
	key := strings.ToLower(s)
	l.mu.Lock()
	known, ok := l.addresses[key]
	l.mu.Unlock()
	if ok {
		return known
	}
	was := func() string { return cmp.Or(l.before(s), suggested()) }
	host := s[at+1:]
	if l.faker.IsName(host) {
		l.take(host)
	} else {
		host = l.text("tenant", host, func() string { return behindAt(was()) })
	}
	is := l.counted("user", key, s[:at], numbered.Word, func() string {
		local, _, _ := strings.Cut(was(), "@")
		return local
	}) + "@" + host
	l.mu.Lock()
	l.addresses[strings.Clone(key)] = is
	l.mu.Unlock()
	return is
}

// text is the pseudonym of what is no address.
func (l *ledger) text(series, s string, suggested func() string) string {
	class, key := classOf(s)
	switch class {
	case numbered.File:
		series = "file"
	case numbered.Domain:
		series = "tenant"
	}
	return l.counted(series, key, s, class, suggested)
}

// take notes that a pseudonym is met as a value: none other gets it.
func (l *ledger) take(s string) {
	if l.idle {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.taken[s]; !ok {
		l.taken[strings.Clone(s)] = false // not the body that it stands in
	}
}

func behindAt(s string) string {
	_, host, _ := strings.Cut(s, "@")
	return host
}

// counted gives a value its number: the one it has, the suggested one, or the next.
func (l *ledger) counted(series, key, s string, class numbered.Class, suggested func() string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.names[key]; ok {
		return p
	}
	ext := ""
	if class == numbered.File {
		ext = path.Ext(s)
	}
	p := l.before(s)
	if p == "" && suggested != nil {
		p = suggested()
	}
	if p == "" || l.taken[p] || !l.faker.IsName(p) || !l.fits(p, series, class, ext) {
		for {
			l.next[series]++
			p = l.faker.Name(class, series, l.next[series], ext)
			if _, ok := l.taken[p]; !ok {
				break
			}
		}
	}
	if l.given != nil || !(class == numbered.Phrase || class == numbered.Word || class == numbered.File || class == numbered.Domain) {
		l.taken[p] = true
	}
	l.names[strings.Clone(key)] = p // not the body that it stands in
	return p
}

// before is the pseudonym that a value had in the recording before, known by its tag.
func (l *ledger) before(s string) string {
	for nonce := range l.nonces {
		if p, ok := l.earlier[l.faker.Tag(s, nonce)]; ok {
			return p
		}
	}
	return ""
}

// remember takes over the tags of an earlier recording.
func (l *ledger) remember(tags map[string]string) {
	l.earlier, l.tagged, l.given = make(map[string]string, len(tags)), tags, map[string]bool{}
	for p, tag := range tags {
		if nonce, ok := identity.Nonce(tag); ok {
			l.earlier[tag] = p
			l.nonces = max(l.nonces, nonce+1)
		}
	}
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

// gave notes that a pseudonym of the recording before may stand for what the service made
// anew: it keeps its tag then, by which nobody asks. It is called with the lock held.
func (l *ledger) gave(p string) {
	if l.given != nil {
		l.given[p] = true
	}
}

// tag remembers that a name with this pseudonym stands in a hole, and keeps bits of the
// value by which it is known again. The nonce is such that no value fits that has a tag
// already.
func (l *ledger) tag(p, value string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.tags[p]; ok {
		return t
	}
	if t := l.tagged[p]; t != "" && l.given[p] {
		l.tags[p] = t
		return t
	}
	const most = 16
	for nonce := range most {
		if nonce == len(l.bits) {
			set := make(map[uint32]bool, len(l.values))
			for _, v := range l.values {
				set[l.faker.TagBits(v, nonce)] = true
			}
			l.bits = append(l.bits, set)
		}
		if !l.bits[nonce][l.faker.TagBits(value, nonce)] || nonce == most-1 {
			l.tags[p] = l.faker.Tag(value, nonce)
			break
		}
	}
	for nonce := range l.bits {
		l.bits[nonce][l.faker.TagBits(value, nonce)] = true
	}
	l.values[p] = value
	return l.tags[p]
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
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var out strings.Builder
	for at := 0; at < len(text); {
		value := l.nameAt(text, at, found)
		if value == "" {
			_, size := utf8.DecodeRuneInString(text[at:])
			out.WriteString(text[at : at+size])
			at += size
			continue
		}
		out.WriteString(l.names[value])
		at += len(value)
	}
	return out.String()
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
// written without spaces have no words that one could tell.
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

// classOf is the lexical class of a value, and the key by which equal values are known.
func classOf(s string) (numbered.Class, string) {
	switch {
	case ascii.All(s, ascii.IsDigit), len(s) >= 8 && ascii.All(s, ascii.IsHex) && strings.ContainsAny(s, "0123456789"):
		return numbered.Digits, s
	case len(s) >= 7 && len(s) < 32 && isPhone(s):
		return numbered.Phone, s
	}
	if addr, ok := networkAddress(s); ok {
		if addr.Is4() {
			return numbered.IPv4, s
		}
		return numbered.IPv6, s
	}
	switch {
	case len(s) == 17 && isMAC(s):
		return numbered.MAC, s
	case fileTypes.has(strings.TrimPrefix(path.Ext(s), ".")):
		return numbered.File, s
	case isDomain(s):
		return numbered.Domain, strings.ToLower(s)
	case strings.ContainsAny(s, " \t\r\n"):
		return numbered.Phrase, s
	}
	return numbered.Word, s
}

// networkAddress reads a network address; most texts are none by their first byte.
func networkAddress(s string) (netip.Addr, bool) {
	if s == "" || !ascii.IsHex(s[0]) && s[0] != ':' {
		return netip.Addr{}, false
	}
	if strings.IndexByte(s, ':') < 0 && (strings.IndexByte(s, '.') < 0 || strings.Trim(s, "0123456789.") != "") {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil
}

func isPhone(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsDigit(c):
			digits++
		case strings.IndexByte("+-() ./", c) < 0:
			return false
		}
	}
	return digits >= 6 && digits <= 15 && (s[0] == '+' || s[0] == '(' || strings.ContainsAny(s, " "))
}

func isMAC(s string) bool {
	for i := range len(s) {
		if i%3 == 2 && s[i] != ':' && s[i] != '-' || i%3 != 2 && !ascii.IsHex(s[i]) {
			return false
		}
	}
	return true
}

// isDomain recognises a name of a host: labels, the last of them of two to six letters, or
// one that no real domain ends in.
func isDomain(s string) bool {
	if len(s) < 4 || len(s) > 253 || s[0] == '.' || s[0] == '-' {
		return false
	}
	k := strings.LastIndexByte(s, '.')
	if k <= 0 {
		return false
	}
	last := s[k+1:]
	return (len(last) == 2 || topDomains.has(last)) && ascii.All(last, ascii.IsLetter) &&
		ascii.All(s[:k], func(c byte) bool { return ascii.IsAlnum(c) || c == '-' || c == '.' || c == '_' }) && !strings.Contains(s, "..")
}

var topDomains = setOf("com net org edu gov mil int info biz name io dev app cloud local internal example test invalid corp lan home online tech")

// isAddress recognises an address of mail, or a UPN.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || !isDomain(s[at+1:]) {
		return false
	}
	return ascii.All(s[:at], isLocalByte)
}

func isLocalByte(c byte) bool {
	return ascii.IsAlnum(c) || c >= 0x80 || strings.IndexByte("._%+'#-$!&*=/?^`{|}~", c) >= 0
}

// fileTypes are the extensions of names of files, which stay.
var fileTypes = setOf(`txt md csv tsv json xml yaml yml html htm css js ts log ini cfg conf pdf doc docx docm dot dotx xls xlsx xlsm xlsb xlt xltx
	ppt pptx pptm pot potx pps ppsx one onetoc2 onepkg vsd vsdx mpp pub accdb mdb rtf odt ods odp epub png jpg jpeg gif bmp tif tiff svg ico webp heic
	mp3 mp4 m4a m4v mov avi wmv wav flac ogg mkv webm vtt srt zip 7z rar tar gz tgz bz2 xz iso exe msi dll apk ipa dmg pkg deb rpm intunewin bat cmd
	ps1 psm1 sh py go java c h cpp cs rb php sql db sqlite bak tmp dat bin eml msg ics vcf pst ost key pem cer crt pfx p12 url lnk loop fluid whiteboard`)
