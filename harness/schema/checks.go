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

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// checks has the library check values, and puts into words what it finds.
type checks struct {
	*findings
	opts Options
}

func (c checks) run(r run) {
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
func (c checks) unchecked(r run, err error) {
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
	src     *source // its text
	pointer string  // the keyword in it
	rule    Rule
	want    string // "" is worked out from the keyword
}

// leaf reads where the library says that it failed.
func (c checks) leaf(e *jsonschema.ValidationError) leaf {
	location, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	key, _ := keyOf(location)
	l := leaf{err: e, key: key, src: c.set.source(key), pointer: libraryPointer(fragment)}
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
func (c checks) leaves(e *jsonschema.ValidationError) []leaf {
	if len(e.Causes) == 0 {
		return []leaf{c.leaf(e)}
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
func (c checks) alternatives(e *jsonschema.ValidationError) []leaf {
	var types []string
	var nearer [][]leaf
	for _, cause := range e.Causes {
		found := c.leaves(cause)
		if len(found) == 1 && found[0].rule == RuleType && found[0].err.InstanceLocation == e.InstanceLocation {
			types = append(types, found[0].wanted())
		} else {
			nearer = append(nearer, found)
		}
	}
	whole := c.leaf(e)
	switch len(nearer) {
	case 0:
		slices.SortFunc(types, nullLast)
		whole.rule, whole.want = RuleType, strings.Join(slices.Compact(types), " or ")
	case 1:
		return nearer[0]
	default:
		wants := make([]string, len(nearer))
		for i, found := range nearer {
			wants[i] = found[0].wanted()
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

func (c checks) violation(r run, l leaf) {
	value, below := descend(r.value, l.err.InstanceLocation)
	if text, ok := value.(string); ok && c.opts.Placeholders && l.rule != RuleType && identity.IsPlaceholder(text) {
		return
	}
	switch {
	case l.rule == RuleRequired:
		c.missing(r, l, value, below)
		return
	case l.rule == RuleType && c.opts.LongTexts && l.isLong(value):
		return
	case l.rule == RuleFormat && l.src != nil && l.src.graphFacts(strings.TrimSuffix(l.pointer, "/"+formatKeyword)).Usual:
		l.want, l.rule = l.wanted()+", as such texts usually are", RuleUsual
	}
	v := Violation{
		Path:    normalized(r.path, below...),
		Rule:    l.rule,
		Want:    l.wanted(),
		Got:     jsondoc.Brief(value),
		Warning: l.rule == RuleUsual || l.rule == RuleEnum && l.isEvolvable(),
	}
	c.add(l.key, l.pointer, v)
}

// isLong reports whether a value is the text of a number of a type that may be one: of an
// integer of 64 bits, or of which nobody says how many it has, or of any number.
func (l leaf) isLong(value any) bool {
	text, isText := value.(string)
	if !isText || l.src == nil {
		return false
	}
	around, _ := l.src.lookup(strings.TrimSuffix(l.pointer, "/type"))
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
func (c checks) missing(r run, l leaf, value any, below []step) {
	object, _ := value.(map[string]any)
	keyword, _ := l.src.lookup(l.pointer)
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
			index, _ := strconv.Atoi(token)
			path = append(path, element(index))
		} else {
			path = append(path, member(token))
		}
		value = next
	}
	return value, path
}
