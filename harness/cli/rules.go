package cli

import (
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what the commands themselves find.
const (
	ruleAuthRefused    report.Rule = "auth.refused"
	ruleCheckFailed    report.Rule = "check.failed"
	ruleDriftChangelog report.Rule = "drift.changelog"
	ruleDriftFailed    report.Rule = "drift.failed"
	ruleDriftRun       report.Rule = "drift.run"
	ruleRecordRecover  report.Rule = "record.recover"
	ruleRedactFailed   report.Rule = "redact.failed"
	ruleServeHandshake report.Rule = "serve.handshake"
	ruleRecordFailed   report.Rule = "record.failed"
	ruleReviewFailed   report.Rule = "review.failed"
)

// pathRule is the rule of a path given to a command at which there is nothing.
func pathRule(command string) report.Rule { return report.Rule(command + ".path") }
