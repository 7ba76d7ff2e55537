package drift

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// MetadataHistory says, commit by commit, what changed in metadata that git holds: a case a
// commit that changed the file, oldest first, of the first parents of HEAD. Each version is
// read once, and no more than two are held. A change that was reverted says so. The folder
// of a repository is that around the working directory where none is named; the path counts
// from that folder.
func MetadataHistory(ctx context.Context, git, file string, opts MetadataOptions) (*report.Suite, error) {
	opts.Accepted = Acceptances{}
	h := metadataHistory{opts: opts, steps: map[string]metadataStep{}, flaps: flaps{}}
	w := walk[Document]{
		repo: repository(git), file: file, oneLine: true, wants: "metadata", parse: parseMetadata,
		checkout: func() (Document, error) { return OpenMetadata(ctx, filepath.Join(git, file), "") },
		step:     h.step,
	}
	suite, err := w.run(ctx)
	if err != nil {
		return nil, err
	}
	for i := range suite.Cases {
		c := &suite.Cases[i]
		if s, ok := h.steps[c.Name]; ok {
			c.Findings = append(findings(s.changes, s.old, s.new, opts, h.flaps), c.Findings...)
		}
	}
	return suite, nil
}

// metadataHistory keeps the changes of each step until all are known: what is reverted
// later is reported at once.
type metadataHistory struct {
	opts  MetadataOptions
	steps map[string]metadataStep // by the name of their case
	flaps flaps
}

type metadataStep struct {
	old, new string // names of the documents
	changes  []metadiff.Change
}

func (h *metadataHistory) step(one report.Case, before, after Document) report.Case {
	changes := changesOf(before, after, h.opts)
	for i := range changes {
		h.flaps.add(one.Label, &changes[i])
	}
	one.Ordered = true
	h.steps[one.Name] = metadataStep{before.Name, after.Name, changes}
	return one
}

// flaps knows, of each place, what it was and became.
type flaps map[flapKey][]flap

// flapKey is what changes back: that a place is there, or one thing that it is.
type flapKey struct {
	place string
	what  diff.ID
}

type flap struct{ date, was, is string }

func (k flaps) add(date string, c *metadiff.Change) {
	for _, key := range keysOf(c, true) {
		k[key] = append(k[key], flap{date, c.Was, c.Is})
	}
}

// keysOf are the things that a change changes: all, or those of its own place.
func keysOf(c *metadiff.Change, all bool) []flapKey {
	if !c.PlainlyThere() {
		return []flapKey{{c.Place.String(), c.Rule}}
	}
	places := []metadiff.Place{c.Place}
	if all {
		places = append(places, c.Also...)
	}
	var keys []flapKey
	for _, at := range places {
		if at.Kind != metadiff.Member {
			keys = append(keys, flapKey{place: at.String()})
			continue
		}
		for name := range strings.SplitSeq(at.Name, ",") {
			keys = append(keys, flapKey{place: at.Type + "/" + name})
		}
	}
	if all {
		for _, name := range c.Carries {
			keys = append(keys, flapKey{place: name})
		}
	}
	return keys
}

// details says of a change that was reverted, or reverts one, when that was.
func (k flaps) details(c *metadiff.Change) string {
	for _, key := range keysOf(c, false) {
		if events := k[key]; flapped(events) {
			return "\nflapped: " + story(events)
		}
	}
	return ""
}

// flapped reports whether something became what it had been before.
func flapped(events []flap) bool {
	var were []string
	for _, e := range events {
		were = append(were, e.was)
		if slices.Contains(were, e.is) {
			return true
		}
	}
	return false
}

// story says what became of something: "gone 2025-07-29, back 2025-09-02".
func story(events []flap) string {
	var said []string
	for _, e := range events {
		became := e.is
		switch {
		case e.was == metadiff.Declared && e.is == metadiff.None:
			became = "gone"
		case e.was == metadiff.None && e.is == metadiff.Declared && len(said) > 0:
			became = "back"
		case e.was == metadiff.None && e.is == metadiff.Declared:
			became = "new"
		}
		said = append(said, became+" "+e.date)
	}
	return strings.Join(said, ", ")
}
