package drift

import "github.com/graphvcr/graphvcr/harness/report"

// The rules of what keeps two sides from being compared; those of changes are package diff's.
const (
	ruleDriftAcceptExpired report.Rule = "drift.accept-expired"
	ruleDriftCassetteGone  report.Rule = "drift.cassette-gone"
	ruleDriftCassetteNew   report.Rule = "drift.cassette-new"
	ruleDriftIncomparable  report.Rule = "drift.incomparable"
	ruleDriftShallow       report.Rule = "drift.shallow"
	ruleDriftUnreadable    report.Rule = "drift.unreadable"
)
