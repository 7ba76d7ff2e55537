package cli

import (
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what the commands themselves find.
const (
	ruleAuthRefused         report.Rule = "auth.refused"
	ruleCheckFailed         report.Rule = "check.failed"
	ruleDocsMethod          report.Rule = "docs.method"
	ruleDriftChangelog      report.Rule = "drift.changelog"
	ruleDriftFailed         report.Rule = "drift.failed"
	ruleDriftRun            report.Rule = "drift.run"
	ruleExecHandshake       report.Rule = "exec.handshake"
	ruleExecRecorded        report.Rule = "exec.recorded"
	ruleExecRefused         report.Rule = "exec.refused"
	ruleExecUnderWay        report.Rule = "exec.underway"
	ruleImportFailed        report.Rule = "import.failed"
	ruleRecordRecover       report.Rule = "record.recover"
	ruleRedactFailed        report.Rule = "redact.failed"
	ruleServeHandshake      report.Rule = "serve.handshake"
	ruleExecNothing         report.Rule = "exec.nothing"
	rulePermissionsUnlisted report.Rule = "permissions.unlisted"
	ruleRecordDrafted       report.Rule = "record.drafted"
	ruleRecordFailed        report.Rule = "record.failed"
	ruleReviewFailed        report.Rule = "review.failed"
	ruleWhatifSkipped       report.Rule = "whatif.skipped"
)

// whatifRule is the rule of a change that breaks the client.
func whatifRule(id diff.ID) report.Rule { return report.Rule("whatif." + id) }

// permissionsRule is the rule of the permissions of one kind that scenarios need.
func permissionsRule(kind auth.TokenKind) report.Rule { return report.Rule("permissions." + kind) }

// pathRule is the rule of a path given to a command at which there is nothing.
func pathRule(command string) report.Rule { return report.Rule(command + ".path") }
