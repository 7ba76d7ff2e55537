package redact

import (
	"bytes"
	"cmp"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// fakeJWT is {"alg":"none"}, {"redacted":true} and no signature.
const fakeJWT = "eyJhbGciOiJub25lIn0" + ".eyJyZWRhY3RlZCI6dHJ1ZX0."

const (
	placeholder    = "REDACTED"
	redactedBase64 = "UkVEQUNURUQ="
	pemBegin       = "-----BEGIN "
)

// withoutSecrets replaces the credentials in a text by constants, and says by which rule.
func withoutSecrets(s string) (string, ID) {
	if len(s) < 8 {
		return s, noRule
	}
	found := noRule
	if strings.Contains(s, pemBegin) {
		s, found = pemBlocks.ReplaceAllString(s, placeholder), secretPEM
	}
	if strings.Contains(s, "://") && userInfo.MatchString(s) {
		s, found = userInfo.ReplaceAllString(s, "$1"+placeholder+"@"), secretLogin
	}
	var edits []edit.Edit
	scheme, assigned := "", ""
	for i := 0; i < len(s); {
		if !isTokenByte[s[i]] {
			if end, r := quotedSecret(s, i, assigned); r != noRule {
				edits = append(edits, edit.Edit{Start: i + 1, End: end, Text: placeholder})
				i, found, assigned = end, r, ""
				continue
			}
			if strings.IndexByte(" =:\"'", s[i]) < 0 && !strings.HasPrefix(s[i:], `\"`) {
				scheme, assigned = "", ""
			}
			if i++; s[i-1] == '%' || s[i-1] == '\\' {
				i += max(1, len(escapeStart.FindString(s[i-1:]))) - 1
			}
			continue
		}
		j := i
		for j < len(s) && isTokenByte[s[j]] {
			j++
		}
		word := s[i:j]
		constant, r := secretWord(word, scheme, assigned)
		if r != noRule && constant != word {
			if rest := strings.TrimLeft(s[j:], "="); rest == "" || !isTokenByte[rest[0]] { // of base64
				j = len(s) - len(rest)
			}
			edits, found = append(edits, edit.Edit{Start: i, End: j, Text: constant}), r
		}
		next := strings.TrimLeft(s[j:], "\"'\\ ")
		switch assigns := next != "" && (next[0] == '=' || next[0] == ':'); {
		case !assigns:
			assigned = ""
		case r == noRule: // what was taken for a credential itself leaves its own name to what it is given
			assigned = word
		}
		scheme = word
		i = j
	}
	return edit.Apply(s, edits), found
}

// quotedSecret says where a value in quotes ends that opens at a byte of a text and that a
// credential's name is given; noRule where there is none.
func quotedSecret(s string, i int, assigned string) (end int, r ID) {
	if assigned == "" || s[i] != '"' && s[i] != '\'' {
		return 0, noRule
	}
	if before := strings.TrimRight(s[:i], ` \`); !strings.HasSuffix(before, ":") && !strings.HasSuffix(before, "=") {
		return 0, noRule
	}
	f := credentialOf(assigned)
	if f == nil {
		return 0, noRule
	}
	size := strings.IndexAny(s[i+1:], s[i:i+1]+"\n")
	for size > 0 && s[i+size] == '\\' { // of the quote that ends it, in JSON within JSON
		size--
	}
	if size <= 0 || strings.HasPrefix(s[i+1:], placeholder) || settings.has(s[i+1:i+1+size]) {
		return 0, noRule
	}
	return i + 1 + size, f.rule
}

// escapeStart is an escape, of an address however often, or of JSON, with which a text begins: it is no
// part of the word behind it.
var escapeStart = regexp.MustCompile(`^(?:%(?:25)*[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[nrtbf])`)

// isTokenByte are the characters of tokens: base64 in both alphabets, dots, tildes.
var isTokenByte = ascii.SetOf(func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("-._~+/!*$", c) >= 0 })

// secretWord says what is to stand for a word that is a credential: by its own form, by the
// scheme before it, or by what it is assigned to.
func secretWord(word, scheme, assigned string) (string, ID) {
	if len(word) < 6 || word == placeholder {
		return word, noRule
	}
	if f := credentialOf(assigned); f != nil && !strings.HasPrefix(word, placeholder) {
		return placeholder, f.rule
	}
	switch {
	case len(word) < 16:
	case len(assigned) >= len("sig") && isLinkToken(strings.ToLower(assigned)) && assigned != "code" && !strings.HasPrefix(word, placeholder):
		return placeholder, secretURLToken
	case isJWT(word), isJWT(word[max(0, strings.Index(word, "eyJ")):]): // by itself, or behind what it was stuck to
		return fakeJWT, secretJWT
	case len(word) >= 40 && strings.HasPrefix(word, "EwA"):
		return placeholder, secretOpaque
	case len(word) >= 40 && (word[0] == '0' || word[0] == '1') && word[1] == '.' && word[2] == 'A',
		len(word) >= 40 && word[0] == 'M' && word[1] == '.' && strings.ContainsAny(word, "!*$-_"):
		return placeholder, secretLogin
	case word[5] == '~' && clientSecrets.MatchString(word):
		return placeholder, secretLogin
	case len(word) == 55 && recoveryKeys.MatchString(word):
		return withDigits(word, "0"), secretKey
	case strings.HasPrefix(word, "AKIA") && len(word) == 20, strings.HasPrefix(word, "AIza") && len(word) == 39, strings.IndexByte("gxsrndS", word[0]) >= 0 && foreignTokens.MatchString(word):
		return placeholder, secretKey
	}
	if isScheme(scheme) && !ascii.All(word, func(c byte) bool { return ascii.IsLower(c) }) {
		return placeholder, secretAuth
	}
	return word, noRule
}

// isLinkToken reports whether an option of a link gives access: its tokens do but those that
// say where a list goes on.
func isLinkToken(name string) bool {
	return protocol.IsToken(name) && name != "skiptoken" && name != "deltatoken" && name != "token"
}

var (
	pemBlocks     = regexp.MustCompile(`(?s)-----BEGIN .*?(?:-----END (?:.*?-----)?|\z)`) // one that is cut is the rest of the text
	userInfo      = regexp.MustCompile(`(://)[^\s/?#"'<>@:]*:[^\s/?#"'<>@]+@`)            // before the host of an address, with a password
	clientSecrets = regexp.MustCompile(`^[\w~.-]{3}\dQ~[\w~.-]{28,42}$`)                  // as the portal makes them: xxx8Q~ and more
	recoveryKeys  = regexp.MustCompile(`^(?:\d{6}-){7}\d{6}$`)                            // of BitLocker
)

// foreignTokens are those of other services that texts and settings hold.
var foreignTokens = regexp.MustCompile(`^(gh[opsur]_|github_pat_|glpat-|xox[abprs]-|xapp-|[sr]k_(live|test)_|npm_|dop_v1_|SG\.[\w-]{20,24}\.|sk-[\w-]{32})`)

func isScheme(word string) bool {
	return len(word) >= 3 && len(word) <= 21 && schemes.has(word)
}

// isJWT recognises three parts of base64url: the first is an object of JSON that
// names an algorithm.
func isJWT(s string) bool {
	head, rest, ok := strings.Cut(s, ".")
	if !ok || len(head) < 12 || len(head) > 4096 || !strings.Contains(rest, ".") {
		return false
	}
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(head, "="))
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(plain)), "{") && (strings.Contains(string(plain), `"alg"`) || strings.Contains(string(plain), `"enc"`))
}

// withDigits makes one digit of all.
func withDigits(s, digit string) string { return digits.ReplaceAllString(s, digit) }

var digits = regexp.MustCompile(`[0-9]`)

// constantFor is REDACTED in the format of a secret.
func constantFor(s string) string {
	switch {
	case isJWT(s):
		return fakeJWT
	case len(s) == 36 && s[8] == '-' && s[13] == '-' && s[23] == '-':
		return protocol.NoID
	case ascii.All(s, func(c byte) bool { return ascii.IsDigit(c) || c == '-' }):
		return withDigits(s, "0")
	}
	return placeholder
}

// onesFor keeps the length and the form of a number. Its exponent is zero.
func onesFor(s string) string {
	end := strings.IndexAny(s+"e", "eE")
	return withDigits(s[:end], "1") + withDigits(s[end:], "0")
}

// credentialOf is the field of a credential that a word in a text names, nil of another word, a
// path or an address. A name has at most 128 bytes.
func credentialOf(word string) *field {
	if len(word) > 128 || !ascii.All(word, func(c byte) bool { return ascii.IsAlnum(c) || c == '_' }) {
		return nil
	}
	return secretField(word, "", credentialFields, memberFields)
}

// isPlaceholder reports whether a text is made of constants of credentials and nothing else.
func isPlaceholder(s string) bool {
	return s == redactedBase64 || (strings.Contains(s, placeholder) || strings.Contains(s, fakeJWT)) && allParts(s, " ,;|\t\r\n", func(word string) bool {
		return word == placeholder || word == fakeJWT || isScheme(word)
	})
}

// deepest is how often what a text hides may be encoded.
const deepest = 3

// WithoutCredentials is a text with another in place of what is a credential by its form: in
// place of all of it, where an encoding hides the credential.
func WithoutCredentials(text, instead string) string {
	plain, by := withoutSecrets(text)
	switch {
	case hidden(plain, deepest) != noRule:
		return instead
	case by == noRule:
		return text
	}
	return strings.NewReplacer(fakeJWT, instead, placeholder, instead).Replace(plain)
}

// hidden is the rule of a credential that encodings hide in a text, so many at most, and noRule where
// there is none. Only what stays as it came is asked for it: with a class or a rule off, or kept.
func hidden(s string, depth int) ID {
	if len(s) < 16 || depth == 0 {
		return noRule
	}
	for _, decode := range decoders {
		plain := decode(s)
		if plain == "" || plain == s {
			continue
		}
		_, r := withoutSecrets(plain)
		if r == noRule && showsLinkToken(plain) {
			r = secretURLToken
		}
		if r = cmp.Or(r, hidden(plain, depth-1)); r != noRule {
			return r
		}
	}
	return noRule
}

// showsLinkToken reports whether a text has an address with an option that gives access.
func showsLinkToken(s string) (shows bool) {
	eachWebAddress(s, func(address string) string {
		_, query, _ := strings.Cut(address, "?")
		for option := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(option, "=")
			shows = shows || len(value) >= 8 && !strings.HasPrefix(value, placeholder) && isLinkToken(strings.ToLower(name))
		}
		return address
	})
	return shows
}

// Each of these is what a text says by an encoding that it shows signs of.
var decoders = [...]func(string) string{
	wide, unescaped, unquoted, html.UnescapeString, percents, base64Runs,
	func(s string) string {
		isBase32 := func(c byte) bool { return ascii.IsUpper(c) || '2' <= c && c <= '7' }
		return runs(s, 26, isBase32, base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString)
	},
	func(s string) string { return runs(s, 26, ascii.IsHex, hex.DecodeString) },
}

// wide decodes UTF-16 of either order, which letters of ASCII fill with zeros.
func wide(s string) string {
	if strings.Count(s, "\x00") >= len(s)/3 {
		for _, order := range [...]string{"le", "be"} {
			if plain := wire.Text("text/plain; charset=utf-16"+order, s); strings.IndexFunc(plain, func(c rune) bool { return c < 0x80 && c >= ' ' }) >= 0 {
				return plain
			}
		}
	}
	return ""
}

// unescaped decodes \u0041 and \x41.
func unescaped(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(escape string) string {
		c, _ := strconv.ParseUint(escape[2:], 16, 16)
		return string(rune(c))
	})
}

var escapes = regexp.MustCompile(`\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}`)

// unquoted decodes quoted-printable.
func unquoted(s string) string {
	if !strings.Contains(s, "=") {
		return ""
	}
	plain, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s)))
	return string(plain)
}

// percents decodes what an address or a form holds.
func percents(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return strings.ReplaceAll(s, "+", " ")
	}
	return plain
}

// base64Runs is what the base64 in a text says, one run a line. Runs may be broken by the line
// ends of mail; an empty line ends one.
func base64Runs(s string) string {
	const mostPacked = 1 << 20 // that a packed text may hold
	s = strings.NewReplacer("\n\n", "\n \n", "\r\n\r\n", "\r\n \r\n").Replace(s)
	isOfRun := func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte("+/-_=\r\n", c) >= 0 }
	return runs(s, 16, isOfRun, func(run string) ([]byte, error) {
		run = strings.NewReplacer("\r", "", "\n", "", "=", "").Replace(run)
		encoding := base64.RawStdEncoding
		if strings.ContainsAny(run, "-_") {
			encoding = base64.RawURLEncoding
		}
		plain, err := encoding.DecodeString(run[:len(run)-len(run)%4%2])
		return wire.Gunzip(plain, mostPacked), err
	})
}

// runs decodes the runs of a class of bytes that have a least length, and keeps what is text.
func runs(s string, least int, class func(byte) bool, decode func(string) ([]byte, error)) string {
	var b strings.Builder
	for run := range strings.FieldsFuncSeq(s, func(c rune) bool { return c >= utf8.RuneSelf || !class(byte(c)) }) {
		if len(run) < least {
			continue
		}
		if plain, err := decode(run); err == nil && (utf8.Valid(plain) || bytes.IndexByte(plain, 0) >= 0) {
			b.Write(plain)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
