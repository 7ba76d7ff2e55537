package redact

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// Message redacts a text that is about an exchange and stored nowhere in it: an error, a
// value that a report shows, alone or in quotes. What the recording knows is replaced by
// its pseudonym, as are values that show what they are; of addresses the queries are
// left out, and network addresses become one of those kept for documentation.
func (r *Redactor) Message(text string) string {
	inner, err := strconv.Unquote(text)
	if quoted := err == nil && strings.HasPrefix(text, `"`); quoted {
		if is := r.Message(inner); is != inner {
			return strconv.Quote(is)
		}
		return text
	}
	if is, ok := r.ledger.known(text); ok {
		return is
	}
	p := newPass(r)
	defer p.end()
	if is, has := p.parts(nil, text); has {
		text = is
	}
	text = withoutQueries(text)
	if v := p.byForm(&place.Leaf{Text: text}); v.rule != noRule {
		text = v.text
	}
	return withoutNetwork(r.ledger.within(text))
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
