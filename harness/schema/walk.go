package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Bounds of what the library is given. It recurses and keeps a path of every
// level; it compares numbers as exact fractions, which takes seconds for 1e-999999
// and crashes beyond.
const (
	maxDepth    = 1000
	maxDigits   = 400 // of a number as a whole
	maxExponent = 3   // digits of the exponent
)

// step leads from a container to a member, or to an element.
type step struct {
	name  string
	index int // -1 for a member
}

func member(name string) step { return step{name, -1} }
func element(index int) step  { return step{"", index} }

// walker walks through one answer. It finds what JSON Schema cannot say (runtime types,
// undeclared properties) and which values are to be checked against which schema; the library
// does that afterwards, so that it never sees an answer that is out of bounds.
type walker struct {
	trail
	opts   Options
	runs   []run
	beyond bool // the answer is out of bounds
}

// trail is where in an answer of the root type something is looked at.
type trail struct {
	*findings
	root *compiled
	path []step
}

// run is a value that is to be checked against a type's schema.
type run struct {
	typ   *compiled
	value any
	path  []step
}

func (t *trail) push(s step) { t.path = append(t.path, s) }
func (t *trail) pop()        { t.path = t.path[:len(t.path)-1] }

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
func (w *walker) answer(v any) {
	object, ok := v.(map[string]any)
	if !ok {
		w.queue(w.root, v)
		if w.worthwhile(v) {
			w.value(w.root.shape, v)
		}
		return
	}
	w.selection(object, w.opts.Select, w.opts.Expand)
	w.value(&shape{target: w.root.key.name}, v)
}

// page checks a value as a page of the root type. What a page is: concepts/paging.
func (w *walker) page(v any) {
	page, ok := v.(map[string]any)
	if !ok {
		w.report(w.root.key, "", Violation{Rule: RuleType, Want: "object", Got: jsondoc.Brief(v)})
		return
	}
	elements, ok := page["value"].([]any)
	switch value, present := page["value"]; {
	case !present:
		w.report(w.root.key, "", Violation{Rule: RuleRequired, Want: "an array of " + w.root.key.name, Got: absent}, member("value"))
	case !ok:
		w.report(w.root.key, "", Violation{Rule: RuleType, Want: "array", Got: jsondoc.Brief(value)}, member("value"))
	}
	for name, extra := range page {
		if name != "value" && !strings.Contains(name, "@") {
			w.report(w.root.key, "", Violation{Rule: RuleUndeclared, Warning: true, Want: "nothing but value and annotations", Got: jsondoc.Brief(extra)}, member(name))
		}
	}
	w.push(member("value"))
	for i, item := range elements {
		w.push(element(i))
		w.answer(item)
		w.pop()
	}
	w.pop()
}

// queue notes that the current value is to be checked against a type's schema.
func (w *walker) queue(t *compiled, v any) {
	w.runs = append(w.runs, run{t, v, slices.Clone(w.path)})
}

func (w *walker) value(sh *shape, v any) {
	if len(w.path) > maxDepth {
		w.beyond = true
		w.report(w.root.key, "", Violation{Rule: RuleDepth, Want: fmt.Sprintf("at most %d levels", maxDepth), Got: jsondoc.Brief(v)})
		return
	}
	switch v := v.(type) {
	case map[string]any:
		sh, lenient := w.runtime(sh, v)
		w.members(sh, v, lenient)
	case []any:
		var items *shape
		if sh != nil {
			items = sh.items
		}
		for i, item := range v {
			if w.worthwhile(item, element(i)) {
				w.push(element(i))
				w.value(items, item)
				w.pop()
			}
		}
	}
}

// worthwhile reports whether there is something to walk in a value, and reports a
// number that is out of bounds.
func (w *walker) worthwhile(v any, at ...step) bool {
	switch v := v.(type) {
	case map[string]any, []any:
		return true
	case json.Number:
		if !inBounds(v) {
			w.beyond = true
			w.report(w.root.key, "", Violation{Rule: RuleNumber, Want: "a number of a sane size", Got: jsondoc.Brief(v)}, at...)
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
func (w *walker) members(sh *shape, object map[string]any, lenient bool) {
	closed := sh != nil && sh.closed && !lenient
	watched := closed || sh != nil && !lenient && w.opts.Open && sh.open
	for name, v := range object {
		container := w.worthwhile(v, member(name))
		if at := strings.IndexByte(name, '@'); at >= 0 && !w.opts.Request {
			w.annotation(name[at:], name, v)
		}
		if w.opts.Request && sh != nil && sh.readOnly[name] {
			w.report(sh.key, appendToken("/properties", name), Violation{Rule: RuleReadOnly, Warning: true,
				Want: "nothing: only the service sets it", Got: jsondoc.Brief(v)}, member(name))
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
				w.undeclared(sh, object, name)
			}
		}
		if container {
			w.push(member(name))
			w.value(property, v)
			w.pop()
		}
	}
}

// undeclared reports a property that neither a type nor its bases know.
func (w *walker) undeclared(sh *shape, object map[string]any, name string) {
	violation := Violation{Rule: RuleOpen, Warning: true, Want: "a property that " + sh.key.name + " declares, though it is open", Got: jsondoc.Brief(object[name])}
	if meant := misspelt(sh, object, name); !sh.open {
		violation.Rule, violation.Want = RuleUndeclared, wantProperty(sh, name)
	} else if meant != "" {
		violation.Rule, violation.Want = RuleMisspelt, "a property of "+sh.key.name+", perhaps "+strconv.Quote(meant)
	}
	w.report(sh.key, "/properties", violation, member(name))
}

// misspelt is the property that somebody meant who wrote the name of an object's: a slip or two
// away, and not in the object. Short names, and singular and plural, are too alike to say.
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

// runtime is the shape of the type that an object really has: the declared one,
// or the subtype that its @odata.type names. It queues the object for that type's
// schema, unless the run of an enclosing schema covers it. Lenient means that the
// type has no schema, so that more properties than the declared ones are due.
func (w *walker) runtime(sh *shape, object map[string]any) (actual *shape, lenient bool) {
	declared := sh.typeName()
	named := odata.TypeOf(object)
	if named != "" && named != declared {
		if w.known(named) {
			return w.subtype(declared, named, object), false
		}
		w.report(w.root.key, "", Violation{Rule: RuleODataType, Warning: true, Got: jsondoc.Brief(object[odata.Type]),
			Want: "a type with a schema in " + w.root.key.api + " (only its declared part is checked)"}, member(odata.Type))
		lenient = true
	}
	if sh != nil && sh.key.name == "" && sh.target != "" { // nothing refers to the schema: it has yet to be applied
		t := w.load(declared)
		if t == nil {
			return nil, lenient
		}
		w.queue(t, object)
		sh = t.shape
	}
	if sh != nil && sh.abstract && named == "" {
		w.report(sh.key, "/x-graph", Violation{Rule: RuleODataType, Warning: true, Got: jsondoc.Brief(object),
			Want: "an @odata.type that names a subtype of " + declared})
	}
	return sh, lenient
}

// subtype is the shape of a type that an object names itself.
func (w *walker) subtype(declared, named string, object map[string]any) *shape {
	t := w.load(named)
	if t == nil {
		return nil
	}
	if w.known(declared) && !t.shape.bases[declared] {
		w.report(t.key, "/allOf", Violation{Rule: RuleODataType, Got: jsondoc.Brief(object[odata.Type]),
			Want: declared + ", or a type that derives from it"}, member(odata.Type))
	}
	w.queue(t, object)
	return t.shape
}

func (w *walker) known(name string) bool { return w.set.Has(w.root.key.api, name) }

// load is a type's schema, or nil when there is none or it is broken.
func (w *walker) load(name string) *compiled {
	if !w.known(name) {
		return nil
	}
	t, err := w.set.compile(typeKey{w.root.key.api, name})
	if err != nil {
		w.faults = append(w.faults, err)
		return nil
	}
	return t
}

// The annotations whose values are texts, beside the links that clients follow (OData JSON
// format 4.01, sections 4.5 and 4.6). Others may hold what they like.
var textAnnotations = map[string]bool{
	odata.Context: true, odata.Type: true, "@odata.id": true, "@odata.etag": true, "@odata.editLink": true,
	"@odata.readLink": true, "@odata.associationLink": true, "@odata.navigationLink": true,
	"@odata.mediaContentType": true, "@odata.mediaEtag": true,
}

// annotation checks the kind of an annotation's value. Those of the answer itself, which
// have an address or a number to be, are not this package's to judge.
func (w *walker) annotation(annotation, name string, v any) {
	if v == nil || len(w.path) == 0 && ofAnswer[name] {
		return
	}
	want := ""
	switch _, isText := v.(string); {
	case !isText && (textAnnotations[annotation] || odata.IsFollowedMember(annotation)):
		want = "string"
	case annotation == odata.Count:
		if _, isNumber := v.(json.Number); !isNumber && !(isText && w.opts.LongTexts) {
			want = "integer"
		}
	}
	if want != "" {
		w.report(w.root.key, "", Violation{Rule: RuleType, Want: want, Got: jsondoc.Brief(v)}, member(name))
	}
}

var ofAnswer = map[string]bool{odata.Context: true, odata.NextLink: true, odata.DeltaLink: true, odata.Count: true}
