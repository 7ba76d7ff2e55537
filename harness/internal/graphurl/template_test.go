package graphurl_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

func TestTemplate(t *testing.T) {
	for _, test := range []struct{ raw, want string }{
		{
			"https://graph.microsoft.com/beta/chats/19:c253a29b5f694b55a6baad8e83510af7@thread.v2/operations/2432b57b-0abd-43db-aa7b-16eadd115d34-861f06db-0208-4815-b67a-965df0d28b7f-10adc8a6-60db-42e2-9761-e56a7e4c7bc9?$select=id",
			"/beta/chats/{chat-id}/operations/{teams-operation-id}",
		},
		{"/v1.0/users('$jo@contoso.com')/Messages/x", "/v1.0/users/{upn}/messages/{id}"},
		{"/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd", "/users/{guid}"},
		{"/users/{user-id}/chats", "/users/{id}/chats"},
		{"/me/mailFolders/Inbox/messages/delta()", "/me/mailFolders/inbox/messages/delta"},
		{"/me/drive/root:/a/b.txt:/content", "/me/drive/root:/{path}:/content"},
		{"/me/drive/items/root%3A%2Fa.bin%3A/content", "/me/drive/items/root:/{path}:/content"},
		{"/me/drive/root:/a", "/me/drive/root:/{path}"},
		{"/me/drive/root:/:/children", "/me/drive/root:/:/children"},
		{"/reports/getEmailActivityCounts(period='D7')", "/reports/getEmailActivityCounts(period='D7')"},
		{"/me/drive/root/delta(token='1230919asd190410jlka')", "/me/drive/root/delta(token={value})"},
		{"/applications(appId='87d349ed-44d7-43e1-9a83-5f2406dee5bd')", "/applications(appId={guid})"},
		{"/groups/x/members/graph.user/$count", "/groups/{id}/members/microsoft.graph.user/$count"},
		{"https://api.onedrive.com/monitor/4A3407B5-88FC-4504-8B21-0AABD3412717", "/monitor/{guid}"},
		{"https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337", "/up/{id}"},
		{"https://login.microsoftonline.com/common/oauth2/v2.0/token", "/common/oauth2/v2.0/token"},
		{"https://graph.microsoft.com", "/"},
		{"/v1.0", "/v1.0"},
	} {
		u, err := graphurl.Parse(test.raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Template(); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.raw, got, test.want)
		}
	}
}

func TestSegments(t *testing.T) {
	for _, test := range []struct {
		raw  string
		want []graphurl.Segment
	}{
		{"/me/chats", []graphurl.Segment{{Text: "me"}, {Text: "chats"}}},
		{"/users('o''b')/$value", []graphurl.Segment{{Text: "users"}, {Text: "o'b", Kind: graphurl.Key}, {Text: "$value", Kind: graphurl.System}}},
		{"/users('$x@y')", []graphurl.Segment{{Text: "users"}, {Text: "$x@y", Kind: graphurl.Key}}},
		{"/users/$x@y", []graphurl.Segment{{Text: "users"}, {Text: "$x@y"}}},
		{"/applications/x/federatedIdentityCredentials/Testing", []graphurl.Segment{
			{Text: "applications"}, {Text: "x", Kind: graphurl.Key}, {Text: "federatedIdentityCredentials"}, {Text: "Testing", Kind: graphurl.Key},
		}},
		{"/applications(appId='G')", []graphurl.Segment{{Text: "applications", Args: []graphurl.Option{{Name: "appId", Value: "'G'"}}}}},
		{"/groups/g/members/graph.User", []graphurl.Segment{
			{Text: "groups"}, {Text: "g", Kind: graphurl.Key}, {Text: "members"}, {Text: "microsoft.graph.user", Kind: graphurl.Cast},
		}},
		{"/me/drive/root:/a/b:/content", []graphurl.Segment{
			{Text: "me"}, {Text: "drive"}, {Text: "root"}, {Text: ":/a/b:", Kind: graphurl.ColonPath}, {Text: "content"},
		}},
		{"/me/drive/items/01A%3A%2Fx", []graphurl.Segment{
			{Text: "me"}, {Text: "drive"}, {Text: "items"}, {Text: "01A", Kind: graphurl.Key}, {Text: ":/x", Kind: graphurl.ColonPath},
		}},
		// not declared by the metadata: what looks like an id is one
		{"/beta/newThings/1f/Part/parts/Two", []graphurl.Segment{
			{Text: "newThings"}, {Text: "1f", Kind: graphurl.Key}, {Text: "Part"}, {Text: "parts"}, {Text: "Two"},
		}},
		{"https://contoso.sharepoint.com/Users('x')/delta()", []graphurl.Segment{{Text: "Users('x')"}, {Text: "delta()"}}},
	} {
		u, err := graphurl.Parse(test.raw)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, u.Segments); diff != "" {
			t.Errorf("%s -want +got\n%s", test.raw, diff)
		}
	}
}

func TestOptions(t *testing.T) {
	u, err := graphurl.Parse("/users?Top=5&$expand=b,a&x=%3B;y&x=1&@p='D7'&&flag")
	if err != nil {
		t.Fatal(err)
	}
	want := []graphurl.Option{{"$expand", "a,b"}, {"$top", "5"}, {"@p", "'D7'"}, {"flag", ""}, {"x", ";;y"}, {"x", "1"}}
	if !slices.Equal(u.Options, want) {
		t.Errorf("got %q, want %q", u.Options, want)
	}
	if got, want := u.Query(), "$expand=a,b&$top=5&@p='D7'&flag=&x=%3B%3By&x=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
