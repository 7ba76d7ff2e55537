package schema

import (
	"errors"
	"fmt"
	"io"
	"net/url"
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
		l.compiler = l.newCompiler()
	}
	schema, err = l.compiler.Compile(address(key))
	if err != nil {
		return nil, l.explain(key, err)
	}
	return schema, nil
}

func (l *library) newCompiler() *jsonschema.Compiler {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	compiler.LoadURL = l.load
	compiler.RegisterExtension(formatKeyword, nil, keyword(format))
	compiler.RegisterExtension(graphKeyword, nil, keyword(flags))
	return compiler
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
