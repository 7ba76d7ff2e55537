package diff

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Shower makes of examples what reports show: each interaction once, whatever it is an
// example of.
type Shower struct {
	old, new *cassette.Cassette
	changed  map[string]bool // places, as Change.Where
	known    map[*cassette.Interaction]*shown
}

type shown struct {
	exchange report.Exchange
	as       string
}

// NewShower shows examples of the changes from one recording to another.
func (d *Drift) NewShower(old, new *cassette.Cassette) *Shower {
	s := &Shower{old: old, new: new, changed: map[string]bool{}, known: map[*cassette.Interaction]*shown{}}
	for i := range d.Changes {
		s.changed[d.Changes[i].Where] = true
	}
	return s
}

// Examples are those of a change.
func (s *Shower) Examples(c *Change) []report.Example {
	all := make([]report.Example, 0, len(c.Examples))
	for _, e := range c.Examples {
		var one report.Example
		if e.Old != nil {
			is := s.shown(s.old, e.Old)
			one.Old, one.OldAs, one.OldLine = &is.exchange, is.as, lineOf(e.Old, e.Path, c.Where)
		}
		if e.New != nil {
			is := s.shown(s.new, e.New)
			one.New, one.NewAs, one.NewLine = &is.exchange, is.as, lineOf(e.New, e.Path, c.Where)
		}
		all = append(all, one)
	}
	return all
}

func (s *Shower) shown(c *cassette.Cassette, i *cassette.Interaction) *shown {
	is := s.known[i]
	if is == nil {
		is = &shown{exchange: display.Of(c, i), as: display.Compared(i.Response.Body, func(place string) bool { return s.changed[place] })}
		s.known[i] = is
	}
	return is
}

// lineOf is the line of a response's body that an example is about: of the value at its path,
// or, where that is what lacks a member, of the member on the side that has it.
func lineOf(i *cassette.Interaction, path, where string) int {
	if !strings.HasPrefix(path, "$") {
		return 0
	}
	if at := strings.LastIndex(where, "['"); at >= 0 && !strings.HasSuffix(path, where[at:]) {
		path += where[at:]
	}
	return jsondoc.Line(i.Response.Body, path)
}

// unchanged are the interactions of the new recording in whose operations no difference was
// found. A batch is one where that is so of all its parts.
func (c *comparison) unchanged() map[*cassette.Interaction]bool {
	differs := map[*operation]bool{}
	for i := range c.found.all {
		differs[c.found.all[i].operation] = true
	}
	all := map[*cassette.Interaction]bool{}
	others := slices.Clone(c.come)
	for _, p := range c.pairs {
		if differs[p.old] {
			others = append(others, p.new)
			continue
		}
		for _, e := range p.new.exchanges() {
			all[e.at] = true
		}
	}
	for _, op := range others {
		for _, e := range op.exchanges() {
			delete(all, e.at)
		}
	}
	return all
}
