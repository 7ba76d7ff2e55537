package match

import (
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A found request is what a bucket has for a live one.
type found struct {
	entry  *sealedEntry
	asked  *asked
	bucket *bucket
	batch  *batch // the request's, as it is read with its blanks
	note   string
	sure   fit
	spent  bool // all its answers were served
	only   bool // no other request of its blank places is meant as surely
	unlike int  // at how many places something else was sent than is stored there, as far as is known
}

// sealed answers a request that no recorded one is spelled like.
func (s *Session) sealed(req *http.Request, body []byte, live *request, trace *Trace) (Answer, error) {
	m := liveMessage(req, body)
	if e, ids, read := s.byComputed(m, req, live); e != nil {
		return s.take(e, serving{live: read.named(live.body.batch), bind: func() {
			s.bindAll(ids)
			s.remember(req, body, e)
		}}, req, trace)
	}
	if live.body.batch != nil {
		if e, ids, read := s.byNames(m, req, live); e != nil {
			return s.take(e, serving{live: read.named(live.body.batch), bind: func() { s.bindAll(ids) }}, req, trace)
		}
	}
	f, why := s.inBuckets(m, req, live)
	if f == nil {
		return missed(trace, s.undecidedMiss(req, live, why))
	}
	read := s.flights.enter(f.bucket.id)
	if f.sure < tagged { // one at a time, or two values would be bound to one pseudonym
		s.binding.Lock()
		defer s.binding.Unlock()
		now, why := s.choose(f.bucket, f.asked.blanks, 1)
		if now == nil {
			read()
			return missed(trace, s.undecidedMiss(req, live, why))
		}
		now.asked, now.batch = f.asked, f.batch
		f = now
	}
	answer, err := s.take(f.entry.entry, serving{
		recorded: f.entry.batch, live: f.batch.named(live.body.batch), bind: func() { s.bindFound(f) }, note: f.note, read: read,
	}, req, trace)
	switch {
	case err != nil:
		read()
	case f.only:
		s.remember(req, body, f.entry.entry)
	}
	return answer, err
}

func liveMessage(req *http.Request, body []byte) place.Message {
	m := place.Message{Method: methodOf(req.Method), Address: addressOf(req.URL, req.Host).String(), Header: telling(req.Header)}
	if len(body) > 0 {
		m.Body = inflate(req.Header, string(body))
	}
	return m
}

// telling are the headers that tell requests apart.
func telling(h http.Header) http.Header {
	var some http.Header
	for name, values := range h {
		if significant(name) >= 0 {
			if some == nil {
				some = http.Header{}
			}
			some[name] = values
		}
	}
	return some
}

// bindFound binds what a request holds to what was recorded at its places.
func (s *Session) bindFound(f *found) {
	s.bindAll(f.asked.ids)
	for n, b := range f.asked.blanks {
		switch stored := f.entry.blanks[n]; b.kind {
		case blankName:
			if f.sure == weak && len(f.bucket.entries) > 1 {
				if _, how := s.known(f.bucket, n, &b, true); how == weak {
					s.flights.invented[f.bucket.id].Store(true)
				}
			}
			s.bound.bind(stored.text, b.text)
		case blankID:
			s.bound.bindIDs(stored.is, b.text)
		}
	}
}

func (s *Session) bindAll(ids [][3]string) {
	for _, id := range ids {
		s.bound.bindAs(id[0], id[1], id[2])
	}
}

// byComputed looks a request up with its ids computed.
func (s *Session) byComputed(m place.Message, req *http.Request, live *request) (*entry, [][3]string, *batch) {
	a := s.index.seal.read(m, nil, false, &s.bound)
	r := *live
	if a.changed {
		var ok bool
		if r, ok = s.index.understood(&a.message, req.Host, live.key.Principal); !ok {
			return nil, nil, nil
		}
	}
	if e := s.index.entryOf(r.key); e != nil {
		return e, a.ids, r.body.batch
	}
	return s.index.seal.computed[r.key], a.ids, r.body.batch
}

// byNames looks a batch up with the names in it that are known called as they are stored:
// its parts may stand in another order, in which blank places are others.
func (s *Session) byNames(m place.Message, req *http.Request, live *request) (*entry, [][3]string, *batch) {
	a, seal := asked{message: m}, s.index.seal
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Layered || l.IsName() || isPartID(l) {
			return "", false
		}
		if is := seal.compute(l, &s.bound, &a); is != l.Text {
			return is, true
		}
		if p, ok := s.bound.pseudonym(l.Text); ok {
			return p, true
		}
		for nonce := range seal.nonces {
			if p, ok := seal.names[seal.faker.Tag(l.Text, nonce)]; ok {
				a.ids = append(a.ids, [3]string{p, l.Text, l.Text})
				return p, true
			}
		}
		return "", false
	})
	r, ok := s.index.understood(&a.message, req.Host, live.key.Principal)
	if !ok {
		return nil, nil, nil
	}
	e := s.index.entryOf(r.key)
	if e == nil {
		e = seal.computed[r.key]
	}
	return e, a.ids, r.body.batch
}

// inBuckets lays a request over the recorded ones of its shape, and says why none fits. Of
// several that fit the surest is meant, then one that has answers left, then the one that
// differs at the fewest places, then the first recorded.
func (s *Session) inBuckets(m place.Message, req *http.Request, live *request) (best *found, why string) {
	for _, sig := range s.index.seal.shapes[shapeOf(live)] {
		a := s.index.seal.read(m, sig.places, true, &s.bound)
		r, ok := s.index.understood(&a.message, req.Host, live.key.Principal)
		if !ok {
			continue
		}
		b := sig.buckets[r.key]
		if b == nil || len(b.places) != len(a.blanks) {
			continue
		}
		f, reason := s.choose(b, a.blanks, 0)
		if f == nil {
			why = reason
			continue
		}
		f.asked, f.batch = &a, r.body.batch
		if f.sure == exact && !f.spent {
			return f, ""
		}
		if best == nil || f.before(best) {
			best = f
		}
	}
	if best == nil {
		return nil, why
	}
	return best, ""
}

// before reports whether an entry is rather meant than another.
func (f *found) before(o *found) bool {
	switch {
	case f.spent != o.spent && f.sure < tagged && o.sure < tagged:
		return o.spent
	case f.sure != o.sure:
		return f.sure > o.sure
	case f.spent != o.spent:
		return o.spent
	}
	if f.unlike != o.unlike {
		return f.unlike < o.unlike
	}
	return f.entry.answers[0].position < o.entry.answers[0].position
}
