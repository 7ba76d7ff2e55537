package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func TestPossibleValues(t *testing.T) {
	for _, c := range []struct{ description, want string }{
		{"The type. Possible values are: `User`, `Guest`.", "User Guest"},
		{"The possible values are `a1`, `b1` and `c1`. If `d1` is set, see `e1`.", "a1 b1 c1"},
		{"Possible values: `Managed` (default), `Federated` (with a server). Read-only.", "Managed Federated"},
		{"Possible values are: <br><ul><li>`low` - little</li><li>`high` - much</li></ul><br/>Returned only on `$select`.", "low high"},
		{"Allowed values: `null`, `minor`, `notAdult` and `adult`. Refer to the [legal](#x) definitions. Supports `$filter` (`eq`, `ne`).", "minor notAdult adult"},
		{"Possible values are: `hidden`, `unknownFutureValue`. Use the `Prefer: include-unknown-enum-members` header to get the following values in this evolvable enum: `peer`.", "hidden unknownFutureValue peer"},
		{"Possible values are high, medium, low or none.", "high medium low none"},
		{"Supported values are: Yes, No. Default is No.", "Yes No"},
		{`Valid values: "one", "two"`, "one two"},
		{"Possible values are **accepted**, **declined**.", "accepted declined"},
		{"Can be one of `x | y`? The default value is `standard`.", "standard"},
		{"The default is `Enabled`. When not, use `Other`.", "Enabled"},
		{"One of [`first`](#a), `second`", "first second"},
		{"Possible values are: `a, b, c`.", "a b c"},
		{"Possible values are: `a` \\| `b`", "a b"},
		{"Possible values are: `a` Supports `eq`, `startsWith`", "a"},
		// No words of the service.
		{"Valid values 1 to 255", ""},
		{"Valid values are integers between 1 and 5.", ""},
		{"Possible values are: `8b081ef6-4792-4def-b2c9-c363a1bf41d5`, `admin@contoso.com`, `https://contoso.com`, `{id}`, `<name>`, `42`, `2014-01-01`.", ""},
		{"Possible values are: `Adele`, `Megan Bowen`, `contoso`, `yourValue`, `MyTeam`, `report.docx`, `contoso.sharepoint.com`.", ""},
		{"The possible values are described in the table below.", ""},
		{"The name of the user, for example `Petra`.", ""},
		{"", ""},
	} {
		if got := strings.Join(possibleValues(c.description), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.description, got, c.want)
		}
	}
}

func TestMentioned(t *testing.T) {
	for _, c := range []struct{ description, want string }{
		{"If the collection contains `Unified`, the group is one. If it includes `DynamicMembership`, it is dynamic.", "Unified DynamicMembership"},
		{"For example, `Petra`. Such as `Petra`. The format is `petra`. Use the `displayName` property.", ""},
		{"It is `Adele` or `contoso`.", ""},
	} {
		if got := strings.Join(mentioned(c.description), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.description, got, c.want)
		}
	}
}

const metadata = `<?xml version="1.0"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EnumType Name="colour"><Member Name="red" Value="0"/><Member Name="unknownFutureValue" Value="1"/></EnumType>
<ComplexType Name="paint"><Property Name="name" Type="microsoft.graph.colour"/><Property Name="tone" Type="microsoft.graph.colour"/></ComplexType>
<EntityType Name="wall"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/><Property Name="coat" Type="microsoft.graph.paint"/><Property Name="preferredLanguage" Type="Edm.String"/></EntityType>
<EntityContainer Name="GraphService"><EntitySet Name="walls" EntityType="microsoft.graph.wall"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

const page = `---
title: "wall resource type"
doc_type: resourcePageType
---
# wall resource type
A wall keeps things apart. Petra painted it.
## Properties
|Property|Type|Description|
|:---|:---|:---|
|finish|String|How it ends. Possible values are: ` + "`matt`, `gloss`, `Adele`" + `.|
|shade|[shade](#shade-values)|Which.|
|title|String|Possible values are: ` + "`top`, `bottom`" + `.|
### shade values
|Member|Description|
|:---|:---|
|dark|Not light.|
|not a word|No.|
` + "```json\n{\"edge\": \"sharp | round\", \"made\": \"Petra\"}\n```\n"

func TestGenerate(t *testing.T) {
	corpus := fstest.MapFS{
		"metadata/a.csdl":              {Data: []byte(metadata)},
		"docs/api/x.md":                {Data: []byte("# X\n")},
		"docs-2/resources/wall.md":     {Data: []byte(page)},
		"permissions/permissions.json": {Data: []byte(`{"permissions":{"Wall.Read.All":{}}}`)},
	}
	old := "[members]\nformer\n[values]\nfinish\told\n"
	made, err := generate(corpus, old)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for section, line := range words.Lines(made) {
		if section != words.SectionText {
			got = append(got, section+": "+line)
		}
	}
	want := []string{
		"languages.members: preferredLanguage",
		"members: coat", "members: finish", "members: former", "members: id", "members: name", "members: preferredLanguage", "members: shade",
		"members: title", "members: tone", "members: walls",
		"permissions: Wall.Read.All",
		"types: colour", "types: paint", "types: wall",
		"values: coat/name\tred\tunknownFutureValue", "values: edge\tround\tsharp", "values: finish\tgloss\tmatt\told", "values: paint/name\tred\tunknownFutureValue",
		"values: shade\tdark", "values: tone\tred\tunknownFutureValue", "values: wall/title\tbottom\ttop",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	again, err := generate(corpus, made)
	if err != nil || again != made {
		t.Errorf("generating again gives another table (%v)", err)
	}
}

func TestProse(t *testing.T) {
	p := newProse()
	for i := range enoughPages {
		p.begin("page" + string(rune('a'+i)))
		p.line("The wall is [solid](https://contoso.com/x). Ask Petra or petra@contoso.com, see `code` and **bold** or read-only. contoso x_y a/b")
	}
	if got, want := strings.Join(p.words(), " "), "and only read see wall"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p = newProse()
	for range 2 * enoughPages { // one page, however often it says it
		p.begin("page")
		p.line("the wall")
	}
	if got := p.words(); len(got) != 0 {
		t.Errorf("got %q of one page", got)
	}
}
