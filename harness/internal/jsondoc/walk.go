package jsondoc

import (
	"encoding/json"
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
