// Package lint reads a project's files and reports what is wrong with them before
// anything runs: broken cassettes, scenarios and schemas, cassettes that no
// scenario uses, scenarios that share a name, interactions that a replay never
// asks for.
//
// [Redaction] says, of cassettes in which nothing is wrong, what they say about the values
// that were replaced.
//
// Every file is a case of the suite. A fault in a file is a finding, not an error:
// finding it is what lint is for.
//
// It changes nothing and opens no connection.
//
//	suite, err := lint.Run(ctx, p, nil) // the whole project
package lint
