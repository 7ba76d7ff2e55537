package match

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A formPart is one part of a multipart body.
type formPart struct {
	name    string // of the form field, else its position
	headers string // canonical, a line each
	body    payload
}

// formParts are the parts of a body, sorted by name: SDKs write them in random order with a
// random boundary. Parts without a name are told apart by position.
func formParts(m *place.Message, boundary string) []formPart {
	var parts []formPart
	for n, p := range m.Parts(boundary) {
		part := formPart{name: p.Name, headers: partHeaders(p.Header), body: payloadOf(&p.Message, false, "", nil)}
		if part.name == "" {
			part.name = strconv.Itoa(n)
		}
		parts = append(parts, part)
	}
	slices.SortStableFunc(parts, func(a, b formPart) int { return strings.Compare(a.identity(), b.identity()) })
	return parts
}

// partHeaders writes the headers of a part in one spelling. Content-Length says
// nothing that the body does not.
func partHeaders(header http.Header) string {
	var lines []string
	for name, values := range header {
		switch name {
		case "Content-Length":
		case "Content-Type":
			lines = append(lines, name+": "+mediaType(values))
		default:
			lines = append(lines, name+": "+trimmedList(values))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (p formPart) identity() string {
	return strconv.Quote(p.name) + "\n" + p.headers + "\n" + p.body.digest
}

func canonicalParts(parts []formPart) []byte {
	var text bytes.Buffer
	for _, part := range parts {
		text.WriteString(part.identity())
		text.WriteString("\n\n")
	}
	return text.Bytes()
}
