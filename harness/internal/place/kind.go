package place

import (
	"cmp"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// KindOf says how the body of a message is read, and the boundary of its parts.
func (m *Message) KindOf() (kind media.Kind, boundary string) {
	head := media.First(m.Header, "Content-Type")
	typ := media.TypeOf(head)
	if strings.HasPrefix(typ, "multipart/") {
		if boundary = cmp.Or(m.boundary, media.Parameter(head, "boundary")); boundary == "" { // an SDK forgot to say it
			line, _, _ := strings.Cut(m.Body, "\n")
			boundary = strings.TrimPrefix(strings.TrimSuffix(line, "\r"), "--")
		}
		if len(media.Parts(m.Body, boundary)) > 0 {
			return media.Multipart, boundary
		}
	}
	switch {
	case !utf8.ValidString(m.Body), m.isFile():
		return media.File, ""
	case typ == "application/x-www-form-urlencoded" && m.Method != http.MethodPut:
		return media.Form, ""
	case typ == "text/csv", typ == "text/tab-separated-values", media.IsReport(m.Body):
		return media.Table, ""
	case media.IsJSON(m.Body), media.IsJSONType(typ) && strings.TrimSpace(m.Body) != "":
		return media.JSON, ""
	case media.IsMarkup(m.Body):
		return media.XML, ""
	case media.IsMail(m.Body):
		return media.Mail, ""
	}
	return media.Plain, ""
}

// isFile reports whether a body is what a file, photo or message holds by what stands beside it: it
// is asked for or sent by an address of one, off Graph, or as a slice of an upload.
func (m *Message) isFile() bool {
	typ := media.TypeOf(media.First(m.Header, "Content-Type"))
	path, _, _ := strings.Cut(m.Address, "?")
	content := strings.HasSuffix(path, "/content") || strings.HasSuffix(path, "/$value") ||
		strings.HasSuffix(path, "/%24value") || strings.HasSuffix(path, "/contentStream")
	slice := func() bool { return media.First(m.Header, "Content-Range") != "" }
	if !m.Answer {
		return m.Method == http.MethodPut && (content || !media.IsJSONType(typ) || slice()) ||
			strings.HasPrefix(typ, "image/") || typ == "application/octet-stream"
	}
	if !content && media.IsReport(m.Body) {
		return false
	}
	if m.Status/100 == 2 && m.Method == http.MethodGet {
		disposition, _, _ := strings.Cut(media.First(m.Header, "Content-Disposition"), ";")
		if slice() || content && !strings.HasPrefix(strings.TrimSpace(m.Body), `{"error":`) || strings.EqualFold(strings.TrimSpace(disposition), "attachment") {
			return true
		}
	}
	return strings.HasPrefix(typ, "image/") || strings.HasPrefix(typ, "video/") || strings.HasPrefix(typ, "audio/") ||
		typ == "application/octet-stream" && !media.IsJSON(m.Body)
}
