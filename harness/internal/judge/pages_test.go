package judge

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

const smallModel = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/></EntityType>
<EntityType Name="thing" BaseType="graph.entity"><Property Name="size" Type="Edm.Int32"/></EntityType>
<EntityType Name="smallThing" BaseType="graph.thing"/>
<EntityType Name="other" BaseType="graph.entity"/>
<EntityContainer Name="Service"><EntitySet Name="things" EntityType="graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// judgingBy is a project with the schemas of metadata.
func judgingBy(t *testing.T, metadata string) *project.Project {
	t.Helper()
	root := t.TempDir()
	model, err := csdl.Parse(strings.NewReader(metadata), "metadata.csdl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := generate.Write(filepath.Join(root, "schemas", "v1.0"), generate.Schemas(model), false); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "scenarios"), 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(project.Dirs{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What a page says that an answer is, against metadata: a related type is fine, a
// stranger and one that nobody declares are told, and so is that there is nothing to
// compare with.
func TestTypes(t *testing.T) {
	p := judgingBy(t, smallModel)
	c := &cassette.Cassette{Meta: cassette.Meta{Origin: cassette.Docs}}
	var named []string
	for _, tc := range []struct{ url, typ string }{
		{"https://graph.microsoft.com/v1.0/things/1", "microsoft.graph.thing"},
		{"https://graph.microsoft.com/v1.0/things/1", "microsoft.graph.smallThing"},
		{"https://graph.microsoft.com/v1.0/things/1", "microsoft.graph.other"},
		{"https://graph.microsoft.com/v1.0/things/1", "microsoft.graph.nothing"},
		{"https://graph.microsoft.com/v1.0/things/1", "stream"},
		{"https://graph.microsoft.com/v1.0/things/1", ""},
		{"https://graph.microsoft.com/beta/things/1", "microsoft.graph.thing"},
		{"https://graph.microsoft.com/beta/things/2", "microsoft.graph.thing"},
	} {
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			Request:  cassette.Request{Method: "GET", URL: tc.url},
			Response: cassette.Response{Code: 200, Body: `{"id": "1", "size": 1}`, Headers: http.Header{"Content-Type": {"application/json"}}},
		})
		named = append(named, tc.typ)
	}
	pages := NewPages(p)
	types, findings, err := pages.Types(c, named, "page.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%d %s %s: %s", *f.Interaction, f.Severity, f.Rule, f.Sentence()))
	}
	want := []string{
		"2 warning docs.type: the page says that the answer is microsoft.graph.other, and metadata says microsoft.graph.thing",
		"3 warning docs.type: the page names the type microsoft.graph.nothing, which the metadata of v1.0 does not have",
		"6 note docs.metadata: there is no index of the paths of beta: the types that the page names were not compared with metadata",
		"6 note docs.metadata: there is no schema of microsoft.graph.thing in beta: the answer was not validated",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if types[2] != "microsoft.graph.thing" || types[3] != "microsoft.graph.nothing" {
		t.Errorf("the types are %v", types)
	}
	if !pages.Holds("v1.0", "microsoft.graph.thing", c.Interactions[0]) || pages.Holds("v1.0", "microsoft.graph.other", c.Interactions[0]) || pages.Holds("beta", "microsoft.graph.thing", c.Interactions[0]) {
		t.Error("a type holds what has its properties, and no other")
	}
}
