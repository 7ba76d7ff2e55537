package project

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// standIns are the values of a scenario's variables while it is recorded, and what
// redaction made of them where a request's body holds one by itself: a subject or a
// name is redacted by where it stands, which the value alone does not tell.
type standIns struct {
	mu      sync.Mutex
	real    map[string]string
	learned map[string]string
}

func (s *standIns) keep(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.real == nil {
		s.real = map[string]string{}
	}
	s.real[name] = value
}

// learn compares a request's body with what is stored of it.
func (s *standIns) learn(sent, stored string) {
	if sent == stored {
		return
	}
	before, err := jsondoc.Parse(sent)
	if err != nil {
		return
	}
	after, err := jsondoc.Parse(stored)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compare(before, after)
}

func (s *standIns) compare(before, after any) {
	switch before := before.(type) {
	case map[string]any:
		after, _ := after.(map[string]any)
		for name, value := range before {
			s.compare(value, after[name])
		}
	case []any:
		after, _ := after.([]any)
		for i := range min(len(before), len(after)) {
			s.compare(before[i], after[i])
		}
	case string:
		after, ok := after.(string)
		if !ok || after == before {
			return
		}
		for name, value := range s.real {
			if value == before {
				if s.learned == nil {
					s.learned = map[string]string{}
				}
				s.learned[name] = after
			}
		}
	}
}

// stored are the values as a replay has to send them.
func (s *standIns) stored() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := maps.Clone(s.real)
	maps.Copy(all, s.learned)
	return all
}

// variables are the values that the scenario's variables begin with, as text.
func variables(sc *scenario.Scenario) (map[string]string, error) {
	values, texts := map[string]any{}, map[string]string{}
	lookup := func(name string) (any, bool) {
		if env, ok := strings.CutPrefix(name, "env."); ok {
			value, ok := os.LookupEnv(env)
			return value, ok
		}
		value, ok := values[name]
		return value, ok
	}
	for _, v := range sc.Vars {
		for _, name := range v.Value.Variables() {
			if _, set := lookup(name); !set && strings.HasPrefix(name, "env.") {
				env := strings.TrimPrefix(name, "env.")
				return nil, &fault.Error{
					Place:   fault.Place(report.Place{File: sc.File, Line: v.Line}),
					Message: fmt.Sprintf("variable %s needs the environment variable %s, which is not set", v.Name, env),
					Hint:    "set it to the value to run with: a cassette has at most a pseudonym of it",
				}
			}
		}
		value, err := v.Value.Expand(lookup)
		if err != nil {
			return nil, &fault.Error{
				Place:   fault.Place(report.Place{File: sc.File, Line: v.Line}),
				Message: fmt.Sprintf("variable %s: %v", v.Name, err),
				Hint:    "declare it above, or read it from the environment: {env.NAME}",
			}
		}
		values[v.Name] = value
		if text, ok := value.(string); ok {
			texts[v.Name] = text
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Name, err)
		}
		texts[v.Name] = string(text)
	}
	return texts, nil
}
