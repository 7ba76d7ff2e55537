package route

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Declares reports whether the index has a type, by its full name in any letter case.
func (x *Index) Declares(name string) bool { return x.named(name) != nil }

// Derives reports whether a type is another or derives from it.
func (x *Index) Derives(name, base string) bool {
	return x.derives(name, base) >= 0
}

// Member is the type that metadata declares of a type's property, inherited ones included:
// "Edm.String", "Collection(microsoft.graph.user)"; "" where it declares none.
func (x *Index) Member(typ, property string) string {
	for _, t := range x.bases(typ) {
		if r, ok := t.properties[strings.ToLower(property)]; ok {
			return r.String()
		}
	}
	return ""
}

// Members are the names of a type's properties, inherited ones included, sorted.
func (x *Index) Members(typ string) []string {
	var names []string
	for _, t := range x.bases(typ) {
		names = append(names, t.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Open reports whether values of a type may have members that are not declared.
func (x *Index) Open(name string) bool {
	return slices.ContainsFunc(x.bases(name), func(t *typ) bool { return t.open })
}

// Partial reports whether the index was made of a part of an API: it speaks of types
// that it does not have.
func (x *Index) Partial() bool {
	for _, r := range x.resources {
		if r.ref.Name != "" && x.lacks(r.ref.Name) {
			return true
		}
	}
	for _, t := range x.typeTable {
		for _, r := range t.properties {
			if strings.Contains(r.Name, ".") && x.lacks(r.Name) {
				return true
			}
		}
	}
	return false
}

// Common is the full name of the nearest type that all of some types are or derive from; ""
// where there is none, or the index lacks one of them.
func (x *Index) Common(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	for _, candidate := range x.bases(names[0]) {
		if !slices.ContainsFunc(names, func(name string) bool { return !x.Derives(name, candidate.name) }) {
			return candidate.name
		}
	}
	return ""
}

// Indexes are those beside the schemas of a folder, each read once and when it is asked for.
// They are safe for concurrent use.
type Indexes struct {
	dir    string
	loaded sync.Map // api -> func() (*Index, error)
}

// In is the indexes of a folder of schemas.
func In(dir string) *Indexes { return &Indexes{dir: dir} }

// Of is the index of an API; nil when there is none.
func (x *Indexes) Of(api string) (*Index, error) {
	load, known := x.loaded.Load(api)
	if !known {
		load, _ = x.loaded.LoadOrStore(api, sync.OnceValues(func() (*Index, error) {
			index, err := Load(filepath.Join(x.dir, api, FileName))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, nil
			}
			return index, err
		}))
	}
	return load.(func() (*Index, error))()
}
