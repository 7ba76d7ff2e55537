package redact

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// Ids and tokens that are recognised by their form. Package format has
// the forms, with real examples.

// fakeJWT is {"alg":"none"}, {"redacted":true} and no signature.
const fakeJWT = "eyJhbGciOiJub25lIn0" + ".eyJyZWRhY3RlZCI6dHJ1ZX0."

const (
	redacted       = "REDACTED"
	redactedBase64 = "UkVEQUNURUQ="
	pemBegin       = "-----BEGIN "
	pemEnd         = "-----END "
)

// id looks at a word of at least eight bytes. It returns where to go on, or 0 when
// the word is no id.
func (p *pass) id(s string, i, j, base int) int {
	n := j - i
	switch s[i] {
	case '-':
		if strings.HasPrefix(s[i:], pemBegin) {
			return p.pem(s, i, base)
		}
	case 'E':
		if n >= 24 && strings.HasPrefix(s[i:], "EwA") {
			return p.opaqueToken(s, i, j, base)
		}
	case 'A':
		if n >= 10 && isOutlook(s[i:j]) {
			p.shape(s, i, j, base, identityOutlook, mold{prefix: 4})
			return j
		}
	case 'S':
		if strings.HasPrefix(s[i:j], "S-1-") {
			return p.sid(s, i, j, base)
		}
	}
	switch {
	case n >= 36 && p.guids(s, i, j, base):
		return j
	case n == 32 && ascii.All(s[i:j], ascii.IsHex):
		p.shape(s, i, j, base, identityGUID, mold{guid: true})
		return j
	case n == 34 && s[i:i+2] == "01" && ascii.All(s[i:j], isCapital):
		p.shape(s, i, j, base, identityDrive, mold{prefix: 2})
		return j
	case n >= 20 && i >= 2 && s[i-1] == '!' && (s[i-2] == 'b' || s[i-2] == 'u') && (i == 2 || !isWord[s[i-3]]):
		return p.banged(s, i, j, base)
	case j+1 < len(s) && s[j] == '!' && n <= 16 && ascii.IsDigit(s[j+1]) && ascii.All(s[i:j], ascii.IsHex) && ascii.All(s[i:j], isCapital):
		p.shape(s, i, j, base, identityDrive, mold{})
		return j
	case n == 55 && isRecoveryKey(s[i:j]):
		p.add(base+i, base+j, secretKey, s[i:j], answer{blank(s[i:j]), false})
		return j
	case n >= 32:
		return p.encoded(s, i, j, base)
	}
	return 0
}

func isCapital(c byte) bool { return ascii.IsDigit(c) || ascii.IsUpper(c) }

func isOutlook(s string) bool {
	return s[1] == 'A' && s[2] == 'M' && s[3] == 'k' || s[1] == 'Q' && s[2] == 'M' && s[3] == 'k' || s[1] == 'A' && s[2] == 'k' && s[3] == 'A'
}

// isGUID: 8-4-4-4-12 hexadecimal digits.
func isGUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for i := range len(s) {
		if s[i] != '-' && !ascii.IsHex(s[i]) {
			return false
		}
	}
	return true
}

// guids renames the GUIDs in a word (GUID, GUID_GUID, GUID-GUID-GUID, SHFT_GUID) and
// reports whether there are any.
func (p *pass) guids(s string, i, j, base int) bool {
	found := false
	for k := i; k+36 <= j; {
		if s[k+8] == '-' && (k == i || !ascii.IsAlnum(s[k-1])) && (k+36 == j || !ascii.IsAlnum(s[k+36])) && isGUID(s[k:k+36]) {
			p.guid(s, k, base, identityGUID)
			found = true
			k += 36
			continue
		}
		k++
	}
	return found
}

func (p *pass) guid(s string, i, base int, r rule) {
	if !identity.IsWellKnown(s[i : i+36]) {
		p.shape(s, i, i+36, base, r, mold{guid: true})
	}
}

// jwtLength returns how much of s, which begins eyJ, is a signed token: three parts
// of which the first is a JSON object with "alg" (RFC 7515). Skip tokens begin so too
// (beta/api/chat-list) and have no such parts.
func jwtLength(s string) int {
	first := wordEnd(s, 0)
	if first == len(s) || s[first] != '.' {
		return 0
	}
	second := wordEnd(s, first+1)
	if second == first+1 || second == len(s) || s[second] != '.' {
		return 0
	}
	header, err := base64.RawURLEncoding.DecodeString(s[:first])
	if err != nil || !strings.Contains(string(header), `"alg"`) {
		return 0
	}
	end := wordEnd(s, second+1)
	for end < len(s) && s[end] == '.' && wordEnd(s, end+1) > end+1 { // encrypted tokens have five parts
		end = wordEnd(s, end+1)
	}
	return end
}

// wordEnd returns where the word at i ends.
func wordEnd(s string, i int) int {
	for i < len(s) && isWord[s[i]] {
		i++
	}
	return i
}

// opaqueToken replaces a token of a consumer account, which is base64.
func (p *pass) opaqueToken(s string, i, j, base int) int {
	for j < len(s) && (isWord[s[j]] || s[j] == '+' || s[j] == '/' || s[j] == '=') {
		j++
	}
	if j-i < 64 {
		return 0
	}
	p.add(base+i, base+j, secretOpaque, s[i:j], answer{redacted, false})
	return j
}

// pem empties a PEM block. A block that does not end goes to the end of the text.
func (p *pass) pem(s string, i, base int) int {
	label := s[i+len(pemBegin):]
	k := strings.Index(label, "-----")
	if k < 0 || k > 64 {
		return 0
	}
	label = label[:k]
	start := i + len(pemBegin) + k + 5
	end := len(s)
	if k := strings.Index(s[start:], pemEnd); k >= 0 {
		end = start + k
	}
	if body := s[start:end]; strings.TrimSpace(body) != "" && strings.TrimSpace(body) != redacted {
		around := " " // where the block is one line, as in a header or a cell, it stays one
		if strings.Contains(body, "\n") {
			around = "\n"
		}
		p.add(base+start, base+end, secretPEM, body, answer{around + redacted + around, false})
	}
	if strings.HasPrefix(s[end:], pemEnd) {
		end = min(len(s), end+len(pemEnd)+len(label)+5)
	}
	return end
}

// sid renames a security identifier. One of a cloud object is its GUID in four
// numbers, so it is computed from the GUID's pseudonym (real recordings).
func (p *pass) sid(s string, i, j, base int) int {
	value := s[i:j]
	if !p.on[identitySID] || !ascii.All(value[2:], func(c byte) bool { return ascii.IsDigit(c) || c == '-' }) {
		return 0
	}
	if numbers, ok := strings.CutPrefix(value, "S-1-12-1-"); ok {
		if guid, ok := guidOfSID(numbers); ok && !identity.IsWellKnown(guid) {
			a := p.ledger.shape(guid, mold{guid: true}, "", p.trial)
			if a.pseudonym != "" {
				a.pseudonym = sidOfGUID(a.pseudonym)
			}
			p.add(base+i, base+j, identitySID, value, a)
		}
		return j
	}
	if strings.HasPrefix(value, "S-1-5-21-") && strings.Count(value, "-") == 7 {
		p.add(base+i, base+j, identitySID, value, p.ledger.onPremisesSID(value, p.trial))
	}
	return j
}

// The bytes of a GUID in memory: its first three groups are little-endian.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

func guidOfSID(numbers string) (string, bool) {
	var memory, text [16]byte
	for k := range 4 {
		part, rest, more := strings.Cut(numbers, "-")
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || more != (k < 3) {
			return "", false
		}
		binary.LittleEndian.PutUint32(memory[4*k:], uint32(n))
		numbers = rest
	}
	for k, from := range guidOrder {
		text[k] = memory[from]
	}
	return unpack(text, "00000000-0000-0000-0000-000000000000"), true
}

// sidOfGUID is the security identifier of an object id.
func sidOfGUID(guid string) string {
	text, ok := pack(guid, mold{guid: true})
	if !ok {
		return "S-1-12-1-0-0-0-0"
	}
	var memory [16]byte
	for k, from := range guidOrder {
		memory[from] = text[k]
	}
	sid := append(make([]byte, 0, 56), "S-1-12-1"...)
	for k := range 4 {
		sid = strconv.AppendUint(append(sid, '-'), uint64(binary.LittleEndian.Uint32(memory[4*k:])), 10)
	}
	return string(sid)
}

// banged renames b!DRIVE and u!LINK.
func (p *pass) banged(s string, i, j, base int) int {
	if s[i-2] == 'b' {
		p.shape(s, i, j, base, identityDrive, mold{})
		return j
	}
	link, err := base64.RawURLEncoding.DecodeString(s[i:j])
	if err != nil || !strings.HasPrefix(string(link), "http") {
		p.shape(s, i, j, base, secretSharing, mold{})
		return j
	}
	renamed, known := p.renamed(func() { p.url(string(link), 0, field{rule: secretSharing}) }, string(link))
	p.add(base+i, base+j, secretSharing, s[i:j], answer{base64.RawURLEncoding.EncodeToString([]byte(renamed)), known})
	return j
}

// renamed runs a scan of a text and applies what it finds to it, apart from the edits
// of the current text. In a trial any finding gives "".
func (p *pass) renamed(scan func(), text string) (s string, known bool) {
	outer := p.edits
	p.edits = nil
	p.depth++
	scan()
	p.depth--
	for _, e := range p.edits {
		known = known || e.known
	}
	found := p.found(0)
	counts := p.counts
	s = p.apply(text)
	p.counts = counts // it counts as one, for the text around it
	p.edits = outer
	if p.trial && found {
		return "", known
	}
	return s, known
}

func isRecoveryKey(s string) bool {
	for i := range len(s) {
		if (i%7 == 6) != (s[i] == '-') || i%7 != 6 && !ascii.IsDigit(s[i]) {
			return false
		}
	}
	return true
}

// encoded renames what base64 text holds, if that is an id made of others, such as
// those of a chat's members: TENANT##19:CHAT##USER.
func (p *pass) encoded(s string, i, j, base int) int {
	if !p.on[identityEncoded] || p.depth >= maxDepth || j-i > 4096 || (j-i)%4 == 1 {
		return 0
	}
	var head [3]byte
	if n, err := base64.StdEncoding.Decode(head[:], []byte(s[i:i+4])); err != nil || n != 3 || !ascii.All(string(head[:]), isIDByte) {
		return 0
	}
	padded := j
	for padded < len(s) && s[padded] == '=' && padded < j+2 {
		padded++
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s[i:j], "-_") {
		encoding = base64.RawURLEncoding
	}
	plain, err := encoding.DecodeString(s[i:j])
	if err != nil || !ascii.All(string(plain), isIDByte) {
		return 0
	}
	renamed, known := p.renamed(func() { p.text(string(plain), 0) }, string(plain))
	if renamed == string(plain) {
		if !holdsGUID(renamed) {
			return 0
		}
		p.add(base+i, base+padded, identityEncoded, s[i:padded], answer{s[i:padded], false})
		return padded
	}
	text := ""
	if !p.trial {
		text = encoding.EncodeToString([]byte(renamed))
		if padded > j {
			text += strings.Repeat("=", (4-len(text)%4)%4)
		}
	}
	p.add(base+i, base+padded, identityEncoded, s[i:padded], answer{text, known})
	return padded
}

func holdsGUID(s string) bool {
	for k := 0; k+36 <= len(s); k++ {
		if s[k+8] == '-' && isGUID(s[k:k+36]) {
			return true
		}
	}
	return false
}

// isIDByte: what ids are made of when they are put together.
func isIDByte(c byte) bool {
	return ascii.IsAlnum(c) || strings.IndexByte("-_#:@.{},;|!/=+", c) >= 0
}
