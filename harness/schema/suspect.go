package schema

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

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
	for pointer := range src.pointers() {
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
