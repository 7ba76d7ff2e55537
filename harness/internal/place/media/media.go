package media

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

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

// IsReport recognises the reports of usage, which are CSV whatever their type says
// (v1.0/api/reportroot pages).
func IsReport(s string) bool { return beginsReport.MatchString(s) }

var beginsReport = regexp.MustCompile(`^\x{feff}?"?Report Refresh Date[",;\t|]`)

// blanks may stand before JSON and markup.
const blanks = " \t\r\n\ufeff"

// IsJSON reports whether a text looks like a JSON object or array.
func IsJSON(s string) bool { return beginsJSON.MatchString(strings.TrimLeft(s, blanks)) }

// beginsJSON: behind the bracket of an array a word that is none of JSON's is no sign of one, for
// what redaction puts in its place would be none.
var beginsJSON = regexp.MustCompile(`^(?:\{[ \t\r\n]*["}]|` +
	`\[[ \t\r\n]*(?:["\[{\]]|(?:true|false|null|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)[ \t\r\n]*(?:[,\]]|$)))`)

// IsMarkup reports whether a text is XML or HTML.
func IsMarkup(s string) bool {
	s = strings.TrimLeft(s, blanks)
	return len(s) >= 4 && s[0] == '<' && (ascii.IsLetter(s[1]) || s[1] == '?' || s[1] == '!') && strings.IndexByte(s, '>') > 0
}

// IsMail reports whether a text begins with headers of a mail.
func IsMail(s string) bool {
	return beginsMail.MatchString(s) && (strings.Contains(s, "\n\n") || strings.Contains(s, "\r\n\r\n"))
}

var beginsMail = regexp.MustCompile(`(?i)^(?:mime-version|from|to|subject|date|received|message-id|content-type|return-path|` +
	`x-ms-exchange-organization-scl|delivered-to|reply-to|sender|cc):`)

// IsJSONType reports whether a media type, in lower case, is JSON's.
func IsJSONType(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// TypeOf is the type that a Content-Type or Content-Disposition says, in lower case and without
// parameters.
func TypeOf(header string) string {
	media, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// First is the first value of a header, however its name is spelled in the map: as it is
// given, where there are several.
func First(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	for key, values := range h {
		if len(values) > 0 && strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

// A Range is what Content-Range says of a slice of a file, bytes 0-25/128: its first and last
// bytes, and the file's size.
type Range struct{ First, Last, Size int64 }

// RangeOf reads the Content-Range among headers. ok is false where it does not say all.
func RangeOf(h http.Header) (r Range, ok bool) {
	text := strings.ToLower(First(h, "Content-Range"))
	if text == "" {
		return r, false
	}
	n, _ := fmt.Sscanf(text, "bytes %d-%d/%d", &r.First, &r.Last, &r.Size)
	if r.First < 0 {
		return Range{}, false
	}
	return r, n == 3 && r.First <= r.Last
}

// A Part of a multipart text: where its boundary stands, what it holds, and whether that is
// what follows the last part.
type Part struct {
	Boundary, Start, End int
	Last                 bool
}

// Parts finds the parts of a text: they begin with a line that is the boundary behind two
// hyphens and nothing else.
func Parts(s, boundary string) (parts []Part) {
	delimiter := "--" + boundary
	for at := 0; at < len(s); {
		k := strings.Index(s[at:], delimiter)
		if k < 0 {
			break
		}
		begin, after := at+k, at+k+len(delimiter)
		at = after
		rest := strings.TrimPrefix(s[after:], "--")
		line := strings.TrimPrefix(strings.TrimLeft(rest, " \t"), "\r")
		if boundary == "" || begin > 0 && s[begin-1] != '\n' || line != "" && line[0] != '\n' {
			continue
		}
		if n := len(parts); n > 0 {
			parts[n-1].End = max(parts[n-1].Start, len(strings.TrimSuffix(strings.TrimSuffix(s[:begin], "\n"), "\r")))
		}
		last := len(rest) < len(s)-after
		parts = append(parts, Part{begin + 2, len(s) - len(strings.TrimPrefix(line, "\n")), len(s), last})
		if last {
			break
		}
	}
	return parts
}

// HeadEnd finds the empty line behind headers: where they end and the body begins. Without
// one, all is body.
func HeadEnd(s string) (head, body int) {
	for line := range strings.Lines(s) {
		if line == "\n" || line == "\r\n" {
			return head, head + len(line)
		}
		head += len(line)
	}
	return 0, 0
}

var headerLines = regexp.MustCompile(`[^\n]+(?:\n[ \t][^\n]*)*`)

// EachHeader reads headers, a line each; one that begins with a blank goes on with the line
// before. at is where the value begins. A line without a name has the name "".
func EachHeader(s string, f func(name, value string, at int)) {
	for _, m := range headerLines.FindAllStringIndex(s, -1) {
		line := strings.TrimRight(s[m[0]:m[1]], "\r")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			name, value = "", line
		}
		value = strings.TrimLeft(value, " \t")
		f(http.CanonicalHeaderKey(strings.TrimSpace(name)), value, m[0]+len(line)-len(value))
	}
}

// A Param is a piece of a header between semicolons: its key, in lower case, its value
// without quotes, and where that and the whole piece begin. What is no parameter has no key.
type Param struct {
	Key, Value, Piece string
	Start, At         int
}

// EachParam reads the pieces of a header, empty ones aside.
func EachParam(s string, f func(p Param)) {
	for at := 0; at < len(s); {
		end := at
		for quoted := false; end < len(s) && (quoted || s[end] != ';'); end++ {
			quoted = quoted != (s[end] == '"')
		}
		p := Param{Piece: strings.TrimSpace(s[at:end])}
		p.Start = at + strings.Index(s[at:end], p.Piece)
		if key, value, valued := strings.Cut(p.Piece, "="); valued {
			p.Key, p.Value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
			p.At = p.Start + len(p.Piece) - len(p.Value)
			if n := len(p.Value); n >= 2 && p.Value[0] == '"' && p.Value[n-1] == '"' {
				p.Value, p.At = p.Value[1:n-1], p.At+1
			}
		}
		if p.Piece != "" {
			f(p)
		}
		at = end + 1
	}
}

// Parameter is the value of a parameter of a header, as it is written there.
func Parameter(header, name string) (value string) {
	EachParam(header, func(p Param) {
		if p.Key == name && value == "" {
			value = p.Value
		}
	})
	return value
}
