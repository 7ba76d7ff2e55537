package drift_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

const model = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EnumType Name="risk"><Member Name="low" Value="0"/><Member Name="high" Value="1"/></EnumType>
<EnumType Name="state"><Member Name="on" Value="0"/><Member Name="unknownFutureValue" Value="1"/></EnumType>
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="user" BaseType="microsoft.graph.entity" OpenType="true">
<Property Name="displayName" Type="Edm.String"/><Property Name="age" Type="Edm.Int32" Nullable="false"/>
<NavigationProperty Name="manager" Type="microsoft.graph.user"/></EntityType>
<ComplexType Name="place"><Property Name="city" Type="Edm.String"/></ComplexType>
<Action Name="move" IsBound="true"><Parameter Name="bindingParameter" Type="microsoft.graph.user"/><Parameter Name="to" Type="Edm.String" Nullable="false"/><ReturnType Type="microsoft.graph.user"/></Action>
<EntityContainer Name="GraphService"><EntitySet Name="users" EntityType="microsoft.graph.user"/><Singleton Name="me" Type="microsoft.graph.user"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// Each change of the metadata is told once, and nothing else.
func TestMetadata(t *testing.T) {
	for _, c := range []struct{ old, new, rule, where string }{
		{`<Property Name="displayName" Type="Edm.String"/>`, ``, "property.lost error", "microsoft.graph.user/displayName"},
		{`<Property Name="displayName" Type="Edm.String"/>`, `<Property Name="displayName" Type="Edm.String"/><Property Name="x" Type="Edm.String"/>`, "property.added note", "microsoft.graph.user/x"},
		{`Name="age" Type="Edm.Int32"`, `Name="age" Type="Edm.String"`, "type.changed error", "microsoft.graph.user/age"},
		{`Type="Edm.Int32" Nullable="false"`, `Type="Edm.Int32"`, "null.new warning", "microsoft.graph.user/age"},
		{`<Property Name="city" Type="Edm.String"/>`, `<Property Name="city" Type="Edm.String" Nullable="false"/>`, "null.gone note", "microsoft.graph.place/city"},
		{`<Member Name="high" Value="1"/>`, ``, "enum.gone error", "microsoft.graph.risk/high"},
		{`<Member Name="high" Value="1"/>`, `<Member Name="high" Value="2"/>`, "enum.value warning", "microsoft.graph.risk/high"},
		{`<Member Name="high" Value="1"/>`, `<Member Name="high" Value="1"/><Member Name="peak" Value="2"/>`, "enum.new warning", "microsoft.graph.risk/peak"},
		{`<Member Name="on" Value="0"/>`, `<Member Name="on" Value="0"/><Member Name="off" Value="2"/>`, "enum.new note", "microsoft.graph.state/off"},
		{`<ComplexType Name="place"><Property Name="city" Type="Edm.String"/></ComplexType>`, ``, "type.lost error", "microsoft.graph.place"},
		{`<ComplexType Name="place">`, `<ComplexType Name="spot"/><ComplexType Name="place">`, "type.added note", "microsoft.graph.spot"},
		{` OpenType="true"`, ``, "type.closed warning", "microsoft.graph.user"},
		{`<NavigationProperty Name="manager" Type="microsoft.graph.user"/>`, ``, "property.lost error", "microsoft.graph.user/manager"},
		{`<Singleton Name="me" Type="microsoft.graph.user"/>`, ``, "path.lost error", "/me"},
		{`<ReturnType Type="microsoft.graph.user"/>`, ``, "type.changed error", "microsoft.graph.user/microsoft.graph.move()"},
		{`<Parameter Name="to" Type="Edm.String" Nullable="false"/>`, `<Parameter Name="to" Type="Edm.String" Nullable="false"/><Parameter Name="why" Type="Edm.String" Nullable="false"/>`, "request.added warning", "microsoft.graph.user/microsoft.graph.move()/why"},
		{`<Parameter Name="to" Type="Edm.String" Nullable="false"/>`, ``, "request.lost warning", "microsoft.graph.user/microsoft.graph.move()/to"},
		{`<Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>`, `<Property Name="id" Type="Edm.String" Nullable="false"/><Property Name="displayName" Type="Edm.String"/></EntityType>`, "property.added note", "microsoft.graph.entity/displayName"},
		{`IsBound="true"><Parameter Name="bindingParameter"`, `IsBound="true"><Annotation Term="Org.OData.Core.V1.Revisions"/><Parameter Name="bindingParameter"`, "", ""},
	} {
		if strings.Count(model, c.old) != 1 {
			t.Fatalf("the model holds %q %d times", c.old, strings.Count(model, c.old))
		}
		told := compared(t, parse(t, model), parse(t, strings.Replace(model, c.old, c.new, 1)))
		var want []string
		if c.rule != "" {
			want = []string{"drift." + c.rule + " " + c.where}
		}
		if !slices.Equal(told, want) {
			t.Errorf("%q to %q: told %q, want %q", c.old, c.new, told, want)
		}
	}
}

func parse(t *testing.T, text string) *csdl.Model {
	t.Helper()
	m, err := csdl.Parse(strings.NewReader(text), "model.csdl")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func compared(t *testing.T, old, new *csdl.Model) []string {
	t.Helper()
	var told []string
	known := metadiff.Rules()
	for _, r := range diff.Rules() {
		known = append(known, r.ID)
	}
	for _, f := range drift.Metadata(drift.Document{Name: "old", Model: old}, drift.Document{Name: "new", Model: new}, drift.MetadataOptions{}).Findings {
		told = append(told, string(f.Rule)+" "+f.Severity.String()+" "+f.Where)
		if !slices.Contains(known, diff.ID(f.Rule.Name())) {
			t.Errorf("%s is in no table of rules", f.Rule)
		}
	}
	return told
}

// Two clouds' metadata differ much, and each with itself in nothing.
func TestMetadataOfClouds(t *testing.T) {
	var models []*csdl.Model
	for _, name := range []string{"v1.0-Prod.csdl", "v1.0-USNat.csdl"} {
		m, err := csdl.Load(testkit.Corpus(t, "metadata/"+name))
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, m := range models {
		if told := compared(t, m, m); len(told) > 0 {
			t.Errorf("differs from itself: %q", told[:min(len(told), 5)])
		}
	}
	suite := report.Suite{Cases: []report.Case{drift.Metadata(drift.Document{Name: "prod", Model: models[0]}, drift.Document{Name: "usnat", Model: models[1]}, drift.MetadataOptions{})}}
	suite.Finish()
	// What is gone is told by its causes: package metadiff's tests count what each takes along.
	if sum := suite.Summary(); sum.Errors < 300 || sum.Warnings == 0 || sum.Notes == 0 {
		t.Errorf("two clouds differ in %+v", sum)
	}
	seen := map[string]bool{}
	for _, f := range suite.Cases[0].Findings {
		if seen[f.ID] {
			t.Fatalf("%s is the id of two changes: %s", f.ID, f.Sentence())
		}
		seen[f.ID] = true
	}
}
