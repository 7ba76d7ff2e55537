package redact

import (
	"net/netip"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
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
	if strings.IndexByte(s, ':') >= 0 || strings.Trim(s, "0123456789.") == "" { // most texts are no network address
		if addr, err := netip.ParseAddr(s); err == nil && addr.Is4() {
			return numbered.IPv4, s
		} else if err == nil {
			return numbered.IPv6, s
		}
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

func isPhone(s string) bool {
	digits := digitsIn(s)
	return digits >= 6 && digits <= 15 && strings.Trim(s, "0123456789+-() ./") == "" && (s[0] == '+' || s[0] == '(' || strings.Contains(s, " "))
}

var isMAC = form(`(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}`)

// isDomain recognises a name of a host: labels, the last of them of two to six letters, or
// one that no real domain ends in.
func isDomain(s string) bool {
	k := strings.LastIndexByte(s, '.')
	if k <= 0 || len(s) < 4 || len(s) > 253 || s[0] == '.' || s[0] == '-' || strings.Contains(s, "..") {
		return false
	}
	last := s[k+1:]
	return (len(last) == 2 || topDomains.has(last)) && ascii.All(last, ascii.IsLetter) && ascii.All(s[:k], ascii.IsHost)
}

// isAddress recognises an address of mail, or a UPN.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && isDomain(s[at+1:]) && ascii.All(s[:at], func(c byte) bool {
		return ascii.IsAlnum(c) || c >= 0x80 || strings.IndexByte("._%+'#-$!&*=/?^`{|}~", c) >= 0
	})
}

// eachAddress replaces the addresses within a text.
func eachAddress(s string, f func(string) string) string {
	var edits []edit.Edit
	for from := 0; strings.IndexByte(s[from:], '@') >= 0; {
		at := addresses.FindStringIndex(s[from:])
		if at == nil {
			break
		}
		start, end := from+at[0], from+at[1]
		from = start + strings.IndexByte(s[start:], '@') + 1 // what is no address may end in what begins one
		if isAddress(s[start:end]) {
			edits, from = append(edits, edit.Edit{Start: start, End: end, Text: f(s[start:end])}), end
		}
	}
	return edit.Apply(s, edits)
}

// addresses have the form of addresses, without what may stand before and behind one in a text.
var addresses = regexp.MustCompile("[A-Za-z0-9_#$\\x{80}-\\x{10FFFF}][A-Za-z0-9._%+'#$^`~\\x{80}-\\x{10FFFF}-]*@[A-Za-z0-9.-]*[A-Za-z0-9-]")

// eachWebAddress replaces the web addresses within a text, from their scheme on.
func eachWebAddress(text string, f func(address string) string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return webAddresses.ReplaceAllStringFunc(text, f)
}

// webAddresses end before a blank or a quote, unless that opens a literal of their query, as in
// ?$filter=id+eq+'x', in which quotes are doubled.
var webAddresses = regexp.MustCompile("[A-Za-z]*://" + ofAddress("?") + "*" +
	`(?:\?(?:(?:[=+(,]|%20)'(?:[^']|'')*(?:'|\z)|` + ofAddress("") + `)*)?`)

// ofAddress is a character of an address, but for some.
func ofAddress(but string) string { return "[^\x00-\x20\"'<>`" + but + "]" }

func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		return rest[:end]
	}
	return rest
}

func digitsIn(s string) (n int) {
	for i := range len(s) {
		if ascii.IsDigit(s[i]) {
			n++
		}
	}
	return n
}

// isInstant recognises dates, times and durations: 2026-11-24, 2026-11-24T08:30:00.123Z,
// 08:30:00, PT1H, P1D, and the dates of HTTP and mail. Numbers of phones, passports and
// hardware that look alike are none.
func isInstant(s string) bool {
	if len(s) < 3 || len(s) > 40 {
		return false
	}
	switch c := s[0]; {
	case ascii.IsDigit(c):
		return dateTimes.Match(s) || (len(s) == len(time.DateOnly) || strings.IndexByte(s, ':') > 0) && isLooseInstant(s)
	case c == 'P' || c == '-' && s[1] == 'P':
		return strings.IndexByte("PT", s[len(s)-1]) < 0 && isDuration(s)
	}
	_, ok := instantOf(s)
	return ok
}

var dateTimes, _ = identity.Lookup("date-time") // as most are spelled

// isLooseInstant recognises days, of which 0000-00-00 stands for none, times, behind a day or alone,
// with a zone or without any (08:30, 08:30:00+02:00, 2026-11-24 08:30), and 11/24/2026 8:30:00 AM.
var isLooseInstant = form(day + `|(?:` + day + `[Tt ])?` + clock + zone + `|` +
	`(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/\d{4} (?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: [AP]M| [+-]\d\d:[0-5]\d)?`)

const (
	day   = `\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])`
	clock = `(?:[01]\d|2[0-4]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d{1,9})?)? ?`
	zone  = `(?:[Zz]|[+-](?:0\d|1[0-4]):?[0-5]\d)?`
)

// isDuration recognises those of ISO 8601: P1DT2H30M, PT17.1357909S. Of days there may be many:
// TimeSpan.MaxValue has 10675199.
var isDuration = func() func(s string) bool {
	number := func(longest, unit string) string { return `(?:\d{1,` + longest + `}(?:\.\d{0,9})?` + unit + `)?` }
	return form(`-?P` + number("4", "Y") + number("4", "M") + number("4", "W") + number("8", "D") + `(?:T` + number("8", "H") + number("8", "M") + number("8", "S") + `)?`)
}()

// instantOf reads an instant of OData, of a header or of a mail.
func instantOf(s string) (time.Time, bool) {
	if len(s) < 16 || len(s) > 40 || s[4] != '-' && s[3] != ',' {
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.RFC1123, time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
