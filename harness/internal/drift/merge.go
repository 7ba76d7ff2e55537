package drift

import (
	"fmt"
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// mostDiffering bounds the answers that Merge looks at one by one.
const mostDiffering = 1000

// Merge is the old recording with those answers of the new one that hold changes that are
// chosen, and beside them only such as are known: named so, or accepted. Changes are named by
// their fingerprints. Left are the chosen changes that it could not make, because they stand in
// one answer with others.
//
// Both have to be recordings of one scenario, the new one made over the old one, so that
// they share pseudonyms. The new one may have ended early: what it lacks stays as it was.
// Where it makes other requests, nothing can be merged in part, which is an error.
func Merge(old, new *cassette.Cassette, opts Options, chosen, known []string) (merged *cassette.Cassette, left []string, err error) {
	pairs, ok := samePlaces(old, new)
	if !ok || old.Meta.Salt != new.Meta.Salt {
		return nil, nil, &fault.Error{
			Message: "the new recording makes other requests than the cassette, so its changes cannot be taken one by one",
			Hint:    "take all of them, or none",
		}
	}
	merged = &cassette.Cassette{Name: old.Name, File: old.File, Meta: old.Meta, Salt: old.Salt, Interactions: slices.Clone(old.Interactions)}
	merged.Meta.RecordedAt = new.Meta.RecordedAt
	merged.Meta.Tags = tagsOf(old, new)
	isChosen := func(fingerprint string) bool { return slices.Contains(chosen, fingerprint) }
	isOther := func(fingerprint string) bool {
		return !isChosen(fingerprint) && !slices.Contains(known, fingerprint) && opts.Accepted.find(fingerprint) == nil
	}
	differing := 0
	for n, answer := range pairs {
		if answer == nil || sameAnswer(old.Interactions[n], answer) {
			continue
		}
		if differing++; differing > mostDiffering {
			return nil, nil, &fault.Error{Message: fmt.Sprintf("more than %d answers differ: too many to take changes one by one", mostDiffering), Hint: "take all of them, or none"}
		}
		alone := *old
		alone.Interactions = slices.Clone(old.Interactions)
		alone.Interactions[n] = answer
		found, err := fingerprints(old, &alone, opts.Diff)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(found, isChosen) && !slices.ContainsFunc(found, isOther) {
			merged.Interactions[n] = answer
		}
	}
	made, err := fingerprints(old, merged, opts.Diff)
	if err != nil {
		return nil, nil, err
	}
	left = slices.DeleteFunc(slices.Clone(chosen), func(f string) bool { return slices.Contains(made, f) })
	return merged, left, nil
}

// tagsOf are the tags of both recordings, since each distinguishes the pseudonyms of its own
// requests.
func tagsOf(old, new *cassette.Cassette) map[string]string {
	if len(old.Meta.Tags)+len(new.Meta.Tags) == 0 {
		return nil
	}
	tags := map[string]string{}
	maps.Copy(tags, old.Meta.Tags)
	maps.Copy(tags, new.Meta.Tags)
	return tags
}

func sameAnswer(a, b *cassette.Interaction) bool {
	return a.Response.Code == b.Response.Code && a.Response.Body == b.Response.Body && maps.EqualFunc(a.Response.Headers, b.Response.Headers, slices.Equal)
}

// samePlaces pairs the interactions of two recordings by what was requested, in the order of
// the old one; nil where the new one lacks it. It is not ok where the new one requests what
// the old one did not.
func samePlaces(old, new *cassette.Cassette) (pairs []*cassette.Interaction, ok bool) {
	waiting := map[string][]*cassette.Interaction{}
	asked := func(i *cassette.Interaction) string {
		return i.Principal + "\x00" + i.Request.Method + "\x00" + i.Request.URL + "\x00" + i.Request.Body
	}
	for _, i := range new.Interactions {
		waiting[asked(i)] = append(waiting[asked(i)], i)
	}
	found := 0
	for _, i := range old.Interactions {
		var like *cassette.Interaction
		if same := waiting[asked(i)]; len(same) > 0 {
			like, waiting[asked(i)] = same[0], same[1:]
			found++
		}
		pairs = append(pairs, like)
	}
	return pairs, found == len(new.Interactions)
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
