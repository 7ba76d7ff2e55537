package match

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A formPart is one part of a multipart body.
type formPart struct {
	name    string // of the form field, else its position
	headers string // canonical, a line each
	body    payload
}

// parseMultipart reads the parts, sorted by name: SDKs write them in random order
// with a random boundary. Parts without a name are told apart by
// position. A boundary that the header does not name is taken from the first line.
func parseMultipart(text []byte, boundary string) ([]formPart, bool) {
	if boundary == "" {
		line, _, _ := bytes.Cut(text, []byte("\r\n"))
		if !bytes.HasPrefix(line, []byte("--")) {
			return nil, false
		}
		boundary = string(line[2:])
	}
	reader := multipart.NewReader(bytes.NewReader(text), boundary)
	var parts []formPart
	for {
		raw, err := reader.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, false
		}
		part, ok := readPart(raw, len(parts))
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
	}
	slices.SortStableFunc(parts, func(a, b formPart) int {
		return strings.Compare(a.identity(), b.identity())
	})
	return parts, len(parts) > 0
}

func readPart(raw *multipart.Part, position int) (formPart, bool) {
	text, err := io.ReadAll(raw)
	if err != nil {
		return formPart{}, false
	}
	header := http.Header(raw.Header)
	part := formPart{name: raw.FormName(), body: payloadOf(header, text, false, "", nil)}
	if part.name == "" {
		part.name = strconv.Itoa(position)
	}
	part.headers = partHeaders(header)
	return part, true
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
