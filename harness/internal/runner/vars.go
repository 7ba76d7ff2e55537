package runner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
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
		value, ok := v.env(variable)
		return value, ok
	}
	return nil, false
}

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

// Initial are the values that the scenario's variables begin with, as text.
func Initial(sc *scenario.Scenario, env func(name string) (string, bool)) (map[string]string, error) {
	v, h := newVariables(sc, Options{Env: env})
	if h != nil {
		return nil, &fault.Error{Place: fault.Place{File: sc.File, Line: h.finding.Line}, Message: h.finding.Message, Hint: h.finding.Hint}
	}
	texts := map[string]string{}
	for name, value := range v.values {
		texts[name] = plainText(value)
	}
	return texts, nil
}

// typed gives an overriding text the JSON type of the value that it overrides:
// cassettes keep the values of variables as text.
func (v *variables) typed(declared scenario.Template, text string) any {
	own, err := declared.Expand(v.lookup)
	_, isText := own.(string)
	value, notJSON := jsondoc.Parse(text)
	if err != nil || isText || notJSON != nil {
		return text
	}
	return value
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

// capture puts values of an answer into variables. Of several pages, the last
// one that has the value counts: a count is on the first page, a delta link on
// the last. Of several values that a path selects, the first one counts.
func (s *stepRun) capture(a *answer) {
	for _, c := range s.step.Capture {
		value, ok := captured(&c.Source, a)
		if !ok {
			continue
		}
		if s.captured == nil {
			s.captured = map[string]bool{}
		}
		s.captured[c.Name] = true
		s.vars.values[c.Name] = value
	}
}

// uncaptured reports the captures that no answer had a value for.
func (s *stepRun) uncaptured(last *answer) *halt {
	var missed *halt
	for _, c := range s.step.Capture {
		if s.captured[c.Name] {
			continue
		}
		if missed != nil {
			s.add(missed.finding)
		}
		missed = couldNot(ruleRunCapture, c.Line, "capture {%s}: the answer to %s (status %s) has no %s",
			c.Name, s.what(last.request), last.view().describeStatus(), c.From)
		missed.finding.Where = c.From
		missed.finding.Want, missed.finding.Got = "a value", "nothing"
		missed.at(last, "")
	}
	return missed
}

// captured is the value that an answer has at a source.
func captured(from *scenario.Source, a *answer) (value any, ok bool) {
	v := a.view()
	if from.Part != "" {
		views := batchParts(a)[from.Part]
		if len(views) == 0 {
			return nil, false
		}
		v = views[0]
	}
	switch {
	case from.Header != "":
		values := v.header.Values(from.Header)
		return strings.Join(values, ", "), len(values) > 0
	case from.Body == nil:
		return json.Number(strconv.Itoa(v.status)), true
	case !v.isJSON:
		return v.text, v.text != "" && from.Body.String() == jsondoc.Root
	}
	nodes := from.Body.Select(v.doc)
	if len(nodes) == 0 {
		return nil, false
	}
	return nodes[0].Value, true
}
