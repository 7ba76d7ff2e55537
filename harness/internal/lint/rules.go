package lint

import (
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what lint finds, beside those of packages project, conform and redact.
const (
	ruleLintPath             report.Rule = "lint.path"
	ruleCassetteKey          report.Rule = "cassette.key" // one that nothing reads
	ruleCassetteForeign      report.Rule = "cassette.foreign"
	ruleCassetteLeaks        report.Rule = "cassette.leaks"
	ruleCassetteOrphan       report.Rule = "cassette.orphan"
	ruleDriftLoad            report.Rule = "drift.load"
	ruleForeignEntry         report.Rule = "foreign.entry"
	ruleForeignLoad          report.Rule = "foreign.load"
	ruleHAREntry             report.Rule = "har.entry"
	ruleHARForeign           report.Rule = "har.foreign"
	ruleHARLoad              report.Rule = "har.load"
	ruleLintUnknown          report.Rule = "lint.unknown"
	rulePermissionsBeyond    report.Rule = "permissions.beyond"    // what a token held and no request takes
	rulePermissionsLacks     report.Rule = "permissions.lacks"     // what was answered, and the token holds nothing for
	rulePermissionsLeast     report.Rule = "permissions.least"     // what all requests take together
	rulePermissionsPage      report.Rule = "permissions.page"      // what a step lists and the file says otherwise
	rulePermissionsRequest   report.Rule = "permissions.request"   // what a request takes
	rulePermissionsUncovered report.Rule = "permissions.uncovered" // a request that the file does not have
	rulePermissionsUnlisted  report.Rule = "permissions.unlisted"  // steps that list none
	ruleRedactionSays        report.Rule = "redaction.says"
	ruleRedactionTag         report.Rule = "redaction.tag"
	ruleRulesLoad            report.Rule = "rules.load"
	ruleScenarioBodyFile     report.Rule = "scenario.bodyfile"
	ruleScenarioCassette     report.Rule = "scenario.cassette"
	ruleScenarioKeyword      report.Rule = "scenario.keyword"
	ruleScenarioName         report.Rule = "scenario.name"
	ruleScenarioSchema       report.Rule = "scenario.schema"
	ruleSchemaLoad           report.Rule = "schema.load"
)

// permissionsRule is the rule of the permissions of one kind that scenarios need.
func permissionsRule(kind permissions.Kind) report.Rule {
	return report.Rule("permissions." + kindName[kind])
}

// leakRule is the rule of a value that a rule of redaction would replace.
func leakRule(id redact.ID) report.Rule { return report.Rule("leak." + id) }
