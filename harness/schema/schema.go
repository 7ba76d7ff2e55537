package schema

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// ownFolder holds the published schemas of graphvcr's own files. It is no api.
const ownFolder = "graphvcr"

// indexName is the name of what lies beside an API's schemas and is none: package
// route's index of paths.
const indexName = "index"

// Set is a folder of schemas, and those that are built in. It is safe for concurrent use.
type Set struct {
	folder
	ready sync.Map    // typeKey -> *compiled
	count atomic.Bool // a schema repeats itself: count checks before making them

	mu      sync.Mutex // guards what follows, and so every compilation
	library library
}

// folder is what a set consists of. It never changes.
type folder struct {
	dir   string
	types map[string]map[string]bool // api, then full type name
}

type typeKey struct{ api, name string }

// path is where the schema lies below the set's folder, with slashes.
func (k typeKey) path() string { return k.api + "/" + k.name + ".json" }

// Open lists a folder of schemas (dir/<api>/<type>.json). A missing folder is an empty
// set; schemas compile on first use. The error is of reading the folder.
func Open(dir string) (*Set, error) {
	set := &Set{folder: folder{dir, map[string]map[string]bool{}}}
	set.library = library{
		folder: &set.folder, shapes: map[*jsonschema.Schema]*shape{}, plain: map[*jsonschema.Schema]bool{}, sources: map[string]*source{},
	}
	apis, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list schemas: %w", err)
	}
	for _, api := range apis {
		if !api.IsDir() || api.Name() == ownFolder || strings.HasPrefix(api.Name(), ".") {
			continue
		}
		if set.types[api.Name()], err = listTypes(filepath.Join(dir, api.Name())); err != nil {
			return nil, fmt.Errorf("list schemas: %w", err)
		}
	}
	return set, nil
}

func listTypes(dir string) (map[string]bool, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	types := make(map[string]bool, len(files))
	for _, file := range files {
		if name, ok := strings.CutSuffix(file.Name(), ".json"); ok && !file.IsDir() && name != indexName {
			types[name] = true
		}
	}
	return types, nil
}

// Types lists the types of an api ("v1.0" or "beta"), sorted.
func (f *folder) Types(api string) []string {
	names := make([]string, 0, len(f.types[api]))
	for name := range f.types[api] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Has reports whether there is a schema for the type, or for the elements of a
// "Collection(...)". The built-in ones count.
func (f *folder) Has(api, typ string) bool {
	typ = odata.Bare(typ)
	return f.types[api][typ] || isBuiltin(typ)
}

// Dir is the folder that was opened.
func (f *folder) Dir() string { return f.dir }

// file is the path of a schema as it is shown to people.
func (f *folder) file(key typeKey) string {
	if f.builtin(key) {
		return "built-in/" + key.name + ".json"
	}
	return filepath.Join(f.dir, key.api, key.name+".json")
}

// Options changes what counts as a violation.
type Options struct {
	// Select holds the properties that $select asked for, and what $expand did;
	// nil when there was no $select. A property of the answer (of each element, in
	// a collection) that is not among them is an error. Names compare without
	// regard to letter case; of a path (address/city) the first property counts.
	Select []string
	// Expand holds what $expand asked for, with what was selected inside it.
	Expand []Expansion
	// Request says that the value is sent: a property that only the service sets
	// (readOnly) is a warning.
	Request bool
	// Open reports undeclared properties of open types, too: they are legal, and
	// worth a warning of RuleOpen to those who watch what changes.
	Open bool
	// LongTexts lets texts of digits pass as Edm.Int64 and Edm.Decimal, which they are where
	// the client asked for IEEE754Compatible=true (OData JSON format 4.01, section 3.2).
	LongTexts bool
	// Placeholders lets placeholders of documentation ("id-value", "{id}", "string")
	// pass wherever a string is due, whatever its format, pattern or enum.
	Placeholders bool
}

// Expansion is an element of $expand: a navigation property with its own $select
// and $expand. A nil Select asks for everything.
type Expansion struct {
	Name   string
	Select []string
	Expand []Expansion
}

// Validate checks a document (what encoding/json unmarshals into an any; with
// json.Number for numbers, which stay exact) as a value of the full type name of an API
// ("v1.0" or "beta"). The type "Collection(T)" is a page: an object whose "value" is an
// array of T. The violations come sorted by path, then rule; without any they are nil.
//
// The error says that the schema itself is missing or does not compile: it names the
// file and, where it can, the line, and report.Problems(err) has them as fields, with
// what to do about it.
func (s *Set) Validate(api, typ string, doc any, opts Options) ([]Violation, error) {
	element, collection := odata.ElementOf(typ)
	root, err := s.compile(typeKey{api, element})
	if err != nil {
		return nil, err
	}
	w := walker{trail: trail{root: root, findings: &findings{set: s}}, opts: opts}
	if collection {
		w.page(doc)
	} else {
		w.answer(doc)
	}
	if !w.beyond {
		for _, r := range w.runs {
			checks{w.findings, opts}.run(r)
		}
	}
	return w.findings.sorted()
}

// A Violation is one place where a value is not what its schema says.
type Violation struct {
	Path    string // RFC 9535 normalized path
	Rule    Rule   // the keyword (type, enum, format, ...), or undeclared, open, select, readOnly, odata.type, usual, depth, number
	Want    string
	Got     string // the value as JSON, cut when it is long
	Warning bool   // drift that Graph is free to make, not a broken contract
	File    string // the schema's file
	Line    int    // the line of the keyword in it
}

// builtins are the schemas of what metadata does not declare, and every API has:
// the envelopes of errors (concepts/errors) and of $batch (concepts/json-batching),
// references, and OData's primitive types. A file of the folder with the same name
// takes its place.
//
//go:embed builtin
var builtins embed.FS

func isBuiltin(name string) bool {
	_, err := fs.Stat(builtins, "builtin/"+name+".json")
	return err == nil
}

// builtin reports whether the folder uses the built-in schema of a type.
func (f *folder) builtin(key typeKey) bool { return !f.types[key.api][key.name] && isBuiltin(key.name) }

// selection reports properties that neither $select nor $expand asked for (id
// comes unasked in real recordings), in expanded entities too.
func (t *trail) selection(object map[string]any, names []string, expand []Expansion) {
	for _, e := range expand {
		t.expanded(object, e)
	}
	if names == nil {
		return
	}
	wanted := map[string]bool{"id": true}
	for _, option := range names {
		wanted[selected(option)] = true
	}
	for _, e := range expand {
		wanted[selected(e.Name)] = true
	}
	if wanted["*"] {
		return
	}
	for name, v := range object {
		if !wanted[strings.ToLower(name)] && strings.IndexByte(name, '@') < 0 {
			t.report(t.root.key, appendToken("/properties", name), Violation{Rule: RuleSelect,
				Want: "only what was selected: " + listed(names), Got: jsondoc.Brief(v)}, member(name))
		}
	}
}

// expanded looks at what an element of $expand brought.
func (t *trail) expanded(object map[string]any, e Expansion) {
	for name, v := range object {
		if strings.ToLower(name) != selected(e.Name) {
			continue
		}
		t.push(member(name))
		switch v := v.(type) {
		case map[string]any:
			t.selection(v, e.Select, e.Expand)
		case []any:
			for i, item := range v {
				if inner, ok := item.(map[string]any); ok {
					t.push(element(i))
					t.selection(inner, e.Select, e.Expand)
					t.pop()
				}
			}
		}
		t.pop()
	}
}

// selected is the property that an element of $select begins with, in lower case;
// a type cast may stand before it.
func selected(option string) string {
	for segment := range strings.SplitSeq(strings.TrimSpace(option), "/") {
		if !strings.Contains(segment, ".") {
			return strings.ToLower(segment)
		}
	}
	return ""
}
