package strictyaml

import (
	"cmp"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// Error is one fault in a YAML file.
type Error struct {
	Line, Column int // both from 1
	Message      string
	Advice       string // e.g. did you mean "expect"?
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Decode reads the one document in data and hands its root to decode, which
// builds a T and may report faults on the values that it reads. The faults come
// back sorted by position; with any at all, the T is not to be used.
//
// What every file has in common is checked before decode is called: syntax, one
// document, keys that are text and occur once, tags, numbers that JSON has no
// spelling for, and aliases, whose expansion is bounded. decode need not fear a
// cycle.
func Decode[T any](data []byte, decode func(root Value) T) (T, []*Error) {
	var result T
	root, fault := parse(data)
	if fault != nil {
		return result, []*Error{fault}
	}
	found := &faults{}
	if scan(root, found) {
		result = decode(value(root, found, "the file"))
	}
	return result, found.sorted()
}

// faults gathers what is wrong with one file.
type faults struct{ list []*Error }

func (f *faults) add(line, column int, message, advice string) {
	f.list = append(f.list, &Error{Line: max(line, 1), Column: max(column, 1), Message: message, Advice: advice})
}

// has reports whether there is a fault at a node's place.
func (f *faults) has(n *yaml.Node) bool {
	return slices.ContainsFunc(f.list, func(e *Error) bool { return e.Line == max(n.Line, 1) && e.Column == max(n.Column, 1) })
}

func (f *faults) at(n *yaml.Node, advice, message string, args ...any) {
	f.add(n.Line, n.Column, fmt.Sprintf(message, args...), advice)
}

// sorted returns the faults in the order of the file. Faults of one place keep
// the order in which they were found; the same fault is told once.
func (f *faults) sorted() []*Error {
	slices.SortStableFunc(f.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(f.list, func(a, b *Error) bool { return *a == *b })
}
