package schema

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// report notes a violation of what a schema says at pointer, by the current value
// or by what lies more steps below it.
func (c *checker) report(key typeKey, pointer string, v Violation, more ...step) {
	v.Path = normalized(c.path, more...)
	c.add(key, pointer, v)
}

func (c *checker) add(key typeKey, pointer string, v Violation) {
	v.File = c.set.file(key)
	if src := c.set.source(key); src != nil {
		v.Line, _ = src.place(pointer)
	}
	c.found = append(c.found, v)
}

// source is the text of a file that has been compiled, or nil.
func (s *Set) source(key typeKey) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[key.path()]
}

// finish checks what the walk queued, and sorts what was found. A fault in one of
// the schemas wins over all violations.
func (c *checker) finish() ([]Violation, error) {
	if !c.beyond {
		for _, r := range c.runs {
			c.check(r)
		}
	}
	if len(c.faults) > 0 {
		// The walk goes through objects in no order; answer the same on every run.
		return nil, slices.MinFunc(c.faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	}
	slices.SortFunc(c.found, func(a, b Violation) int {
		return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Want, b.Want))
	})
	return slices.Compact(c.found), nil // a subtype's run repeats what its base's found
}

// comparePaths orders paths as people count: [2] comes before [10].
func comparePaths(a, b string) int {
	for i := 0; i < min(len(a), len(b)); i++ {
		if a[i] == b[i] {
			continue
		}
		if x, y := digits(a[i:]), digits(b[i:]); (x > 0 || y > 0) && i > 0 && (a[i-1] == '[' || ascii.IsDigit(a[i-1])) && x != y {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a[i], b[i])
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && ascii.IsDigit(s[n]) {
		n++
	}
	return n
}

// check runs the library on one value.
func (c *checker) check(r run) {
	if c.set.count.Load() && (counts{r.typ.schema: 1}).checks(r.value) > maxChecks {
		c.faults = append(c.faults, r.typ.src.fault("", "the schema leads to its own parts over and over: to check "+normalized(r.path)+" would take more than "+
			strconv.Itoa(maxChecks)+" steps", "let no two schemas of an allOf, anyOf or oneOf refer to the same one"))
		return
	}
	err := validate(r.typ.schema, r.value)
	var invalid *jsonschema.ValidationError
	switch {
	case err == nil:
	case errors.As(err, &invalid):
		for _, l := range c.leaves(invalid) {
			c.violation(r, l)
		}
	default:
		c.unchecked(r, err)
	}
}

// validate is the library's, without its panics.
func validate(schema *jsonschema.Schema, value any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return schema.Validate(value)
}

// unchecked says why the library gave up on a value: a Go value that is no JSON, or
// a cycle that compiling did not show.
func (c *checker) unchecked(r run, err error) {
	var loop jsonschema.InfiniteLoopError
	if errors.As(err, &loop) {
		c.faults = append(c.faults, r.typ.src.loopFault())
		return
	}
	message := strings.TrimPrefix(err.Error(), "jsonschema: ")
	c.faults = append(c.faults, &fault.Error{Place: fault.Place{File: r.typ.file}, Message: fmt.Sprintf("cannot check %s: %s", normalized(r.path), message)})
}

// leaf is one keyword that a value failed.
type leaf struct {
	err     *jsonschema.ValidationError
	key     typeKey // the schema's file
	pointer string  // the keyword in it
	rule    Rule
	want    string // "" is worked out from the keyword
}

// newLeaf reads where the library says that it failed.
func newLeaf(e *jsonschema.ValidationError) leaf {
	location, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	key, _ := keyOf(location)
	l := leaf{err: e, key: key, pointer: libraryPointer(fragment)}
	before, _, found := strings.Cut(l.pointer, "/dependentRequired/")
	switch {
	case strings.HasSuffix(l.pointer, "/"+membersOf):
		l.rule = RuleEnum
	case e.Message == "not allowed":
		l.rule = RuleFalse // the schema is false
	case found:
		l.pointer, l.rule = before+"/dependentRequired", RuleDependentRequired
	default:
		l.rule = Rule(l.pointer[strings.LastIndexByte(l.pointer, '/')+1:])
	}
	return l
}

// leaves flattens the library's tree of causes.
func (c *checker) leaves(e *jsonschema.ValidationError) []leaf {
	if len(e.Causes) == 0 {
		return []leaf{newLeaf(e)}
	}
	if e.Message == "anyOf failed" || e.Message == "oneOf failed" {
		return c.alternatives(e)
	}
	var all []leaf
	for _, cause := range e.Causes {
		all = append(all, c.leaves(cause)...)
	}
	return all
}

// alternatives says why none of several schemas fits, of which each cause is one.
// Those that want another type altogether ("or null") only count where all do.
func (c *checker) alternatives(e *jsonschema.ValidationError) []leaf {
	var types []string
	var nearer [][]leaf
	for _, cause := range e.Causes {
		found := c.leaves(cause)
		if len(found) == 1 && found[0].rule == RuleType && found[0].err.InstanceLocation == e.InstanceLocation {
			types = append(types, c.want(found[0]))
		} else {
			nearer = append(nearer, found)
		}
	}
	whole := newLeaf(e)
	switch len(nearer) {
	case 0:
		slices.SortFunc(types, nullLast)
		whole.rule, whole.want = RuleType, strings.Join(slices.Compact(types), " or ")
	case 1:
		return nearer[0]
	default:
		wants := make([]string, len(nearer))
		for i, found := range nearer {
			wants[i] = c.want(found[0])
		}
		slices.Sort(wants)
		whole.want = strings.Join(slices.Compact(wants), ", or ")
	}
	return []leaf{whole}
}

func nullLast(a, b string) int {
	switch {
	case a == "null" && b != "null":
		return 1
	case b == "null" && a != "null":
		return -1
	}
	return cmp.Compare(a, b)
}

// violation puts a failed keyword into words.
func (c *checker) violation(r run, l leaf) {
	value, below := descend(r.value, l.err.InstanceLocation)
	if text, ok := value.(string); ok && c.opts.Placeholders && l.rule != RuleType && identity.IsPlaceholder(text) {
		return
	}
	switch {
	case l.rule == RuleRequired:
		c.missing(r, l, value, below)
		return
	case l.rule == RuleType && c.opts.LongTexts && c.isLong(l, value):
		return
	case l.rule == RuleFormat && c.isUsual(l):
		l.want, l.rule = c.want(l)+", as such texts usually are", RuleUsual
	}
	v := Violation{
		Path:    normalized(r.path, below...),
		Rule:    l.rule,
		Want:    c.want(l),
		Got:     brief(value),
		Warning: l.rule == RuleUsual || l.rule == RuleEnum && c.evolvable(l),
	}
	c.add(l.key, l.pointer, v)
}

// isUsual reports whether a format is no promise of metadata.
func (c *checker) isUsual(l leaf) bool {
	src := c.set.source(l.key)
	return src != nil && src.graphFacts(strings.TrimSuffix(l.pointer, "/"+formatKeyword)).Usual
}

// isLong reports whether a value is the text of a number of a type that may be one: of an
// integer of 64 bits, or of which nobody says how many it has, or of any number.
func (c *checker) isLong(l leaf, value any) bool {
	text, isText := value.(string)
	src := c.set.source(l.key)
	if !isText || src == nil {
		return false
	}
	around, _ := src.lookup(strings.TrimSuffix(l.pointer, "/type"))
	keywords, _ := around.(map[string]any)
	kinds := texts(keywords["type"])
	switch low, bounded := keywords["minimum"].(json.Number); {
	case slices.Contains(kinds, "integer") && (!bounded || low == json.Number(strconv.FormatInt(math.MinInt64, 10))):
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil
	case slices.Contains(kinds, "number"):
		return decimal.MatchString(text)
	}
	return false
}

var decimal = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// missing reports each required member that an object does not have, at the place
// where it should be.
func (c *checker) missing(r run, l leaf, value any, below []step) {
	object, _ := value.(map[string]any)
	keyword, _ := c.set.source(l.key).lookup(l.pointer)
	for _, name := range texts(keyword) {
		if _, present := object[name]; !present {
			path := normalized(r.path, append(slices.Clip(below), member(name))...)
			c.add(l.key, l.pointer, Violation{Path: path, Rule: l.rule, Want: "a value", Got: absent})
		}
	}
}

// descend follows the library's pointer into a value.
func descend(value any, pointer string) (found any, path []step) {
	for _, token := range pointerTokens(libraryPointer(pointer)) {
		next, ok := child(value, token)
		if !ok {
			break // propertyNames checks names, which have no place of their own
		}
		if _, isArray := value.([]any); isArray {
			path = append(path, element(indexOf(token)))
		} else {
			path = append(path, member(token))
		}
		value = next
	}
	return value, path
}
