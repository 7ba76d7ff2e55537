package check

import "github.com/graphvcr/graphvcr/harness/report"

// The rules of what is reported beside what package conform finds.
const (
	rulePath       report.Rule = "check.path"       // there is nothing at a path
	ruleFile       report.Rule = "check.file"       // a file that cannot be read
	ruleAnswers    report.Rule = "check.answers"    // how many answers there were, by what they were judged
	ruleDocumented report.Rule = "check.documented" // a recording that never was one
	ruleNone       report.Rule = "check.none"       // files that hold no answer
)
