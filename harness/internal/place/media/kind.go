package media

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// Kind is how a body is read.
type Kind uint8

// The kinds of body.
const (
	JSON Kind = iota + 1
	Form
	Multipart
	Table // CSV
	XML   // or HTML
	Mail  // a MIME message
	Plain
	File // what a file, photo or message holds
)

// A Body is a body with what its message says of it.
type Body struct {
	Method   string // of the request, also where the body is a response's
	Address  string // likewise
	Answer   bool   // it is a response's, with a status
	Status   int
	Header   http.Header
	Boundary string // of its parts, where the header does not say
	Text     string // decoded of Content-Encoding
}

// Kind says how the body is read, and the boundary of its parts.
func (b *Body) Kind() (kind Kind, boundary string) {
	head := First(b.Header, "Content-Type")
	media := TypeOf(head)
	if strings.HasPrefix(media, "multipart/") {
		if boundary = b.Boundary; boundary == "" {
			boundary = Parameter(head, "boundary")
		}
		if boundary == "" { // an SDK forgot to say it
			line, _, _ := strings.Cut(b.Text, "\n")
			boundary = strings.TrimPrefix(strings.TrimSuffix(line, "\r"), "--")
		}
		if len(Parts(b.Text, boundary)) > 0 {
			return Multipart, boundary
		}
	}
	switch file := b.isFile(media); {
	case !utf8.ValidString(b.Text), file:
		return File, ""
	case media == "application/x-www-form-urlencoded" && b.Method != http.MethodPut:
		return Form, ""
	case media == "text/csv", media == "text/tab-separated-values", isReport(b.Text):
		return Table, ""
	case IsJSON(b.Text), IsJSONType(media) && strings.TrimSpace(b.Text) != "":
		return JSON, ""
	case IsMarkup(b.Text):
		return XML, ""
	case IsMail(b.Text):
		return Mail, ""
	}
	return Plain, ""
}

// IsDeclaredFile reports whether the body is a file's by what stands beside it, whatever it
// holds.
func (b *Body) IsDeclaredFile() bool {
	declared := *b
	declared.Text = "-"
	return declared.isFile(TypeOf(First(b.Header, "Content-Type")))
}

// isFile reports whether the body is what a file, photo or message holds: it is asked for
// or sent by an address of one, off Graph, or as a slice of an upload.
func (b *Body) isFile(media string) bool {
	path, _, _ := strings.Cut(b.Address, "?")
	content := strings.HasSuffix(path, "/content") || strings.HasSuffix(path, "/$value") ||
		strings.HasSuffix(path, "/%24value") || strings.HasSuffix(path, "/contentStream")
	slice := func() bool { return First(b.Header, "Content-Range") != "" }
	if !b.Answer {
		return b.Method == http.MethodPut && (content || !IsJSONType(media) || slice()) ||
			strings.HasPrefix(media, "image/") || media == "application/octet-stream"
	}
	if !content && isReport(b.Text) {
		return false
	}
	if b.Status/100 == 2 && b.Method == http.MethodGet {
		disposition, _, _ := strings.Cut(First(b.Header, "Content-Disposition"), ";")
		if slice() || content && !isGraphError(b.Text) || strings.EqualFold(strings.TrimSpace(disposition), "attachment") {
			return true
		}
	}
	return strings.HasPrefix(media, "image/") || strings.HasPrefix(media, "video/") || strings.HasPrefix(media, "audio/") ||
		media == "application/octet-stream" && !IsJSON(b.Text) && !isReport(b.Text)
}

func isGraphError(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), `{"error":`) }

// isReport recognises the reports of usage, which are CSV whatever their type says
// (v1.0/api/reportroot pages).
func isReport(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "\ufeff"), `"`)
	rest, ok := strings.CutPrefix(s, "Report Refresh Date")
	return ok && rest != "" && strings.IndexByte("\",;\t|", rest[0]) >= 0
}

// blanks may stand before JSON and markup.
const blanks = " \t\r\n\ufeff"

// IsJSON reports whether a text looks like a JSON object or array.
func IsJSON(s string) bool {
	s = strings.TrimLeft(s, blanks)
	if len(s) < 2 {
		return false
	}
	rest := strings.TrimLeft(s[1:], " \t\r\n")
	switch s[0] {
	case '{':
		return rest != "" && (rest[0] == '"' || rest[0] == '}')
	case '[':
		return rest != "" && strings.IndexByte("\"[{]-0123456789tfn", rest[0]) >= 0
	}
	return false
}

// IsMarkup reports whether a text is XML or HTML.
func IsMarkup(s string) bool {
	s = strings.TrimLeft(s, blanks)
	return len(s) >= 4 && s[0] == '<' && (ascii.IsLetter(s[1]) || s[1] == '?' || s[1] == '!') && strings.IndexByte(s, '>') > 0
}

// IsMail reports whether a text begins with headers of a mail.
func IsMail(s string) bool {
	line, _, ok := strings.Cut(s, "\n")
	name, _, colon := strings.Cut(line, ":")
	if !ok || !colon || len(name) > 40 {
		return false
	}
	switch strings.ToLower(name) {
	case "mime-version", "from", "to", "subject", "date", "received", "message-id", "content-type", "return-path",
		"x-ms-exchange-organization-scl", "delivered-to", "reply-to", "sender", "cc":
		return strings.Contains(s, "\n\n") || strings.Contains(s, "\r\n\r\n")
	}
	return false
}

// IsJSONType reports whether a media type, in lower case, is JSON's.
func IsJSONType(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// TypeOf is the media type of a Content-Type, in lower case and without parameters.
func TypeOf(header string) string {
	media, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(media))
}
