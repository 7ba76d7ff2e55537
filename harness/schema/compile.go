package schema

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// scheme is that of the addresses by which the library knows the set's files.
const scheme = "schema"

// compiled is a type that is ready for use, or the reason why it is not.
type compiled struct {
	key    typeKey
	file   string
	src    *source
	schema *jsonschema.Schema
	shape  *shape
	err    error
}

// compile compiles a type on its first use. All types share one compiler, so a
// base or a complex type is compiled once for all that refer to it.
func (s *Set) compile(key typeKey) (*compiled, error) {
	if ready, ok := s.ready.Load(key); ok {
		t := ready.(*compiled)
		return t, t.err
	}
	if !s.Has(key.api, key.name) {
		return nil, s.unknownType(key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ready, ok := s.ready.Load(key); ok {
		t := ready.(*compiled)
		return t, t.err
	}
	t := &compiled{key: key, file: s.file(key)}
	if t.schema, t.err = s.library.build(key); t.err == nil {
		t.src = s.library.sources[key.path()]
		t.shape = s.library.shapeOf(t.schema) // never nil: a file has a name
		if repeats(t.schema, s.library.plain) {
			s.count.Store(true)
		}
	}
	s.ready.Store(key, t)
	return t, t.err
}

// library is the JSON Schema library, and what is known of what it compiled.
type library struct {
	*folder
	compiler *jsonschema.Compiler
	shapes   map[*jsonschema.Schema]*shape
	plain    map[*jsonschema.Schema]bool // that were looked at and do not repeat themselves
	sources  map[string]*source          // by path below dir, with slashes
	latest   *source                     // the file that was loaded last
	loaded   func(file string)           // called once for each file that is compiled; for tests
}

// build runs the library. After a fault the compiler is dropped: it would take
// what it had half compiled for whole the next time.
func (l *library) build(key typeKey) (schema *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = l.explain(key, fmt.Errorf("%v", r))
		}
		if err != nil {
			l.compiler = nil
		}
	}()
	if l.compiler == nil {
		l.compiler = jsonschema.NewCompiler()
		l.compiler.Draft = jsonschema.Draft2020
		l.compiler.LoadURL = l.load
		l.compiler.RegisterExtension(formatKeyword, nil, keyword(format))
		l.compiler.RegisterExtension(graphKeyword, nil, keyword(flags))
	}
	schema, err = l.compiler.Compile(address(key))
	if err != nil {
		return nil, l.explain(key, err)
	}
	return schema, nil
}

// load hands a file of the folder to the library, and refuses any other address.
func (l *library) load(from string) (io.ReadCloser, error) {
	key, ok := keyOf(from)
	if !ok {
		return nil, &fault.Error{Place: fault.Place{File: l.dir}, Message: fmt.Sprintf("%s is refused, never fetched", from)}
	}
	src, err := l.read(key)
	if err != nil {
		return nil, err
	}
	if err := vet(l.folder, src); err != nil {
		return nil, err
	}
	l.sources[key.path()], l.latest = src, src
	if l.loaded != nil {
		l.loaded(src.file)
	}
	return io.NopCloser(strings.NewReader(src.text)), nil
}

// address is the library's name for a file of the set.
func address(key typeKey) string {
	return (&url.URL{Scheme: scheme, Path: "/" + key.path()}).String()
}

// keyOf is the inverse of address; a fragment is ignored.
func keyOf(address string) (key typeKey, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != scheme {
		return typeKey{}, false
	}
	api, file, ok := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	name, isJSON := strings.CutSuffix(file, ".json")
	return typeKey{api, name}, ok && isJSON
}

// explain turns what the library says about a schema into an error with a place.
func (l *library) explain(key typeKey, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	var meta *jsonschema.ValidationError
	if errors.As(err, &meta) && l.latest != nil {
		// The library checks a file against the meta-schema as soon as it is loaded.
		leaf := deepest(meta)
		return l.latest.fault(libraryPointer(leaf.InstanceLocation), "not a JSON Schema: "+leaf.Message, "")
	}
	src := l.sources[key.path()]
	var loop jsonschema.InfiniteLoopError
	if errors.As(err, &loop) && src != nil {
		return src.loopFault()
	}
	var wrapped *jsonschema.SchemaError
	if errors.As(err, &wrapped) && wrapped.Err != nil {
		err = wrapped.Err
	}
	message := strings.NewReplacer("jsonschema: ", "", scheme+":///", "").Replace(err.Error())
	return &fault.Error{Place: fault.Place{File: l.file(key), Line: 1, Column: 1}, Message: "the schema does not compile: " + message}
}

// deepest follows the first causes; of those at one level, the one whose place
// sorts first, so that the choice is the same on every run.
func deepest(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	for len(e.Causes) > 0 {
		first := e.Causes[0]
		for _, cause := range e.Causes[1:] {
			if cause.InstanceLocation+cause.KeywordLocation < first.InstanceLocation+first.KeywordLocation {
				first = cause
			}
		}
		e = first
	}
	return e
}

// loopFault says that a schema applies itself to the same value without end.
func (src *source) loopFault() *fault.Error {
	from := ""
	for _, pointer := range []string{"/$ref", "/allOf/0/$ref", "/allOf", "/anyOf", "/oneOf"} {
		if _, ok := src.lookup(pointer); ok {
			from = pointer
			break
		}
	}
	return src.fault(from, "the schema contains itself in place: a cycle of $ref or allOf", "recursion must pass through properties or items")
}

// The names under which the two keywords are registered with the library.
const (
	formatKeyword = "format"
	graphKeyword  = "x-graph"
	membersOf     = "x-graph/members" // where a flags enum lists its members
)

// A keyword makes of a schema what the keyword says of texts; nil: nothing. Registering it with
// each compiler leaves the library's global registry of formats alone.
type keyword func(schema map[string]any) jsonschema.ExtSchema

// Compile implements jsonschema.ExtCompiler.
func (k keyword) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	return k(schema), nil
}

// textCheck checks a text; other values are none of its business.
type textCheck struct {
	keyword string
	holds   func(text string) bool
}

// Validate implements jsonschema.ExtSchema.
func (c textCheck) Validate(ctx jsonschema.ValidationContext, value any) error {
	if text, ok := value.(string); ok && !c.holds(text) {
		return ctx.Error(c.keyword, "the text is not of %s", c.keyword)
	}
	return nil
}

// format gives "format" to package identity. An unknown one is vetted before.
func format(schema map[string]any) jsonschema.ExtSchema {
	name, _ := schema[formatKeyword].(string)
	if match, ok := formatMatcher(name); ok {
		return textCheck{formatKeyword, match}
	}
	return nil
}

// flags checks the one thing in x-graph that the library can: the members of a flags enum, names
// separated by commas, in any order (OData JSON format 4.0, section 7.1). The rest is for shapes,
// which read it from the file; an extension costs the library time at every value.
func flags(schema map[string]any) jsonschema.ExtSchema {
	facts, err := readGraphFacts(schema[graphKeyword])
	if err != nil || !facts.Flags {
		return nil // faults are vetted before
	}
	return textCheck{membersOf, func(text string) bool {
		for name := range strings.SplitSeq(text, ",") {
			if !slices.Contains(facts.Members, strings.TrimSpace(name)) {
				return false
			}
		}
		return true
	}}
}
