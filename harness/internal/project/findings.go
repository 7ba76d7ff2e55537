package project

import "github.com/graphvcr/graphvcr/harness/report"

// The rules of what a project finds, beside those of its parts.
const (
	RuleCassetteLoad report.Rule = "cassette.load"
	RuleScenarioLoad report.Rule = "scenario.load"

	ruleRecordBroken      report.Rule = "record.broken"
	ruleRecordDropped     report.Rule = "record.dropped"
	ruleRecordInterrupted report.Rule = "record.interrupted"
	ruleRecordNothing     report.Rule = "record.nothing"
	ruleRecordRefused     report.Rule = "record.refused"
	ruleRecordReplay      report.Rule = "record.replay"
	ruleRecordSave        report.Rule = "record.save"
	ruleRecordSaved       report.Rule = "record.saved"
	ruleRecordTorn        report.Rule = "record.torn"
	ruleRecordTwice       report.Rule = "record.twice"
	ruleReplayInput       report.Rule = "replay.input"
	ruleRunInternal       report.Rule = "run.internal"
	ruleTidyFailed        report.Rule = "tidy.failed"
	ruleTidySkipped       report.Rule = "tidy.skipped"
)
