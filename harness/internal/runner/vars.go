package runner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

const envPrefix = "env."

// variables are what the {x} of a scenario stand for at one moment of a run.
type variables struct {
	values map[string]any
	env    func(name string) (string, bool)
}

func (v *variables) lookup(name string) (any, bool) {
	if value, ok := v.values[name]; ok {
		return value, true
	}
	if variable, ok := strings.CutPrefix(name, envPrefix); ok && v.env != nil {
		return lookedUp(v.env(variable))
	}
	return nil, false
}

func lookedUp(text string, ok bool) (any, bool) { return text, ok }

// newVariables gives the scenario's variables their initial values.
func newVariables(sc *scenario.Scenario, opts Options) (*variables, *halt) {
	v := &variables{values: map[string]any{}, env: opts.Env}
	for name, text := range opts.Vars {
		if strings.HasPrefix(name, envPrefix) {
			v.values[name] = text
		}
	}
	for _, declared := range sc.Vars {
		if text, ok := opts.Vars[declared.Name]; ok {
			v.values[declared.Name] = v.typed(declared.Value, text)
			continue
		}
		if h := v.unsetEnv(declared.Value.Variables(), "variable "+declared.Name); h != nil {
			h.finding.Place = report.Place{File: sc.File, Line: declared.Line}
			return nil, h
		}
		value, err := declared.Value.Expand(v.lookup)
		if err != nil {
			return nil, couldNot(ruleRunVariable, declared.Line, "variable %s: %v", declared.Name, err)
		}
		v.values[declared.Name] = value
	}
	return v, nil
}

// typed gives an overriding text the JSON type of the value that it overrides:
// cassettes keep the values of variables as text.
func (v *variables) typed(declared scenario.Template, text string) any {
	own, err := declared.Expand(v.lookup)
	if err != nil {
		return text
	}
	if _, isText := own.(string); isText {
		return text
	}
	if value, err := jsondoc.Parse(text); err == nil {
		return value
	}
	return text
}

// unsetEnv reports the first of the names that is an environment variable which
// is not set; user says what wants it.
func (v *variables) unsetEnv(names []string, user string) *halt {
	for _, name := range names {
		variable, isEnv := strings.CutPrefix(name, envPrefix)
		if _, ok := v.lookup(name); !isEnv || ok {
			continue
		}
		h := couldNot(ruleRunEnv, 0, "%s needs the environment variable %s, which is not set", user, variable)
		h.finding.Hint = fmt.Sprintf("set %s before the run, or give the scenario a value that needs no environment", variable)
		return h
	}
	return nil
}

// missing lists those of the names that nothing has given a value: captures of a
// step that had no usable answer.
func (v *variables) missing(names []string) []string {
	var missing []string
	for _, name := range names {
		_, ok := v.lookup(name)
		if !ok && !strings.HasPrefix(name, envPrefix) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// stepVariables lists the variables that a step uses anywhere.
func stepVariables(st *scenario.Step) []string {
	names := requestVariables(&st.Request)
	names = append(names, expectVariables(st.Expect)...)
	for _, part := range st.Parts {
		names = append(names, expectVariables(part)...)
	}
	if st.Poll != nil {
		names = append(names, checkVariables(st.Poll.Until)...)
		names = append(names, checkVariables(st.Poll.Fail)...)
	}
	slices.Sort(names) // parts come in random order
	return slices.Compact(names)
}

func requestVariables(q *scenario.Request) []string {
	names := slices.Concat(q.Path.Variables(), q.URL.Variables())
	for _, pairs := range [][]scenario.Pair{q.Query, q.Headers, q.Form} {
		for _, pair := range pairs {
			names = append(names, pair.Value.Variables()...)
		}
	}
	bodies := []*scenario.Template{q.Body, q.Text}
	for _, part := range q.Multipart {
		bodies = append(bodies, part.Body, part.Text)
	}
	for _, body := range bodies {
		if body != nil {
			names = append(names, body.Variables()...)
		}
	}
	return names
}

func expectVariables(e *scenario.Expect) []string {
	if e == nil {
		return nil
	}
	names := append(checkVariables(e.Headers), checkVariables(e.Body)...)
	if e.Text != nil {
		names = append(names, checkVariables([]scenario.Check{*e.Text})...)
	}
	return names
}

func checkVariables(checks []scenario.Check) []string {
	var names []string
	for _, check := range checks {
		m := &check.Matcher
		if m.Equals != nil {
			names = append(names, m.Equals.Variables()...)
		}
		for _, one := range m.OneOf {
			names = append(names, one.Variables()...)
		}
		for _, ref := range []*scenario.Reference{m.SameAs, m.NotBefore} {
			if ref != nil && ref.Value != nil {
				names = append(names, ref.Value.Variables()...)
			}
		}
		for _, nested := range [][]scenario.Check{m.Each, m.Some, m.JSON} {
			names = append(names, checkVariables(nested)...)
		}
	}
	return names
}
