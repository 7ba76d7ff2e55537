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
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// deepest is how often what a text hides may be encoded.
const deepest = 3

// mostPacked bounds what a packed text may hold.
const mostPacked = 1 << 20

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
