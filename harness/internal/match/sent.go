package match

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// Sent is a request that had no answer, as it was compared: with pseudonyms in place of the
// values that are known, the headers that tell requests apart, and without what gives access.
type Sent struct {
	Method, URL string
	Header      http.Header
	Body        string
}

// mostSent bounds the body that a miss keeps.
const mostSent = 64 << 10

func sentAs(m place.Message) *Sent {
	if n := len(m.Body); n > mostSent {
		m.Body = fmt.Sprintf("(%d bytes)", n)
	}
	place.Rewrite(&m, conceal)
	shown := func(text string) string { return strings.ReplaceAll(text, inPlace, concealed) }
	s := &Sent{Method: withoutTokens("", m.Method), URL: shown(withoutTokens("", m.Address)), Header: http.Header{}, Body: shown(m.Body)}
	for name, values := range m.Header {
		for _, value := range values {
			s.Header.Add(name, shown(withoutTokens("header."+name, value)))
		}
	}
	return s
}
