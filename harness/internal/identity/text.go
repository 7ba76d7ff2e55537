package identity

import (
	"encoding/json"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// textFormats are encodings and opaque tokens, the least specific rows.
var textFormats = []*Format{
	{Name: "jwt", Doc: "a signed token: three base64url parts joined by dots, the first two JSON objects (eyJ)",
		match: matching(`eyJ[\w-]*\.eyJ[\w-]*\.[\w-]*`), distinct: hasPrefix("eyJ")},
	{Name: "json-string", Doc: "a JSON object or array inside a string",
		match: isJSONString, distinct: always},
	{Name: "etag", id: true, Doc: `an entity tag: "TAG" or weak W/"TAG" with its quotes; on drives "{GUID},N" and "c:{GUID},N", in older answers GUID,N without quotes`,
		match: matching(`(?:W/)?"[!#-~]*"|` + guidPattern + `,\d+`), distinct: func(s string) bool {
			return strings.HasPrefix(s, `W/"`) || strings.HasPrefix(s, `"{`) || strings.HasPrefix(s, `"c:{`) || len(s) > 37 && s[36] == ','
		}}, // a quoted word alone is ordinary text
	{Name: "skiptoken", Doc: "the place where a page begins: opaque, without spaces; may be base64 that begins eyJ, or X'HEX'",
		match: matching(pageToken)},
	{Name: "deltatoken", Doc: "the state since which changes are asked for: opaque, without spaces",
		match: matching(pageToken)},
	{Name: "base64", Doc: "base64 of RFC 4648 section 4, padded",
		match: func(s string) bool { return len(s)%4 == 0 && isBase64Of(s, isBase64) }},
	{Name: "base64url", Doc: "base64url of RFC 4648 section 5, padded or not",
		match: func(s string) bool { return isBase64Of(s, isURLSafe) }},
	{Name: "binary", Doc: "bytes as base64 or base64url, padded or not",
		match: func(s string) bool { return isBase64Of(s, isBase64) || isBase64Of(s, isURLSafe) }},
}

func isJSONString(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == '[') && json.Valid([]byte(s))
}

// pageToken: opaque, without spaces.
const pageToken = `[\w.~!*'()%=+/:,;@$-]+`

func isBase64(c byte) bool { return ascii.IsAlnum(c) || c == '+' || c == '/' }

// isBase64Of: groups of four characters of one class; the last may be two or
// three, and is then padded to four or not at all.
func isBase64Of(s string, class func(byte) bool) bool {
	body := strings.TrimRight(s, "=")
	padding := len(s) - len(body)
	return (body == "" && padding == 0 || ascii.All(body, class)) && len(body)%4 != 1 &&
		(padding == 0 || padding < 3 && len(s)%4 == 0)
}
