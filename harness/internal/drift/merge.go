package drift

import (
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Merge is the old recording with those answers of the new one that hold changes which are
// taken and none that is not; changes are named by their fingerprints. Left are the taken
// changes that it could not make, because they stand in one answer with others.
//
// Both have to be recordings of one scenario, the new one made over the old one, so that
// they share pseudonyms. Where they differ in what was requested, nothing can be taken in
// part, which is an error.
func Merge(old, new *cassette.Cassette, opts diff.Options, taken []string) (merged *cassette.Cassette, left []string, err error) {
	pairs, ok := samePlaces(old, new)
	if !ok || old.Meta.Salt != new.Meta.Salt {
		return nil, nil, &fault.Error{
			Message: "the new recording makes other requests than the cassette, so its changes cannot be taken one by one",
			Hint:    "take all of them, or none",
		}
	}
	merged = &cassette.Cassette{Name: old.Name, File: old.File, Meta: old.Meta, Salt: old.Salt, Interactions: slices.Clone(old.Interactions)}
	merged.Meta.RecordedAt = new.Meta.RecordedAt
	merged.Meta.Tags = maps.Clone(old.Meta.Tags)
	if merged.Meta.Tags == nil && new.Meta.Tags != nil {
		merged.Meta.Tags = map[string]string{}
	}
	maps.Copy(merged.Meta.Tags, new.Meta.Tags)
	for n, answer := range pairs {
		alone := *old
		alone.Interactions = slices.Clone(old.Interactions)
		alone.Interactions[n] = answer
		found, err := fingerprints(old, &alone, opts)
		if err != nil {
			return nil, nil, err
		}
		isTaken := func(fingerprint string) bool { return slices.Contains(taken, fingerprint) }
		if len(found) > 0 && !slices.ContainsFunc(found, func(f string) bool { return !isTaken(f) }) {
			merged.Interactions[n] = answer
		}
	}
	made, err := fingerprints(old, merged, opts)
	if err != nil {
		return nil, nil, err
	}
	left = slices.DeleteFunc(slices.Clone(taken), func(f string) bool { return slices.Contains(made, f) })
	return merged, left, nil
}

// samePlaces pairs the interactions of two recordings by what was requested, in the order of
// the old one.
func samePlaces(old, new *cassette.Cassette) ([]*cassette.Interaction, bool) {
	waiting := map[string][]*cassette.Interaction{}
	asked := func(i *cassette.Interaction) string {
		return i.Principal + "\x00" + i.Request.Method + "\x00" + i.Request.URL + "\x00" + i.Request.Body
	}
	for _, i := range new.Interactions {
		waiting[asked(i)] = append(waiting[asked(i)], i)
	}
	var pairs []*cassette.Interaction
	for _, i := range old.Interactions {
		like := waiting[asked(i)]
		if len(like) == 0 {
			return nil, false
		}
		pairs, waiting[asked(i)] = append(pairs, like[0]), like[1:]
	}
	return pairs, len(old.Interactions) == len(new.Interactions)
}

func fingerprints(old, new *cassette.Cassette, opts diff.Options) ([]string, error) {
	drift, err := diff.Compare(old, new, opts)
	if err != nil {
		return nil, err
	}
	var all []string
	for i := range drift.Changes {
		all = append(all, drift.Changes[i].Fingerprint)
	}
	return all, nil
}
