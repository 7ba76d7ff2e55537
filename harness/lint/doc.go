// Package lint reads a project's files and reports what is wrong with them before
// anything runs: broken cassettes, scenarios and schemas, cassettes that no
// scenario uses, scenarios that share a name, interactions that a replay never
// asks for.
//
// It changes nothing and opens no connection.
package lint
