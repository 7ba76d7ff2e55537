package drift_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/report"
)

// TestMetadataHistory walks a log in which members come and go, names are spelled by an alias
// and in full, and one version is broken.
func TestMetadataHistory(t *testing.T) {
	manager := `<NavigationProperty Name="manager" Type="microsoft.graph.user"/>`
	without := strings.Replace(model, manager, "", 1)
	alias := strings.NewReplacer(`Namespace="microsoft.graph"`, `Namespace="microsoft.graph" Alias="self"`, `Type="microsoft.graph.`, `Type="self.`).Replace(model)
	text := strings.Replace(model, `Name="age" Type="Edm.Int32"`, `Name="age" Type="Edm.String"`, 1)
	repository(t, model, alias, without, "<edmx", model, text, model)
	for _, git := range []string{"", "bare"} {
		if git != "" {
			run(t, "", "git", "clone", "-q", "--bare", ".", git)
		}
		suite, err := drift.MetadataHistory(t.Context(), git, "tape.yaml", drift.MetadataOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := told(suite)
		want := strings.TrimPrefix(`
version 0
version 1
version 2
  error drift.property.lost microsoft.graph.user/manager is gone
flapped: gone 2023-11-16, back 2023-11-18
version 3
  note drift.unreadable read metadata xxxxxxx:tape.yaml: line 1: the text ends in the middle
version 4
  note drift.property.added microsoft.graph.user/manager is new
flapped: gone 2023-11-16, back 2023-11-18
version 5
  error drift.type.changed microsoft.graph.user/age is Edm.String, was Edm.Int32
flapped: Edm.String 2023-11-19, Edm.Int32 2023-11-20
version 6
  error drift.type.changed microsoft.graph.user/age is Edm.Int32, was Edm.String
flapped: Edm.String 2023-11-19, Edm.Int32 2023-11-20
`, "\n")
		if got != want {
			t.Errorf("in %q:\n%s\nwant\n%s", git, got, want)
		}
	}
	if err := os.WriteFile("tape.yaml", []byte(without), 0o600); err != nil {
		t.Fatal(err)
	}
	suite, err := drift.MetadataHistory(t.Context(), "", "tape.yaml", drift.MetadataOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := told(suite); !strings.Contains(got, "not committed\n  error drift.property.lost microsoft.graph.user/manager is gone\nflapped: gone 2023-11-16, back 2023-11-18, gone not committed\n") {
		t.Errorf("with a change that is not committed:\n%s", got)
	}
}

// TestHistoryOfSomethingElse refuses files no version of which is what it should be.
func TestHistoryOfSomethingElse(t *testing.T) {
	repository(t, "# A page\n\nof: text: here\n", "nothing\n")
	if suite, err := drift.History(t.Context(), "tape.yaml", drift.Options{}); err == nil {
		t.Errorf("a page has a history as a cassette:\n%s", told(suite))
	}
	if suite, err := drift.MetadataHistory(t.Context(), "", "tape.yaml", drift.MetadataOptions{}); err == nil {
		t.Errorf("a page has a history as metadata:\n%s", told(suite))
	}
	if _, err := drift.MetadataHistory(t.Context(), t.TempDir(), "tape.yaml", drift.MetadataOptions{}); err == nil {
		t.Error("a folder without a repository has a history")
	}
}

func told(suite *report.Suite) string {
	suite.Finish()
	var b strings.Builder
	for _, c := range suite.Cases {
		_, subject, _ := strings.Cut(c.Name, " version")
		if subject != "" {
			subject = "version" + subject
		} else {
			subject = c.Name
		}
		fmt.Fprintln(&b, subject)
		for _, f := range c.Findings {
			sentence := f.Sentence()
			if at := strings.Index(sentence, ":tape.yaml"); at >= 7 {
				sentence = sentence[:at-7] + "xxxxxxx" + sentence[at:]
			}
			fmt.Fprintf(&b, "  %s %s %s\n", f.Severity, f.Rule, sentence)
		}
	}
	return b.String()
}

// TestAnnouncements joins changes with Microsoft's changelog.
func TestAnnouncements(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := write("good.json", `{"changelog": [{"ChangeList": [
{"Id": "1", "ApiChange": "Relationship", "ChangedApiName": "manager", "ChangeType": "Deletion", "Description": "Removed the **manager**\nrelationship.", "Target": "user"},
{"Id": "1", "ApiChange": "Property", "ChangedApiName": "city", "ChangeType": "Deletion", "Description": "Of another.", "Target": "address"},
{"Id": "1", "ApiChange": "Enumeration", "ChangedApiName": "low,high", "ChangeType": "Addition", "Description": "Added.", "Target": "risk"}
], "Id": "1", "Cloud": "prd", "Version": "v1.0", "CreatedDateTime": "2025-07-20T10:00:00Z", "WorkloadArea": "", "SubArea": ""},
{"ChangeList": [{"Id": "2", "ApiChange": "Property", "ChangedApiName": "age", "ChangeType": "Change", "Description": "Of beta.", "Target": "user"}], "Id": "2", "Cloud": "prd", "Version": "beta", "CreatedDateTime": "2025-07-20T10:00:00Z"}]}`)
	cut := write("cut.json", "{\n\"changelog\": [\n")
	typed := write("typed.json", "{\"changelog\": [\n{\"ChangeList\": [\n{\"ChangedApiName\": 4}]}]}")
	other := write("other.json", `{"value": []}`)
	all, err := drift.LoadAnnouncements("v1.0", good, cut, typed, other, filepath.Join(dir, "none.json"))
	for _, want := range []string{cut + ": line 3: ", typed + ": line 3: ", other + ": line 1: ", "none.json"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want an error at %s", err, want)
		}
	}
	changed := strings.NewReplacer(
		`<NavigationProperty Name="manager" Type="microsoft.graph.user"/>`, "", `<Property Name="city" Type="Edm.String"/>`, "",
		`Name="age" Type="Edm.Int32"`, `Name="age" Type="Edm.String"`, `<Member Name="high" Value="1"/>`, "",
	).Replace(model)
	old, new := drift.Document{Name: "old", Model: parse(t, model)}, drift.Document{Name: "new", Model: parse(t, changed)}
	var got []string
	for _, f := range drift.Metadata(old, new, drift.MetadataOptions{Announced: all}).Findings {
		got = append(got, f.Where+strings.ReplaceAll(f.Details, "\n", ": "))
	}
	want := []string{
		"microsoft.graph.place/city: nobody announced it",
		"microsoft.graph.risk/high: nobody announced it",
		"microsoft.graph.user/age: nobody announced it",
		"microsoft.graph.user/manager: announced 2025-07-20: Removed the **manager** relationship.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
