package conform

import (
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// The rules of what an answer or a request is judged by, beside those of schemas.
const (
	RuleAnswerOrder   report.Rule = "answer.order"   // an operation went back to an earlier state
	RuleAnswerUntyped report.Rule = "answer.untyped" // nothing says of what type an answer is
	RuleSchemaBody    report.Rule = "schema.body"    // the body is none that a schema could be of

	ruleAnswerAnnotation report.Rule = "answer.annotation"
	ruleAnswerBatch      report.Rule = "answer.batch"
	ruleAnswerBody       report.Rule = "answer.body"
	ruleAnswerCount      report.Rule = "answer.count"
	ruleAnswerError      report.Rule = "answer.error"
	ruleAnswerLocation   report.Rule = "answer.location"
	ruleAnswerValue      report.Rule = "answer.value"
	ruleRequestParameter report.Rule = "request.parameter"
)

// SchemaRule is the rule of a value that breaks a schema.
func SchemaRule(r schema.Rule) report.Rule { return report.Rule("schema." + r) }

// requestRule is the rule of what a client sent that breaks a schema.
func requestRule(r schema.Rule) report.Rule { return report.Rule("request." + r) }

// Source says where the schema or the metadata says so, for a finding's remark: "" for no file.
func Source(file string, line int) string {
	if file == "" {
		return ""
	}
	return "(" + report.Place{File: file, Line: line}.String() + ")"
}
