package match

import (
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A restorer makes answers hold the session's values where the stored ones have pseudonyms,
// and what the session has uploaded where they have filler.
type restorer struct {
	bound   *bindings
	uploads uploads

	kept  sync.Map     // bodies by restoring
	bytes atomic.Int64 // of these
}

// A restoring is what the body of an answer depends on: how many of its pseudonyms are bound, and
// how often something was uploaded.
type restoring struct {
	of       *record
	bound    int
	uploaded int64
}

// maxRestored bounds the bodies that are kept.
const maxRestored = 64 << 20

// restore puts the session's values into an answer.
func (s *restorer) restore(a *Answer) {
	r := a.record
	is := restoring{of: r}
	if !s.bound.none() {
		held := r.held(s.bound.faker)
		if is.bound = s.bound.count(held.all); held.inHeader {
			a.bound = s.bound
		}
	}
	if is.uploaded = s.uploads.count.Load(); is.uploaded > 0 {
		if text, contentRange, ok := s.uploads.download(r); ok {
			a.Body, a.contentRange = text, contentRange
			return
		}
	}
	if is.bound == 0 && is.uploaded == 0 {
		return
	}
	stored := a.Body == r.body() // and no batch with other ids
	if known, ok := s.kept.Load(is); ok && stored {
		a.Body = known.(string)
		return
	}
	m, facts := r.message(a.Body), s.uploads.facts(a.Body)
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if len(facts) > 0 && !l.IsName() {
			if fact, ok := facts[l.Place()]; ok {
				return fact, true
			}
		}
		return s.bound.putBack(l)
	})
	a.Body = m.Body
	if stored && s.bytes.Add(int64(len(a.Body))) <= maxRestored {
		s.kept.Store(is, a.Body)
	}
}
