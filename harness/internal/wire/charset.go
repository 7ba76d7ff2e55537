package wire

import (
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Text is a body as UTF-8, without the mark that may begin it. The mark decides (UTF-8,
// UTF-16), then what is UTF-8, and only then the charset that the content type names:
// most clients read JSON as UTF-8 whatever it is labelled. A body of no known charset
// stays as it is.
func Text[T Bytes](contentType string, body T) string {
	text := asString(body)
	charset := charsetOf(contentType)
	switch {
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return strings.Clone(text[3:])
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), charset == "utf-16":
		charset = "utf-16"
	case strings.HasPrefix(charset, "utf-16"): // letters and zeros are UTF-8 too
	case charset == "", utf8.ValidString(text):
		return strings.Clone(text)
	}
	encoding, err := htmlindex.Get(charset)
	if charset == "utf-16" {
		encoding, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	}
	if err == nil {
		if decoded, err := encoding.NewDecoder().String(text); err == nil {
			return decoded
		}
	}
	return strings.Clone(text)
}

func charsetOf(contentType string) string {
	if !strings.Contains(contentType, "=") {
		return ""
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(params["charset"]))
}
