package odata

import (
	"slices"
	"strings"
)

// NextLink and DeltaLink are the members of a page that lead on from it
// (concepts/paging, concepts/delta-query-overview).
const (
	NextLink  = "@odata.nextLink"
	DeltaLink = "@odata.deltaLink"
	Context   = "@odata.context"
	Count     = "@odata.count"
	Type      = "@odata.type"
)

// followedEnds are the ends, in lower case, of the names of members whose links clients
// follow: pages (concepts/paging), upload sessions, downloads (driveItem, and
// @content.downloadUrl in delta answers), media (OData JSON format 4.01, section 4.6.14),
// long-running operations (v1.0/resources/teamsasyncoperation, longrunningoperation),
// content that Intune takes at Azure's storage (v1.0/resources/mobileAppContentFile).
var followedEnds = [...]string{
	"nextlink", "deltalink", "uploadurl", "uploadsessionurl", "downloadurl", "medialink", "mediareadlink", "mediaeditlink",
	"resourcelocation", "monitorurl", "azurestorageuri",
}

// IsFollowedMember reports whether clients follow the links in a member of that name.
// Other links (webUrl, @odata.id, @odata.editLink) are for people, or name a resource.
func IsFollowedMember(name string) bool { return hasEnd(name, followedEnds[:]) }

// IsContentMember reports whether what a file holds is read or sent at the link in a member
// of that name.
func IsContentMember(name string) bool { return hasEnd(name, contentEnds[:]) }

var contentEnds = [...]string{"uploadurl", "downloadurl"}

func hasEnd(name string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool {
		return len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end)
	})
}

// readEnds are the ends of further names whose links a client reads or asks for, at
// whatever host (OData JSON format 4.01, sections 4.5 and 4.6).
var readEnds = [...]string{"odata.context", "readlink", "editlink"}

// IsReadMember reports whether a member of that name says where something is read that the
// answer itself is about.
func IsReadMember(name string) bool { return hasEnd(name, readEnds[:]) }

// ownEnds are the ends of names of members that lead to Graph itself, or else to a page for
// people: what names a resource or another of its (OData JSON format 4.01, section 4.5.8),
// OneNote's (v1.0/resources/onenotepage, notebook), recordings and transcripts of calls
// (v1.0/resources/callrecording, calltranscript).
var ownEnds = [...]string{"odata.id", "navigationlink", "associationlink", "contenturl", "pagesurl", "sectionsurl", "sectiongroupsurl"}

// IsOwnMember reports whether clients follow an address of Graph's in a member of that
// name. In any other (servicePrincipalNames, identifierUris) it is data.
func IsOwnMember(name string) bool { return name == "self" || hasEnd(name, ownEnds[:]) }

// ElementOf is the type in "Collection(type)". Of any other text it is the text.
func ElementOf(typ string) (element string, collection bool) {
	if inner, ok := strings.CutPrefix(typ, "Collection("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSuffix(inner, ")"), true
	}
	return typ, false
}

// Bare is the type of what a value holds: the type, or that of a collection's elements.
func Bare(typ string) string {
	element, _ := ElementOf(typ)
	return element
}

// TypeOf is the full name in an object's @odata.type, or "". The '#' is optional; primitive
// types and collections (#Int64, #Collection(String)) say nothing about an object.
func TypeOf(object map[string]any) string {
	annotation, _ := object[Type].(string)
	name := strings.TrimPrefix(annotation, "#")
	if !strings.Contains(name, ".") || strings.ContainsAny(name, "()") {
		return ""
	}
	return name
}

// CollectionOf is the type of a collection of a type.
func CollectionOf(typ string) string { return "Collection(" + typ + ")" }

// annotations of a member, in both spellings of OData, and that of Graph's changes.
var annotations = map[string]bool{
	"type": true, "bind": true, "count": true, "context": true, "delta": true, "deltaLink": true, "nextLink": true, "id": true, "etag": true,
	"editLink": true, "readLink": true, "navigationLink": true, "associationLink": true, "mediaEditLink": true, "mediaReadLink": true,
	"mediaContentType": true, "mediaEtag": true, "removed": true, "metadataEtag": true,
}

// lookupEnd is the end of the name of a member with the number of another item of SharePoint,
// which a column of the name before it names (v1.0/resources/listitem, lookupColumn).
const lookupEnd = "LookupId"

// IsLookup reports whether a member of that name has the number of another item.
func IsLookup(name string) bool { return strings.HasSuffix(name, lookupEnd) }

// OwnName is the name of a member without an annotation of it, or what makes it the number of
// another item: Colors for Colors@odata.type, Owner for OwnerLookupId.
func OwnName(name string) string {
	if at := strings.LastIndexByte(name, '@'); at > 0 && annotations[strings.TrimPrefix(name[at+1:], "odata.")] {
		name = name[:at]
	}
	if column := strings.TrimSuffix(name, lookupEnd); column != "" {
		return column
	}
	return name
}
