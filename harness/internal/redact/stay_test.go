package redact_test

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// What clients branch on stays: a list of members, what these stand in, and values, drawn
// from real recordings, documentation and what SDKs and programs compare.
func TestWordsStay(t *testing.T) {
	text, err := os.ReadFile("testdata/stay.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		part := strings.Split(line, "\t")
		member, parent, value := part[0], part[1], part[2]
		quoted, _ := json.Marshal(value)
		body := `{"` + member + `":` + string(quoted) + `}`
		if parent != "" {
			body = `{"` + parent + `":[` + body + `]}`
		}
		i := interaction("POST", graph+"/me")
		i.Request.Body, i.Response.Body = body, body
		stored := newRedactor(t).Interaction(i)
		if stored.Response.Body != body || stored.Request.Body != body || len(stored.Holes) > 0 {
			t.Errorf("%s of %q: %q became %s", member, parent, value, stored.Response.Body)
		}
		if address := graph + "/users?$filter=" + member + " eq '" + url.QueryEscape(value) + "'"; parent == "" && words.Harmless(member, "", value) {
			if got := newRedactor(t).Interaction(interaction("GET", address)).Request.URL; got != address {
				t.Errorf("%s became %s", address, got)
			}
		}
	}
	if len(lines) < 300 {
		t.Errorf("%d words, want 300", len(lines))
	}
}

// So do paths, options and headers that say nothing.
func TestAddressesStay(t *testing.T) {
	for _, path := range strings.Fields(`/me/drive/root/children /me/drive/special/approot /me/mailFolders/inbox/messages/delta /users?$top=5&$select=id,displayName&$orderby=displayName
		/me/messages?$filter=isRead%20eq%20false&$count=true /me/events?$expand=attachments($select=id) /teams/getAllMessages /me/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-02-01T00:00:00Z
		/reports/getEmailActivityCounts(period='D7') /me/drive/root/delta?token=latest /groups?$filter=groupTypes/any(c:c%20eq%20'Unified') /$metadata /$batch /me/photos/48x48/$value /directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')
		/deviceManagement/managedDevices?$filter=operatingSystem%20eq%20'iOS' /search/query /me/onlineMeetings /me/mailFolders/recoverableitemsdeletions/messages /me/mailFolders('SyncIssues') /me/drive/root/thumbnails/0/c200x150_crop/content /me/drive/root/thumbnails?$select=c48x48_crop,large
		/teamsTemplates('standard') /teamsTemplates('com.microsoft.teams.template.OrganizeAnEvent') /appCatalogs/teamsApps/com.microsoft.teamspace.tab.web /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2 /me/drive/root/versions/3.0
		/me/messages?$filter=receivedDateTime%20ge%202016-09-01T00:00:00Z%20and%20receivedDateTime%20lt%202016-10-01T12%3A30%3A00.123%2B02:00 /users/validateProperties /devices/getByIds /me/drive/root/workbook/worksheets/add /users/microsoft.graph.delta() /groups/microsoft.graph.group /security/microsoft.graph.security.runHuntingQuery /communications/callRecords/microsoft.graph.callRecords.getPstnCalls(fromDateTime=2026-11-01T00:00:00Z,toDateTime=2026-11-02T00:00:00Z)
		/organization/localizations/en-US /groups?$filter=resourceProvisioningOptions/Any(x:x%20eq%20'Team') /identity/conditionalAccess/namedLocations?$filter=isof('microsoft.graph.countryNamedLocation') /me/insights/used?$filter=resourceVisualization/Type%20eq%20'PowerPoint' /subscriptions /users/$count /me/todo/lists /identity/conditionalAccess/policies /me/contacts?$skip=10 /deviceManagement/configurationSettings/device_vendor_msft_policy_config_start_hideswitchaccount
		/deviceManagement/configurationPolicies?$expand=settings /me/messages?$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0E07')`) {
		i := interaction("GET", graph+path)
		i.Request.Headers.Set("Prefer", `outlook.timezone="Pacific Standard Time", odata.maxpagesize=50`)
		i.Request.Headers.Set("Consistencylevel", "eventual")
		i.Request.Headers.Set("Content-Range", "bytes 0-327679/1048576")
		i.Request.Headers.Set("Range", "bytes=0-1023")
		i.Response.Headers.Set("Retry-After", "10")
		i.Response.Headers.Set("Content-Range", "bytes */1048576")
		i.Response.Headers.Set("Sunset", "Thu, 30 Jun 2022 23:59:59 GMT")
		i.Response.Headers.Set("Www-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", `+
			`client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ=="`)
		i.Response.Headers.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
		if stored := newRedactor(t).Interaction(i); whole(t, stored) != whole(t, i) {
			t.Errorf("%s\n%s\n%s", path, whole(t, i), whole(t, stored))
		}
	}
}

// TestMessagesStay: what services say of a failure has no name in it.
func TestMessagesStay(t *testing.T) {
	for _, message := range []string{
		"The request has a precondition that is not met.", "The caller doesn't have permission to perform the action.", "ETag does not match current item's value",
		"The client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed.", "The requested resource doesn't exist.",
		"We're sorry. We ran into a problem completing your request.", "Invalid hostname for this tenancy", "The session is invalid.",
	} {
		i := interaction("GET", graph+"/me/x")
		i.Response.Body = `{"error":{"code":"BadRequest","message":"` + message + `"}}`
		if got := newRedactor(t).Interaction(i).Response.Body; got != i.Response.Body {
			t.Errorf("%s became %s", message, got)
		}
	}
}
