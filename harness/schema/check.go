package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Bounds of what the library is given. It recurses and keeps a path of every
// level; it compares numbers as exact fractions, which takes seconds for 1e-999999
// and crashes beyond.
const (
	maxDepth    = 1000
	maxDigits   = 400 // of a number, all told
	maxExponent = 3   // digits of the exponent
)

const typeAnnotation = "@odata.type"

// step leads from a container to a member, or to an element.
type step struct {
	name  string
	index int // -1 for a member
}

func member(name string) step { return step{name, -1} }
func element(index int) step  { return step{"", index} }

// checker validates one answer. The walk finds what JSON Schema cannot say
// (runtime types, undeclared properties) and which values are to be checked
// against which schema; the library does that afterwards, so that it never sees
// an answer that is out of bounds.
type checker struct {
	set    *Set
	opts   Options
	root   *compiled
	path   []step
	runs   []run
	found  []Violation
	faults []error
	beyond bool // the answer is out of bounds
}

// run is a value that is to be checked against a type's schema.
type run struct {
	typ   *compiled
	value any
	path  []step
}

func (c *checker) push(s step) { c.path = append(c.path, s) }
func (c *checker) pop()        { c.path = c.path[:len(c.path)-1] }

// normalized is the RFC 9535 path of what lies more steps below path.
func normalized(path []step, more ...step) string {
	text := jsondoc.Root
	for _, steps := range [][]step{path, more} {
		for _, s := range steps {
			if s.index < 0 {
				text = jsondoc.AppendPath(text, s.name)
			} else {
				text = jsondoc.AppendPath(text, s.index)
			}
		}
	}
	return text
}

// answer checks a value as one of the root type.
func (c *checker) answer(v any) {
	object, ok := v.(map[string]any)
	if !ok {
		c.queue(c.root, v)
		if c.worthwhile(v) {
			c.value(c.root.shape, v)
		}
		return
	}
	c.selection(object, c.opts.Select, c.opts.Expand)
	c.value(&shape{target: c.root.key.name}, v)
}

// page checks a value as a page of the root type. What a page is: concepts/paging.
func (c *checker) page(v any) {
	page, ok := v.(map[string]any)
	if !ok {
		c.report(c.root.key, "", Violation{Rule: RuleType, Want: "object", Got: brief(v)})
		return
	}
	elements, ok := page["value"].([]any)
	switch value, present := page["value"]; {
	case !present:
		c.report(c.root.key, "", Violation{Rule: RuleRequired, Want: "an array of " + c.root.key.name, Got: absent}, member("value"))
	case !ok:
		c.report(c.root.key, "", Violation{Rule: RuleType, Want: "array", Got: brief(value)}, member("value"))
	}
	for name, extra := range page {
		if name != "value" && !strings.Contains(name, "@") {
			c.report(c.root.key, "", Violation{Rule: RuleUndeclared, Warning: true, Want: "nothing but value and annotations", Got: brief(extra)}, member(name))
		}
	}
	c.push(member("value"))
	for i, item := range elements {
		c.push(element(i))
		c.answer(item)
		c.pop()
	}
	c.pop()
}

// queue notes that the current value is to be checked against a type's schema.
func (c *checker) queue(t *compiled, v any) {
	c.runs = append(c.runs, run{t, v, slices.Clone(c.path)})
}

// value walks a value of a shape.
func (c *checker) value(sh *shape, v any) {
	if len(c.path) > maxDepth {
		c.beyond = true
		c.report(c.root.key, "", Violation{Rule: RuleDepth, Want: fmt.Sprintf("at most %d levels", maxDepth), Got: brief(v)})
		return
	}
	switch v := v.(type) {
	case map[string]any:
		sh, lenient := c.runtime(sh, v)
		c.members(sh, v, lenient)
	case []any:
		var items *shape
		if sh != nil {
			items = sh.items
		}
		for i, item := range v {
			if c.worthwhile(item, element(i)) {
				c.push(element(i))
				c.value(items, item)
				c.pop()
			}
		}
	}
}

// worthwhile reports whether there is something to walk in a value, and reports a
// number that is out of bounds.
func (c *checker) worthwhile(v any, at ...step) bool {
	switch v := v.(type) {
	case map[string]any, []any:
		return true
	case json.Number:
		if !inBounds(v) {
			c.beyond = true
			c.report(c.root.key, "", Violation{Rule: RuleNumber, Want: "a number of a sane size", Got: brief(v)}, at...)
		}
	}
	return false
}

func inBounds(number json.Number) bool {
	text := string(number)
	exponent := ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent = strings.TrimLeft(text[i+1:], "+-0")
	}
	return len(text) <= maxDigits && len(exponent) <= maxExponent
}

// members walks the properties of an object. Annotations (names with '@') are
// legal everywhere.
func (c *checker) members(sh *shape, object map[string]any, lenient bool) {
	closed := sh != nil && sh.closed && !lenient
	watched := closed || sh != nil && !lenient && c.opts.Open && sh.open
	for name, v := range object {
		container := c.worthwhile(v, member(name))
		if at := strings.IndexByte(name, '@'); at >= 0 && !c.opts.Request {
			c.annotation(name[at:], name, v)
		}
		if c.opts.Request && sh != nil && sh.readOnly[name] {
			c.report(sh.key, appendToken("/properties", name), Violation{Rule: RuleReadOnly, Warning: true,
				Want: "nothing: only the service sets it", Got: brief(v)}, member(name))
		}
		if !watched && !container {
			continue
		}
		var property *shape
		var declared bool
		if sh != nil {
			property, declared = sh.props[name]
		}
		if !declared {
			if strings.IndexByte(name, '@') >= 0 {
				continue
			}
			if watched {
				c.undeclared(sh, object, name)
			}
		}
		if container {
			c.push(member(name))
			c.value(property, v)
			c.pop()
		}
	}
}

// undeclared reports a property that neither a type nor its bases know.
func (c *checker) undeclared(sh *shape, object map[string]any, name string) {
	violation := Violation{Rule: RuleOpen, Warning: true, Want: "a property that " + sh.key.name + " declares, though it is open", Got: brief(object[name])}
	if meant := misspelt(sh, object, name); !sh.open {
		violation.Rule, violation.Want = RuleUndeclared, wantProperty(sh, name)
	} else if meant != "" {
		violation.Rule, violation.Want = RuleMisspelt, "a property of "+sh.key.name+", perhaps "+strconv.Quote(meant)
	}
	c.report(sh.key, "/properties", violation, member(name))
}

// misspelt is the property that somebody meant who wrote the name of an object's: a slip or two
// away, and not in the object. Of short names, and of singular and plural, nobody can tell.
func misspelt(sh *shape, object map[string]any, name string) string {
	const short, slips = 6, 2
	if !sh.open || len(name) < short {
		return ""
	}
	best, least := "", slips+1
	for declared := range sh.props {
		_, present := object[declared]
		if n := len(declared) - len(name); present || n > slips || n < -slips || strings.TrimSuffix(declared, "s") == strings.TrimSuffix(name, "s") {
			continue
		}
		if d := fault.Distance(name, declared); d < least || d == least && declared < best {
			best, least = declared, d
		}
	}
	return best
}

// wantProperty names the property that was meant, or all that there are.
func wantProperty(sh *shape, name string) string {
	names := slices.Sorted(maps.Keys(sh.props))
	if near := nearest(name, names); len(near) > 0 {
		return fmt.Sprintf("a property of %s, perhaps %s", sh.key.name, near[0])
	}
	return fmt.Sprintf("a property of %s: %s", sh.key.name, listed(names))
}

// selection reports properties that neither $select nor $expand asked for (id
// comes unasked in real recordings), in expanded entities too.
func (c *checker) selection(object map[string]any, names []string, expand []Expansion) {
	for _, e := range expand {
		c.expanded(object, e)
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
			c.report(c.root.key, appendToken("/properties", name), Violation{Rule: RuleSelect,
				Want: "only what was selected: " + listed(names), Got: brief(v)}, member(name))
		}
	}
}

// expanded looks at what an element of $expand brought.
func (c *checker) expanded(object map[string]any, e Expansion) {
	for name, v := range object {
		if strings.ToLower(name) != selected(e.Name) {
			continue
		}
		c.push(member(name))
		switch v := v.(type) {
		case map[string]any:
			c.selection(v, e.Select, e.Expand)
		case []any:
			for i, item := range v {
				if inner, ok := item.(map[string]any); ok {
					c.push(element(i))
					c.selection(inner, e.Select, e.Expand)
					c.pop()
				}
			}
		}
		c.pop()
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
