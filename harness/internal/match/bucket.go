package match

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

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
	only   bool // no other request of its blank places is as sure
	common int  // places at which what is stored is known to be meant
}

// sealed answers a request that no recorded one is spelled like.
func (s *Session) sealed(req *http.Request, body []byte, live *request, trace *Trace) (Answer, error) {
	m := liveMessage(req, body)
	if e, ids, read := s.byComputed(m, req, live); e != nil {
		s.remember(req, body, e)
		return s.take(e, pairing{live: read.named(live.body.batch)}, req, trace, func() { s.bindAll(ids) })
	}
	if live.body.batch != nil {
		if e, a, read := s.byNames(m, req, live); e != nil {
			return s.take(e, pairing{live: read.named(live.body.batch)}, req, trace, func() { s.bindAll(a.ids) })
		}
	}
	f, why := s.inBuckets(m, req, live)
	if f == nil {
		miss := s.index.unknown(req, live)
		if why != "" {
			miss.Reason, miss.NextStep = "", why
		}
		miss.Bound = s.bound.shown()
		return missed(trace, miss)
	}
	answer, err := s.take(f.entry.entry, pairing{f.entry.batch, f.batch.named(live.body.batch)}, req, trace, func() { s.bindFound(f) })
	if err != nil {
		return answer, err
	}
	if f.note != "" && answer.Note == "" {
		answer.Note = f.note
	}
	if f.sure >= tagged && f.only {
		s.remember(req, body, f.entry.entry)
	}
	answer.read = s.flights.enter(f.bucket.id)
	trace.answered(answer)
	return answer, nil
}

// bindFound binds what stands in a request to what the recorded one has there.
func (s *Session) bindFound(f *found) {
	if f.sure == weak && len(f.bucket.entries) > 1 {
		s.flights.invented[f.bucket.id].Store(true)
	}
	s.bindAll(f.asked.ids)
	for n, b := range f.asked.blanks {
		switch stored := f.entry.blanks[n]; b.kind {
		case blankName:
			s.bound.bind(stored.text, b.text)
		case blankID:
			s.bound.bindIDs(stored.is, b.text)
		}
	}
}

func liveMessage(req *http.Request, body []byte) place.Message {
	m := place.Message{Method: methodOf(req.Method), Address: addressOf(req.URL, req.Host).String(), Header: telling(req.Header)}
	if len(body) > 0 {
		m.Body = string(inflate(req.Header, body))
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

func (s *Session) bindAll(ids [][2]string) {
	for _, pair := range ids {
		s.bound.bind(pair[0], pair[1])
	}
}

// byComputed looks a request up with its ids computed.
func (s *Session) byComputed(m place.Message, req *http.Request, live *request) (*entry, [][2]string, *batch) {
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
func (s *Session) byNames(m place.Message, req *http.Request, live *request) (*entry, asked, *batch) {
	a, seal := asked{message: m}, s.index.seal
	place.Rewrite(&a.message, func(l *place.Leaf) (string, bool) {
		if l.Layered || l.IsName() {
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
				a.ids = append(a.ids, [2]string{p, l.Text})
				return p, true
			}
		}
		return "", false
	})
	r, ok := s.index.understood(&a.message, req.Host, live.key.Principal)
	if !ok {
		return nil, a, nil
	}
	e := s.index.entryOf(r.key)
	if e == nil {
		e = seal.computed[r.key]
	}
	return e, a, r.body.batch
}

// inBuckets lays a request over the recorded ones of its shape, and says why none fits. Of
// several that fit the surest is meant, then one that has answers left, then the one that
// has most in common with it, then the first recorded.
func (s *Session) inBuckets(m place.Message, req *http.Request, live *request) (best *found, why string) {
	for _, sig := range s.index.seal.shapes[shapeOf(live)] {
		a := s.index.seal.read(m, sig.places, true, &s.bound)
		r, ok := s.index.understood(&a.message, req.Host, live.key.Principal)
		if !ok {
			continue
		}
		b := sig.buckets[r.key]
		if b == nil || len(b.entries[0].blanks) != len(a.blanks) {
			continue
		}
		f, reason := s.choose(b, a.blanks)
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
	if f.common != o.common {
		return f.common > o.common
	}
	if len(f.asked.blanks) != len(o.asked.blanks) {
		return len(f.asked.blanks) < len(o.asked.blanks)
	}
	return f.entry.id < o.entry.id
}

// inCommon counts the blank places at which what is stored is known to be meant.
func (s *Session) inCommon(e *sealedEntry, blanks []blank) (n int) {
	for k := range blanks {
		if s.fit(e, &e.blanks[k], &blanks[k]) >= tagged {
			n++
		}
	}
	return n
}

// choose decides which request of a bucket is meant: the one whose every blank place has
// what was given out, is bound, or fits the tag; of several the last. Else one that the
// client may have written anew. From a client that invents names a tag that fits says
// little: one in a million does by chance.
func (s *Session) choose(b *bucket, blanks []blank) (f *found, why string) {
	take := func(n int, sure fit, note string) (*found, string) {
		e := &b.entries[n]
		return &found{entry: e, bucket: b, note: note, sure: sure, spent: s.spent(e), common: s.inCommon(e, blanks)}, ""
	}
	likely, known := s.likely(b, blanks)
	invents := s.flights.invented[b.id].Load() && !slices.ContainsFunc(blanks, func(b blank) bool { return b.looked })
	var same, fitting, opened []int // exact; by a tag, or perhaps; where anything goes
	for _, n := range likely {
		switch s.fits(b, n, blanks) {
		case exact:
			same = append(same, n)
		case open:
			opened = append(opened, n)
		case tagged:
			fitting = append(fitting, n)
		}
	}
	switch {
	case len(same) > 0:
		f, why = take(s.next(b, same), exact, "")
		f.only = len(same) == 1
		return f, why
	case len(fitting) > 0 && !invents: // the last: its tag was chosen so that no earlier value fits
		f, why = take(fitting[len(fitting)-1], tagged, "")
		f.only = true
		return f, why
	case len(opened) > 0:
		return take(s.next(b, opened), open, "")
	}
	if s.index.bindRecorded {
		return nil, s.undecided(b, blanks)
	}
	fitting = nil
	for n := range b.entries {
		if known && !slices.Contains(likely, n) {
			continue // it is another's
		}
		switch s.fits(b, n, blanks) {
		case weak, tagged:
			fitting = append(fitting, n)
		case lone:
			if len(b.entries) == 1 {
				fitting = append(fitting, n)
			}
		}
	}
	switch {
	case len(fitting) == 0:
		return nil, s.undecided(b, blanks)
	case len(b.entries) == 1 || len(fitting) == 1:
		return take(fitting[0], weak, "")
	case s.flights.overlapped(b.id):
		return nil, "several recorded requests fit, and such requests were under way at the same time: send them one after the other"
	}
	return take(s.next(b, fitting), weak, "bound by order: nothing else tells which of several recorded requests is meant")
}

// next is the first of some entries, in recorded order, that has answers left; else the last.
func (s *Session) next(b *bucket, entries []int) int {
	for _, n := range entries {
		if !s.spent(&b.entries[n]) {
			return n
		}
	}
	return entries[len(entries)-1]
}

// spent reports whether all answers of an entry were served.
func (s *Session) spent(e *sealedEntry) bool { return s.tally(e.entry).next >= len(e.answers) }

// likely lists the entries that have at their first place what was sent there, and says
// whether the value is known to be another's.
func (s *Session) likely(b *bucket, blanks []blank) (list []int, known bool) {
	if b.first < 0 {
		for n := range b.entries {
			list = append(list, n)
		}
		return list, false
	}
	v := blanks[b.first]
	list = append(list, b.byValue[fold(v.is)]...)
	if p, ok := s.bound.pseudonym(v.text); ok {
		for _, n := range b.byValue[fold(p)] {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	known = v.kind == blankName && len(list) > 0
	if v.kind == blankName && !known {
		for nonce := range s.index.seal.nonces {
			list = append(list, b.byTag[uint64(nonce)<<32|uint64(s.index.seal.faker.TagBits(v.text, nonce))]...)
		}
		slices.Sort(list)
		known = len(list) > 0 && !s.flights.invented[b.id].Load()
	}
	return list, known
}

// undecided says what a user can do about a request of which nothing tells which recorded
// one is meant.
func (s *Session) undecided(b *bucket, blanks []blank) string {
	for k, v := range blanks {
		if v.kind != blankName || k >= len(b.entries[0].blanks) {
			continue
		}
		if fold(b.entries[0].blanks[k].text) == fold(v.text) {
			continue
		}
		return fmt.Sprintf("what was sent at %s is not what was recorded; if it is meant, say so: %s", v.place, b.inputs(k, &v))
	}
	return ""
}

// inputs are the flags that make a value stand for what is stored at a blank, which may be a
// variable's.
func (b *bucket) inputs(k int, sent *blank) string {
	value := sent.text
	if secret(sent.place) || len(value) > maxShown || strings.ContainsAny(value, "\n\"") {
		value = "VALUE"
	}
	var flags []string
	for n := range b.entries {
		e := &b.entries[n]
		name := e.blanks[k].text
		for _, variable := range slices.Sorted(maps.Keys(e.cassette.Meta.Vars)) {
			if e.cassette.Meta.Vars[variable] == name {
				name = variable
				break
			}
		}
		flag := "--input " + name + "=" + value
		if strings.ContainsAny(name+value, " '") {
			flag = `--input "` + name + "=" + value + `"`
		}
		if flags = append(flags, flag); len(flags) == nearestShown {
			break
		}
	}
	return strings.Join(slices.Compact(flags), " or ")
}
