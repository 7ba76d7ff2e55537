package diff

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// The types of JSON, as bits of nothing: a shape counts each.
const (
	typeNull = iota
	typeBool
	typeNumber
	typeString
	typeArray
	typeObject
	jsonTypes
)

var typeNames = [jsonTypes]string{"null", "boolean", "number", "string", "array", "object"}

// A shape is what stood at one place of an operation's answers, elements of arrays
// being all at one place.
type shape struct {
	name    string // of the member; "" for the root and for elements
	hidden  bool   // the name is redacted: it is reported as it stands in the file, the subject has {} for it
	where   string // the place as a path: $['value'][*]['id']
	subject string // the place within its type, by which one change in several operations is known: "user.displayName"
	types   [jsonTypes]int
	members map[string]*shape
	element *shape
	removed *shape           // of tombstones, which hold nothing but an id
	values  map[string]*seen // strings by class, see valueOf
	at      []spot           // at most three
}

// seen is a class of strings that stood at a place.
type seen struct {
	value value
	count int
	at    spot
}

// A spot is one value in one interaction.
type spot struct {
	interaction *cassette.Interaction
	path        string
}

const (
	maxExamples = 3
	maxClasses  = 200  // of strings at one place; so many say nothing
	maxDepth    = 100  // of what is read of a document
	maxMembers  = 1000 // of an object; more are entries of a dictionary (the type with the most has some 200)
)

func (s *shape) total() int {
	n := 0
	for _, count := range s.types {
		n += count
	}
	return n
}

// A reader adds documents to shapes. It keeps the way to the value it is at, which is
// written down only for examples.
type reader struct {
	interaction *cassette.Interaction
	as          reading
	base        string
	steps       []any
}

func (r *reader) spot() spot {
	path := r.base
	for _, step := range r.steps {
		path = jsondoc.AppendPath(path, step)
	}
	return spot{r.interaction, path}
}

func newShape(name, where, subject string) *shape {
	return &shape{name: name, where: where, subject: subject}
}

// read adds a value, which is of a type where that is known.
func (r *reader) read(s *shape, doc any, typ string) {
	if len(r.steps) > maxDepth {
		return // nobody's contract, and a path that is long for every member on the way
	}
	if len(s.at) < maxExamples {
		s.at = append(s.at, r.spot())
	}
	switch v := doc.(type) {
	case nil:
		s.types[typeNull]++
	case bool:
		s.types[typeBool]++
	case string:
		s.types[typeString]++
		r.text(s, v)
	case []any:
		s.types[typeArray]++
		r.elements(s, v, typ)
	case map[string]any:
		if _, isTombstone := v["@removed"]; isTombstone && strings.HasSuffix(s.where, "]") {
			if s.removed == nil {
				s.removed = newShape(s.name, s.where, s.subject)
			}
			s = s.removed
		}
		s.types[typeObject]++
		r.object(s, v, typ)
	default:
		s.types[typeNumber]++
	}
}

func (r *reader) elements(s *shape, elements []any, typ string) {
	if s.element == nil {
		s.element = newShape(s.name, s.where+"[*]", s.subject+"[]")
	}
	for i, element := range elements {
		r.steps = append(r.steps, i)
		r.read(s.element, element, typ)
		r.steps = r.steps[:len(r.steps)-1]
	}
}

func (r *reader) object(s *shape, members map[string]any, typ string) {
	if name := text(members, odata.Type); name != "" {
		typ = strings.TrimPrefix(strings.TrimPrefix(name, "#"), "microsoft.graph.")
	}
	if s.members == nil {
		s.members = make(map[string]*shape, len(members))
	}
	isKeyed := len(members) > maxMembers || r.as.isKeyed(members)
	for own, value := range members {
		name := nameOf(own)
		if isKeyed {
			name = keyed
		}
		inner := s.members[name]
		if inner == nil {
			inner = newShape(name, jsondoc.AppendPath(s.where, name), subjectOf(typ, s.subject, r.as.unhidden(own, name)))
			inner.hidden = inner.subject != subjectOf(typ, s.subject, name)
			s.members[name] = inner
		}
		r.steps = append(r.steps, own)
		innerType := ""
		if s.where == jsondoc.Root && name == "value" {
			innerType = typ
		}
		r.read(inner, value, innerType)
		r.steps = r.steps[:len(r.steps)-1]
	}
}

// keyed is the name of all entries of a dictionary: of objects whose members are too many for
// a type, or are named by ids, or by what users chose (plannerAssignments, plannerChecklistItems,
// plannerExternalReferences, plannerAppliedCategories).
const keyed = "{}"

// extension begins the names of directory extensions: extension_{appId without
// hyphens}_{name}, as resources/extensionproperty has it.
const extension = "extension_"

// shortestID is how long a name is that may be an id. Few are, and most are read quickly.
const shortestID = 20

// nameOf is a member's name without the ids in it.
func nameOf(name string) string {
	switch {
	case strings.HasPrefix(name, extension):
		if _, own, found := strings.Cut(name[len(extension):], "_"); found {
			return extension + keyed + "_" + own
		}
	case isDigits(name), strings.Contains(name, "%"), isDigits(strings.TrimPrefix(name, "category")):
		return keyed
	case len(name) >= shortestID && strings.ContainsAny(name, "0123456789") && isID(identity.Recognise(name)):
		return keyed
	}
	return name
}

// subjectOf names a member of a type. An annotation is one thing, wherever it stands.
func subjectOf(typ, holder, name string) string {
	switch {
	case strings.HasPrefix(name, "@"):
		return name
	case typ != "":
		return typ + "." + name
	}
	return holder + "." + name
}

// text adds a string: JSON in it is opened, anything else has a class.
func (r *reader) text(s *shape, v string) {
	if len(v) > 1 && (v[0] == '{' || v[0] == '[') {
		if doc, err := jsondoc.Parse(v); err == nil {
			if s.element == nil {
				s.element = newShape(s.name, s.where, s.subject)
			}
			base, steps := r.base, r.steps
			r.base, r.steps = r.spot().path, nil
			r.read(s.element, doc, "")
			r.base, r.steps = base, steps
			return
		}
	}
	val := r.as.valueOf(s.name, v)
	if val.role == prose {
		return
	}
	key := string('0'+byte(val.role)) + val.String()
	known := s.values[key]
	if known == nil {
		if len(s.values) >= maxClasses {
			return
		}
		if s.values == nil {
			s.values = map[string]*seen{}
		}
		known = &seen{value: val, at: r.spot()}
		s.values[key] = known
	}
	known.count++
}

// typeOf is the type of an answer's resource, as far as its context or address says: in
// the singular, so that a list's items and one item are of one type.
func (e *exchange) typeOf() string {
	name := ""
	if _, fragment, found := strings.Cut(text(e.answered.doc, odata.Context), "#"); found {
		name = strings.TrimSuffix(strings.TrimSuffix(fragment, "/$entity"), "/$delta")
		if open := strings.LastIndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") && !strings.Contains(name[open:], "'") {
			name = name[:open]
		}
		name = name[strings.LastIndexAny(name, "/.")+1:]
	} else {
		for _, s := range e.url.Segments {
			if s.Kind == 0 {
				name = s.Text
			}
		}
	}
	switch {
	case strings.HasSuffix(name, "ies"):
		return strings.TrimSuffix(name, "ies") + "y"
	case strings.HasSuffix(name, "ss"):
		return name
	}
	return strings.TrimSuffix(name, "s")
}
