package schema

import "errors"

// Set is a folder of schemas.
type Set struct{}

// Open reads the index of a folder of schemas (dir/<api>/<type>.json). A missing folder is an
// empty set; schemas compile on first use.
func Open(dir string) (*Set, error) { return nil, errors.New("not built") }

// Types lists the types of an api ("v1.0" or "beta"), sorted.
func (s *Set) Types(api string) []string { return nil }

// Has reports whether there is a schema for the type.
func (s *Set) Has(api, typ string) bool { return false }

// Options changes what counts as a violation.
type Options struct {
	Select []string // the properties that $select asked for; nil when there was none
}

// Validate checks a document (package jsondoc's trees) as a value of the type.
// The error says that the schema itself is missing or does not compile.
func (s *Set) Validate(api, typ string, doc any, opts Options) ([]Violation, error) {
	return nil, errors.New("not built")
}

// A Violation is one place where a value is not what its schema says.
type Violation struct {
	Path    string // RFC 9535 normalized path
	Rule    string // the keyword: type, enum, format, undeclared, ...
	Want    string
	Got     string
	Warning bool   // drift that Graph is free to make, not a broken contract
	File    string // the schema's file
	Line    int    // the line of the keyword in it
}

// Error is a fault in a schema file.
type Error struct {
	File         string
	Line, Column int
	Message      string
	Advice       string
}

func (e *Error) Error() string { return e.Message }

// Hint is what to do about it.
func (e *Error) Hint() string { return e.Advice }
