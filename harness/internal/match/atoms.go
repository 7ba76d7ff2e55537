package match

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// An atom is a value of identity within a text: what another tenant has another of.
// Composite ids are taken apart (a chat of two people holds their two GUIDs), so that
// equal ids stay equal wherever they occur.
type atom struct {
	start, end int
	kind       kind
}

// kind is the format of an atom, as format names it where it does.
type kind string

const (
	kindGUID    kind = "guid"
	kindAddress kind = "upn"
	kindThread  kind = "thread" // the part of a chat's or channel's id before the @
	kindOutlook kind = "outlook-id"
	kindDrive   kind = "drive-id"
	kindItem    kind = "driveitem-id"
	kindSID     kind = "security-identifier"
	kindDomain  kind = "domain"
	kindHost    kind = "sharepoint-tenant" // the tenant's label of NAME.sharepoint.com
	kindToken   kind = "token"             // a skip or delta token
	kindID      kind = "id"                // an id of another format, as a whole value
	kindWord    kind = "word"              // a name, a phone number, free text, as a whole value
	kindPart    kind = "part"              // what a filter says that a word begins with or contains
	kindFile    kind = "word:file"         // the name of a file, which is a segment of links too
	kindBody    kind = "body"              // a body without structure, as a whole
)

// of is the kind of the words that one series of pseudonyms stands for: one text may be
// a person's name and account.
func (k kind) of(series string) kind { return k + kind(":"+series) }

// isText reports whether a kind is told by where it stands, and not by a format.
func (k kind) isText() bool { return k == kindBody || k.isWords() }

func (k kind) isWords() bool {
	return strings.HasPrefix(string(k), string(kindWord)) || strings.HasPrefix(string(k), string(kindPart))
}

// folds reports whether the letter case of a kind means nothing.
func (k kind) folds() bool {
	return k == kindGUID || k == kindAddress || k == kindDomain || k == kindHost || k.isWords()
}

// folded is the spelling by which equal values of the kind are equal texts.
func (k kind) folded(text string) string {
	if k.folds() {
		return strings.ToLower(text)
	}
	return text
}

// matches holds a text against a registered format.
func (k kind) matches(text string) bool {
	f, known := identity.Lookup(string(k))
	return known && f.Match(text)
}

// wholeFormats are the formats whose values can be told only as whole values: as a
// part of a text they could be anything.
var wholeFormats = map[string]kind{
	"planner-id": kindID, "conversation-member-id": kindID, "sharing-id": kindID, "ical-uid": kindID, "message-id": kindID,
}

// wholeKind is the kind of a value as a whole, "" when it has none.
func wholeKind(text string) kind {
	if len(text) > 4096 {
		return ""
	}
	if f := identity.Recognise(text); f != nil {
		if k, whole := wholeFormats[f.Name]; whole {
			return k
		}
	}
	if strings.IndexByte(text, '@') < 0 && strings.IndexByte(text, '.') > 0 && kindDomain.matches(text) {
		return kindDomain
	}
	return ""
}

// isOpaqueID reports whether a key of a path is an id although no format says so: it
// is long, and no word has letters and digits mixed.
func isOpaqueID(text string) bool {
	digits, letters := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case ascii.IsDigit(c):
			digits++
		case ascii.IsAlnum(c):
			letters++
		case strings.IndexByte("-_=+/", c) < 0:
			return false
		}
	}
	return len(text) >= 16 && digits > 1 && letters > 1
}

// atomsIn finds the atoms of a plain text, in order.
func atomsIn(text string) []atom {
	var found []atom
	for i := 0; i < len(text); {
		a := atomAt(text, i)
		if a.kind == "" {
			i++
			continue
		}
		found = append(found, a)
		i = a.end
	}
	return found
}

// atomAt finds the atom that begins at i; its kind is "" where there is none.
func atomAt(text string, i int) atom {
	c := text[i]
	if i > 0 && ascii.IsAlnum(text[i-1]) {
		return atom{}
	}
	if isLocal(c) && c != '\'' && c != '.' && (i == 0 || !isLocal(text[i-1]) || text[i-1] == '\'') {
		if end := addressEnd(text, i); end > 0 {
			return atom{i, end, kindAddress}
		}
	}
	if ascii.IsHex(c) && isGUIDAt(text, i) {
		return atom{i, i + 36, kindGUID}
	}
	if !ascii.IsAlnum(c) || i > 0 && (text[i-1] == '-' || text[i-1] == '_') {
		return atom{}
	}
	return tokenAt(text, i)
}

// tokenAt finds the ids that are one word with, perhaps, some punctuation.
func tokenAt(text string, i int) atom {
	end := i
	for end < len(text) && isTokenByte(text[end]) {
		end++
	}
	word := text[i:end]
	switch {
	case isThread(text, i, end):
		if local, ok := strings.CutPrefix(word, "meeting_"); ok {
			return atom{end - len(local), end, kindThread}
		}
		if len(word) == 73 && isGUIDAt(word, 0) {
			return atom{} // two people, each an atom of their own
		}
		return atom{i, end, kindThread}
	case strings.HasPrefix(word, "S-1-") && kindSID.matches(word):
		return atom{i, end, kindSID}
	case word == "b" && end < len(text) && text[end] == '!':
		return businessDrive(text, i)
	case kindItem.matches(word):
		return atom{i, end, kindItem}
	case len(word) >= 8 && end < len(text) && text[end] == '!':
		return personalItem(text, i, end)
	case len(word) >= 8 && (word[0] == 'A') && kindOutlook.matches(word):
		for end < len(text) && text[end] == '=' {
			end++
		}
		return atom{i, end, kindOutlook}
	case len(word) <= 63 && strings.HasPrefix(text[end:], ".sharepoint.com"):
		return atom{i, i + len(tenantLabel(word)), kindHost}
	}
	return atom{}
}

// tenantLabel is the tenant's part of the first label of a SharePoint host.
func tenantLabel(label string) string {
	for _, suffix := range []string{"-my", "-admin"} {
		if tenant, ok := strings.CutSuffix(label, suffix); ok {
			return tenant
		}
	}
	return label
}

func businessDrive(text string, i int) atom {
	end := i + 2 + 64
	if end > len(text) || end < len(text) && isTokenByte(text[end]) || !kindDrive.matches(text[i:end]) {
		return atom{}
	}
	return atom{i, end, kindDrive}
}

func personalItem(text string, i, mark int) atom {
	end := mark + 1
	for end < len(text) && isTokenByte(text[end]) {
		end++
	}
	if !kindItem.matches(text[i:end]) {
		return atom{}
	}
	return atom{i, end, kindItem}
}

// isThread reports whether text[i:end] is the local part of 19:LOCAL@HOST.
func isThread(text string, i, end int) bool {
	if end-i < 16 || i < 3 || text[i-3:i] != "19:" || i > 3 && ascii.IsAlnum(text[i-4]) || end == len(text) {
		return false
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(text[end:], "="), "@")
	if !ok {
		return false
	}
	return graph.BeginsConversationHost(rest)
}

func isGUIDAt(text string, i int) bool {
	if len(text) < i+36 || len(text) > i+36 && ascii.IsAlnum(text[i+36]) {
		return false
	}
	for n := range 36 {
		c := text[i+n]
		if n == 8 || n == 13 || n == 18 || n == 23 {
			if c != '-' {
				return false
			}
		} else if !ascii.IsHex(c) {
			return false
		}
	}
	return true
}

// addressEnd is where the address ends that begins at i, 0 when none does.
func addressEnd(text string, i int) int {
	at := i
	for at < len(text) && isLocal(text[at]) {
		at++
	}
	if at == len(text) || text[at] != '@' {
		return 0
	}
	end := at + 1
	for end < len(text) && (ascii.IsAlnum(text[end]) || text[end] == '-' || text[end] == '.') {
		end++
	}
	for end > at && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	host := text[at+1 : max(end, at+1)]
	if strings.HasPrefix(host, "odata.") || strings.HasPrefix(host, "microsoft.graph.") || !kindDomain.matches(host) || graph.IsConversationHost(host) {
		return 0
	}
	return end
}

// isTokenByte says which bytes stand in base64url.
func isTokenByte(c byte) bool { return ascii.IsAlnum(c) || c == '-' || c == '_' }

// isLocal says which bytes stand before the @ of an address (format upn: guests have
// #EXT# in it, and it may begin with $).
func isLocal(c byte) bool {
	return ascii.IsAlnum(c) || c >= 0x80 || strings.IndexByte("._-+'#$!~^", c) >= 0
}
