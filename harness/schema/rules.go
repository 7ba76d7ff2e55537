package schema

// A Rule is what a value breaks: a keyword of JSON Schema, or a rule of Graph's own.
type Rule string

// The rules of Graph's own.
const (
	RuleUndeclared Rule = "undeclared" // a property that a closed type does not declare
	RuleOpen       Rule = "open"       // a property that an open type does not declare
	RuleMisspelt   Rule = "misspelt"   // a property that an open type does not declare, and that is called almost like one that is missing
	RuleSelect     Rule = "select"     // a property that $select asked for is not there
	RuleReadOnly   Rule = "readOnly"   // a property that only the service sets was sent
	RuleODataType  Rule = "odata.type" // an @odata.type that no schema has, or that does not fit
	RuleUsual      Rule = "usual"      // a text that has not the format which such texts usually have, and metadata does not promise
	RuleDepth      Rule = "depth"      // a value nested too deep to look at
	RuleNumber     Rule = "number"     // a number too large to look at
)

// The keywords of JSON Schema that code distinguishes; a violation may name others.
const (
	RuleDependentRequired Rule = "dependentRequired"
	RuleEnum              Rule = "enum"
	RuleFalse             Rule = "false"
	RuleFormat            Rule = "format"
	RulePattern           Rule = "pattern"
	RuleRequired          Rule = "required"
	RuleType              Rule = "type"
)
