package schema

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// unknownType says that there is no schema for a type, and which one was
// probably meant.
func (f *folder) unknownType(key typeKey) *fault.Error {
	e := &fault.Error{Place: fault.Place{File: f.file(key)}, Message: fmt.Sprintf("no schema for type %q in api %q", key.name, key.api)}
	if advice := didYouMean(key.name, f.Types(key.api)); advice != "" {
		e.Hint = advice
		return e
	}
	for api, types := range f.types {
		if types[key.name] && (e.Hint == "" || api < key.api) {
			e.Hint = fmt.Sprintf("api %q has it", api)
		}
	}
	return e
}

func didYouMean(name string, names []string) string {
	return fault.DidYouMean(nearest(name, names)...)
}

// nearest finds the quoted names that name may be a slip of: the same but for letter
// case or namespace, or a few edits away.
func nearest(name string, names []string) []string {
	most := min(max(2, len(name)/6), len(name)/2)
	near := fault.Near(names, most, func(other string) int { return slip(name, other) })
	for i := range near {
		near[i] = strconv.Quote(near[i])
	}
	return near
}

// slip is how far a written name is from another, regardless of letter case. A
// name without its namespace is near.
func slip(written, other string) int {
	written, other = strings.ToLower(written), strings.ToLower(other)
	if short := other[strings.LastIndexByte(other, '.')+1:]; !strings.Contains(written, ".") {
		other = short
	}
	return fault.Distance(written, other)
}

// Suspects reports the types that a type's schema names by x-graph, of which there
// is no schema but one whose name is a slip away. A type without a schema is no
// fault by itself: its values are not checked. Each is an error of its own, with a
// place and a hint, joined in the order of the file; nil when there is none.
func (s *Set) Suspects(api, typ string) error {
	src, err := s.read(typeKey{api, typ})
	if err != nil {
		return nil
	}
	var all []*fault.Error
	src.scan()
	for pointer := range src.offsets {
		name, _ := src.lookup(pointer)
		written, ok := name.(string)
		if !ok || !strings.HasSuffix(pointer, "/"+graphKeyword+"/type") || s.types[api][written] || isBuiltin(written) {
			continue
		}
		for _, known := range s.Types(api) {
			if fault.Distance(strings.ToLower(written), strings.ToLower(known)) <= 1 {
				all = append(all, src.fault(pointer, fmt.Sprintf("x-graph names the type %q, which has no schema", written), fault.DidYouMean(strconv.Quote(known))))
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b *fault.Error) int { return a.Line - b.Line })
	errs := make([]error, len(all))
	for i, e := range all {
		errs[i] = e
	}
	return errors.Join(errs...)
}
