package conform

// Relation is how two types stand to each other.
type Relation int

// The relations.
const (
	Unknown    Relation = iota // it is not known: there is no metadata, or only a part of it
	Related                    // one is the other, or derives from it
	Apart                      // they have nothing to do with each other
	Undeclared                 // metadata does not have the first
)

// Relate says how a type stands to another of an API, by their full names.
func (c *Checker) Relate(api, typ, other string) (Relation, error) {
	index, err := c.indexes.Index(api)
	switch {
	case err != nil || index == nil:
		return Unknown, err
	case !index.Declares(typ) && index.Partial():
		return Unknown, nil
	case !index.Declares(typ):
		return Undeclared, nil
	case !index.Declares(other):
		return Unknown, nil
	case index.Derives(typ, other) || index.Derives(other, typ):
		return Related, nil
	}
	return Apart, nil
}
