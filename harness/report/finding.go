package report

import (
	"cmp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/visible"
)

// A Rule is the stable id of what a finding is about: "expect.equals", "schema.format",
// "replay.miss". Each is a constant beside the code that reports it; ids that are made of
// another vocabulary (a schema's keyword, a change of the API) are made by one function.
type Rule string

// Within reports whether a rule is one of a family: "auth.lacks" is within "auth".
func (r Rule) Within(family string) bool {
	name, _, _ := strings.Cut(string(r), ".")
	return name == family
}

// Name is the id within its family: "lacks" of "auth.lacks".
func (r Rule) Name() string {
	_, name, _ := strings.Cut(string(r), ".")
	return name
}

// Sentence is the whole of what a finding says, but for its hint and its places in files.
func (f *Finding) Sentence() string {
	text := f.Message + f.Details
	switch {
	case f.Message == "" && f.Is != "":
		text = visible.Path(f.Where) + " " + f.Is + f.Details
	case text != "":
	case f.Want != "" || f.Got != "":
		text = strings.TrimSuffix(visible.Path(f.Where)+": got "+orNothing(f.Got)+", want "+orNothing(f.Want)+" "+f.Remark, " ")
	}
	if f.Part != "" {
		return f.Part + ": " + text
	}
	return text
}

func orNothing(value string) string { return cmp.Or(value, "(nothing)") }

// Problem is an error as a user reads it.
type Problem struct {
	Err         error  // its text has the place, too
	Place       Place  // in a scenario, a schema, rules; zero when unknown
	Cassette    Place  // in a cassette
	Interaction *int   // its id in the cassette, nil when none
	Message     string // what is wrong; where Place is known, without it
	Hint        string // what to do about it, "" when nothing better can be said
}

// Problems takes joined errors apart and asks each for its place and its hint, its own
// or those of an error that it wraps. All errors of graphvcr's packages have them, as
// far as they are known. Without an error there is no problem.
func Problems(err error) []Problem {
	var all []Problem
	for _, part := range fault.Parts(err) {
		p := Problem{Err: part, Message: part.Error(), Hint: fault.Hint(part)}
		switch at := fault.Find(part); {
		case at == nil:
		case at.Cassette:
			p.Cassette, p.Interaction = Place(at.Place), at.Interaction
		default:
			p.Place, p.Message = Place(at.Place), at.Text()
		}
		all = append(all, p)
	}
	return all
}
