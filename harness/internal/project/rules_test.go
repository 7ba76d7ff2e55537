package project

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

// rulesSamples are rules files that load, and ones that do not.
var rulesSamples = []struct {
	text string
	want Rules
	bad  bool
}{
	{text: ""},
	{text: "# nothing yet\n"},
	{
		text: "order: strict\nmatch:\n  - {on: GET */calendarView, ignore: [query.startDateTime, body.$.start], repeat: cycle}\n",
		want: Rules{Match: match.Rules{
			Order: match.OrderStrict,
			Match: []match.Rule{{On: "GET */calendarView", Ignore: []string{"query.startDateTime", "body.$.start"}, Repeat: match.RepeatCycle}},
		}},
	},
	{text: "match: [{on: \"* /me\"}]", want: Rules{Match: match.Rules{Match: []match.Rule{{On: "* /me"}}}}},
	{text: "redact: {}"},
	{
		text: "redact: {identity: off, content: off, disable: [content.ip], keep: [contoso.com]}",
		want: Rules{Redact: redact.Rules{Identity: redact.Off, Content: redact.Off, Disable: []string{"content.ip"}, Keep: []string{"contoso.com"}}},
	},
	{text: "bind: off", want: Rules{Match: match.Rules{Bind: match.BindOff}}},
	{text: "bind: maybe", bad: true},
	{text: "expires: 30d", want: Rules{Expires: "30d"}},
	{text: "expires: never", want: Rules{Expires: "never"}},
	{text: "expires: 30", bad: true},
	{text: "expires: 0d", bad: true},
	{text: "expires: 1mo", bad: true},
	{text: "redact: {secrets: off}", bad: true},
	{text: "redact: {identity: maybe}", bad: true},
	{text: "redact: {keep: [a]}", bad: true},
	{text: "diff: {}"},
	{
		text: "diff: {enum.new: error, property.added: off}",
		want: Rules{Diff: DiffRules{Severity: map[diff.ID]report.Severity{diff.EnumNew: report.Error}, Off: []diff.ID{diff.PropertyAdded}}},
	},
	{text: "diff: {enum.nwe: error}", bad: true},
	{text: "diff: {enum.new: fatal}", bad: true},
	{
		text: "hosts: {record: [management.azure.com, \"*.vault.azure.net\", \"api.example.com:8443\"], refuse: error}",
		want: Rules{Hosts: HostRules{Record: []string{"management.azure.com", "*.vault.azure.net", "api.example.com:8443"}, Refuse: report.Error}},
	},
	{text: "hosts: {}"},
	{text: "hosts: {record: [https://management.azure.com]}", bad: true},
	{text: "hosts: {record: [\"a b\"]}", bad: true},
	{text: "hosts: {refuse: off}", bad: true},
	{text: "hosts: {recrod: []}", bad: true},
	{text: "- a", bad: true},
	{text: "match: {}", bad: true},
	{text: "match: [{}]", bad: true},
	{text: "match: [{on: 7}]", bad: true},
	{text: "match: [{on: /me}]", bad: true},
	{text: "match: [{on: TAKE /me}]", bad: true},
	{text: "match: [{on: GET /me, ignore: [me]}]", bad: true},
	{text: "match: [{on: GET /x, repeat: always}]", bad: true},
	{text: "order: [strict]", bad: true},
	{text: "order: loose", bad: true},
	{text: "bind: maybe", bad: true},
	{text: "match: [{on: GET /me, repeat: often}]", bad: true},
	{text: "ordr: strict", bad: true},
}

func TestLoadRules(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	for _, tc := range rulesSamples {
		if err := os.WriteFile(file, []byte(tc.text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := LoadRules(file)
		placed := fault.Find(err)
		switch {
		case tc.bad && (placed == nil || placed.Line != 1 || placed.Column == 0):
			t.Errorf("%q: error %v", tc.text, err)
		case !tc.bad && err != nil:
			t.Errorf("%q: %v", tc.text, err)
		case !tc.bad:
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%q: %s", tc.text, diff)
			}
		}
	}
}

// The published schema takes and refuses what LoadRules does.
func TestRulesSchema(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "schemas", "graphvcr", "rules.json"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.CompileString("rules.json", string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range rulesSamples {
		var doc any = map[string]any{}
		if !saysNothing(tc.text) {
			if err := yaml.Unmarshal([]byte(tc.text), &doc); err != nil {
				t.Fatal(err)
			}
		}
		if err := schema.Validate(doc); (err != nil) != tc.bad {
			t.Errorf("%q: schema says %v", tc.text, err)
		}
	}
}
