package schema

import (
	"fmt"
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
