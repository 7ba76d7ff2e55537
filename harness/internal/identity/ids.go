package identity

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// idFormats are the ids of section "Id formats" in the Graph facts: what an
// object, a conversation or a file is called by.
var idFormats = []*Format{
	{Name: "guid", id: true, Doc: "a GUID, 8-4-4-4-12 hexadecimal digits, either case, perhaps in braces",
		match: isGUID, distinct: always},
	{Name: "teams-operation-id", id: true, Doc: "the id of a teamsAsyncOperation: one or more GUIDs joined by hyphens",
		match: matching(guidPattern + `(?:-` + guidPattern + `)*`), distinct: func(s string) bool { return len(s)%37 == 36 }},
	{Name: "chat-id", id: true, Doc: "a chat: 19:HEX32@thread.v2, 19:meeting_BASE64URL@thread.v2 or 19:GUID_GUID@unq.gbl.spaces",
		match: matching(`19:(?:[0-9A-Fa-f]{32}|meeting_[\w-]+={0,2})@` + regexp.QuoteMeta(graph.ChatHost) +
			`|19:` + guidPattern + `_` + guidPattern + `@` + regexp.QuoteMeta(graph.OneOnOneHost)), distinct: hasPrefix("19:")},
	{Name: "channel-id", id: true, Doc: "a channel of a team: 19:LOCAL@thread.tacv2 or, older, @thread.skype; LOCAL is hexadecimal or, newer, longer base64url",
		match: matching(`19:[\w-]{16,}@(?:` + regexp.QuoteMeta(graph.ChannelHost) + `|` + regexp.QuoteMeta(graph.OldChannelHost) + `)`), distinct: hasPrefix("19:")},
	{Name: "message-id", id: true, Doc: "a chatMessage: the milliseconds since 1970 in 13 digits; also its first etag",
		match: matching(`1\d{12}`), distinct: func(s string) bool { return len(s) == 13 }},
	{Name: "conversation-member-id", id: true, Doc: "a member, app installation or tab of a conversation: base64 of A##B or 0##A##B##C",
		match: isConversationMemberID, distinct: always},
	{Name: "outlook-id", id: true, Doc: "a message, event, contact or folder: base64url that begins AAMk, AQMk or AAkA; 100 characters and more, shorter in the docs; changes when the item moves unless it is immutable",
		match: matching(`A(?:AMk|QMk|AkA)[\w-]{6,}={0,2}`), distinct: beginsOutlookID},
	{Name: "internet-message-id", id: true, Doc: "a mail's Message-ID: <LOCAL@DOMAIN>",
		match: matching(`<[!-;=?A-~]+@[!-;=?A-~]+>`), distinct: hasPrefix("<")},
	{Name: "driveitem-id", id: true, Doc: "a file or folder: 01 and 32 capitals or digits (business), HEX!NUMBER (personal)",
		match: matching(`01[0-9A-Z]{32}|[0-9A-Fa-f]{8,16}!\d{1,20}`), distinct: func(s string) bool { return len(s) == 34 || strings.IndexByte(s, '!') > 0 }},
	{Name: "drive-id", id: true, Doc: "a drive: b! and 64 base64url characters (business), 16 hexadecimal digits (personal)",
		match: matching(`b![\w-]{64}|[0-9A-Fa-f]{16}`), distinct: hasPrefix("b!")},
	{Name: "site-id", id: true, Doc: "a SharePoint site: HOST,GUID,GUID",
		match: matching(domainName + `,` + guidPattern + `,` + guidPattern), distinct: func(s string) bool { return strings.IndexByte(s, ',') > 0 }},
	{Name: "sharing-id", id: true, Doc: "a sharing link as an id: u! and the unpadded base64url of the link",
		match: matching(`u![\w-]+`), distinct: hasPrefix("u!")},
	{Name: "shifts-id", id: true, Doc: "a thing of a schedule: its kind (SHFT, TAG, TOR, SREQ, OPNSHFT), an underscore and a GUID",
		match: matching(`[A-Z]{3,10}_` + guidPattern), distinct: func(s string) bool { return len(s) >= 40 && len(s) <= 47 }},
	{Name: "security-identifier", id: true, Doc: "a Windows SID, S-1-12-1 and four 32-bit numbers for cloud objects, where the numbers are the object's GUID",
		match: isSecurityIdentifier, distinct: hasPrefix("S-1-")},
	{Name: "ical-uid", id: true, Doc: "an event's id across calendars as Outlook makes it: 040000008200E00074C5B7101A82E008 and more hexadecimal digits; others' calendars write any text",
		match: isICalUID, distinct: always},
	{Name: "planner-id", id: true, Doc: "a plan, bucket or task: 28 characters, case-sensitive",
		match: func(s string) bool { return len(s) == 28 && ascii.All(s, isURLSafe) }, distinct: isMixed},
}

func hasPrefix(prefix string) func(string) bool {
	return func(s string) bool { return strings.HasPrefix(s, prefix) }
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
	parts, ok := strings.CutPrefix(s, "S-1-")
	if !ok || len(s) > 190 { // of 15 numbers at most
		return false
	}
	numbers := strings.Split(parts, "-")
	for _, number := range numbers {
		if n, err := strconv.ParseUint(number, 10, 32); err != nil || strconv.FormatUint(n, 10) != number {
			return false
		}
	}
	if strings.HasPrefix(parts, "12-1-") {
		return len(numbers) == 6
	}
	return len(numbers) >= 2 && len(numbers) <= 16
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
