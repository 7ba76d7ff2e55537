package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// What has not quite the form that the service gives a member's values is a text like any other.
func TestNearlyOfTheForm(t *testing.T) {
	for _, c := range [][2]string{
		{"availabilityView", "0012520"}, {"availabilityView", "megan"}, {"mitreTechniques", "T1566002"}, {"mitreTechniques", "T1566.megan"},
		{"allowedResourceActions", "microsoft.megan/users/update"}, {"allowedResourceActions", "contoso.directory/users/update"},
		{"allowedResourceActions", "microsoft.directory/solatifaqx/update"}, {"AccessTokenLifetime", "megan"}, {"AccessTokenLifetime", "4:00:00 megan"},
		{"id", "Integer 0x0E08 megan"}, {"id", "Megan 0x0E08"}, {"originalStartTimeZone", "tzone://Microsoft/Megan"}, {"originalStartTimeZone", "tzone://Megan/Utc"},
		{"canonicalName", "autodiscover.megan.com"}, {"nameTarget", "sipdir.megan.lync.com"}, {"alias", "megan"}, {"osPlatform", "Megan11"},
		{"contentTypeId", "0x0200"}, {"contentTypeId", "0x01megan"}, {"contentTypeId", "0x0148656c6c6f4d6567"}, {"displayName", "0x0101"},
		{"settingDefinitionId", "device_megan"}, {"settingDefinitionId", "device_vendor_msft_Megan"}, {"value", "device_vendor_msft_bitlocker_x_1"},
		{"settingDefinitionId", "device_vendor_msft_x_14255550109"}, {"displayName", "device_vendor_msft_bitlocker_x"}, {"id", "Integer 0x0E081234567890"},
		{"id", "String {00020329-0000-0000-C000-000000000046} Name megan"}, {"id", "String {" + object + "} Id 0x8012"}, {"id", "Megan {00020329-0000-0000-C000-000000000046} Id 0x8012"},
		{"numberFormat", `0.00 "Megan"`}, {"style", "Megan2"}, {"skuPartNumber", "O365_w/o Megan Bundle_M5"},
	} {
		if got := ask(newRedactor(t), c[0], c[1]); got == c[1] {
			t.Errorf("%s: %q stays", c[0], got)
		}
	}
}

// The id of a content type begins with its parent's: what the service has everywhere stays, the
// GUIDs that a tenant added are computed.
func TestContentTypesKeepTheirParents(t *testing.T) {
	const made, below = "298A15181454D84EBB62EDD7559FCBFE", "302EF0D1F1DB4C4EBF58251BCCF5966F"
	r := newRedactor(t)
	parent := ask(r, "id", "0x010100"+made)
	if !strings.HasPrefix(parent, "0x010100") || len(parent) != len("0x010100"+made) || strings.Contains(parent, made) {
		t.Fatalf("a content type is %q", parent)
	}
	for id, want := range map[string]string{
		"0x010100" + made + "01":                   parent + "01",
		"0x010100" + made + "00" + below:           parent + "00",
		"0x0120D52000" + made:                      "0x0120D52000" + parent[len("0x010100"):],
		"0x0101009D1CB255DA76424F860D91F20E6C4118": "0x0101009D1CB255DA76424F860D91F20E6C4118", // every site has it
	} {
		is := ask(r, "parentId", id)
		if !strings.HasPrefix(is, want) || len(is) != len(id) || strings.Contains(is, made) || strings.Contains(is, below) {
			t.Errorf("%s is %s, want what begins with %s", id, is, want)
		}
		address := graph + "/sites/root/contentTypes/" + id
		if got := r.Interaction(interaction("GET", address)).Request.URL; got != graph+"/sites/root/contentTypes/"+is {
			t.Errorf("%s is %s in a path", id, got)
		}
		address = graph + "/sites/root/lists/root/items?$filter=startswith(fields/ContentTypeId,'" + id + "')"
		if got := r.Interaction(interaction("GET", address)).Request.URL; !strings.HasSuffix(got, "'"+is+"')") {
			t.Errorf("%s is %s in a filter", id, got)
		}
		if twice := ask(newRedactor(t), "id", is); twice != is {
			t.Errorf("%s is %s the second time", is, twice)
		}
	}
	for _, id := range []string{"0x01", "0x0101", "0x0120D520"} {
		if got := ask(r, "displayName", "0x"+id); got == id {
			t.Errorf("%s stays in a name", id)
		}
		for _, address := range []string{graph + "/sites/root/contentTypes/" + id, graph + "/sites/root/contentTypes?$filter=id eq '" + id + "'"} {
			if got := r.Interaction(interaction("GET", address)).Request.URL; got != address {
				t.Errorf("%s became %s", address, got)
			}
		}
	}
}

// The id of an extended property keeps its form and a set that MAPI documents; another set is
// computed, and what somebody called the property is a name.
func TestExtendedProperties(t *testing.T) {
	const public = "{00020329-0000-0000-C000-000000000046}"
	r := newRedactor(t)
	name, set := ask(r, "jobTitle", "cecp-megan"), ask(r, "id", "{"+strings.ToUpper(object)+"}")
	for id, want := range map[string]string{
		"String " + public + " Name cecp-megan":                                "String " + public + " Name " + name,
		"StringArray {" + strings.ToUpper(object) + "} Name cecp-megan":        "StringArray " + set + " Name " + name,
		"Integer {" + strings.ToUpper(object) + "} Id 0x8012":                  "Integer " + set + " Id 0x8012",
		"String " + public + " Name Bearer 9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b": "",
	} {
		is := ask(r, "id", id)
		if is != want && want != "" || strings.Contains(is, "9f8e7d") {
			t.Errorf("%s is %s, want %s", id, is, want)
		}
		if twice := ask(newRedactor(t), "id", is); twice != is {
			t.Errorf("%s is %s the second time", is, twice)
		}
		i := interaction("GET", graph+"/me/messages?$filter=singleValueExtendedProperties/any(ep:ep/id eq '"+url.PathEscape(id)+"')")
		stored := r.Interaction(i)
		if asked, err := url.PathUnescape(stored.Request.URL); err != nil || want != "" && !strings.Contains(asked, "'"+want+"'") {
			t.Errorf("%s is %s in a filter", id, asked)
		}
		if holes := len(stored.Holes); (holes == 1) != strings.Contains(id, "Name") {
			t.Errorf("%s has %d holes", id, holes)
		}
		if again := newRedactor(t).Interaction(stored); whole(t, again) != whole(t, stored) {
			t.Errorf("redacting twice changes more:\n%s\n%s", whole(t, stored), whole(t, again))
		}
	}
}

// The header that says what was throttled shows no more than the kind of limit.
func TestThrottleScope(t *testing.T) {
	i := interaction("GET", graph+"/me")
	i.Response.Headers.Set("X-Ms-Throttle-Scope", "Tenant_Application/ReadWrite/"+object+"/"+tenant)
	got := newRedactor(t).Interaction(i).Response.Headers.Get("X-Ms-Throttle-Scope")
	ids, ok := strings.CutPrefix(got, "Tenant_Application/ReadWrite/")
	for id := range strings.SplitSeq(ids, "/") {
		ok = ok && len(id) == 36 && identity.IsFake(identity.Atom{Kind: identity.GUID, Text: id})
	}
	if !ok || strings.Count(ids, "/") != 1 {
		t.Errorf("got %s", got)
	}
}

// TestColumnsOfSharePoint: the columns that every list has, those of its templates, and the members
// of a person's and a lookup's value are what clients read items by; what tenants add is not kept.
func TestColumnsOfSharePoint(t *testing.T) {
	body := `{"fields":{"@odata.etag":"\"1,2\"","id":"7","ContentType":"Document","LinkTitle":"","LinkFilename":"","LinkFilenameNoMenu":"","FileLeafRef":"","DocIcon":"","FileSizeDisplay":"20480","Created":"2026-01-02T03:04:05Z",` +
		`"Modified":"2026-01-02T03:04:05Z","AuthorLookupId":"6","EditorLookupId":"6","AssignedToLookupId":"6","_UIVersionString":"1.0","_ComplianceFlags":"","_ComplianceTag":"","FSObjType":"1","Attachments":false,"ItemChildCount":"0",` +
		`"FolderChildCount":"12","PromotedState":2,"DueDate":"2026-01-02T00:00:00Z","EventDate":"2026-01-02T00:00:00Z","fAllDayEvent":false,"PercentComplete":0.5,"File_x0020_Type":"","Manager":{"LookupId":3,"LookupValue":"","Email":""},` +
		`"Tags":[{"Label":"","TermGuid":"","WssId":4}],"AppAuthorLookupId":"6"}}`
	i := interaction("GET", graph+"/sites/root/lists/root/items/7")
	i.Response.Body = body
	if got := newRedactor(t).Interaction(i).Response.Body; got != body {
		t.Errorf("is\n%s, was\n%s", got, body)
	}
	i.Response.Body = `{"fields":{"KofisNotiz":"","Modified_x0020_Mensah":""}}`
	if got := newRedactor(t).Interaction(i).Response.Body; strings.Contains(got, "Kofi") || strings.Contains(got, "Mensah") {
		t.Errorf("what a tenant called its columns stays: %s", got)
	}
}

// TestLinks: the words that links are made of stay, which clients read them by, and nothing that
// says who, where or what, or lets in.
func TestLinks(t *testing.T) {
	for _, test := range []struct{ member, link, keeps, hides string }{
		{"joinWebUrl", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2%40thread.v2/0?context=%7b%22Tid%22%3a%22b41bf4ba-0d2c-4d85-8d8d-1a3f0e8b9f1d%22%7d", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_", "MjdhNjM4"},
		{"joinUrl", "https://teams.microsoft.com/meet/31299844117?p=aB3xQzKlMnOpQr", "https://teams.microsoft.com/meet/", "31299844117"},
		{"joinUrl", "https://teams.microsoft.com/meet/31299844117?p=aB3xQzKlMnOpQr", "?p=", "aB3xQz"},
		{"dialinUrl", "https://dialin.teams.microsoft.com/6787a136-b9b8-4d39-846c-c0f1ff937f10?id=448113907", "https://dialin.teams.microsoft.com/", "448113907"},
		{"onlineMeetingUrl", "https://teams.microsoft.com/meet/31299844117?p=1234", "https://teams.microsoft.com/meet/", "1234"},
		{"webLink", "https://contoso.sharepoint.com/sites/hr/Shared%20Documents/Kofi/a.txt", "/Shared%20Documents/", "Kofi"},
		{"webUrl", "https://contoso.sharepoint.com/:x:/s/hr/EyQdHgdkGPf1E1xYBvpDdNCmOnHlzcLlzpdKC6q04pOM?e=4x", "/:x:/s/", "EyQdHgdk"},
	} {
		body := `{"` + test.member + `":"` + test.link + `"}`
		if test.member == "webUrl" {
			body = `{"link":` + body + `}`
		}
		i := interaction("GET", graph+"/me/onlineMeetings/1")
		i.Response.Body = body
		if got := newRedactor(t).Interaction(i).Response.Body; !strings.Contains(got, test.keeps) || strings.Contains(got, test.hides) {
			t.Errorf("%s: %s", test.member, got)
		}
	}
}

// TestIDsThatPathsKeep: a word that stays in a path stays as an id, by which a client asks for what
// it has listed.
func TestIDsThatPathsKeep(t *testing.T) {
	for _, id := range []string{"48x48", "240X240", "648x648", "standard", "fido2", "softwareOath", "inbox", "calendar", "primary", "com.microsoft.teamspace.tab.web", "3.0", "microsoft.graph.group"} {
		i := interaction("GET", graph+"/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd/photos/"+id)
		i.Response.Body = `{"value":[{"id":"` + id + `"}]}`
		stored := newRedactor(t).Interaction(i)
		if !strings.HasSuffix(stored.Request.URL, "/photos/"+id) || stored.Response.Body != i.Response.Body {
			t.Errorf("%s: %s has %s", id, stored.Request.URL, stored.Response.Body)
		}
	}
}
