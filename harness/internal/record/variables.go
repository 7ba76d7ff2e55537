package record

import (
	"maps"
	"os"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// variables are the values of a scenario's variables while it is recorded, and what
// redaction made of them where a request holds one by itself: a subject, a name or a word
// of a path is redacted by where it stands, which the value alone does not say.
type variables struct {
	mu      sync.Mutex
	real    map[string]string
	own     map[string]bool // those whose value the scenario itself has
	learned map[string]string
}

func (v *variables) keep(name, value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.real[name] = value
}

// learn compares a request with what is stored of it, text by text. A value that stays as
// it is somewhere stays: there it has to be equal on replay, while a pseudonym takes
// whatever comes in its place.
func (v *variables) learn(sent, stored cassette.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.real) == 0 {
		return
	}
	after := map[string]string{}
	eachText(stored, func(at, text string) { after[at] = text })
	eachText(sent, func(at, before string) {
		is, found := after[at]
		if !found {
			return
		}
		for name, value := range v.real {
			if value != before || v.learned[name] == value {
				continue
			}
			v.learned[name] = is
		}
	})
}

// eachText goes through the texts of a request, in order, with their places.
func eachText(r cassette.Request, see func(at, text string)) {
	m := place.Message{Method: r.Method, Address: r.URL, Header: r.Headers, Body: r.Body}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !l.IsName() {
			see(l.Place(), l.Text)
		}
		return "", false
	})
}

// stored are the values as a replay has to send them, but for those that the scenario sends
// anyway.
func (v *variables) stored() map[string]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := maps.Clone(v.real)
	maps.Copy(all, v.learned)
	for name := range v.own {
		if v.learned[name] == v.real[name] && v.real[name] != "" {
			delete(all, name)
		}
	}
	return all
}

// ownValues are the variables of a scenario whose values are in its file.
func ownValues(sc *scenario.Scenario) map[string]bool {
	own := map[string]bool{}
	for _, v := range sc.Vars {
		own[v.Name] = len(v.Value.Variables()) == 0
	}
	maps.DeleteFunc(own, func(_ string, is bool) bool { return !is })
	return own
}

// valuesOf are the values that the scenario's variables begin with, as text.
func valuesOf(sc *scenario.Scenario) (map[string]string, error) {
	values, err := runner.Initial(sc, os.LookupEnv)
	if err != nil && fault.Hint(err) != "" { // the environment lacks one
		err = fault.Advise(err, "set it to the value to run with: a cassette has at most a pseudonym of it")
	}
	return values, err
}
