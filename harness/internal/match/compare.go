package match

import "github.com/graphvcr/graphvcr/harness/cassette"

// A Comparison is how a request of one recording differs from the same in another.
type Comparison struct {
	On          string       // of a rule for such requests: its method and path, with a star for every id
	Differences []Difference // in what counts under the rules; none where the keys are equal
	// Bindable says that they differ in ids and names only, which replay binds where the
	// cassette holds pseudonyms.
	Bindable bool
}

// Compare compares the requests of two interactions under the rules.
func (r Rules) Compare(first, second *cassette.Interaction) (Comparison, error) {
	rules, err := compileRules(r)
	if err != nil {
		return Comparison{}, err
	}
	x := &Index{rules: rules}
	recorded, err := x.recorded(first)
	if err != nil {
		return Comparison{}, err
	}
	live, err := x.recorded(second)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{On: ruleFor(first.Request.Method, recorded.url.Path(), first)}
	if recorded.key != live.key {
		c.Differences = differences(&recorded, &live)
		soft := softNamesOf([]request{recorded})
		c.Bindable = soft.lift(&recorded).mask == soft.lift(&live).mask
	}
	return c, nil
}
