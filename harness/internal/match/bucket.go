package match

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A fit says how what a client sent stands to what was recorded at a blank place.
type fit uint8

const (
	conflict fit = iota // it is another value
	lone                // looked up, and nothing is kept of it: fits a request that stands alone
	weak                // written by the client, and nothing is known of it
	open                // anything goes, and nothing else is asked
	tagged              // it fits the tag
	exact               // the pseudonym that was given out, or the value bound to it
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
	common int  // places at which what is stored is known to be meant
}

// sealed answers a request that no recorded one is spelled like.
func (s *Session) sealed(req *http.Request, body []byte, live *request, trace *Trace) (Answer, error) {
	m := liveMessage(req, body)
	if e, ids, read := s.byComputed(m, req, live); e != nil {
		return s.take(e, pairing{live: read.named(live.body.batch)}, req, trace, func() { s.bindAll(ids) })
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
	m := place.Message{Method: methodOf(req.Method), Address: addressOf(req.URL, req.Host).String(), Header: req.Header}
	if len(body) > 0 {
		m.Body = string(inflate(req.Header, body))
		if req.Header.Get("Content-Encoding") != "" {
			m.Header = req.Header.Clone()
			m.Header.Del("Content-Encoding")
		}
	}
	return m
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
		return take(s.next(b, same), exact, "")
	case len(fitting) > 0 && !invents: // the last: its tag was chosen so that no earlier value fits
		return take(fitting[len(fitting)-1], tagged, "")
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

// fits lays what was sent over an entry: the worst fit of all places, less those where
// anything goes.
func (s *Session) fits(b *bucket, n int, blanks []blank) fit {
	e := &b.entries[n]
	worst, asks := exact, false
	for k := range blanks {
		stored, sent := &e.blanks[k], &blanks[k]
		if sent.place != stored.place || sent.kind != stored.kind {
			return conflict
		}
		if sent.kind == blankAny && sent.text != stored.text {
			continue
		}
		asks = true
		if worst = min(worst, s.fit(e, stored, sent)); worst == conflict {
			return conflict
		}
	}
	if !asks {
		return open
	}
	return worst
}

func (s *Session) fit(e *sealedEntry, stored, sent *blank) fit {
	seal := s.index.seal
	switch {
	case fold(stored.is) == fold(sent.is):
		return exact
	case sent.kind == blankAny:
		return open
	case sent.kind == blankStamp:
		return weak
	case sent.kind == blankID:
		if !s.isNew(sent.text) {
			return conflict
		}
		return weak
	}
	if p, ok := s.bound.pseudonym(sent.text); ok {
		if fold(p) == fold(stored.text) {
			return exact
		}
		return conflict
	}
	live, bound := s.bound.live(stored.text)
	nonce, bits, ok := tagOf(e.cassette, stored.text)
	switch {
	case bound && fold(live) == fold(sent.text): // as a part of an address
		return exact
	case ok && seal.faker.TagBits(sent.text, nonce) == bits:
		return tagged
	case bound, seal.faker.IsName(sent.text):
		return conflict
	case sent.looked && ok:
		return conflict
	case sent.looked:
		return lone
	}
	return weak
}

// isNew reports whether nothing is known of the ids in a text.
func (s *Session) isNew(text string) bool {
	for _, a := range identity.Atoms(text) {
		if _, bound := s.bound.pseudonym(a.Key()); bound || identity.IsFake(a) {
			return false
		}
	}
	return true
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

// flights count the requests of each bucket that are under way, from request received to
// answer read.
type flights struct {
	now      []atomic.Int32 // the lowest bit says that two overlapped
	invented []atomic.Bool  // whether one had a name that the client made up
}

func newFlights(n int) flights { return flights{make([]atomic.Int32, n), make([]atomic.Bool, n)} }

// enter begins a flight; what it returns ends it.
func (f flights) enter(id int) func() {
	if f.now[id].Add(2) > 3 {
		f.now[id].Or(1)
	}
	var once atomic.Bool
	return func() {
		if !once.Swap(true) {
			f.now[id].Add(-2)
		}
	}
}

// overlapped reports whether two requests of a bucket have been under way at once, or would
// be with one more.
func (f flights) overlapped(id int) bool { return f.now[id].Load() > 0 }
