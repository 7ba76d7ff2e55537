package redact

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Names, addresses, domains and the like are renamed to words with a number.

// isNumbered reports whether s is a word with a number as numbered makes it, or the
// word alone, which stands for the beginning of several.
func isNumbered(s, word string) bool {
	if strings.EqualFold(s, strings.TrimSuffix(word, " ")) {
		return true
	}
	if len(s) <= len(word) || !strings.EqualFold(s[:len(word)], word) || !ascii.IsDigit(s[len(word)]) {
		return false
	}
	tagged := false
	for i := len(word); i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' || c == '-':
			tagged = true
		case ascii.IsDigit(c), tagged && ascii.IsAlnum(c):
		default:
			return false
		}
	}
	return true
}

// word renames a name to a word and a number.
func (l *ledger) word(w series, s, suggestion string, trial bool) answer {
	if isNumbered(s, w.word) {
		if !trial {
			l.keep(w.book(), s)
		}
		return answer{s, false}
	}
	if p, ok := l.find(w.book(), s); ok {
		return answer{p, true}
	}
	if trial {
		return answer{}
	}
	folded := strings.ToLower(s)
	if !isNumbered(suggestion, w.word) || len(suggestion) <= len(w.word) {
		suggestion = ""
	}
	return answer{l.enter(w.book(), folded, suggestion, l.maker(w.book(), folded, w.word)), true}
}

// maker gives a value its number, after the number of a beginning that a filter asked
// for before.
func (l *ledger) maker(book, folded, word string) func(int) string {
	begin := ""
	for key, p := range l.begun(book) {
		if strings.HasPrefix(folded, key) && len(p) > len(begin) {
			begin = p
		}
	}
	if begin == "" {
		return func(n int) string { return l.numbered(word, n) }
	}
	return func(n int) string { return begin + "." + strconv.Itoa(n) }
}

// begun returns the beginnings that filters asked for and their pseudonyms.
func (l *ledger) begun(book string) map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next[locals+book] == 0 {
		return nil
	}
	return l.under(locals + book)
}

// under lists what a book holds. The lock is held.
func (l *ledger) under(book string) map[string]string {
	found := map[string]string{}
	for key, p := range l.to {
		if folded, ok := strings.CutPrefix(key, book); ok {
			found[folded] = p
		}
	}
	return found
}

// beginning renames the literal of startswith, contains or $search so that it begins
// the pseudonyms of the values that it begins.
func (l *ledger) beginning(book, word, s string, trial bool) answer {
	folded := strings.ToLower(s)
	if isNumbered(s, word) {
		return answer{s, false}
	}
	for _, b := range []string{book, locals + book} {
		if p, ok := l.look(b, folded); ok {
			return answer{p, true}
		}
	}
	if trial {
		return answer{}
	}
	l.mu.Lock()
	common, found := "", false
	for key, p := range l.under(book) {
		if strings.HasPrefix(key, folded) && key != p {
			if !found {
				common, found = p, true
			}
			common = shared(common, p)
		}
	}
	l.mu.Unlock()
	if stem, _, ok := strings.Cut(common, "@"); ok && !strings.Contains(s, "@") {
		common = stem
	}
	if common = strings.TrimRight(common, " .-"); isNumbered(common, word) {
		return answer{common, true}
	}
	p := l.enter(locals+book, folded, "", func(int) string {
		l.next[book]++ // the lock is held: numbers of beginnings and of values are one series
		return l.numbered(word, l.next[book])
	})
	return answer{p, true}
}

func shared(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

const reserved = ".example" // RFC 2606

func isReserved(domain string) bool {
	return len(domain) > len(reserved) && strings.EqualFold(domain[len(domain)-len(reserved):], reserved)
}

// domain renames a domain.
func (l *ledger) domain(s, suggestion string, trial bool) answer {
	if isReserved(s) {
		if !trial {
			l.keep(domains, strings.ToLower(s))
		}
		return answer{s, false}
	}
	if p, ok := l.find(domains, s); ok {
		return answer{p, true}
	}
	if trial {
		return answer{}
	}
	folded := strings.ToLower(s)
	if !isReserved(suggestion) {
		suggestion = ""
	}
	l.domains.note(folded)
	return answer{l.enter(domains, folded, suggestion, func(n int) string { return l.contoso(n) + reserved }), true}
}

// contoso is the name of a tenant that there is not.
func (l *ledger) contoso(n int) string {
	s := strings.TrimSuffix(l.numbered("contoso", n), "-"+l.tag)
	if n == 1 {
		s = "contoso"
	}
	if l.tag != "" {
		s += "-" + l.tag
	}
	return s
}

// host renames the tenant's label of a SharePoint host.
func (l *ledger) host(label string, trial bool) answer {
	base, suffix := label, ""
	for _, s := range []string{"-my", "-admin"} {
		if b, ok := strings.CutSuffix(strings.ToLower(label), s); ok {
			base, suffix = label[:len(b)], label[len(b):]
		}
	}
	if isNumbered(base, "contoso") || strings.HasPrefix(strings.ToLower(base), "contoso-") {
		return answer{label, false}
	}
	folded := strings.ToLower(base)
	p, ok := l.look(hosts, folded)
	if !ok && trial {
		return answer{}
	}
	if !ok {
		p = l.enter(hosts, folded, "", l.contoso)
	}
	return answer{p + suffix, true}
}

// address renames a UPN or a mail address.
func (l *ledger) address(s, suggestion string, trial bool) answer {
	if strings.Contains(s, "''") { // as OData writes a quote
		s = strings.ReplaceAll(s, "''", "'")
	}
	at := strings.LastIndexByte(s, '@')
	if isReserved(s[at+1:]) {
		if !trial {
			l.keep(users, strings.ToLower(s))
		}
		return answer{s, false}
	}
	if p, ok := l.find(users, s); ok {
		return answer{p, true}
	}
	if trial {
		return answer{}
	}
	folded := strings.ToLower(s)
	d := l.domain(s[at+1:], "", false).pseudonym
	if i := strings.LastIndexByte(suggestion, '@'); i < 0 || !isNumbered(suggestion[:i], "user") || suggestion[i+1:] != d {
		suggestion = ""
	}
	make := l.maker(users, folded, "user")
	if p, ok := l.look(users, alias(folded)); ok { // its personal site was met first
		who, _, _ := strings.Cut(p, "_")
		suggestion = who + "@" + d
	}
	p := l.enter(users, folded, suggestion, func(n int) string { return make(n) + "@" + d })
	l.mu.Lock()
	if _, ok := l.to[users+alias(folded)]; !ok {
		l.to[users+alias(folded)] = alias(p)
	}
	l.mu.Unlock()
	return answer{p, true}
}

// alias is an address as paths of personal sites spell it: name_contoso_com.
func alias(address string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !ascii.IsAlnum(byte(r)) {
			return '_'
		}
		return r
	}, address)
}

// personal renames an address that is spelled as an alias.
func (l *ledger) personal(s string, trial bool) answer {
	if strings.HasSuffix(s, alias(reserved)) {
		return answer{s, false}
	}
	folded := strings.ToLower(s)
	p, ok := l.look(users, folded)
	if !ok && trial {
		return answer{}
	}
	if !ok {
		p = l.enter(users, folded, "", func(n int) string { return l.numbered("user", n) + alias("@contoso.example") })
	}
	return answer{p, true}
}

// phone renames a phone number, whose digits alone count.
func (l *ledger) phone(s string, trial bool) answer {
	var key []byte
	for i := range len(s) {
		if ascii.IsDigit(s[i]) {
			key = append(key, s[i])
		}
	}
	if len(key) < 7 {
		return answer{blank(s), true}
	}
	if strings.Trim(string(key[:len(key)-4]), "0") == "" {
		if !trial {
			l.keep(phones, string(key))
		}
		return answer{s, false}
	}
	p, ok := l.look(phones, string(key))
	if !ok && trial {
		return answer{}
	}
	if !ok {
		p = l.enter(phones, string(key), "", func(n int) string { return fmt.Sprintf("%0*d", len(key), n%10_000) })
		l.share(identityPhone, string(key), p)
	}
	b, k := []byte(s), 0
	for i := range b {
		if ascii.IsDigit(b[i]) {
			b[i] = p[k]
			k++
		}
	}
	return answer{string(b), true}
}

// file renames a file, but for its extension.
func (l *ledger) file(s string, trial bool) answer {
	stem, ext := s, ""
	if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i <= 9 && isWords(s[i+1:]) {
		stem, ext = s[:i], s[i:]
	}
	if bare := strings.TrimRight(stem, "x"); bare != "file" && isNumbered(bare, "file") {
		if !trial {
			l.keep(files, s)
		}
		return answer{s, false}
	}
	folded := strings.ToLower(s)
	p, ok := l.look(files, folded)
	if !ok && trial {
		return answer{}
	}
	if !ok {
		p = l.enter(files, folded, "", func(n int) string {
			name := l.numbered("file", n)
			return name + strings.Repeat("x", max(0, len(stem)-len(name))) + ext
		})
	}
	return answer{p, true}
}

func isWords(s string) bool {
	return s != "" && !slices.ContainsFunc([]byte(s), func(c byte) bool { return !ascii.IsAlnum(c) })
}

// onPremisesSID renames a security identifier that no GUID is in.
func (l *ledger) onPremisesSID(s string, trial bool) answer {
	const renamed = "S-1-5-21-1-1-1-"
	if strings.HasPrefix(s, renamed) {
		return answer{s, false}
	}
	p, ok := l.look(sids, s)
	if !ok && trial {
		return answer{}
	}
	if !ok {
		p = l.enter(sids, s, "", func(n int) string { return renamed + strconv.Itoa(1000+n) })
	}
	return answer{p, true}
}
