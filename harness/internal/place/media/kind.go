package media

import (
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
func IsReport(s string) bool {
	return beginsReport.MatchString(s)
}

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

// TypeOf is the media type of a Content-Type, in lower case and without parameters.
func TypeOf(header string) string {
	media, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(media))
}
