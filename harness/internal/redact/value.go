package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// filler is what content is replaced by. It holds nothing that could be recognised.
var filler = strings.Repeat("lorem ipsum dolor sit amet consectetur ", 200)

// free looks at a value that no rule names: by its form, or as any text.
func (p *pass) free(s string, base int) {
	if len(s) < 3 {
		return
	}
	switch {
	case isJSON(s) && p.depth < maxDepth:
		p.depth++
		p.json(s, base)
		p.depth--
	case s[0] == 'h' && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")):
		p.url(s, base, field{})
	case s[0] == '/' && strings.IndexByte(s, ' ') < 0 && !strings.HasPrefix(s, "/9j/"):
		p.url(s, base, field{})
	default:
		first := len(p.edits)
		p.text(s, base)
		if len(p.edits) == first {
			p.wholeName(s, base)
		}
		if p.entropy && len(p.edits) == first && looksRandom(s) {
			p.advice = append(p.advice, edit{start: base, end: base + len(s), path: p.where()})
		}
	}
}

// wholeName renames a value that is a known name of more than letters: one word alone
// could be a member of an enum.
func (p *pass) wholeName(s string, base int) {
	if len(s) < 5 || len(s) > 64 || !p.on[identityName] || ascii.All(s, ascii.IsLetter) {
		return
	}
	if p.ledger.names.may(s) {
		if pseudonym, ok := p.ledger.find(name.book(), s); ok {
			p.add(base, base+len(s), identityName, s, answer{pseudonym, true})
			return
		}
	}
	p.missed(name.book(), s)
}

// isJSON reports whether a text looks like a JSON object or array.
func isJSON(s string) bool {
	if s == "" || s[0] > ' ' && s[0] != '{' && s[0] != '[' && s[0] != 0xEF {
		return false
	}
	s = strings.TrimLeft(s, " \t\r\n\ufeff")
	if len(s) < 2 {
		return false
	}
	switch s[0] {
	case '{':
		rest := strings.TrimLeft(s[1:], " \t\r\n")
		return rest != "" && (rest[0] == '"' || rest[0] == '}')
	case '[':
		rest := strings.TrimLeft(s[1:], " \t\r\n")
		return rest != "" && strings.IndexByte("\"[{]-0123456789tfn", rest[0]) >= 0
	}
	return false
}

// treat replaces a value as the rule for its name says.
func (p *pass) treat(f *field, s string, base int) {
	if s == "" {
		return
	}
	if !p.on[f.rule] {
		p.free(s, base)
		return
	}
	if p.keeps(base, base+len(s), f.rule, s) {
		return
	}
	put := func(pseudonym string) { p.add(base, base+len(s), f.rule, s, answer{pseudonym, true}) }
	answered := func(a answer) { p.add(base, base+len(s), f.rule, s, a) }
	switch f.treatment {
	case constant:
		put(constantFor(s))
		p.noteSecret(s)
	case schemed:
		put(withScheme(s))
	case base64ed:
		put(redactedBase64)
	case zeroed:
		put(zeroes(s))
	case identified:
		p.identified(f, s, base)
	case tokenised:
		if strings.HasPrefix(s, "http") && strings.Contains(s, "://") {
			p.url(s, base, *f)
			return
		}
		p.token(s, base, f.rule)
	case linked:
		p.linked(f, s, base)
	case word:
		p.name(f, s, base)
	case address:
		p.person(f, s, base)
	case phone:
		answered(p.ledger.phone(s, p.trial))
	case domain:
		answered(p.ledger.domain(s, p.suggestion(), p.trial))
	case text:
		put(fillerOf(len(s)))
	case bytesText:
		put(base64Filler(s))
	case fileName:
		answered(p.ledger.file(s, p.trial))
	case ones:
		put(onesFor(s))
	case ip:
		put(documentationIP(s))
	}
}

func (p *pass) noteSecret(s string) {
	if !p.trial && s != constantFor(s) {
		p.ledger.echoes.note(s)
	}
}

// constantFor is REDACTED in the format of a secret.
func constantFor(s string) string {
	switch {
	case strings.HasPrefix(s, "eyJ") && jwtLength(s) == len(s):
		return fakeJWT
	case isGUID(s):
		return "00000000-0000-0000-0000-000000000000"
	}
	return redacted
}

// withScheme keeps the scheme of credentials: Bearer, Basic, MSAuth1.0.
func withScheme(s string) string {
	scheme, _, ok := strings.Cut(s, " ")
	if !ok || len(scheme) > 16 {
		return redacted
	}
	return scheme + " " + redacted
}

func zeroes(s string) string {
	switch {
	case s == redacted:
		return s
	case ascii.All(s, func(c byte) bool { return ascii.IsDigit(c) || c == '-' }):
		return blank(s)
	case ascii.All(s, func(c byte) bool { return ascii.IsAlnum(c) || c == '+' || c == '/' || c == '=' }) && len(s)%4 == 0:
		return redactedBase64
	}
	return redacted
}

// identified renames the ids in a value, or else the value as a token.
func (p *pass) identified(f *field, s string, base int) {
	before := len(p.edits)
	p.text(s, base)
	if len(p.edits) == before && len(s) >= minFree && !strings.HasPrefix(s, "b!") {
		p.token(s, base, f.rule)
	}
}

// linked renames the tokens in a link. What is no link is a token.
func (p *pass) linked(f *field, s string, base int) {
	if !strings.Contains(s, "://") {
		if isTokenLike(s) {
			p.token(s, base, f.rule)
		} else {
			p.free(s, base)
		}
		return
	}
	p.url(s, base, *f)
}

// name renames a name. One that is an address stays one.
func (p *pass) name(f *field, s string, base int) {
	if f.rule == identityName && (isWellKnownName(s) || strings.TrimSpace(s) == "") {
		return
	}
	if start, end := nextAddress(s, 0, 0); start == 0 && end == len(s) && p.on[identityAddress] {
		p.text(s, base)
		return
	}
	a := p.ledger.word(f.series, s, p.suggestion(), p.trial)
	p.add(base, base+len(s), f.rule, s, a)
	switch {
	case p.trial || a.pseudonym == s:
	case f.rule == identityName:
		p.ledger.names.note(s)
	case f.rule == identityEmployee && strings.ContainsAny(s, digits):
		p.ledger.share(f.rule, strings.ToLower(s), a.pseudonym)
	}
}

// person renames an address, perhaps one behind a scheme (SMTP:...). A value that is
// none is a name of a user.
func (p *pass) person(f *field, s string, base int) {
	before := len(p.edits)
	p.text(s, base)
	if len(p.edits) > before || strings.Contains(s, reserved) || isGUID(s) {
		return
	}
	p.add(base, base+len(s), f.rule, s, p.ledger.word(series{"user"}, s, p.suggestion(), p.trial))
}

func fillerOf(n int) string {
	if n <= len(filler) {
		return filler[:n]
	}
	return strings.Repeat(filler, n/len(filler)+1)[:n]
}

// base64Filler keeps the length of base64.
func base64Filler(s string) string {
	body := strings.TrimRight(s, "=")
	return strings.Repeat("A", len(body)) + s[len(body):]
}

// onesFor keeps the length and the form of a number.
func onesFor(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c == 'e' || c == 'E' {
			break
		}
		if ascii.IsDigit(c) {
			b[i] = '1'
		}
	}
	return string(b)
}

// documentationIP is an address that RFC 5737 and RFC 3849 keep for documentation.
func documentationIP(s string) string {
	if strings.Contains(s, ":") && !strings.Contains(s, ".") {
		return "2001:db8::1"
	}
	return "192.0.2.1"
}
