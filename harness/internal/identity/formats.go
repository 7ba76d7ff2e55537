package identity

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// A Format is a named shape of a string value.
type Format struct {
	Name  string
	IsID  bool              // values are what something is called by: an id, or an etag, which says of what version it is
	Doc   string            // one line: what it is and its shape
	Match func(string) bool // whether a text has the format

	// distinct says which of the format's values cannot be mistaken for free text; nil
	// means none of them.
	distinct func(string) bool
}

// mostMatched is the length of the longest value that a pattern matches.
const mostMatched = 64 << 10

// matching is a matcher of whole values, compiled when it is first asked.
func matching(pattern string) func(string) bool { return matchingUpTo(mostMatched, pattern) }

// matchingUpTo is matching for values of at most so many bytes.
func matchingUpTo(most int, pattern string) func(string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(?:` + pattern + `)\z`) })
	return func(s string) bool { return len(s) <= most && compiled().MatchString(s) }
}

// Lookup finds a format by name.
func Lookup(name string) (*Format, bool) {
	n := slices.IndexFunc(ordered, func(f *Format) bool { return f.Name == name })
	if n < 0 {
		return nil, false
	}
	return ordered[n], true
}

// Names lists all formats, sorted.
func Names() (names []string) {
	for _, f := range ordered {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// Recognise returns the most specific format that s has, or nil. Only formats distinct from free
// text are considered: a date or a chat id is recognised, any word of a name or a token is not.
func Recognise(s string) *Format {
	if len(s) < 4 { // no value so short is distinctive
		return nil
	}
	for _, f := range ordered {
		if f.distinct != nil && f.distinct(s) && f.Match(s) {
			return f
		}
	}
	return nil
}

// with is a quick look for a part of a text, since a format's own matcher looks closer.
func with(has func(s, part string) bool, part string) func(string) bool {
	return func(s string) bool { return has(s, part) }
}

// always is for a format whose every value is distinct.
func always(string) bool { return true }

// IsPlaceholder reports whether s is what documentation writes in place of a
// value: "id-value", "operation-id", "{id}", "/teams/{id}", "<id>", "String
// (identifier)", "phone | email", or a value cut with "...". It may mistake ordinary
// words for one ("string"), so ask it only about documentation.
func IsPlaceholder(s string) bool {
	return strings.Contains(s, "...") || strings.Contains(s, "…") || // cut values: "eyJ0eXAiO..."
		strings.Contains(s, " | ") || // "group | oneOnOne": all members of an enum
		slices.ContainsFunc(bracedNames().FindAllString(s, -1), func(braced string) bool { return !isGUID(braced) }) || // "{id}"
		isPlaceholder(s)
}

// isPlaceholder: words in angle brackets, without digits, for no id is; names that end in value
// or id; a type, as resource pages write it in place of a value.
var isPlaceholder = matching(`<[A-Za-z_ -]+>|[A-Za-z_ -]+(?:-value| value|-id|-ID)|` +
	`(?i:(?:edm\.)?(?:string|boolean|guid|int16|int32|int64|integer|number|double|single|datetime|` +
	`datetimeoffset|timestamp|date|timeofday|duration|binary|byte|stream)(?: \(.*\))?)`)

// bracedNames are as in "{id}", "/teams/{team-id}" and "@{triggerBody}". A GUID in braces is a value.
var bracedNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z][\w .|-]*\}`) })

// ordered holds the rows as Recognise tries them: where a value has two formats, the more
// specific one comes first.
var ordered = []*Format{
	// Of the ids of section "Id formats" in the Graph facts: what an object, a conversation or a file is called by.
	{Name: "guid", IsID: true, Doc: "a GUID, 8-4-4-4-12 hexadecimal digits, either case, perhaps in braces",
		Match: isGUID, distinct: always},
	{Name: "teams-operation-id", IsID: true, Doc: "the id of a teamsAsyncOperation: one or more GUIDs joined by hyphens",
		Match: matching(guidPattern + `(?:-` + guidPattern + `)*`), distinct: func(s string) bool { return len(s)%37 == 36 }},
	{Name: "chat-id", IsID: true, Doc: "a chat: 19:HEX32@thread.v2, 19:meeting_BASE64URL@thread.v2 or 19:GUID_GUID@unq.gbl.spaces",
		Match: matching(`19:(?:[0-9A-Fa-f]{32}|meeting_[\w-]+={0,2})@` + regexp.QuoteMeta(graph.ChatHost) +
			`|19:` + guidPattern + `_` + guidPattern + `@` + regexp.QuoteMeta(graph.OneOnOneHost)), distinct: with(strings.HasPrefix, "19:")},
	{Name: "channel-id", IsID: true, Doc: "a channel of a team: 19:LOCAL@thread.tacv2 or, older, @thread.skype; LOCAL is hexadecimal or, newer, longer base64url",
		Match: matching(`19:[\w-]{16,}@(?:` + regexp.QuoteMeta(graph.ChannelHost) + `|` + regexp.QuoteMeta(graph.OldChannelHost) + `)`), distinct: with(strings.HasPrefix, "19:")},
	{Name: "message-id", IsID: true, Doc: "a chatMessage: the milliseconds since 1970 in 13 digits; also its first etag",
		Match: matching(`1\d{12}`), distinct: func(s string) bool { return len(s) == 13 }},
	{Name: "conversation-member-id", IsID: true, Doc: "a member, app installation or tab of a conversation: base64 of A##B or 0##A##B##C",
		Match: isConversationMemberID, distinct: always},
	{Name: "outlook-id", IsID: true, Doc: "a message, event, contact or folder: base64url that begins AAMk, AQMk or AAkA; 100 characters and more, shorter in the docs; changes when the item moves unless it is immutable",
		Match: matching(`A(?:AMk|QMk|AkA)[\w-]{6,}={0,2}`), distinct: beginsOutlookID},
	{Name: "internet-message-id", IsID: true, Doc: "a mail's Message-ID: <LOCAL@DOMAIN>",
		Match: matching(`<[!-;=?A-~]+@[!-;=?A-~]+>`), distinct: with(strings.HasPrefix, "<")},
	{Name: "driveitem-id", IsID: true, Doc: "a file or folder: 01 and 32 capitals or digits (business), HEX!NUMBER (personal)",
		Match: matching(`01[0-9A-Z]{32}|[0-9A-Fa-f]{8,16}!\d{1,20}`), distinct: func(s string) bool { return len(s) == 34 || strings.IndexByte(s, '!') > 0 }},
	{Name: "drive-id", IsID: true, Doc: "a drive: b! and 64 base64url characters (business), 16 hexadecimal digits (personal)",
		Match: matching(`b![\w-]{64}|[0-9A-Fa-f]{16}`), distinct: with(strings.HasPrefix, "b!")},
	{Name: "site-id", IsID: true, Doc: "a SharePoint site: HOST,GUID,GUID",
		Match: matching(domainName + `,` + guidPattern + `,` + guidPattern), distinct: func(s string) bool { return strings.IndexByte(s, ',') > 0 }},
	{Name: "sharing-id", IsID: true, Doc: "a sharing link as an id: u! and the unpadded base64url of the link",
		Match: matching(`u![\w-]+`), distinct: with(strings.HasPrefix, "u!")},
	{Name: "shifts-id", IsID: true, Doc: "a thing of a schedule: its kind (SHFT, TAG, TOR, SREQ, OPNSHFT), an underscore and a GUID",
		Match: matching(`[A-Z]{3,10}_` + guidPattern), distinct: func(s string) bool { return len(s) >= 40 && len(s) <= 47 }},
	{Name: "security-identifier", IsID: true, Doc: "a Windows SID, S-1-12-1 and four 32-bit numbers for cloud objects, where the numbers are the object's GUID",
		Match: isSecurityIdentifier, distinct: with(strings.HasPrefix, "S-1-")},
	{Name: "ical-uid", IsID: true, Doc: "an event's id across calendars as Outlook makes it: 040000008200E00074C5B7101A82E008 and more hexadecimal digits; others' calendars write any text",
		Match: isICalUID, distinct: always},
	{Name: "planner-id", IsID: true, Doc: "a plan, bucket or task: 28 characters, case-sensitive",
		Match: func(s string) bool { return len(s) == 28 && ascii.All(s, isURLSafe) }, distinct: isMixed},
	// Of OData's and HTTP's ways to write times.
	{Name: "date-time", Doc: "an instant: date, T, time with 0 to 7 fraction digits, Z or an offset; years 0001 and 9999 stand for never",
		Match: isDateTime, distinct: always},
	{Name: "date-time-local", Doc: "a date and time without a zone, 0 to 7 fraction digits: the zone stands beside it or is UTC",
		Match: isDateTimeLocal, distinct: always},
	{Name: "date", Doc: "a day: YYYY-MM-DD",
		Match: isDate, distinct: always},
	{Name: "time-of-day", Doc: "a time of day: HH:MM:SS with 0 to 7 fraction digits",
		Match: isTimeOfDay, distinct: always},
	{Name: "duration", Doc: "a span of days and time, perhaps negative: -P3DT12H30M5.5S",
		Match: isDuration, distinct: always},
	{Name: "http-date", Doc: "a time as HTTP headers write it: Sat, 07 May 2022 06:53:35 GMT",
		Match: isHTTPDate, distinct: always},
	{Name: "retry-after", Doc: "how long to wait: seconds, perhaps with a fraction, or an HTTP date",
		Match: func(s string) bool { return seconds(s) || isHTTPDate(s) }},
	{Name: "time-zone", Doc: "a zone's name: Windows (Pacific Standard Time), IANA (America/Los_Angeles), UTC, or tzone://Microsoft/Custom and Utc",
		Match: matching(timeZone), distinct: with(strings.HasSuffix, " Standard Time")},
	// Of addresses within Graph and out of it.
	{Name: "operation-link", Doc: "where a long-running operation is polled: a link, relative or absolute, that ends in /operations('ID'), /operations(ID) or /operations/ID",
		Match: matching(link + `/operations(?:/` + keyByte + `+|\(` + keyByte + `+\)|` + quotedKey + `)` + behindPath), distinct: with(strings.Contains, "/operations")},
	{Name: "monitor-link", Doc: "where a file operation is polled, without a token and on another host: .../monitor/ID",
		Match: matching(absolute + `/monitor/[\w-]+` + behindPath), distinct: with(strings.Contains, "/monitor/")},
	{Name: "odata-context", Doc: "what a body is: an absolute link to $metadata with a fragment; ids in it are percent-encoded",
		Match: matching(`https?://[0-9A-Za-z]` + linkByte + `*/\$metadata#` + linkByte + `+`), distinct: with(strings.Contains, "$metadata#")},
	{Name: "delta-link", Doc: "where changes are asked for later: an absolute link with a $deltatoken, or on drives a token",
		Match: pageLink(`deltatoken|token`), distinct: with(strings.Contains, "=")},
	{Name: "next-link", Doc: "where the next page is: an absolute link with a $skiptoken or a $skip, or of a drive's delta with a token",
		Match: pageLink(`skiptoken|skip`), distinct: with(strings.Contains, "=")},
	{Name: "absolute-link", Doc: "an http or https address with a host, without spaces",
		Match: matching(`https?://[0-9A-Za-z]` + linkByte + `*`), distinct: with(strings.HasPrefix, "http")},
	{Name: "key-link", Doc: "a relative link that writes its keys in parentheses: /chats('ID'); to be treated as opaque",
		Match: matching(relative + `\('` + pathByte + `+'\)(?:/` + pathByte + `*)?` + behindPath), distinct: with(strings.Contains, "('")},
	{Name: "relative-link", Doc: "an address below the version's root: it begins with one slash and has no spaces",
		Match: matching(`/[^/` + notLink + `]` + linkByte + `*`), distinct: func(s string) bool {
			return s[0] == '/' && ascii.IsLetter(s[1]) && len(s) <= 2048 && !strings.HasSuffix(s, "=")
		}}, // which base64 begins with at times (JPEG data: "/9j/4AAQ"),
	{Name: "odata-type", Doc: "a type's name: #microsoft.graph.user, with or without #, or a collection of one",
		Match: matching(typeName), distinct: func(s string) bool {
			return strings.HasPrefix(s, "#microsoft.graph.") || strings.HasPrefix(s, "microsoft.graph.") || strings.HasPrefix(s, "#Collection(")
		}},
	// Of names that people or tenants chose.
	{Name: "upn", Doc: "a user principal name: LOCAL@DOMAIN; guests have #EXT# in it, and it may begin with $",
		Match: addresses(upnLocal + `+`), distinct: always},
	{Name: "mail", Doc: "a mail address: LOCAL@DOMAIN",
		Match: addresses(mailLocal + `(?:\.` + mailLocal + `)*`), distinct: always},
	{Name: "domain", Doc: "a domain name of two or more labels, which is also a domain's id",
		Match: matchingUpTo(253, domainName), distinct: with(strings.HasSuffix, ".onmicrosoft.com")},
	{Name: "schema-extension-id", Doc: "a schema extension: ext and 8 characters, or a verified domain's name, then _ and a name",
		Match: matchingUpTo(256, `[0-9A-Za-z]+_\w+`), distinct: func(s string) bool {
			return len(s) > 12 && strings.HasPrefix(s, "ext") && s[11] == '_' && strings.ContainsAny(s[3:11], "0123456789")
		}},
	{Name: "b2x-flow-id", Doc: "a self-service sign-up flow: B2X_1_ and a name",
		Match: matching(`B2X_1_[\w-]+`), distinct: with(strings.HasPrefix, "B2X_1_")},
	// Of encodings and opaque tokens, the least specific.
	{Name: "jwt", Doc: "a signed token: three base64url parts joined by dots, the first two JSON objects (eyJ)",
		Match: matching(`eyJ[\w-]*\.eyJ[\w-]*\.[\w-]*`), distinct: with(strings.HasPrefix, "eyJ")},
	{Name: "json-string", Doc: "a JSON object or array inside a string",
		Match: isJSONString, distinct: always},
	{Name: "etag", IsID: true, Doc: `an entity tag: "TAG" or weak W/"TAG" with its quotes; on drives "{GUID},N" and "c:{GUID},N", in older answers GUID,N without quotes`,
		Match: matching(`(?:W/)?"[!#-~]*"|` + guidPattern + `,\d+`), distinct: func(s string) bool {
			return strings.HasPrefix(s, `W/"`) || strings.HasPrefix(s, `"{`) || strings.HasPrefix(s, `"c:{`) || len(s) > 37 && s[36] == ','
		}}, // a quoted word alone is ordinary text
	{Name: "skiptoken", Doc: "the place where a page begins: opaque, without spaces; may be base64 that begins eyJ, or X'HEX'",
		Match: matching(pageToken)},
	{Name: "deltatoken", Doc: "the state since which changes are asked for: opaque, without spaces",
		Match: matching(pageToken)},
	{Name: "base64", Doc: "base64 of RFC 4648 section 4, padded",
		Match: func(s string) bool { return len(s)%4 == 0 && isBase64Of(s, isBase64) }},
	{Name: "base64url", Doc: "base64url of RFC 4648 section 5, padded or not",
		Match: func(s string) bool { return isBase64Of(s, isURLSafe) }},
	{Name: "binary", Doc: "bytes as base64 or base64url, padded or not",
		Match: func(s string) bool { return isBase64Of(s, isBase64) || isBase64Of(s, isURLSafe) }},
}

// guidPattern is isBareGUID as a pattern.
const guidPattern = `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`

// isConversationMemberID decodes only the first part: what stands behind the
// first ## is as free as the composite's other ids, and the docs' samples are
// edited there so that they no longer decode.
func isConversationMemberID(s string) bool {
	const part = 52 // base64 of GUID## and one byte more
	if len(s) < 16 || len(s) > 4096 || !ascii.All(strings.TrimRight(s, "="), isBase64) {
		return false
	}
	head, err := base64.StdEncoding.DecodeString(s[:min(part, len(s)/4*4)])
	first, _, ok := strings.Cut(string(head), "##")
	return err == nil && ok && (isBareGUID(first) || ascii.All(first, ascii.IsDigit))
}

func beginsOutlookID(s string) bool {
	return strings.HasPrefix(s, "AAMk") || strings.HasPrefix(s, "AQMk") || strings.HasPrefix(s, "AAkA")
}

func isSecurityIdentifier(s string) bool {
	numbers := strings.SplitN(strings.TrimPrefix(s, "S-1-"), "-", 17)
	isOther := func(number string) bool {
		n, err := strconv.ParseUint(number, 10, 32)
		return err != nil || strconv.FormatUint(n, 10) != number
	}
	return strings.HasPrefix(s, "S-1-") && len(numbers) >= 2 && len(numbers) <= 16 && !slices.ContainsFunc(numbers, isOther) &&
		(len(numbers) == 6 || !strings.HasPrefix(s, "S-1-12-1-"))
}

// outlookUID is Outlook's class id, with which its calendars' ids begin.
const outlookUID = "040000008200E00074C5B7101A82E008"

func isICalUID(s string) bool {
	return len(s) > len(outlookUID) && strings.EqualFold(s[:len(outlookUID)], outlookUID) && ascii.All(s, ascii.IsHex)
}

// isMixed reports whether s has capitals, small letters and digits, as a random
// id has and a name seldom.
func isMixed(s string) bool {
	return len(s) < 256 && has(s, ascii.IsDigit) && has(s, ascii.IsUpper) && has(s, ascii.IsLower)
}

// isOf reports whether a time is written in a layout, perhaps with a fraction of up to so many bytes.
func isOf(s, layout string, fraction int) bool {
	at, n := strings.IndexAny(layout, "-:,"), len(layout)
	if len(s) < n || len(s) > n+fraction || s[at] != layout[at] || len(s) > n && s[n] != '.' { // most texts are none
		return false
	}
	_, err := time.Parse(layout, s)
	return err == nil
}

func isDate(s string) bool { return isOf(s, time.DateOnly, 0) && !strings.HasPrefix(s, "0000") }

func isTimeOfDay(s string) bool { return isOf(s, time.TimeOnly, len(".1234567")) }

func isDateTimeLocal(s string) bool {
	return len(s) >= 19 && s[10] == 'T' && isDate(s[:10]) && isTimeOfDay(s[11:])
}

func isDateTime(s string) bool {
	if local, ok := strings.CutSuffix(s, "Z"); ok {
		return isDateTimeLocal(local)
	}
	at := len(s) - len("+00:00")
	return at > 0 && isDateTimeLocal(s[:at]) && isOffset(s[at:])
}

var isOffset = matching(`[+-](?:0\d|1[0-4]):[0-5]\d`)

func isDuration(s string) bool {
	return len(s) > 2 && len(s) <= 64 && (s[0] == 'P' || s[0] == '-') && !strings.HasSuffix(s, "T") && durations(s)
}

var durations = matching(`-?P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?`)

func isHTTPDate(s string) bool { return isOf(s, "Mon, 02 Jan 2006 15:04:05 GMT", 0) }

var seconds = matchingUpTo(10, `\d+(?:\.\d+)?`)

// timeZone is one of Microsoft's own, of Windows's, or of IANA's: two or three names with
// capitals, as in Area/City.
const timeZone = `UTC(?:[+-](?:0\d|1[0-4]))?|tzone://Microsoft/[A-Za-z]+|[ -~]+ (?:Standard Time|Daylight Time|Time Zone)` +
	`|[A-Z][\w+-]*(?:/[A-Z][\w+-]*){1,2}`

// typeName is the name of a type, or of a collection of one; a bare primitive is written with #.
const (
	typeStep  = `[A-Za-z_]\w*`
	typeNames = typeStep + `(?:\.` + typeStep + `)*`
	typeName  = `#?Collection\(` + typeNames + `\)|#` + typeNames + `|` + typeStep + `\.` + typeNames
)

// What links are made of. Braces are placeholders, and stand in none.
const (
	notLink  = `\x00-\x20"<>\\^` + "`" + `{|}\x7f`
	linkByte = `[^` + notLink + `]`
	pathByte = `[^?#` + notLink + `]`
	keyByte  = `[^/()'?#` + notLink + `]`

	quotedKey  = `\('(?:[^'?#` + notLink + `]|'')+'\)` // a quote within is doubled
	absolute   = `https?://[0-9A-Za-z]` + pathByte + `*`
	relative   = `/[^/?#` + notLink + `]` + pathByte + `*`
	link       = `(?:` + absolute + `|` + relative + `)`
	behindPath = `(?:[?#]` + linkByte + `*)?`
)

// pageLink: an absolute link with one of the options, or of a drive's delta with a token. The $
// is optional (concepts/query-parameters) and may be encoded.
func pageLink(options string) func(string) bool {
	return matching(absolute + `(?:/delta\(token=` + linkByte + `*|\?(?:[^#` + notLink + `]*&)?(?:%24|\$)?(?i:` + options + `)=[^&#` + notLink + `]` + linkByte + `*)`)
}

// The parts of addresses. Annotations (members@odata.bind) look like addresses and are none.
const (
	label      = `[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?`
	domainName = `(?:` + label + `\.)+(?:[A-Za-z]{2,63}|xn--[0-9A-Za-z-]{0,58}[0-9A-Za-z])`
	upnLocal   = `[\w'.\-!#^~$]`
	mailLocal  = `[\w'\-!#^~$&*+/=?{|}%` + "`" + `]+`
)

// addresses are a local part of at most 128 bytes and a domain.
func addresses(local string) func(string) bool {
	isAddress := matching(local + `@` + domainName)
	return func(s string) bool {
		at := strings.LastIndexByte(s, '@')
		domain := s[at+1:]
		return 0 < at && at <= 128 && len(domain) <= 253 && !strings.HasPrefix(domain, "odata.") && !strings.HasPrefix(domain, "microsoft.graph.") && isAddress(s)
	}
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
