package redact

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// Message redacts a text that is about an exchange and stored nowhere in it: an error, a
// value that a report tells, alone or in quotes. What the recording knows is replaced by
// its pseudonym, as are values that show what they are; of addresses the queries are
// left out, and network addresses become one of those kept for documentation.
func (r *Redactor) Message(text string) string {
	inner, err := strconv.Unquote(text)
	if quoted := err == nil && strings.HasPrefix(text, `"`); quoted {
		if told := r.Message(inner); told != inner {
			return strconv.Quote(told)
		}
		return text
	}
	p := &pass{scene: scene{r: r}}
	if is, ok := r.ledger.known(text); ok {
		return is
	}
	text = withoutQueries(p.apart(text))
	plain, by := withoutSecrets(text)
	if v := p.renamer().inner(&place.Leaf{Text: text}, plain, by); v.rule != noRule {
		text = v.text
	}
	return withoutNetwork(r.ledger.within(text))
}

// apart redacts a text that is an address or JSON and nothing else as an answer's.
func (p *pass) apart(text string) string {
	switch {
	case authority(text) && !strings.ContainsAny(text, " \n"):
		m := place.Message{Answer: true, Header: http.Header{"Location": {text}}}
		p.rewrite(&m)
		return m.Header.Get("Location")
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		m := place.Message{Answer: true, Body: text}
		if kind, _ := m.KindOf(); kind == media.JSON {
			p.rewrite(&m)
			return m.Body
		}
	}
	return text
}

// withoutQueries cuts the query of every web address: it may hold a token.
func withoutQueries(text string) string {
	return eachWebAddress(text, func(address string) string {
		if query := strings.IndexByte(address, '?'); query >= 0 {
			return address[:query] + "?..."
		}
		return address
	})
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
		for start > 0 && isLetter(text[start-1]) {
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

// withoutNetwork replaces the numbers of hosts, with or without a port.
func withoutNetwork(text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\n\"'(),>", c) })
	for _, field := range fields {
		for _, trimmed := range []string{field, strings.TrimRight(field, ":.;-")} {
			if at, err := netip.ParseAddrPort(trimmed); err == nil && !at.Addr().IsLoopback() {
				text = strings.ReplaceAll(text, trimmed, "192.0.2.1:"+strconv.Itoa(int(at.Port())))
			} else if at, err := netip.ParseAddr(trimmed); err == nil && !at.IsLoopback() {
				text = strings.ReplaceAll(text, trimmed, "192.0.2.1")
			}
		}
	}
	return text
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
