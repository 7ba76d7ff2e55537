package jsondoc

import (
	"encoding/json"
	"maps"
	"slices"
)

// A Place is where a value stands in a document that is being walked.
type Place struct{ steps []step }

type step struct {
	name  string
	index int // -1 of a member
}

// Depth is how many objects and arrays the value stands in.
func (p Place) Depth() int { return len(p.steps) }

// Name is the name of the member that the value is, or that holds the list, or the list
// of lists, which it is an element of; "" where there is none.
func (p Place) Name() string {
	for _, s := range slices.Backward(p.steps) {
		if s.index < 0 {
			return s.name
		}
	}
	return ""
}

// IsElement reports whether the value stands in an array.
func (p Place) IsElement() bool { return len(p.steps) > 0 && p.steps[len(p.steps)-1].index >= 0 }

// Path is the normalized path of the value, where that of the document is root.
func (p Place) Path(root string) string {
	for _, s := range p.steps {
		if s.index < 0 {
			root = AppendPath(root, s.name)
		} else {
			root = AppendPath(root, s.index)
		}
	}
	return root
}

// Walk calls visit for a document and all values in it, members by name and elements by
// index, an object or array before what is in it, which is left out where visit returns
// false. A Place is good until visit returns.
func Walk(doc any, visit func(at Place, value any) (into bool)) {
	w := walker{visit: visit}
	w.walk(doc)
}

type walker struct {
	visit func(at Place, value any) bool
	at    Place
	names []string // of all objects on the way, innermost last
}

func (w *walker) walk(value any) {
	if !w.visit(w.at, value) {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		outer := len(w.names)
		w.names = appendNames(w.names, value)
		for i := range len(value) {
			name := w.names[outer+i]
			w.below(step{name, -1}, value[name])
		}
		w.names = w.names[:outer]
	case []any:
		for i, item := range value {
			w.below(step{"", i}, item)
		}
	}
}

func (w *walker) below(s step, value any) {
	w.at.steps = append(w.at.steps, s)
	w.walk(value)
	w.at.steps = w.at.steps[:len(w.at.steps)-1]
}

// Kind is what JSON Schema calls the type of a value: null, boolean, string, number,
// array or object; "" for what no document holds.
func Kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return ""
}

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
