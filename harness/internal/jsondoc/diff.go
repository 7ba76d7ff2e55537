package jsondoc

import (
	"maps"
	"slices"
)

// A Difference is one place where two documents differ. Recorded or Received is
// Absent where that side has nothing there.
type Difference struct {
	Path               string // RFC 9535 normalized path
	Recorded, Received any
}

// Absent marks a side of a Difference that has no value at the path.
var Absent = absent{}

type absent struct{}

func (absent) String() string { return "(absent)" }

// Diff lists where two documents differ, at the deepest places, in the order of
// a sorted document (members by name, elements by index), at most limit of them
// (0: all). Arrays are compared position by position.
func Diff(recorded, received any, limit int) []Difference {
	d := differ{limit: limit}
	d.diff(recorded, received)
	return d.found
}

type differ struct {
	limit int
	at    Place // of the values that are compared
	found []Difference
}

func (d *differ) diff(recorded, received any) {
	if d.limit > 0 && len(d.found) >= d.limit {
		return
	}
	switch a := recorded.(type) {
	case map[string]any:
		if b, ok := received.(map[string]any); ok {
			d.diffObjects(a, b)
			return
		}
	case []any:
		if b, ok := received.([]any); ok {
			d.diffArrays(a, b)
			return
		}
	}
	if string(Canonical(nil, recorded)) != string(Canonical(nil, received)) {
		d.found = append(d.found, Difference{d.at.Path(Root), recorded, received})
	}
}

func (d *differ) below(at step, recorded, received any) {
	d.at.steps = append(d.at.steps, at)
	d.diff(recorded, received)
	d.at.steps = d.at.steps[:len(d.at.steps)-1]
}

func (d *differ) diffObjects(recorded, received map[string]any) {
	names := slices.AppendSeq(make([]string, 0, len(recorded)), maps.Keys(recorded))
	for name := range received {
		if _, both := recorded[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		d.below(step{name, -1}, member(recorded, name), member(received, name))
	}
}

func (d *differ) diffArrays(recorded, received []any) {
	for i := range max(len(recorded), len(received)) {
		d.below(step{"", i}, element(recorded, i), element(received, i))
	}
}

func member(object map[string]any, name string) any {
	if value, ok := object[name]; ok {
		return value
	}
	return Absent
}

func element(array []any, i int) any {
	if i < len(array) {
		return array[i]
	}
	return Absent
}
