package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

const envPrefix = "env."

// variables follows which variables are defined while the steps are read in the
// order in which they will run.
type variables struct {
	definedBy map[string]string // variable: what defines it
	used      map[string]bool   // by the present step
	pending   []use             // uses that are not resolved yet
	missing   []use             // uses before the definition, or without one
}

// use is a variable in a template.
type use struct {
	name string
	at   value
}

// note remembers the variables of a template that stands at v.
func (n *variables) note(v value, t Template) {
	for _, name := range t.Variables() {
		n.used[name] = true
		if !strings.HasPrefix(name, envPrefix) {
			n.pending = append(n.pending, use{name, v})
		}
	}
}

func (n *variables) define(name, by string) {
	if _, ok := n.definedBy[name]; !ok {
		n.definedBy[name] = by
	}
}

// resolve compares what was used with what is defined so far.
func (n *variables) resolve() {
	for _, u := range n.pending {
		if _, ok := n.definedBy[u.name]; !ok {
			n.missing = append(n.missing, u)
		}
	}
	n.pending = nil
}

// reportMissing is called when every definition is known.
func (n *variables) reportMissing() {
	for _, u := range n.missing {
		if by, ok := n.definedBy[u.name]; ok {
			u.at.Fault("capture it in an earlier step, or define it under vars",
				"variable %q is used before %s captures it", u.name, by)
			continue
		}
		known := slices.Sorted(maps.Keys(n.definedBy))
		u.at.Fault(fault.Suggest(u.name, known), "variable %q is not defined", u.name)
	}
}

// vars decodes the initial variables. Each needs only earlier ones; otherwise they stay in the
// order of the file.
func (d *decoder) vars(v value) []Var {
	var written []Var
	members := map[string]value{}
	index := map[string]int{}
	for name, member := range v.Members() {
		if !isPlainVariable(name) {
			member.KeyFault("use letters, digits, - and _", "%q is not a variable name", name)
			continue
		}
		index[name], members[name] = len(written), member.Value
		written = append(written, Var{Name: name, Value: d.json(member.Value), Line: member.KeyLine()})
		d.names.define(name, "vars")
	}
	d.names.resolve()
	var sorted []Var
	var trail []string        // the variables whose needs are being looked at
	done := map[string]bool{} // false: on the trail
	var visit func(one Var)
	visit = func(one Var) {
		isDone, seen := done[one.Name]
		if seen && !isDone {
			start := slices.Index(trail, one.Name)
			members[one.Name].Fault("", "the variables need each other: %s", strings.Join(append(trail[start:], one.Name), " -> "))
		}
		if seen {
			return
		}
		done[one.Name] = false
		trail = append(trail, one.Name)
		for _, needed := range one.Value.Variables() {
			if i, ok := index[needed]; ok {
				visit(written[i])
			}
		}
		trail = trail[:len(trail)-1]
		done[one.Name] = true
		sorted = append(sorted, one)
	}
	for _, one := range written {
		visit(one)
	}
	return sorted
}

func isPlainVariable(name string) bool {
	return variableName.MatchString(name) && !strings.HasPrefix(name, envPrefix)
}

// json is the template of free-form JSON.
func (d *decoder) json(v value) Template {
	if !v.IsSet() {
		return Template{}
	}
	return Template{d.jsonNode(v)}
}

func (d *decoder) jsonNode(v value) node {
	switch v.Kind() {
	case strictyaml.List:
		nodes := list{}
		for _, item := range v.Items() {
			nodes = append(nodes, d.jsonNode(item))
		}
		return nodes
	case strictyaml.Mapping:
		members := object{}
		for name, m := range v.Members() {
			members = append(members, member{d.pieces(m.Key(), name), d.jsonNode(m.Value)})
		}
		return members
	case strictyaml.String:
		return d.text(v).node
	}
	return literal{v.Tree()}
}

// pieces are those of a text that is v, or its key.
func (d *decoder) pieces(v value, s string) text {
	pieces, err := parseText(s)
	if err != nil {
		v.Fault("write {{ and }} for braces that are text, {name} for a variable", "%v in %s", err, shortened(s))
	}
	d.names.note(v, Template{pieces})
	return pieces
}

func shortened(s string) string {
	const limit = 60
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return fmt.Sprintf("%q", s)
}

// text is the template of a value that is text by nature, such as a path or a
// header; numbers and truth values may be written without quotes.
func (d *decoder) text(v value) Template {
	switch v.Kind() {
	case strictyaml.Bool, strictyaml.Number:
		return Template{text{{text: fmt.Sprint(v.Tree())}}}
	}
	s := v.Text()
	if v.Kind() != strictyaml.String {
		return Template{}
	}
	return Template{d.pieces(v, s)}
}
