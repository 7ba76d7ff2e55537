package graphurl_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// respell writes an address in another way that RFC 3986 and OData hold equal:
// bytes of the path and of the query percent-encoded or, where they are safe,
// decoded; '+' or %20 for a space in a query; options of different names in
// another order.
func respell(raw string, random *rand.Rand) string {
	raw, fragment, hasFragment := strings.Cut(raw, "#")
	path, query, hasQuery := strings.Cut(raw, "?")
	start := 0
	if _, rest, ok := strings.Cut(path, "//"); ok && (strings.HasPrefix(path, "//") || strings.HasPrefix(strings.ToLower(path), "http")) {
		if start = strings.IndexByte(rest, '/') + len(path) - len(rest); start < len(path)-len(rest) {
			start = len(path)
		}
	}
	if start == 0 && !strings.HasPrefix(path, "/") {
		start = len(path) - len(strings.TrimLeftFunc(path, func(r rune) bool { return r != '/' }))
	}
	out := path[:start] + recode(path[start:], "/", random)
	if hasQuery {
		options := strings.Split(query, "&")
		names := make(map[string]bool)
		for i, option := range options {
			name, value, ok := strings.Cut(option, "=")
			if plain, err := url.QueryUnescape(name); err == nil {
				names[strings.ToLower(strings.TrimPrefix(plain, "$"))] = true
			}
			options[i] = requery(name, random)
			if ok {
				options[i] += "=" + requery(value, random)
			}
		}
		if len(names) == len(options) {
			random.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
		}
		out += "?" + strings.Join(options, "&")
	}
	if hasFragment {
		out += "#" + fragment
	}
	return out
}

func requery(s string, random *rand.Rand) string {
	return recode(strings.ReplaceAll(s, "+", "%20"), "", random)
}

// recode never encodes the bytes of keep, and decodes only bytes that have no
// meaning of their own between slashes or ampersands.
func recode(s, keep string, random *rand.Rand) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$'()*,;:@"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		if c == '%' {
			fmt.Sscanf(s[i+1:i+3], "%x", &c)
			escaped = true
			i += 2
		}
		switch raw := !escaped && strings.IndexByte(keep, c) >= 0; {
		case raw, strings.IndexByte(safe, c) >= 0 && random.IntN(2) == 0:
			b.WriteByte(c)
		case c == ' ' && keep == "" && random.IntN(2) == 0:
			b.WriteByte('+')
		case random.IntN(2) == 0:
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// mixCase changes the case of letters of a word.
func mixCase(word string, random *rand.Rand) string {
	letters := []byte(word)
	for i, c := range letters {
		if ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') && random.IntN(2) == 0 {
			letters[i] ^= 0x20
		}
	}
	return string(letters)
}
