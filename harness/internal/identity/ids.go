package identity

import (
	"encoding/base64"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// idFormats are the ids of section "Id formats" in the Graph facts: what an
// object, a conversation or a file is called by.
func idFormats() []*Format {
	return []*Format{
		{
			Name:   "guid",
			Doc:    "a GUID, 8-4-4-4-12 hexadecimal digits, either case, perhaps in braces",
			Source: "ids of directory objects in real recordings; Edm.Guid; braces and capitals in v1.0/api",
			Matches: []string{
				"8ea0e38b-efb3-4757-924a-5f94061cf8c2",
				"9FFFDB3C-5B87-4062-9606-1B008CA88E44",
				"{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A}",
				"00000000-0000-0000-0000-000000000000",
			},
			Rejects: []string{
				"8ea0e38b-efb3-4757-924a-5f94061cf8c", "8ea0e38befb34757924a5f94061cf8c2",
				"8ea0e38b-efb3-4757-924a-5f94061cf8g2", "{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A",
				"8ea0e38b-efb3-4757-924a-5f94061cf8c2-",
			},
			match: isGUID, telling: always,
		},
		{
			Name:   "teams-operation-id",
			Doc:    "the id of a teamsAsyncOperation: one or more GUIDs joined by hyphens",
			Source: "beta/api/teamsasyncoperation-get (three), v1.0/api/team-post (one, even all zero)",
			Matches: []string{
				"2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e-cf58835e-43f0-4fc1-825e-5de55630e7e4",
				"3a6fdce1-c261-48bc-89de-1cfef658c0d5", "00000000-0000-0000-0000-000000000000",
			},
			Rejects: []string{
				"2432b57-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e-cf58835e-43f0-4fc1-825e-5de55630e7e4",
				"2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e-",
				"2432b57b-0abd-43db-aa7b-16eadd115d34_e88ae9aa-887e-4972-ac3e-bd578e38232e",
				"{3a6fdce1-c261-48bc-89de-1cfef658c0d5}",
			},
			match: isGUIDs, telling: always,
		},
		{
			Name:   "chat-id",
			Doc:    "a chat: 19:HEX32@thread.v2, 19:meeting_BASE64URL@thread.v2 or 19:GUID_GUID@unq.gbl.spaces",
			Source: "beta/api/chat-post, chat-list, chat-get",
			Matches: []string{
				"19:c253a29b5f694b55a6baad8e83510af7@thread.v2",
				"19:8b081ef6-4792-4def-b2c9-c363a1bf41d5_877192bd-9183-47d3-a74c-8aa0426716cf@unq.gbl.spaces",
				"19:meeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2@thread.v2",
			},
			Rejects: []string{
				"19:c253a29b5f694b55a6baad8e83510af@thread.v2", "19:c253a29b5f694b55a6baad8e83510af7@thread.tacv2",
				"19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2", "19:8b081ef6-4792-4def-b2c9-c363a1bf41d5@unq.gbl.spaces",
				"19:meeting_@thread.v2", "c253a29b5f694b55a6baad8e83510af7",
			},
			match: isChatID, telling: always,
		},
		{
			Name:   "channel-id",
			Doc:    "a channel of a team: 19:LOCAL@thread.tacv2 or, older, @thread.skype; LOCAL is hexadecimal or, newer, longer base64url",
			Source: "v1.0/api/channel-post, team-get; beta/api/channel pages",
			Matches: []string{
				"19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2", "19:33b76eea88574bd1969dca37e2b7a819@thread.skype",
				"19:982abbfca323a582f0a6d00ae2deca@thread.tacv2",
			},
			Rejects: []string{
				"19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.v2", "19:@thread.tacv2", "4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2",
				"19:4a95f7d8db4c4e7fae857bcebe0623e6", "19:{id}@thread.tacv2",
			},
			match: isChannelID, telling: always,
		},
		{
			Name:    "message-id",
			Doc:     "a chatMessage: the milliseconds since 1970 in 13 digits; also its first etag",
			Source:  "v1.0/api/channel-post-messages",
			Matches: []string{"1590776551682", "1622853091207"},
			Rejects: []string{"159077655168", "15907765516820", "0590776551682", "159077655168a"},
			match:   isMessageID, telling: always,
		},
		{
			Name:   "conversation-member-id",
			Doc:    "a member, app installation or tab of a conversation: base64 of A##B or 0##A##B##C",
			Source: "beta/api/chat-get, v1.0/api/team-post-members; the docs' edited samples are no base64 at the end",
			Matches: []string{
				"MCMjMjQzMmI1N2ItMGFiZC00M2RiLWFhN2ItMTZlYWRkMTE1ZDM0IyMxOTpiODU3Nzg5NGE2MzU0ODk2OWM1YzkyYmI5YzgwYzVlMUB0aHJlYWQudjIjIzhlYTBlMzhiLWVmYjMtNDc1Ny05MjRhLTVmOTQwNjFjZjhjMg==",
				"ZWUwZjVhZTItOGJjNi00YWU1LTg0NjYtN2RhZWViYmZhMDYyIyM3Mzc2MWYwNi0yYWM5LTQ2OWMtOWYxMC0yNzlhOGNjMjY3Zjk=",
				"MmFiOWM3OTYtMjkwMi00NWY4LWI3MTItN2M1YTYzY2Y0MWM0IyNlZWY5Y2IzNi0wNmRlLTQ2OWItODdjZC03MGY0Y2JlMzJ989kMTQ=",
			},
			Rejects: []string{
				"ZWUwZjVhZTItOGJjNi00YWU1LTg0NjYtN2RhZWViYmZhMDYy", "ZWUwZjVh", "MCMj",
				"ee0f5ae2-8bc6-4ae5-8466-7daeebbfa062##73761f06-2ac9-469c-9f10-279a8cc267f9",
			},
			match: isConversationMemberID, telling: always,
		},
		{
			Name:   "outlook-id",
			Doc:    "a message, event, contact or folder: base64url that begins AAMk, AQMk or AAkA; 100 characters and more, shorter in the docs; changes when the item moves unless it is immutable",
			Source: "v1.0/api/message-get; concepts/outlook-immutable-id for AAkA; cut in most docs",
			Matches: []string{
				"AAMkADADAAAAAAEMAAAAAAAAAAAAAA_AAAAAAAA-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", // built to shape
				"AAMkAGI1AAAt9AHjAAA=", "AQMkADNkNAAAVRMKAAAAA==", "AAMkADhMGAAA=", "AAMkADQwMD",
			},
			Rejects: []string{"AAMk", "AAMkAGI1 AAt9AHjAAA=", "BBMkAGI1AAAt9AHjAAA=", "AAMkAGI1AAAt9AHj...", "AAMkAGI=1AAAt9AHj"},
			match:   isOutlookID, telling: always,
		},
		{
			Name:    "internet-message-id",
			Doc:     "a mail's Message-ID: <LOCAL@DOMAIN>",
			Source:  "v1.0/resources/message; RFC 5322",
			Matches: []string{"<MWHPR6E1BE060@MWHPR1120.namprd22.prod.outlook.com>", "<4aade2547798441eab5188a7a2436bc1@contoso.com>"},
			Rejects: []string{"MWHPR6E1BE060@MWHPR1120.namprd22.prod.outlook.com", "<id>", "<a b@contoso.com>", "<@contoso.com>", "<a@>", "<a@b@c>"},
			match:   isInternetMessageID, telling: always,
		},
		{
			Name:    "driveitem-id",
			Doc:     "a file or folder: 01 and 32 capitals or digits (business), HEX!NUMBER (personal)",
			Source:  "v1.0/api/driveitem-get, driveitem-list-children; concepts/uploads",
			Matches: []string{"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK", "01MOWKYVJML57KN2ANMBA3JZJS2MBGC7KM", "D4648F06C91D9D3D!54927", "5D33DD65C6932946!70859"},
			Rejects: []string{"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WU", "02NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK", "01nkdm7hmojtvymdosxfdk2qjdxcdi3wuk", "D4648F06C91D9D3D!", "D4648F06C91D9D3G!1", "Hello!1"},
			match:   isDriveItemID, telling: always,
		},
		{
			Name:    "drive-id",
			Doc:     "a drive: b! and 64 base64url characters (business), 16 hexadecimal digits (personal)",
			Source:  "v1.0/api/drive-get, driveitem-list-children",
			Matches: []string{"b!2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-hd", "5D33DD65C6932946"},
			Rejects: []string{"b!2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-h", "2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-hd", "5D33DD65C693294", "5D33DD65C693294G"},
			match:   isDriveID, telling: hasPrefix("b!"),
		},
		{
			Name:    "site-id",
			Doc:     "a SharePoint site: HOST,GUID,GUID",
			Source:  "v1.0/api/site-get",
			Matches: []string{"contoso.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851"},
			Rejects: []string{"contoso.sharepoint.com", "contoso.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019", "da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851", "contoso.sharepoint.com:/sites/x"},
			match:   isSiteID, telling: always,
		},
		{
			Name:    "sharing-id",
			Doc:     "a sharing link as an id: u! and the unpadded base64url of the link",
			Source:  "v1.0/api/shares-get, which gives the encoding",
			Matches: []string{"u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx"},
			Rejects: []string{"u!", "aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbQ", "u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbQ==", "u!aHR0cHM/x"},
			match:   isSharingID, telling: always,
		},
		{
			Name:    "shifts-id",
			Doc:     "a thing of a schedule: its kind (SHFT, TAG, TOR, SREQ, OPNSHFT), an underscore and a GUID",
			Source:  "v1.0/api/shift-get, openshift-get, openshiftchangerequest-get",
			Matches: []string{"SHFT_6548f642-cbc1-4228-8621-054327576457", "OPNSHFT_577b75d2-a927-48c0-a5d1-dc984894e7b8", "SREQ_0b87dd20-d5ed-4764-9c3e-cfc8516def09"},
			Rejects: []string{"SHFT_6548f642-cbc1-4228-8621-05432757645", "shft_6548f642-cbc1-4228-8621-054327576457", "_6548f642-cbc1-4228-8621-054327576457", "SHFT-6548f642-cbc1-4228-8621-054327576457"},
			match:   isShiftsID, telling: always,
		},
		{
			Name:    "security-identifier",
			Doc:     "a Windows SID, S-1-12-1 and four 32-bit numbers for cloud objects, where the numbers are the object's GUID",
			Source:  "securityIdentifier of groups in real recordings; onPremisesSecurityIdentifier in v1.0/resources/user",
			Matches: []string{"S-1-12-1-2750858758-1121401068-3973320332-1637682607", "S-1-5-21-2111111111-1111111111-1111111111-1001"},
			Rejects: []string{"S-1-12-1-2750858758-1121401068-3973320332", "S-1-12-1-4294967296-1121401068-3973320332-1637682607", "S-1-12-1-2750858758-1121401068-3973320332-1637682607-1", "s-1-12-1-1-2-3-4", "S-1-"},
			match:   isSecurityIdentifier, telling: always,
		},
		{
			Name:    "ical-uid",
			Doc:     "an event's id across calendars as Outlook makes it: 040000008200E00074C5B7101A82E008 and more hexadecimal digits; others' calendars write any text",
			Source:  "iCalUId in v1.0/api/event-get; the prefix is Outlook's class id",
			Matches: []string{"040000008200E00074C5B7101A82E0080000000060074BC55843D60100000000000000"},
			Rejects: []string{"040000008200E00074C5B7101A82E008", "040000008200E00074C5B7101A82E00800000000G", "140000008200E00074C5B7101A82E0080000000060074BC55843D6"},
			match:   isICalUID, telling: always,
		},
		{
			Name:    "planner-id",
			Doc:     "a plan, bucket or task: 28 characters, case-sensitive",
			Source:  "v1.0/resources/planner-identifiers-disclaimer, v1.0/api/plannertask-update",
			Matches: []string{"xqQg5FS2LkCp935s-FIFm2QAFkHM", "gcrYAaAkgU2EQUvpkNNXLGQAGTtu", "01gzSlKkIUSUl6DF_EilrmQAKDhh"},
			Rejects: []string{"xqQg5FS2LkCp935s-FIFm2QAFkH", "xqQg5FS2LkCp935s-FIFm2QAFkHMM", "xqQg5FS2LkCp935s+FIFm2QAFkHM"},
			match:   isPlannerID, telling: isMixed,
		},
	}
}

func hasPrefix(prefix string) func(string) bool {
	return func(s string) bool { return strings.HasPrefix(s, prefix) }
}

// cutThread takes a conversation id apart: 19:LOCAL@HOST.
func cutThread(s string) (local, host string, ok bool) {
	s, ok = strings.CutPrefix(s, "19:")
	if !ok {
		return "", "", false
	}
	return strings.Cut(s, "@")
}

func isChatID(s string) bool {
	local, host, ok := cutThread(s)
	switch {
	case !ok:
		return false
	case host == graph.OneOnOneHost:
		return len(local) == 73 && local[36] == '_' && isBareGUID(local[:36]) && isBareGUID(local[37:])
	case host != graph.ChatHost:
		return false
	}
	if meeting, ok := strings.CutPrefix(local, "meeting_"); ok {
		return isPadded(meeting, isURLSafe)
	}
	return len(local) == 32 && ascii.All(local, ascii.IsHex)
}

func isChannelID(s string) bool {
	local, host, ok := cutThread(s)
	return ok && (host == graph.ChannelHost || host == graph.OldChannelHost) && len(local) >= 16 && ascii.All(local, isURLSafe)
}

func isMessageID(s string) bool {
	return len(s) == 13 && s[0] == '1' && ascii.All(s, ascii.IsDigit)
}

// isConversationMemberID decodes only the first part: what stands behind the
// first ## is as free as the composite's other ids, and the docs' samples are
// edited there so that they no longer decode.
func isConversationMemberID(s string) bool {
	const part = 52 // base64 of GUID## and one byte more
	if len(s) < 16 || len(s) > 4096 || !isPadded(s, isBase64) {
		return false
	}
	head, err := base64.StdEncoding.DecodeString(s[:min(part, len(s)/4*4)])
	first, _, ok := strings.Cut(string(head), "##")
	return err == nil && ok && (isBareGUID(first) || ascii.All(first, ascii.IsDigit))
}

func isOutlookID(s string) bool {
	return len(s) >= 10 && (strings.HasPrefix(s, "AAMk") || strings.HasPrefix(s, "AQMk") || strings.HasPrefix(s, "AAkA")) &&
		isPadded(s, isURLSafe)
}

func isInternetMessageID(s string) bool {
	if !isWhole(s, '<', '>') {
		return false
	}
	local, domain, ok := strings.Cut(s[1:len(s)-1], "@")
	class := func(c byte) bool { return isVisible(c) && c != '<' && c != '>' && c != '@' }
	return ok && ascii.All(local, class) && ascii.All(domain, class)
}

func isDriveItemID(s string) bool {
	if len(s) == 34 && strings.HasPrefix(s, "01") {
		return ascii.All(s, func(c byte) bool { return ascii.IsDigit(c) || ascii.IsUpper(c) })
	}
	drive, number, ok := strings.Cut(s, "!")
	return ok && len(drive) >= 8 && len(drive) <= 16 && len(number) <= 20 && ascii.All(drive, ascii.IsHex) && ascii.All(number, ascii.IsDigit)
}

func isDriveID(s string) bool {
	if business, ok := strings.CutPrefix(s, "b!"); ok {
		return len(business) == 64 && ascii.All(business, isURLSafe)
	}
	return len(s) == 16 && ascii.All(s, ascii.IsHex)
}

func isSiteID(s string) bool {
	host, guids, ok := strings.Cut(s, ",")
	return ok && len(guids) == 73 && guids[36] == ',' && isBareGUID(guids[:36]) && isBareGUID(guids[37:]) && isDomain(host)
}

func isSharingID(s string) bool {
	link, ok := strings.CutPrefix(s, "u!")
	return ok && ascii.All(link, isURLSafe)
}

func isShiftsID(s string) bool {
	kind, guid, ok := strings.Cut(s, "_")
	return ok && len(kind) >= 3 && len(kind) <= 10 && ascii.All(kind, ascii.IsUpper) && isBareGUID(guid)
}

func isSecurityIdentifier(s string) bool {
	parts, ok := strings.CutPrefix(s, "S-1-")
	if !ok || len(s) > 190 { // of 15 numbers at most
		return false
	}
	numbers := strings.Split(parts, "-")
	for _, n := range numbers {
		if !isUint32(n) {
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

func isPlannerID(s string) bool { return len(s) == 28 && ascii.All(s, isURLSafe) }

// isMixed reports whether s has capitals, small letters and digits, as a random
// id has and a name seldom.
func isMixed(s string) bool {
	return len(s) < 256 && has(s, ascii.IsDigit) && has(s, ascii.IsUpper) && has(s, ascii.IsLower)
}
