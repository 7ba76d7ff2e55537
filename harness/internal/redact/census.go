package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A Census says what stands in a cassette for values: how often each pseudonym does.
type Census struct {
	Names       map[string]int // counted pseudonyms
	IDs         map[string]int // computed ones
	Credentials int            // constants of what gives access
	Bytes       int            // texts of filler
}

// CensusOf counts the pseudonyms of a cassette, known by their checks.
func CensusOf(c *cassette.Cassette) Census {
	census := Census{Names: map[string]int{}, IDs: map[string]int{}}
	faker := identity.NewFaker(c.Salt)
	for _, i := range c.Interactions {
		asked, answered := messagesOf(i)
		eachText(func(l *place.Leaf) {
			if isFiller(l.Text) {
				census.Bytes++
				return
			}
			census.Credentials += strings.Count(l.Text, placeholder) + strings.Count(l.Text, fakeJWT)
			for _, span := range faker.FindNames(l.Text) {
				census.Names[l.Text[span.Start:span.End]]++
			}
			for _, atom := range identity.Atoms(l.Text) {
				if identity.IsFake(atom) {
					census.IDs[atom.Text]++
				}
			}
		}, &asked, &answered)
	}
	return census
}
