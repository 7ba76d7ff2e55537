package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Decode reads the one document in data, the text of file, and hands its root to
// decode, which builds a T and may report faults on the values that it reads. The
// faults come back as errors with a place, a message and perhaps a hint, joined in the
// order of the file; with any at all, the T is not to be used.
//
// What every file has in common is checked before decode is called: syntax, one
// document, keys that are text and occur once, tags, numbers that JSON has no
// spelling for, and aliases, whose expansion is bounded. decode need not fear a
// cycle.
func Decode[T any](file string, data []byte, decode func(root Value) T) (T, error) {
	var result T
	found := &faults{file: file}
	root, wrong := parse(data)
	switch {
	case wrong != nil:
		found.list = append(found.list, wrong)
	case scan(root, found):
		result = decode(value(root, found, "the file"))
	}
	return result, found.sorted()
}

// faults gathers what is wrong with one file.
type faults struct {
	file string
	list []*fault.Error
}

// mostFaults bounds what is reported of a file: a person mends a few and looks again.
const mostFaults = 1000

func (f *faults) full() bool { return len(f.list) >= mostFaults }

// has reports whether there is a fault at a node's place.
func (f *faults) has(n *yaml.Node) bool {
	return slices.ContainsFunc(f.list, func(e *fault.Error) bool { return e.Line == max(n.Line, 1) && e.Column == max(n.Column, 1) })
}

func (f *faults) at(n *yaml.Node, advice, message string, args ...any) {
	if !f.full() {
		at := fault.Place{Line: max(n.Line, 1), Column: max(n.Column, 1)}
		f.list = append(f.list, &fault.Error{Place: at, Message: fmt.Sprintf(message, args...), Hint: advice})
	}
}

// sorted joins the faults in the order of the file. Faults of one place keep the
// order in which they were found; the same fault is reported once.
func (f *faults) sorted() error {
	slices.SortStableFunc(f.list, func(a, b *fault.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []error
	for _, e := range slices.CompactFunc(f.list, func(a, b *fault.Error) bool { return *a == *b }) {
		e.File = f.file
		all = append(all, e)
	}
	return errors.Join(all...)
}
