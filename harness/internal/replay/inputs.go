package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// Inputs are a user's values for what cassettes store: by the name of a variable that a
// cassette keeps with its recording, or by a value of the cassette itself, such as
// user1@contoso.example.
type Inputs map[string]string

// inputs hands a replay's inputs to its sessions and notes which were of use.
type inputs struct {
	values Inputs

	mu    sync.Mutex
	used  map[string]bool
	known map[string]bool // names of variables that could have been meant
}

func newInputs(values Inputs) *inputs {
	return &inputs{values: values, used: map[string]bool{}, known: map[string]bool{}}
}

// bind binds all inputs that a cassette knows and returns its variables with them.
func (in *inputs) bind(c *cassette.Cassette, session *match.Session) (map[string]string, error) {
	vars := c.Meta.Vars
	if len(in.values) == 0 {
		return vars, nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	vars = maps.Clone(vars)
	for name := range vars {
		in.known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		stored, isVar := vars[name]
		switch {
		case isVar:
			vars[name] = in.values[name]
		case session.Holds(name):
			stored = name
		default:
			continue
		}
		in.used[name] = true
		if err := session.Bind(stored, in.values[name]); err != nil {
			return nil, &fault.Error{
				Message: fmt.Sprintf("input %s: cassette %s", name, c.Name),
				Hint:    fmt.Sprintf("%s was recorded as %s; give a value of that form", name, stored),
				Cause:   err,
			}
		}
	}
	return vars, nil
}

// unused is an error for the first input that no cassette knew.
func (in *inputs) unused() error {
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		if !in.used[name] {
			return unknownInput(name, slices.Sorted(maps.Keys(in.known)))
		}
	}
	return nil
}

func unknownInput(name string, known []string) error {
	e := &fault.Error{
		Message: fmt.Sprintf("input %s: no cassette that was replayed stores a variable or a pseudonym of that name", name),
		Hint:    "the cassettes store no variables: name a pseudonym as it stands in the cassette",
	}
	if len(known) > 0 {
		e.Hint = "the cassettes store " + strings.Join(known, ", ")
		if near := fault.Meant(name, known); near != "" {
			e.Hint = near
		}
	}
	return e
}
