package redact

import (
	"net/netip"
	"path"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
)

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
	case len(s) == 17 && macs.MatchString(s):
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

var macs = regexp.MustCompile(`^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$`)

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

var topDomains = setOf("top domains")

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
var fileTypes = setOf("file types")

// eachAddress replaces the addresses within a text.
func eachAddress(s string, f func(string) string) string {
	var b strings.Builder
	at := 0
	for i := strings.IndexByte(s, '@'); i >= 0; {
		start, end := i, i+1
		for start > at && isLocalByte(s[start-1]) && strings.IndexByte("/=?&|{}*!", s[start-1]) < 0 {
			start--
		}
		for start < i && strings.IndexByte("'`^~.-%+", s[start]) >= 0 { // what stands before an address in a text
			start++
		}
		for end < len(s) && (ascii.IsDigit(s[end]) || ascii.IsLetter(s[end]) || s[end] == '-' || s[end] == '.') {
			end++
		}
		for end > i+1 && s[end-1] == '.' {
			end--
		}
		if isAddress(s[start:end]) {
			b.WriteString(s[at:start])
			b.WriteString(f(s[start:end]))
			at = end
		}
		next := strings.IndexByte(s[end:], '@')
		if next < 0 {
			break
		}
		i = end + next
	}
	if at == 0 {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}

// eachWebAddress replaces the web addresses within a text, from their scheme on.
func eachWebAddress(text string, f func(address string) string) string {
	var out strings.Builder
	for {
		at := strings.Index(text, "://")
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		start, end := at, at+len("://")
		for start > 0 && ascii.IsLetter(text[start-1]) {
			start--
		}
		for end < len(text) && text[end] > ' ' && !strings.ContainsRune("\"'<>`", rune(text[end])) {
			end++
			if end < len(text) && text[end] == '\'' && opensLiteral(text[at:end]) {
				end = quoteEnd(text, end)
			}
		}
		out.WriteString(text[:start])
		out.WriteString(f(text[start:end]))
		text = text[end:]
	}
}

// opensLiteral reports whether a quote behind a part of an address opens a literal of its
// query, as in ?$filter=id+eq+'x', and does not end the address.
func opensLiteral(address string) bool {
	if !strings.Contains(address, "?") {
		return false
	}
	return strings.HasSuffix(address, "%20") || strings.ContainsRune("=+(,", rune(address[len(address)-1]))
}

// quoteEnd is behind the quote that closes a literal, in which quotes are doubled.
func quoteEnd(text string, open int) int {
	for i := open + 1; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return len(text)
}

func authority(s string) bool { return strings.Contains(s[:min(len(s), 20)], "://") }

func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return host
}

// hostName is a host without its port.
func hostName(s string) string {
	if k := strings.LastIndexByte(s, ':'); k > 0 && strings.Trim(s[k+1:], "0123456789") == "" {
		return s[:k]
	}
	return s
}

func digitsIn(s string) (n int) {
	for i := range len(s) {
		if ascii.IsDigit(s[i]) {
			n++
		}
	}
	return n
}
