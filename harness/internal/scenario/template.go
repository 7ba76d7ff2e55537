package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Template is JSON, or text, with variables in braces. The zero Template is
// unset. A template is read-only; what Expand returns is the caller's.
type Template struct{ node node }

// A Lookup finds the value of a variable ("name" or "env.NAME"): a tree of
// package jsondoc.
type Lookup = func(name string) (any, bool)

// Verbatim is a text that stands for itself, whatever braces it holds.
func Verbatim(s string) Template { return Template{text{{text: s}}} }

// IsZero reports whether the template is unset.
func (t Template) IsZero() bool { return t.node == nil }

// Expand replaces the variables. A string that is just "{x}" becomes x's value
// with its JSON type; elsewhere the value's text is put in. The result is a tree
// of package jsondoc. The error names the variable that is not set.
func (t Template) Expand(lookup Lookup) (any, error) {
	if t.node == nil {
		return nil, errUnset
	}
	return t.node.expand(&expansion{lookup, maxExpanded})
}

// ExpandText is Expand for text; every inserted value passes through escape, which is also
// given the text before it, when that is not nil. A template that is just one variable is not escaped. JSON that
// is no text is an error unless it is a number, true or false.
func (t Template) ExpandText(lookup Lookup, escape func(before, value string) string) (string, error) {
	switch n := t.node.(type) {
	case nil:
		return "", errUnset
	case text:
		if n.isLone() {
			escape = nil
		}
		return n.join(&expansion{lookup, maxExpanded}, escape)
	case literal:
		return textOf(n.value)
	}
	return "", errors.New("a list or an object is not text")
}

var errUnset = errors.New("the template is not set")

// Variables lists the variables that the template uses, in order of appearance,
// each once.
func (t Template) Variables() []string {
	var names []string
	seen := map[string]bool{}
	eachVariable(t.node, func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	})
	return names
}

func eachVariable(n node, see func(name string)) {
	switch n := n.(type) {
	case text:
		for _, p := range n {
			if p.variable != "" {
				see(p.variable)
			}
		}
	case list:
		for _, item := range n {
			eachVariable(item, see)
		}
	case object:
		for _, m := range n {
			eachVariable(m.name, see)
			eachVariable(m.value, see)
		}
	}
}

// node is a part of a template: literal, text, list or object.
type node interface {
	expand(*expansion) (any, error)
}

type (
	literal struct{ value any } // nil, bool or json.Number
	text    []piece
	list    []node
	object  []member
	member  struct {
		name  text
		value node
	}
	// piece is a run of text, or a variable.
	piece struct{ text, variable string }
)

func (l literal) expand(*expansion) (any, error) { return l.value, nil }

func (t text) isLone() bool { return len(t) == 1 && t[0].variable != "" }

func (t text) expand(x *expansion) (any, error) {
	if t.isLone() {
		return x.value(t[0].variable)
	}
	return t.join(x, nil)
}

func (t text) join(x *expansion, escape func(before, value string) string) (string, error) {
	var b strings.Builder
	for _, p := range t {
		if p.variable == "" {
			b.WriteString(p.text)
			continue
		}
		value, err := x.value(p.variable)
		if err != nil {
			return "", err
		}
		inserted, err := textOf(value)
		if err != nil {
			return "", fmt.Errorf("variable %q: %w", p.variable, err)
		}
		if escape != nil {
			inserted = escape(b.String(), inserted)
		}
		b.WriteString(inserted)
	}
	return b.String(), nil
}

func (l list) expand(x *expansion) (any, error) {
	out := make([]any, len(l))
	for i, n := range l {
		var err error
		if out[i], err = n.expand(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// expand puts variables into names too: some names are ids (a planner task's
// assignments, resources/plannerassignments).
func (o object) expand(x *expansion) (any, error) {
	out := make(map[string]any, len(o))
	for _, m := range o {
		name, err := m.name.join(x, nil)
		if err != nil {
			return nil, err
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("two properties are called %q", name)
		}
		if out[name], err = m.value.expand(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// named is the value of the member whose name is just this text.
func (o object) named(name string) node {
	for _, m := range o {
		if len(m.name) == 1 && m.name[0] == (piece{text: name}) {
			return m.value
		}
	}
	return nil
}

// maxExpanded bounds what variables put into one template, in bytes of JSON: ten
// variables, each a list of ten times the one before, are more than a machine can hold.
const maxExpanded = 16 << 20

// expansion replaces the variables of one template.
type expansion struct {
	lookup Lookup
	left   int // bytes that may still be put in
}

func (x *expansion) value(name string) (any, error) {
	value, ok := x.lookup(name)
	if !ok {
		return nil, fmt.Errorf("variable %q is not set", name)
	}
	if x.left = rest(x.left, value); x.left < 0 {
		return nil, fmt.Errorf("variable %q makes the text larger than %d MB", name, maxExpanded>>20)
	}
	return value, nil
}

// rest is what a value leaves of so many bytes. It stops where nothing is left, since a
// tree whose branches are shared may be far larger than its memory.
func rest(left int, value any) int {
	switch v := value.(type) {
	case string:
		left -= len(v)
	case []any:
		for _, item := range v {
			if left = rest(left, item); left < 0 {
				break
			}
		}
	case map[string]any:
		for name, item := range v {
			if left = rest(left-len(name), item); left < 0 {
				break
			}
		}
	}
	return left - len("[]")
}

// textOf is how a value reads inside a text. There is no text for null: a URL
// with "null" in it is a mistake that shows only much later.
func textOf(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", errors.New("null has no text")
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case []any, map[string]any:
		return string(jsondoc.Canonical(nil, v)), nil
	}
	return fmt.Sprint(value), nil
}

var variableName = regexp.MustCompile(`^(env\.)?[A-Za-z_][A-Za-z0-9_-]*$`)

// parseText splits text at its variables: {name}, {env.NAME}, and {{ and }} for
// braces.
func parseText(s string) (text, error) {
	pieces := text{}
	var run strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c != '{' && c != '}':
			run.WriteByte(c)
			i++
		case strings.HasPrefix(s[i+1:], string(c)):
			run.WriteByte(c)
			i += 2
		default:
			name, err := variableAt(s[i:])
			if err != nil {
				return nil, fmt.Errorf("%w (at character %d)", err, utf8.RuneCountInString(s[:i])+1)
			}
			if run.Len() > 0 {
				pieces = append(pieces, piece{text: run.String()})
				run.Reset()
			}
			pieces = append(pieces, piece{variable: name})
			i += len("{}") + len(name)
		}
	}
	if run.Len() > 0 {
		pieces = append(pieces, piece{text: run.String()})
	}
	return pieces, nil
}

// variableAt is the name in the braces that s begins with.
func variableAt(s string) (string, error) {
	name, _, closed := strings.Cut(s[1:], "}")
	switch {
	case s[0] == '}':
		return "", errors.New(`"}" closes nothing`)
	case !closed:
		return "", errors.New(`"{" is not closed`)
	case name == "":
		return "", errors.New("a variable has no name")
	case !variableName.MatchString(name):
		return "", fmt.Errorf("{%s} is not a variable", name)
	}
	return name, nil
}
