package match

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// secretNames are fields whose values are never told, in lower case:
// what Graph and its sign-in call credentials and keys.
var secretNames = []string{
	"authorization", "password", "client_secret", "client_assertion", "assertion", "refresh_token", "access_token",
	"id_token", "code", "device_code", "secrettext", "tempauth", "tempauthtoken", "authtoken", "sig", "cookie",
	"clientstate", "validationtoken", "validationtokens", "authkey", "newpassword", "currentpassword", "sharedsecret", "privatekey",
	"encryptioncertificate", "pkcs12value", "proof", "passcode", "recoverykey", "uploadurl", "downloadurl", "sastoken",
}

func secret(field string) bool {
	field = strings.ToLower(strings.TrimRight(field, "']"))
	name := field[strings.LastIndexAny(field, ".'")+1:]
	return slices.Contains(secretNames, name)
}

// maxShown bounds the text that is told of a value.
const maxShown = 80

// shown are two values that differ as a reader may see them: long ones around the
// place where they begin to.
func shown(field, recorded, received string) (string, string) {
	if secret(field) {
		return hidden(recorded), hidden(received)
	}
	recorded, received = withoutTokens(recorded), withoutTokens(received)
	at := firstDifference(recorded, received)
	return shownText(recorded, at), shownText(received, at)
}

// withoutTokens hides what has the form of a signed token: eyJ.., a dot, and more; in an
// address the dot may be %2E.
func withoutTokens(s string) string {
	at := strings.Index(s, "eyJ")
	if at < 0 {
		return s
	}
	end := at + tokenLength(s[at:])
	text := s[at:end]
	if len(text) > 20 && (strings.Contains(text, ".") || strings.Contains(strings.ToUpper(text), "%2E")) {
		text = "(hidden)"
	}
	return s[:at] + text + withoutTokens(s[end:])
}

// tokenLength is how much of a text may be of one token.
func tokenLength(s string) (n int) {
	for n < len(s) {
		switch c := s[n]; {
		case ascii.IsAlnum(c) || c == '-' || c == '_' || c == '.':
			n++
		case len(s)-n >= 3 && strings.EqualFold(s[n:n+3], "%2E"):
			n += 3
		default:
			return n
		}
	}
	return n
}

func hidden(value string) string {
	if value == "" {
		return `""`
	}
	return "(hidden)"
}

func shownText(value string, at int) string {
	switch {
	case utf8.ValidString(value):
		return strconv.Quote(excerpt(value, at))
	case at > maxShown:
		return fmt.Sprintf("(%d bytes, other from byte %d on)", len(value), at)
	}
	return fmt.Sprintf("(%d bytes)", len(value))
}

// shownValues is shown for JSON values, of which one may be absent.
func shownValues(field string, recorded, received any) (string, string) {
	var texts [2]string
	for n, value := range []any{recorded, received} {
		if value != jsondoc.Absent {
			texts[n] = withoutTokens(string(jsondoc.Canonical(nil, value)))
		}
	}
	at := 0
	if texts[0] != "" && texts[1] != "" {
		at = firstDifference(texts[0], texts[1])
	}
	for n := range texts {
		switch {
		case texts[n] == "":
			texts[n] = absent
		case secret(field):
			texts[n] = "(hidden)"
		default:
			texts[n] = excerpt(texts[n], at)
		}
	}
	return texts[0], texts[1]
}

func firstDifference(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// excerpt cuts a long text so that the place at is in it.
func excerpt(text string, at int) string {
	const before, after = 30, 20 // what is shown around the place, at least
	if len(text) <= maxShown || at+after <= maxShown {
		return shortened(text, maxShown)
	}
	start := min(at, len(text)) - before
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	if len(text)-start <= maxShown {
		return fmt.Sprintf("...%s (%d bytes)", text[start:], len(text))
	}
	end := start + maxShown
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("...%s... (%d bytes)", text[start:end], len(text))
}

// shortened cuts a long text at a character boundary.
func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s... (%d bytes)", text[:cut], len(text))
}

// shownAddress is an address as a reader may see it: the values of secret options,
// which make an address pre-authenticated, are left out.
func shownAddress(address string) string {
	address = withoutTokens(address)
	path, query, found := strings.Cut(address, "?")
	if !found {
		return shortened(address, 300)
	}
	options := strings.Split(query, "&")
	for i, option := range options {
		if name, _, hasValue := strings.Cut(option, "="); hasValue && secret(name) {
			options[i] = name + "=(hidden)"
		}
	}
	return shortened(path+"?"+strings.Join(options, "&"), 300)
}
