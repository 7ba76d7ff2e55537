package schema

import (
	"cmp"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// findings gathers what is found.
type findings struct {
	set        *Set
	violations []Violation
	faults     []error
}

// report notes a violation of what a schema says at pointer, by the current value
// or by what lies more steps below it.
func (t *trail) report(key typeKey, pointer string, v Violation, more ...step) {
	v.Path = normalized(t.path, more...)
	t.add(key, pointer, v)
}

func (f *findings) add(key typeKey, pointer string, v Violation) {
	v.File = f.set.file(key)
	if src := f.set.source(key); src != nil {
		v.Line, _ = src.place(pointer)
	}
	f.violations = append(f.violations, v)
}

// source is the text of a file that has been compiled, or nil.
func (s *Set) source(key typeKey) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.library.sources[key.path()]
}

// sorted are the violations in the order of their paths. A fault in one of the schemas wins
// over all of them.
func (f *findings) sorted() ([]Violation, error) {
	if len(f.faults) > 0 {
		// The walk goes through objects in no order; answer the same on every run.
		return nil, slices.MinFunc(f.faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	}
	slices.SortFunc(f.violations, func(a, b Violation) int {
		return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Want, b.Want))
	})
	return slices.Compact(f.violations), nil // a subtype's run repeats what its base's found
}

// comparePaths orders paths as people count: [2] comes before [10].
func comparePaths(a, b string) int {
	for i := 0; i < min(len(a), len(b)); i++ {
		if a[i] == b[i] {
			continue
		}
		if x, y := digits(a[i:]), digits(b[i:]); (x > 0 || y > 0) && i > 0 && (a[i-1] == '[' || ascii.IsDigit(a[i-1])) && x != y {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a[i], b[i])
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && ascii.IsDigit(s[n]) {
		n++
	}
	return n
}
