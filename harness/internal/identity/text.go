package identity

import (
	"encoding/json"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// textFormats are encodings and opaque tokens, the least specific rows.
func textFormats() []*Format {
	return []*Format{
		{
			Name:   "jwt",
			Doc:    "a signed token: three base64url parts joined by dots, the first two JSON objects (eyJ)",
			Source: "concepts/auth; RFC 7519. A skip token may begin eyJ too but has no dots (beta/api/chat-list)",
			Matches: []string{
				"eyJhbGciOiJub25lIn0" + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" + ".", // RFC 7519, section 6.1
				"eyJhbGciOiJub25lIn0" + ".eyJ2IjoxfQ" + ".c2lnbmF0dXJl",
			},
			Rejects: []string{"eyJDb250aW51YXRpb25Ub2tlbiI6Ilczc2ljM1JoY25RaU9pSXlNREl4TFRBMUxUSTNWREl5T2pF", "eyJ0eXAiO...", "eyJhbGciOiJub25lIn0.x.y", "a.b.c", "eyJhbGciOiJub25lIn0.eyJ2IjoxfQ", "eyJhbGciOiJub25lIn0.eyJ2IjoxfQ.c2ln.x"},
			match:   isJWT, telling: always,
		},
		{
			Name:    "json-string",
			Doc:     "a JSON object or array inside a string",
			Source:  "values in beta/api/teamsasyncoperation-get",
			Matches: []string{`{"appIds":["00000000-0000-0000-0000-000000000000"]}`, "[]", " {} "},
			Rejects: []string{"", "1", `"x"`, "null", `{"appIds":[}`, "{id}", "{} {}", "{'a':1}"},
			match:   isJSONString, telling: always,
		},
		{
			Name:    "etag",
			Doc:     `an entity tag: "TAG" or weak W/"TAG" with its quotes; on drives "{GUID},N" and "c:{GUID},N", in older answers GUID,N without quotes`,
			Source:  "@odata.etag in v1.0/api/event-get and planner pages; eTag and cTag in v1.0/api/driveitem-list-children; RFC 9110",
			Matches: []string{`W/"ZlnW4RIAV06KYYwlrfNZvQAAKGWwbw=="`, `"{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A},1"`, `"c:{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A},0"`, `"BA09D118"`, "2246BD2D-7811-4660-BD0F-1CF36133677B,1"},
			Rejects: []string{"", `W/`, `W/"`, `w/"x"`, `"a"b"`, `W/"a b"`, "ZlnW4RIAV06KYYwlrfNZvQAAKGWwbw==", "2246BD2D-7811-4660-BD0F-1CF36133677B", "2246BD2D-7811-4660-BD0F-1CF36133677B,"},
			match:   isETag, telling: isTellingETag,
		},
		{
			Name:    "skiptoken",
			Doc:     "the place where a page begins: opaque, without spaces; may be base64 that begins eyJ, or X'HEX'",
			Source:  "concepts/paging, v1.0/api/user-delta, beta/api/chat-list",
			Matches: []string{"R0usmcCM996atia_s", "X%274453707000000000%27", "X'4453707000000000'", "eyJDb250aW51YXRpb25Ub2tlbiI6Ilczc2lj", "-FG3FPHv7HuyuazNLuy3eXlzQGbE.--rshdLwy_WBFJd8anPXJPb", "23"},
			Rejects: []string{"", "X%274453707 ... 6633B9%27", "a b", "a&b", "a#b", "{skiptoken}"},
			match:   isPageToken,
		},
		{
			Name:    "deltatoken",
			Doc:     "the state since which changes are asked for: opaque, without spaces",
			Source:  "concepts/delta-query-overview, v1.0/api/user-delta, driveitem-delta",
			Matches: []string{"GwcBoTmPuoGNlgXgF1nyUNMXY", "R0usmcMDNGg0J1E", "aQdvS1VwGCSRxVmZJqykmDik_JIC44iCZpv-.EP9gLiCoF2CE", "latest", "1230919asd190410jlka"},
			Rejects: []string{"", "a b", "a&b", "{deltatoken}", "a\nb"},
			match:   isPageToken,
		},
		{
			Name:    "base64",
			Doc:     "base64 of RFC 4648 section 4, padded",
			Source:  "contentBytes in v1.0/api/message-post-attachments",
			Matches: []string{"SGVsbG8gV29ybGQh", "MA==", "MDE=", "a+/9", ""},
			Rejects: []string{"MA", "MA=", "M===", "a-_9", "MA==MA==", "M A=", "..."},
			match:   isPaddedBase64,
		},
		{
			Name:    "base64url",
			Doc:     "base64url of RFC 4648 section 5, padded or not",
			Source:  "Edm.Binary in OData 4.01; ids in concepts/call-api",
			Matches: []string{"SGVsbG8gV29ybGQh", "MA", "MA==", "a-_9", ""},
			Rejects: []string{"a+/9", "MA=", "M", "MA==MA", "M A"},
			match:   func(s string) bool { return isBase64Of(s, isURLSafe) },
		},
		{
			Name:    "binary",
			Doc:     "bytes as base64 or base64url, padded or not",
			Source:  "Edm.Binary: url-safe in OData, standard in Graph's docs",
			Matches: []string{"SGVsbG8gV29ybGQh", "MA", "MA==", "a-_9", "a+/9", ""},
			Rejects: []string{"a+_9", "MA=", "M", "M A", "not base64!"},
			match:   isBinary,
		},
	}
}

func isJWT(s string) bool {
	header, rest, _ := strings.Cut(s, ".")
	payload, signature, ok := strings.Cut(rest, ".")
	return ok && strings.HasPrefix(header, "eyJ") && strings.HasPrefix(payload, "eyJ") &&
		ascii.All(header, isURLSafe) && ascii.All(payload, isURLSafe) && (signature == "" || ascii.All(signature, isURLSafe))
}

func isJSONString(s string) bool {
	trimmed := strings.Trim(s, " \t\r\n")
	return (isWhole(trimmed, '{', '}') || isWhole(trimmed, '[', ']')) && json.Valid([]byte(trimmed))
}

func isETag(s string) bool {
	if guid, number, ok := strings.Cut(s, ","); ok && isBareGUID(guid) {
		return ascii.All(number, ascii.IsDigit)
	}
	tag := strings.TrimPrefix(s, "W/")
	return isWhole(tag, '"', '"') &&
		(len(tag) == 2 || ascii.All(tag[1:len(tag)-1], func(c byte) bool { return isVisible(c) && c != '"' }))
}

// isTellingETag: a quoted word alone is ordinary text.
func isTellingETag(s string) bool {
	return strings.HasPrefix(s, `W/"`) || strings.HasPrefix(s, `"{`) || strings.HasPrefix(s, `"c:{`) || len(s) > 37 && s[36] == ','
}

func isPageToken(s string) bool {
	return ascii.All(s, func(c byte) bool { return isURLSafe(c) || strings.IndexByte(".~!*'()%=+/:,;@$", c) >= 0 })
}

func isBase64(c byte) bool { return ascii.IsAlnum(c) || c == '+' || c == '/' }

func isPaddedBase64(s string) bool { return len(s)%4 == 0 && isBase64Of(s, isBase64) }

// isBase64Of: groups of four characters of one class; the last may be two or
// three, and is then padded to four or not at all.
func isBase64Of(s string, class func(byte) bool) bool {
	body := strings.TrimRight(s, "=")
	padding := len(s) - len(body)
	return (body == "" && padding == 0 || ascii.All(body, class)) && len(body)%4 != 1 &&
		(padding == 0 || padding < 3 && len(s)%4 == 0)
}

func isBinary(s string) bool {
	return isBase64Of(s, isBase64) || isBase64Of(s, isURLSafe)
}
