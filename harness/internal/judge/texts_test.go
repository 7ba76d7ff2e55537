package judge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
	"github.com/graphvcr/graphvcr/harness/internal/route"
)

// TestTexts asks at which places of answers metadata declares a text.
func TestTexts(t *testing.T) {
	model, err := csdl.Parse(strings.NewReader(`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph">
<EnumType Name="color"><Member Name="red" Value="0"/></EnumType>
<ComplexType Name="place"><Property Name="city" Type="Edm.String"/><Property Name="color" Type="graph.color"/></ComplexType>
<EntityType Name="entity"><Property Name="id" Type="Edm.String"/></EntityType>
<EntityType Name="user" BaseType="graph.entity"><Property Name="office" Type="Edm.String"/><Property Name="color" Type="graph.color"/>
<Property Name="places" Type="Collection(graph.place)"/><Property Name="tags" Type="Collection(Edm.String)"/><Property Name="size" Type="Edm.Int32"/></EntityType>
<EntityType Name="guest" BaseType="graph.user"><Property Name="host" Type="Edm.String"/></EntityType>
<EntityContainer Name="c"><EntitySet Name="users" EntityType="graph.user"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`), "m.csdl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "schemas", "v1.0"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "schemas", "v1.0", route.FileName), route.Text(model), 0o644); err != nil {
		t.Fatal(err)
	}
	isText := judge.Texts(filepath.Join(dir, "schemas"))
	const one = `{"id":"1","office":"Oslo","color":"red","places":[{"city":"Rome","color":"red"}],"tags":["x"],"size":1,"host":"h","manager":{"office":"x"}}`
	const list = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"@odata.type":"#microsoft.graph.guest","host":"h","office":"Oslo"}]}`
	for _, c := range []struct {
		url, body, path string
		want            bool
	}{
		{"/v1.0/users/1", one, "$['office']", true},
		{"/v1.0/users/1", one, "$['id']", true},
		{"/v1.0/users/1", one, "$['color']", false},
		{"/v1.0/users/1", one, "$['size']", false},
		{"/v1.0/users/1", one, "$['host']", false},
		{"/v1.0/users/1", one, "$['places'][0]['city']", true},
		{"/v1.0/users/1", one, "$['places'][0]['color']", false},
		{"/v1.0/users/1", one, "$['tags'][0]", true},
		{"/v1.0/users/1", one, "$['manager']['office']", false},
		{"/v1.0/users", list, "$['value'][0]['host']", true},
		{"/v1.0/users", list, "$['value'][0]['office']", true},
		{"/v1.0/users", list, "$['value'][7]['office']", false},
		{"/v1.0/users", list, "$['@odata.context']", false},
		{"/beta/users/1", one, "$['office']", false},
		{"/v1.0/users/1", "no JSON", "$['office']", false},
		{"/v1.0/nothing", one, "$['office']", false},
	} {
		i := &cassette.Interaction{}
		i.Request.Method, i.Request.URL, i.Response.Body = "GET", "https://graph.microsoft.com"+c.url, c.body
		if got := isText(i, c.path); got != c.want {
			t.Errorf("%s %s: %t, want %t", c.url, c.path, got, c.want)
		}
	}
}
