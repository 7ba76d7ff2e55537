package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// linkFormats are addresses within Graph and out of it.
func linkFormats() []*Format {
	return []*Format{
		{
			Name:   "operation-link",
			Doc:    "where a long-running operation is polled: a link, relative or absolute, that ends in /operations('ID'), /operations(ID) or /operations/ID",
			Source: "Location in v1.0/api/team-post, team-archive, beta/api/chat-post, printer-create",
			Matches: []string{
				"/teams('dbd8de4f-5d47-48da-87f1-594bed003375')/operations('3a6fdce1-c261-48bc-89de-1cfef658c0d5')",
				"/chats('19:82fe7758-5bb3-4f0d-a43f-e555fd399c6f_bfb5bb25-3a8d-487d-9828-7875ced51a30@unq.gbl.spaces')/operations('2432b57b-0abd-43db-aa7b-16eadd115d34-861f06db-0208-4815-b67a-965df0d28b7f-10adc8a6-60db-42e2-9761-e56a7e4c7bc9')",
				"/teams(dbd8de4f-5d47-48da-87f1-594bed003375)/operations(3a6fdce1-c261-48bc-89de-1cfef658c0d5)",
				"/teams/dbd8de4f-5d47-48da-87f1-594bed003375/operations/3a6fdce1-c261-48bc-89de-1cfef658c0d5",
				"https://graph.microsoft.com/v1.0/print/operations/f221760a-52e8-4c11-b8c5-5dfaef3a49db",
				"https://graph.microsoft.com/beta/teams('dbd8de4f-5d47-48da-87f1-594bed003375')/operations('00000000-0000-0000-0000-000000000000')",
			},
			Rejects: []string{
				"/teams('dbd8de4f-5d47-48da-87f1-594bed003375')", "/teams({id})/operations({opId})", "/teams/x/operations", "/teams/x/operations/",
				"/teams/x/operations('')", "/teams/x/operations('y", "/teams/x/operations('y')/z", "teams/x/operations/y", "ftp://x/operations/y",
				"https://contoso.sharepoint.com/_api/v2.0/monitor/4A3407B5-88FC-4504-8B21-0AABD3412717",
			},
			match: isOperationLink, telling: isLinkStart,
		},
		{
			Name:    "monitor-link",
			Doc:     "where a file operation is polled, without a token and on another host: .../monitor/ID",
			Source:  "concepts/long-running-actions-overview, v1.0/api/driveitem-copy",
			Matches: []string{"https://contoso.sharepoint.com/_api/v2.0/monitor/4A3407B5-88FC-4504-8B21-0AABD3412717", "https://api.onedrive.com/monitor/4A3407B5-88FC-4504-8B21-0AABD3412717"},
			Rejects: []string{"https://api.onedrive.com/monitor/", "/monitor/4A3407B5", "https://api.onedrive.com/4A3407B5-88FC-4504-8B21-0AABD3412717"},
			match:   isMonitorLink, telling: isLinkStart,
		},
		{
			Name:    "odata-context",
			Doc:     "what a body is: an absolute link to $metadata with a fragment; ids in it are percent-encoded",
			Source:  "@odata.context in real recordings; beta/api/chat-list-operations",
			Matches: []string{"https://graph.microsoft.com/v1.0/$metadata#users/$entity", "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)", "https://graph.microsoft.com/beta/$metadata#chats('19%3Ac253a29b5f694b55a6baad8e83510af7%40thread.v2')/operations/$entity", "https://graph.microsoft.com/v1.0/$metadata#groups(displayName,id)"},
			Rejects: []string{"https://graph.microsoft.com/v1.0/$metadata", "https://graph.microsoft.com/v1.0/$metadata#", "$metadata#users", "https://graph.microsoft.com/v1.0/users"},
			match:   isODataContext, telling: isLinkStart,
		},
		{
			Name:    "delta-link",
			Doc:     "where changes are asked for later: an absolute link with a $deltatoken, or on drives a token",
			Source:  "concepts/delta-query-overview, v1.0/api/driveitem-delta",
			Matches: []string{"https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=R0usmcMDNGg0J1E", "https://graph.microsoft.com/v1.0/me/drive/root/delta(token='1230919asd190410jlka')", "https://graph.microsoft.com/v1.0/me/drive/root/delta?token=1230919asd190410jlka", "https://graph.microsoft.com/v1.0/users/delta?%24deltatoken=oEcOySpF"},
			Rejects: []string{"https://graph.microsoft.com/v1.0/me/calendarView/delta", "https://graph.microsoft.com/v1.0/me/calendarView/delta?$skiptoken=R0usmcCM996atia_s", "/users/delta?$deltatoken=x", "https://graph.microsoft.com/v1.0/users/delta?$deltatoken="},
			match:   isDeltaLink, telling: isLinkStart,
		},
		{
			Name:    "next-link",
			Doc:     "where the next page is: an absolute link with a $skiptoken or a $skip, or of a drive's delta with a token",
			Source:  "concepts/paging, v1.0/api/event-delta, message-list",
			Matches: []string{"https://graph.microsoft.com/v1.0/me/messages?$top=1&$skip=1", "https://graph.microsoft.com/v1.0/users?$top=5&$skiptoken=X%274453707", "https://graph.microsoft.com/beta/chats?skiptoken=eyJDb250", "https://graph.microsoft.com/v1.0/me/drive/delta(token=1230919asd190410jlka)", "https://graph.microsoft.com/v1.0/me/calendarView/delta?$skiptoken=R0usmcCM996atia_s"},
			Rejects: []string{"https://graph.microsoft.com/v1.0/me/messages?$top=1", "https://graph.microsoft.com/v1.0/me/messages?$skip=", "/me/messages?$skip=1", "https://graph.microsoft.com/v1.0/me/messages?$filter=$skip=1"},
			match:   isNextLink, telling: isLinkStart,
		},
		{
			Name:    "absolute-link",
			Doc:     "an http or https address with a host, without spaces",
			Source:  "webUrl, @odata.id and links throughout v1.0/api; RFC 3986",
			Matches: []string{"https://graph.microsoft.com/v1.0/users", "https://contoso.sharepoint.com", "http://localhost:8080/", "https://b0mpua-by3301.files.1drv.com/y23vmagahszhxzlcvhasdhasghasodfi"},
			Rejects: []string{"/users", "https://", "https:///users", "graph.microsoft.com/v1.0/users", "ftp://contoso.com/x", "https://contoso.com/a b", "https://contoso.com/\n", "https://{host}/x"},
			match:   isAbsoluteLink, telling: always,
		},
		{
			Name:    "key-link",
			Doc:     "a relative link that writes its keys in parentheses: /chats('ID'); to be treated as opaque",
			Source:  "targetResourceLocation and Content-Location in beta/resources/teamsasyncoperation, v1.0/api/team-post",
			Matches: []string{"/chats('19:c253a29b5f694b55a6baad8e83510af7@thread.v2')", "/teams('dbd8de4f-5d47-48da-87f1-594bed003375')", "/teams('57fb72d0-d811-46f4-8947-305e6072eaa5')/channels('19:4b6bed8d24574f6a9e436813cb2617d8@thread.tacv2')", "/users('o''neill@contoso.com')"},
			Rejects: []string{"/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2", "/chats('19:x@thread.v2", "/chats('')", "/chats()", "chats('x')", "/teams({id})", "https://graph.microsoft.com/v1.0/users('x')"},
			match:   isKeyLink, telling: isLinkStart,
		},
		{
			Name:    "relative-link",
			Doc:     "an address below the version's root: it begins with one slash and has no spaces",
			Source:  "url of $batch parts in concepts/json-batching; Location in v1.0/api/team-post",
			Matches: []string{"/me", "/users/8ea0e38b-efb3-4757-924a-5f94061cf8c2/messages?$top=1", "/teams('dbd8de4f-5d47-48da-87f1-594bed003375')", "/me/drive/root:/a%20b.txt:/content"},
			Rejects: []string{"me", "//graph.microsoft.com/me", "https://graph.microsoft.com/me", "/a b", "/", "", "/teams/{id}"},
			match:   isRelativeLink, telling: isPathStart,
		},
		{
			Name:    "odata-type",
			Doc:     "a type's name: #microsoft.graph.user, with or without #, or a collection of one",
			Source:  "@odata.type in real recordings; OData 4.01 JSON, section 4.6.3",
			Matches: []string{"#microsoft.graph.aadUserConversationMember", "microsoft.graph.group", "#Collection(microsoft.graph.user)", "#microsoft.graph.callRecords.session", "#Collection(String)", "#Int64"},
			Rejects: []string{"", "#", "user", "#microsoft.graph.", "#.user", "#microsoft..graph", "#Collection(microsoft.graph.user", "#microsoft graph", "@odata.type"},
			match:   isODataType, telling: isGraphType,
		},
	}
}

// isLinkStart is a quick look, for the formats' own matchers look closer. Like
// every telling it may count on a few characters being there.
func isLinkStart(s string) bool { return s[0] == '/' || strings.HasPrefix(s, "http") }

// isPathStart tells a path from base64, which begins with a slash at times (JPEG
// data: "/9j/4AAQ").
func isPathStart(s string) bool {
	return s[0] == '/' && ascii.IsLetter(s[1]) && len(s) <= 2048 && !strings.HasSuffix(s, "=")
}

// isLinkByte: what may stand in a link. Braces are placeholders.
func isLinkByte(c byte) bool {
	switch c {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}', 0x7f:
		return false
	}
	return c > ' '
}

func isAbsoluteLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	return rest != "" && ascii.IsAlnum(rest[0]) && ascii.All(rest, isLinkByte)
}

func isRelativeLink(s string) bool {
	return len(s) > 1 && s[0] == '/' && s[1] != '/' && ascii.All(s, isLinkByte)
}

// cutLink takes the query and the fragment off a link.
func cutLink(s string) (path, query string) {
	s, _, _ = strings.Cut(s, "#")
	path, query, _ = strings.Cut(s, "?")
	return path, query
}

func isOperationLink(s string) bool {
	if !isRelativeLink(s) && !isAbsoluteLink(s) {
		return false
	}
	path, _ := cutLink(s)
	at := strings.LastIndex(path, "/operations")
	if at <= 0 {
		return false
	}
	key := path[at+len("/operations"):]
	if id, ok := strings.CutPrefix(key, "/"); ok {
		return id != "" && !strings.ContainsAny(id, "/()'")
	}
	return isKeyGroup(key)
}

// isKeyGroup: a key in parentheses, ('ID') or (ID); a quote within is doubled.
func isKeyGroup(s string) bool {
	if !isWhole(s, '(', ')') {
		return false
	}
	key := s[1 : len(s)-1]
	if !isWhole(key, '\'', '\'') {
		return key != "" && !strings.ContainsAny(key, "'()/")
	}
	key = key[1 : len(key)-1]
	return key != "" && !strings.Contains(strings.ReplaceAll(key, "''", ""), "'")
}

func isMonitorLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, _ := cutLink(s)
	at := strings.LastIndex(path, "/monitor/")
	return at > 0 && ascii.All(path[at+len("/monitor/"):], isURLSafe)
}

func isODataContext(s string) bool {
	_, fragment, ok := strings.Cut(s, "/$metadata#")
	return ok && fragment != "" && isAbsoluteLink(s)
}

// hasOption reports whether a query has one of the options with a value. The $
// is optional (concepts/query-parameters) and may be encoded.
func hasOption(query string, names ...string) bool {
	for option := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(option, "=")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "%24"), "$")
		for _, wanted := range names {
			if value != "" && strings.EqualFold(name, wanted) {
				return true
			}
		}
	}
	return false
}

func isDeltaLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, query := cutLink(s)
	return hasOption(query, "deltatoken", "token") || strings.Contains(path, "/delta(token=")
}

func isNextLink(s string) bool {
	if !isAbsoluteLink(s) {
		return false
	}
	path, query := cutLink(s)
	return hasOption(query, "skiptoken", "skip") || strings.Contains(path, "/delta(token=")
}

// isKeyLink looks for the first key and takes the rest of the path as it is.
func isKeyLink(s string) bool {
	if !isRelativeLink(s) {
		return false
	}
	path, _ := cutLink(s)
	open := strings.Index(path, "('")
	if open < 2 {
		return false
	}
	end := strings.LastIndex(path, "')")
	return end > open+2 && (end+2 == len(path) || path[end+2] == '/')
}

func isODataType(s string) bool {
	name, hash := strings.CutPrefix(s, "#")
	name, collection := graph.ElementOf(name)
	hash = hash || collection
	parts := 0
	for part := range strings.SplitSeq(name, ".") {
		if !ascii.All(part, func(c byte) bool { return ascii.IsAlnum(c) || c == '_' }) || ascii.IsDigit(part[0]) {
			return false
		}
		parts++
	}
	return hash || parts > 1 // a bare primitive is written with #
}

func isGraphType(s string) bool {
	return strings.HasPrefix(s, "#microsoft.graph.") || strings.HasPrefix(s, "microsoft.graph.") || strings.HasPrefix(s, "#Collection(")
}
