package report

import "github.com/graphvcr/graphvcr/harness/internal/fault"

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
