package runner

import "github.com/graphvcr/graphvcr/harness/report"

// The rules of what a run finds. Those of matchers stand beside the keywords.
const (
	RuleMiss      report.Rule = "replay.miss"   // no interaction answers a request
	RuleTransport report.Rule = "run.transport" // nothing answered at all

	ruleReplayOrder     report.Rule = "replay.order"
	ruleAnswerSurrogate report.Rule = "answer.surrogate"

	ruleExpectBody   report.Rule = "expect.body"
	ruleExpectStatus report.Rule = "expect.status"

	ruleFollowLink   report.Rule = "follow.link"
	ruleFollowLoop   report.Rule = "follow.loop"
	ruleFollowTotal  report.Rule = "follow.total"
	rulePartsID      report.Rule = "parts.id"
	rulePollConstant report.Rule = "poll.constant"
	rulePollFailed   report.Rule = "poll.failed"
	rulePollOrder    report.Rule = "poll.order"
	rulePollStatus   report.Rule = "poll.status"
	rulePollTimeout  report.Rule = "poll.timeout"
	ruleRedirectLoop report.Rule = "redirect.loop"

	ruleRunBody      report.Rule = "run.body"
	ruleRunCancelled report.Rule = "run.cancelled"
	ruleRunCapture   report.Rule = "run.capture"
	ruleRunEnv       report.Rule = "run.env"
	ruleRunIdentity  report.Rule = "run.identity"
	ruleRunRequest   report.Rule = "run.request"
	ruleRunSchema    report.Rule = "run.schema"
	ruleRunSkipped   report.Rule = "run.skipped"
	ruleRunVariable  report.Rule = "run.variable"
)
