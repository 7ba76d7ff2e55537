package route

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// FileName is what an index is called beside the schemas of its API.
const FileName = "index.json"

// format is the version of the file's format.
const format = 1

// Index is what an API's paths may be made of.
type Index struct {
	typeTable
	resources  map[string]resource    // by name in lower case
	operations map[string][]operation // by short name in lower case
}

// typeTable is the types of an index, by full name in lower case: no two of Graph's types
// differ in letter case only.
type typeTable map[string]*typ

type resource struct {
	ref       csdl.Ref
	operation string // short name in lower case, of an import
}

// typ is a type with its own properties, by their names in lower case.
type typ struct {
	name, base string
	enum, open bool
	properties map[string]csdl.Ref
	names      []string   // of them, as they are spelled
	keys       [][]string // alternate ones, in lower case
}

type operation struct {
	name       string // full
	action     bool
	binding    csdl.Ref
	returns    csdl.Ref
	parameters map[string]string
}

// file is an index as it is written: names in Graph's own spelling.
type file struct {
	Format     int                        `json:"format"`
	Resources  map[string]string          `json:"resources"`
	Imports    map[string]string          `json:"imports"`
	Types      map[string]fileType        `json:"types"`
	Operations map[string][]fileOperation `json:"operations"`
}

type fileType struct {
	Base       string            `json:"base,omitempty"`
	Kind       csdl.Kind         `json:"kind"`
	Open       bool              `json:"open,omitempty"`
	Keys       [][]string        `json:"keys,omitempty"`
	Properties map[string]string `json:"properties,omitempty"` // of all types but primitive ones
	Values     map[string]string `json:"values,omitempty"`     // primitive type -> names of properties
}

type fileOperation struct {
	Action     bool              `json:"action,omitempty"`
	Composable bool              `json:"composable,omitempty"`
	Binding    string            `json:"binding,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Returns    string            `json:"returns,omitempty"`
}

// Text writes what an index needs to know of a model: the same text for the same
// model.
func Text(m *csdl.Model) []byte {
	f := fileOf(m)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"format\": %d", f.Format)
	section(&b, "resources", f.Resources)
	section(&b, "imports", f.Imports)
	section(&b, "types", f.Types)
	section(&b, "operations", f.Operations)
	b.WriteString("\n}\n")
	return b.Bytes()
}

// section writes a map, a line for each entry.
func section[V any](b *bytes.Buffer, name string, entries map[string]V) {
	fmt.Fprintf(b, ",\n  %q: {", name)
	for i, key := range slices.Sorted(maps.Keys(entries)) {
		if i > 0 {
			b.WriteByte(',')
		}
		value, _ := json.Marshal(entries[key]) // maps of strings: it cannot fail
		fmt.Fprintf(b, "\n    %q: %s", key, value)
	}
	b.WriteString("\n  }")
}

func fileOf(m *csdl.Model) file {
	f := file{
		Format: format, Resources: map[string]string{}, Imports: map[string]string{},
		Types: map[string]fileType{}, Operations: map[string][]fileOperation{},
	}
	for name, r := range m.Resources {
		if r.Operation != "" {
			f.Imports[name] = r.Operation
		} else {
			f.Resources[name] = r.Type.String()
		}
	}
	for name, t := range m.Types {
		f.Types[name] = typeOf(t)
	}
	for name, overloads := range m.Operations {
		for _, o := range overloads {
			f.Operations[name] = append(f.Operations[name], operationOf(o))
		}
	}
	return f
}

func typeOf(t *csdl.Type) fileType {
	ft := fileType{
		Base: t.Base, Kind: t.Kind, Open: t.Open, Keys: t.AlternateKeys,
		Properties: map[string]string{}, Values: map[string]string{},
	}
	for _, p := range t.Properties {
		kind := p.Type.String()
		if p.Type.IsPrimitive() {
			ft.Values[kind] = strings.TrimPrefix(ft.Values[kind]+" "+p.Name, " ")
		} else {
			ft.Properties[p.Name] = kind
		}
	}
	return ft
}

func operationOf(o *csdl.Operation) fileOperation {
	fo := fileOperation{Action: o.Action, Composable: o.Composable, Parameters: map[string]string{}}
	if o.Bound {
		fo.Binding = o.Binding.String()
	}
	if o.Returns != nil {
		fo.Returns = o.Returns.String()
	}
	for _, p := range o.Parameters {
		fo.Parameters[p.Name] = p.Type.String()
	}
	return fo
}

// Load reads an index that Text wrote. A file that is not there is an error that
// wraps fs.ErrNotExist.
func Load(name string) (*Index, error) {
	text, err := plainfile.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the index of paths: %w", err)
	}
	return Parse(text, name)
}

const regenerate = "write it again: graphvcr schema generate"

// Parse reads the text of an index; the name is what errors call it.
func Parse(text []byte, name string) (*Index, error) {
	var f file
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fault.In("read the index of paths", name, 0, strings.TrimPrefix(err.Error(), "json: "), regenerate)
	}
	if f.Format != format {
		return nil, fault.In("read the index of paths", name, 0, fmt.Sprintf("its format is %d, and this graphvcr reads %d", f.Format, format), regenerate)
	}
	return indexOf(f), nil
}

// New makes the index of a model.
func New(m *csdl.Model) *Index { return indexOf(fileOf(m)) }

func indexOf(f file) *Index {
	x := &Index{
		resources:  make(map[string]resource, len(f.Resources)),
		typeTable:  make(typeTable, len(f.Types)),
		operations: make(map[string][]operation, len(f.Operations)),
	}
	for name, typ := range f.Resources {
		x.resources[strings.ToLower(name)] = resource{ref: csdl.RefOf(typ)}
	}
	for name, operation := range f.Imports {
		x.resources[strings.ToLower(name)] = resource{operation: shortName(operation)}
	}
	for name, ft := range f.Types {
		x.typeTable[strings.ToLower(name)] = ft.index(name)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Operations)) { // namespaces may share a short name
		for _, fo := range f.Operations[name] {
			o := operation{name, fo.Action, csdl.RefOf(fo.Binding), csdl.RefOf(fo.Returns), map[string]string{}}
			maps.Copy(o.parameters, fo.Parameters)
			x.operations[shortName(name)] = append(x.operations[shortName(name)], o)
		}
	}
	return x
}

func (ft fileType) index(name string) *typ {
	t := &typ{name: name, base: ft.Base, enum: ft.Kind == csdl.Enum, open: ft.Open, properties: map[string]csdl.Ref{}}
	for property, target := range ft.Properties {
		t.properties[strings.ToLower(property)] = csdl.RefOf(target)
		t.names = append(t.names, property)
	}
	for kind, names := range ft.Values {
		for property := range strings.FieldsSeq(names) {
			t.properties[strings.ToLower(property)] = csdl.RefOf(kind)
			t.names = append(t.names, property)
		}
	}
	slices.Sort(t.names)
	for _, key := range ft.Keys {
		var names []string
		for _, part := range key {
			names = append(names, strings.ToLower(part))
		}
		slices.Sort(names)
		t.keys = append(t.keys, names)
	}
	return t
}

// shortName is a full name without its namespace, in lower case.
func shortName(full string) string {
	return strings.ToLower(full[strings.LastIndexByte(full, '.')+1:])
}

// named finds a type by its full name in any letter case.
func (x typeTable) named(name string) *typ { return x[strings.ToLower(name)] }

// lacks reports whether a type is left out of a partial index.
func (x typeTable) lacks(name string) bool {
	return x.named(name) == nil && !strings.HasPrefix(name, "Edm.")
}

// bases yields a type and all that it derives from, nearest first. A cycle, which
// no index that Text wrote has, ends.
func (x typeTable) bases(name string) []*typ {
	var chain []*typ
	for t := x.named(name); t != nil && len(chain) <= len(x); t = x.named(t.base) {
		chain = append(chain, t)
	}
	return chain
}

// derives reports how far a type is from one that it derives from, 0 for itself;
// -1 when it does not.
func (x typeTable) derives(name, base string) int {
	return slices.IndexFunc(x.bases(name), func(t *typ) bool { return strings.EqualFold(t.name, base) })
}

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
