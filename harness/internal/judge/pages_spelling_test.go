package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

const openModel = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/></EntityType>
<ComplexType Name="place" OpenType="true"><Property Name="streetName" Type="Edm.String"/></ComplexType>
<EntityType Name="user" BaseType="graph.entity" OpenType="true"><Property Name="displayName" Type="Edm.String"/><Property Name="mail" Type="Edm.String"/>
<Property Name="places" Type="Collection(graph.place)"/></EntityType>
<EntityType Name="guest" BaseType="graph.user"><Property Name="hostName" Type="Edm.String"/></EntityType>
<EntityType Name="shut" BaseType="graph.entity"><Property Name="displayName" Type="Edm.String"/></EntityType>
<Action Name="invite" IsBound="true"><Parameter Name="b" Type="graph.user"/><Parameter Name="guest" Type="graph.guest"/></Action>
<EntityContainer Name="Service"><EntitySet Name="users" EntityType="graph.user"/><EntitySet Name="shuts" EntityType="graph.shut"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// TestSpelling looks for misspelt members in what documentation sends, where an open type
// takes any, and for examples of another version than the page's folder.
func TestSpelling(t *testing.T) {
	pages := NewPages(judgingBy(t, openModel))
	for _, c := range []struct{ file, request, body, want string }{
		{"v1.0/api/a.md", "POST v1.0/users", `{"displayName": "x", "extension_1": "x", "mial": "x"}`, ""},
		{"v1.0/api/a.md", "POST v1.0/users", `{"dispalyName": "x"}`, `docs.member request$['dispalyName'] did you mean displayName?`},
		{"v1.0/api/a.md", "POST v1.0/users", `{"displayname": "x"}`, ""},
		{"v1.0/api/a.md", "POST v1.0/users", `{"displayName": "x", "dispalyName": "y"}`, ""},
		{"v1.0/api/a.md", "PATCH v1.0/users/1", `{"places": [{"streetNmae": "x"}]}`, `docs.member request$['places'][0]['streetNmae'] did you mean streetName?`},
		{"v1.0/api/a.md", "POST v1.0/users", `{"@odata.type": "#microsoft.graph.guest", "hostNames": "x"}`, `docs.member request$['hostNames'] did you mean hostName?`},
		{"v1.0/api/a.md", "POST v1.0/users/1/invite", `{"guest": {"hostNam": "x"}}`, `docs.member request$['guest']['hostNam'] did you mean hostName?`},
		{"v1.0/api/a.md", "POST v1.0/shuts", `{"dispalyName": "x"}`, ""}, // the schema tells that
		{"v1.0/api/a.md", "POST v1.0/users", `no JSON`, ""},
		{"docs/v1.0/api/a.md", "GET beta/users", ``, `docs.folder request `},
		{"docs/beta/api/a.md", "GET v1.0/users", ``, `docs.folder request `},
		{"docs/beta/v1.0/a.md", "GET v1.0/users", ``, ``},
		{"docs/a.md", "GET beta/users", ``, ``},
	} {
		method, url, _ := strings.Cut(c.request, " ")
		i := &cassette.Interaction{
			Request:  cassette.Request{Method: method, URL: "https://graph.microsoft.com/" + url, Body: c.body},
			Response: cassette.Response{Code: 201},
		}
		_, findings, err := pages.Types(&cassette.Cassette{Interactions: []*cassette.Interaction{i, i}}, []string{"", ""}, c.file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range findings {
			got = append(got, fmt.Sprintf("%s %s %s", f.Rule, f.Where, f.Hint))
		}
		if told := strings.Join(got, ", "); told != c.want {
			t.Errorf("%s %s %s: told %q, want %q", c.file, c.request, c.body, told, c.want)
		}
	}
}
