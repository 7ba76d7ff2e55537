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

	kept  sync.Map     // restoredBody by record
	bytes atomic.Int64 // of these
}

// A restored body is one with the session's values, as long as no more of its pseudonyms
// are bound, and nothing more is uploaded.
type restoredBody struct {
	bound, uploaded int
	text            string
}

// maxRestored bounds the bodies that are kept.
const maxRestored = 64 << 20

// restore puts the session's values into an answer.
func (s *restorer) restore(a *Answer) {
	r := a.record
	var is restoredBody
	if !s.bound.none() {
		held := r.held(s.bound.faker)
		if is.bound = s.bound.count(held.all); held.inHeader {
			a.bound = s.bound
		}
	}
	var facts map[string]string
	if is.uploaded = s.uploads.size(); is.uploaded > 0 {
		if text, contentRange, ok := s.uploads.download(r); ok {
			a.Body, a.contentRange = text, contentRange
			return
		}
		facts = s.uploads.facts(r.files())
	}
	if is.bound == 0 && len(facts) == 0 {
		return
	}
	stored := a.Body == r.body() // and no batch with other ids
	if known, ok := s.kept.Load(r); stored && ok {
		if known := known.(restoredBody); known.bound == is.bound && known.uploaded == is.uploaded {
			a.Body = known.text
			return
		}
	}
	a.Body = s.restored(r, a.Body, facts)
	if is.text = a.Body; stored && s.bytes.Add(int64(len(is.text))) <= maxRestored {
		s.kept.Store(r, is)
	}
}

// restored is a body of an answer with values for its pseudonyms, and facts at their places.
func (s *restorer) restored(r *record, body string, facts map[string]string) string {
	m := r.message(body)
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if len(facts) > 0 && !l.IsName() {
			if fact, ok := facts[l.Place()]; ok {
				return fact, true
			}
		}
		return s.bound.putBack(l)
	})
	return m.Body
}
