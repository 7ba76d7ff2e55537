package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// maxDepth bounds texts within texts: escapes of escapes, JSON in JSON.
const maxDepth = 6

// isWord says which bytes make the words that texts are cut into.
var isWord = func() (t [256]bool) {
	for c := range t {
		t[c] = ascii.IsAlnum(byte(c)) || c == '-' || c == '_'
	}
	return t
}()

// text looks for everything that can be recognised anywhere.
func (p *pass) text(s string, base int) {
	if len(s) < 5 {
		return
	}
	if p.depth <= maxDepth && hasEscape(s) {
		decode := func(s string) *view { return percent(s, false) }
		if p.depth == maxDepth {
			decode = percentThroughout
		}
		p.through(decode(s), base, func(t string) { p.text(t, 0) })
		return
	}
	start, end := nextAddress(s, 0, 0)
	for i := 0; i < len(s); {
		if i >= start {
			if end > i {
				p.addressOrThread(s, start, end, base)
				i = end
			}
			start, end = nextAddress(s, max(i, end), i)
			continue
		}
		if !isWord[s[i]] {
			i++
			continue
		}
		j := i + 1
		for j < len(s) && isWord[s[j]] {
			j++
		}
		i = p.word(s, i, j, base)
	}
}

// word looks at the word s[i:j] and returns where to go on.
func (p *pass) word(s string, i, j, base int) int {
	n := j - i
	if j < len(s) {
		switch s[j] {
		case '=':
			if next := p.assigned(s, i, j, base); next > 0 {
				return next
			}
		case '.':
			if next := p.dotted(s, i, j, base); next > 0 {
				return next
			}
		}
	}
	if n >= 8 {
		if next := p.id(s, i, j, base); next > 0 {
			return next
		}
	}
	if n >= 5 {
		if r, pseudonym := p.ledger.token(s[i:j]); r != noRule && p.on[r] {
			p.add(base+i, base+j, r, s[i:j], answer{cased(pseudonym, s[i:j]), true})
		} else if r == noRule {
			p.missed(tokens, s[i:j])
		}
	}
	return j
}

// assigned looks at name=value within a text, where the name is a secret's. It
// returns 0 when it is not.
func (p *pass) assigned(s string, i, j, base int) int {
	name := s[i:j]
	if len(name) > 32 {
		return 0
	}
	f := members.find(name)
	if f == nil || table[f.rule].Class != Secret {
		if f = options.find(name); f == nil || !startsOption(s, i, f) {
			return 0
		}
	}
	end := j + 1
	if strings.HasPrefix(s[end:], "X'") { // a page token as directories write it
		end += 2 + max(0, strings.IndexByte(s[end+2:], '\''))
	}
	for end < len(s) && strings.IndexByte("&;\"'<> \t\r\n,()", s[end]) < 0 {
		end++
	}
	if end > j+1 {
		p.treat(f, s[j+1:end], base+j+1)
	}
	return end
}

// startsOption reports whether the name at i is an option of a query. One that is
// like no other word (tempauth, but not code) is taken for one anywhere.
func startsOption(s string, i int, f *field) bool {
	if i > 0 && strings.IndexByte("?&$", s[i-1]) >= 0 {
		return true
	}
	telling := strings.HasPrefix(s[i:], "tempauth") || strings.HasPrefix(s[i:], "auth")
	return f.rule == secretURLToken && telling && (i == 0 || s[i-1] != '.')
}

// dotted looks at words that dots join: tokens and domains.
func (p *pass) dotted(s string, i, j, base int) int {
	if j-i >= 8 && strings.HasPrefix(s[i:], "eyJ") {
		if n := jwtLength(s[i:]); n > 0 {
			p.add(base+i, base+i+n, secretJWT, s[i:i+n], answer{fakeJWT, false})
			return i + n
		}
	}
	if !p.on[identityDomain] || i > 0 && s[i-1] == '.' { // the whole was looked at before
		return 0
	}
	end := j
	for end < len(s) && (isWord[s[end]] || s[end] == '.') {
		end++
	}
	whole := strings.TrimRight(s[i:end], ".-")
	if len(whole) < 6 || len(whole) > 253 {
		return 0
	}
	if p.keeps(base+i, base+i+len(whole), identityDomain, whole) {
		return i + len(whole)
	}
	if a, ok := p.domainOf(whole); ok {
		p.add(base+i, base+i+len(whole), identityDomain, whole, a)
		return i + len(whole)
	}
	return 0
}

// domainOf renames a name that is recognised as a tenant's domain.
func (p *pass) domainOf(s string) (answer, bool) {
	if label, ok := cutSuffixFold(s, ".sharepoint.com"); ok && !strings.Contains(label, ".") {
		a := p.ledger.host(label, p.trial)
		if a.pseudonym != "" {
			a.pseudonym += s[len(label):]
		}
		return a, true
	}
	if label, ok := cutSuffixFold(s, ".onmicrosoft.com"); ok && label != "" {
		return p.ledger.domain(s, "", p.trial), true
	}
	if p.ledger.domains.may(s) && !serviceDomains[strings.ToLower(s)] {
		if pseudonym, ok := p.ledger.find(domains, s); ok {
			return answer{pseudonym, true}, true
		}
	}
	p.missed(domains, s)
	return answer{}, false
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) < len(suffix) || !strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s, false
	}
	return s[:len(s)-len(suffix)], true
}

// nextAddress finds the next address or conversation id with its @ at from or after;
// its local part begins at floor or after. Without one, start is the end of the text.
func nextAddress(s string, from, floor int) (start, end int) {
	for from < len(s) {
		k := strings.IndexByte(s[from:], '@')
		if k < 0 {
			break
		}
		at := from + k
		start, end = at, at+1
		for start > floor && isLocal(s[start-1]) {
			start--
		}
		for start < at && strings.IndexByte("'#.!", s[start]) >= 0 {
			start++
		}
		for end < len(s) && (ascii.IsAlnum(s[end]) || s[end] == '-' || s[end] == '.') {
			end++
		}
		for end > at+1 && (s[end-1] == '.' || s[end-1] == '-') {
			end--
		}
		if host := s[at+1 : end]; start < at && (graph.IsConversationHost(host) || isDomain(host)) {
			return start, end
		}
		from, floor = at+1, at+1
	}
	return len(s), len(s)
}

func isLocal(c byte) bool {
	return isWord[c] || c == '.' || c == '+' || c == '\'' || c == '#' || c == '$' || c == '!' || c == '~' || c == '^' || c >= 0x80
}

// isDomain: labels of letters, digits and hyphens, the last one letters. Names of
// annotations (members@odata.bind) are none.
func isDomain(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || len(s)-dot < 3 || strings.Contains(s, "..") || s[0] == '-' ||
		strings.HasPrefix(s, "odata.") || strings.HasPrefix(s, "microsoft.graph.") {
		return false
	}
	if strings.HasPrefix(s[dot+1:], "xn--") {
		return true
	}
	for i := dot + 1; i < len(s); i++ {
		if !ascii.IsLower(ascii.Lower(s[i])) {
			return false
		}
	}
	return true
}

func (p *pass) addressOrThread(s string, start, end, base int) {
	at := strings.LastIndexByte(s[:end], '@')
	if graph.IsConversationHost(s[at+1 : end]) {
		p.thread(s, start, at, base)
		return
	}
	if !p.on[identityAddress] || p.keeps(base+start, base+end, identityAddress, s[start:end]) {
		return
	}
	p.add(base+start, base+end, identityAddress, s[start:end], p.ledger.address(s[start:end], p.suggestion(), p.trial))
}

// thread renames the local part of a conversation id.
func (p *pass) thread(s string, i, j, base int) {
	local := s[i:j]
	if !p.on[identityThread] {
		return
	}
	switch {
	case len(local) == 32 && ascii.All(local, ascii.IsHex):
		p.shape(s, i, j, base, identityThread, mold{guid: true})
	case len(local) == 73 && local[36] == '_' && isGUID(local[:36]) && isGUID(local[37:]):
		p.guid(s, i, base, identityThread)
		p.guid(s, i+37, base, identityThread)
	case strings.HasPrefix(local, "meeting_"):
		if p.encoded(s, i+len("meeting_"), j, base) == 0 {
			p.shape(s, i, j, base, identityThread, mold{prefix: len("meeting_")})
		}
	default:
		p.shape(s, i, j, base, identityThread, mold{})
	}
}

// shape replaces s[i:j] by a pseudonym of the same shape.
func (p *pass) shape(s string, i, j, base int, r rule, m mold) {
	if p.on[r] && !p.keeps(base+i, base+j, r, s[i:j]) {
		p.add(base+i, base+j, r, s[i:j], p.ledger.shape(s[i:j], m, p.suggestion(), p.trial))
	}
}
