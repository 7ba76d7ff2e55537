package graphurl_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// A name holds words of Graph and nothing of a request's values, however they are written.
func TestName(t *testing.T) {
	for address, want := range map[string]string{
		"/users/adele.vance@fabrikam.com":                                          "users-id",
		"/v1.0/users('adele.vance@fabrikam.com')":                                  "users-id",
		"/beta/Users/%61dele/messages?$filter=from/x eq 'adele'&$search=\"adele\"": "users-id-messages",
		"https://graph.microsoft.com/v1.0/me/chats?$top=5":                         "me-chats",
		"https://fabrikam.sharepoint.com/sites/adele":                              "sites-value",
		"/users(userPrincipalName='adele@fabrikam.com')/manager/$ref":              "users-id-manager-ref",
		"/applications(appId='00000003-0000-0000-c000-000000000000')":              "applications-id",
		"/me/drive/root:/adele plan.docx:/content":                                 "me-drive-root-path-content",
		"/me/drive/root:/adele plan.docx":                                          "me-drive-root-path",
		"/drives/b!adele/items/01ADELE/children":                                   "drives-id-items-id-children",
		"/sites/fabrikam.sharepoint.com:/sites/adele:/lists":                       "sites-id-path-lists",
		"/sites/getByPath(path='/adele')":                                          "sites-getbypath",
		"/me/mailFolders/inbox/messages":                                           "me-mailfolders-inbox-messages",
		"/groups/adele/members/microsoft.graph.user/$count":                        "groups-id-members-user-count",
		"/me/calendarView/microsoft.graph.delta()":                                 "me-calendarview-delta",
		"/reports/getOffice365ActiveUserDetail(period='adele')":                    "reports-getoffice365activeuserdetail",
		"/me/adele.vance@fabrikam.com":                                             "me-id",
		"/adele":                                                                   "value",
		"/":                                                                        "",
	} {
		u, err := graphurl.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Name(); got != want || strings.Contains(got, "adele") {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
