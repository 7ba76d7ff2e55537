package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Session is one replay of an index.
type Session struct {
	index    *Index
	progress *progress
	unsealer *unsealer    // nil where the index has no seal
	restorer *restorer    // likewise
	recalled sync.Map     // entries by the spellings that were found to ask for them, once and for all: what is bound stays so
	recalls  atomic.Int32 // how many
}

// maxRecalled bounds the spellings that a session remembers.
const maxRecalled = 1 << 17

// NewSession starts a replay with nothing consumed.
func (x *Index) NewSession() *Session {
	s := &Session{index: x, progress: &progress{strict: x.strict, tallies: map[*entry]tally{}, fronts: map[*barrier]front{}}}
	if x.seal != nil {
		bound := newBindings(x.seal.faker)
		s.unsealer = &unsealer{index: x, seal: x.seal, progress: s.progress, bound: bound}
		s.restorer = &restorer{bound: bound}
		s.restorer.uploads = uploads{names: x.files, files: map[string]wire.Spooled{}, parts: map[string]map[int64]wire.Spooled{}, hashes: map[askedHash]string{}}
	}
	return s
}

// Next returns the next answer to the request. The body is the request's, as the
// client sent it (gzip is looked through). The error is a *MissError.
func (s *Session) Next(req *http.Request, body []byte) (Answer, error) {
	l := s.lookUp(req, body)
	return s.answer(req, body, &l)
}

// A lookUp is what a session finds for a request before it serves or changes anything.
type lookUp struct {
	found foundRequest
	// Where no entry has the spelling or the key of the request:
	spelled spelling
	live    *request
	message place.Message // of it, where the session has an unsealer
	why     string        // nothing was found
}

func (s *Session) lookUp(req *http.Request, body []byte) lookUp {
	spelled := s.index.spelled(req, body)
	e := s.index.verbatim[spelled]
	if e == nil {
		known, _ := s.recalled.Load(spelled)
		e, _ = known.(*entry)
	}
	if e != nil {
		return lookUp{found: foundRequest{entry: e, sure: fitExact}}
	}
	live := s.index.live(req, body)
	if e := forCaller(live.key, func(k Key) *entry { return s.index.byKey[k] }); e != nil {
		return lookUp{found: foundRequest{entry: e, sure: fitExact, partIDs: live.batch.ids()}}
	}
	sent := live // on the heap, which a request with an entry does without
	l := lookUp{spelled: spelled, live: &sent}
	if s.unsealer != nil {
		l.message = liveMessage(req, body)
		l.found, l.why = s.unsealer.find(l.message, req.Host, l.live)
	}
	return l
}

// answer is Next for a request that was looked up.
func (s *Session) answer(req *http.Request, body []byte, l *lookUp) (Answer, error) {
	answer, miss := s.next(req, body, l)
	if miss == nil && s.restorer != nil {
		s.restorer.uploads.keep(answer.record, req, body)
		s.restorer.restore(&answer)
	}
	note(req.Context(), answer, miss)
	if miss != nil {
		return Answer{}, miss
	}
	return answer, nil
}

func (s *Session) next(req *http.Request, body []byte, l *lookUp) (Answer, *MissError) {
	if l.found.masked == nil && l.found.entry != nil {
		return s.serve(l.found.entry, req, l.found.partIDs)
	}
	u := s.unsealer
	switch {
	case u == nil:
		return Answer{}, s.index.unknown(req, l.live)
	case l.found.entry == nil:
		return Answer{}, u.undecided(req, l.message, l.live, l.why)
	}
	f, why, read := l.found, "", u.flight(l.found.bucket).enter()
	if f.sure < fitTagged { // one at a time, or two values would be bound to one pseudonym
		u.choosing.Lock()
		defer u.choosing.Unlock()
		f, why = u.choose(f.bucket, f.masked, 1)
	}
	if f.entry == nil {
		read()
		return Answer{}, u.undecided(req, l.message, l.live, why)
	}
	answer, miss := s.serve(f.entry, req, f.partIDs)
	if miss != nil {
		read()
		return Answer{}, miss
	}
	u.bind(&f)
	answer.Note, answer.read = cmp.Or(answer.Note, f.note), read
	if l.spelled != (spelling{}) && s.recalls.Add(1) <= maxRecalled {
		s.recalled.Store(l.spelled, f.entry)
	}
	return answer, nil
}

// serve serves the next answer of an entry. Ids are those of the parts of a live batch.
func (s *Session) serve(e *entry, req *http.Request, ids []string) (Answer, *MissError) {
	r, why, now := s.progress.next(e)
	if r == nil {
		return Answer{}, explainConsumed(req, e, why, now)
	}
	answer := Answer{Cassette: r.cassette, Interaction: r.interaction, Body: r.body(), Note: now.outOfOrder(why), record: r}
	if ids != nil {
		answer.Body = r.bodyFor(ids)
	}
	return answer, nil
}

// Bind makes a pseudonym of the cassette stand for a value of this session. Both are whole
// values of one format, such as a variable of cassette.Meta.Vars and the user's own. It is an
// error if one of the two is bound to another, or if the cassettes hold no pseudonyms.
func (s *Session) Bind(pseudonym, live string) error {
	if pseudonym == live {
		return nil
	}
	if s.unsealer == nil {
		return fmt.Errorf("bind %q: the cassette holds no pseudonyms, or the rules say `bind: off`: send what was recorded", pseudonym)
	}
	s.unsealer.choosing.Lock()
	defer s.unsealer.choosing.Unlock()
	return s.unsealer.bound.bindGiven(pseudonym, live)
}

// Holds reports whether a text is a value of the cassettes that Bind takes: an id or a name
// that stands in them for another.
func (s *Session) Holds(text string) bool {
	if s.unsealer == nil {
		return false
	}
	lacks := func(p idBinding) bool { return s.index.seal.holders()[fold(p.pseudonym)] == nil }
	return !slices.ContainsFunc(pairsOf(text, text), lacks)
}

// What a context says of the requests in it.
type (
	principalKey struct{}
	traceKey     struct{}
)

// WithPrincipal says on whose behalf the requests of ctx are sent. It joins the
// key only where an index holds the recordings of more than one principal.
func WithPrincipal(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, principalKey{}, name)
}

// PrincipalOf is the principal that WithPrincipal put into ctx, or "".
func PrincipalOf(ctx context.Context) string {
	name, _ := ctx.Value(principalKey{}).(string)
	return name
}

// A Trace receives what became of a request: the answer that served it, or why
// there was none. Of several requests in one context, the last one counts.
type Trace struct {
	Answer Answer
	Miss   *MissError
	Stored *cassette.Interaction // as it was recorded; it has no number yet
}

// WithTrace makes a session fill in trace for the requests of ctx, which must not
// be sent at the same time as one another.
func WithTrace(ctx context.Context, trace *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, trace)
}

// note fills in the trace of a request that was replayed.
func note(ctx context.Context, a Answer, miss *MissError) {
	if t, _ := ctx.Value(traceKey{}).(*Trace); t != nil {
		t.Answer, t.Miss = a, miss
	}
}

// TraceRecorded fills in the trace of a request that was recorded.
func TraceRecorded(ctx context.Context, stored *cassette.Interaction) {
	if t, _ := ctx.Value(traceKey{}).(*Trace); t != nil {
		t.Stored = stored
	}
}

// Together are the sessions of several indexes that answer one client. Each keeps what it has
// bound to itself: the same pseudonym means another value in each cassette.
//
// A request goes to the session that has its next answer, else to one that can repeat
// or bind one. Among equals it goes to the one that answered last, for a value that it
// handed out means something else in another, and then to the first.
type Together struct {
	sessions []*Session
	last     atomic.Pointer[Session]
}

// NewTogether serves sessions together, the first first.
func NewTogether(sessions ...*Session) *Together { return &Together{sessions: sessions} }

// Next returns the next answer to the request. The error is a *MissError.
func (t *Together) Next(req *http.Request, body []byte) (Answer, error) {
	type bid struct {
		session *Session
		lookUp  lookUp
		rank    int // twice that of the session, and one more for the last
	}
	bids, last := make([]bid, len(t.sessions)), t.last.Load()
	for n, s := range t.sessions {
		l := s.lookUp(req, body)
		bids[n] = bid{s, l, 2 * s.rank(&l.found)}
		if s == last {
			bids[n].rank++
		}
	}
	slices.SortStableFunc(bids, func(a, b bid) int { return cmp.Compare(b.rank, a.rank) })
	var nearest *MissError
	for _, b := range bids {
		answer, err := b.session.answer(req, body, &b.lookUp)
		miss, missed := err.(*MissError)
		if !missed {
			t.last.Store(b.session)
			return answer, err
		}
		if miss.distance() < nearest.distance() || nearest == nil {
			nearest = miss
		}
	}
	if nearest == nil { // no session at all
		nearest = newMiss(req, NeverRecorded)
		nearest.NextStep = "name a cassette: none is served here"
	}
	note(req.Context(), Answer{}, nearest)
	return Answer{}, nearest
}

// distance is in how many fields the nearest recorded request differs.
func (e *MissError) distance() int {
	if e == nil || len(e.Nearest) == 0 {
		return math.MaxInt
	}
	return len(e.Nearest[0].Differences)
}

// Unused lists what no request consumed, session by session.
func (t *Together) Unused() []Unused {
	var all []Unused
	for _, s := range t.sessions {
		all = append(all, s.Unused()...)
	}
	return all
}

// rank says how well the session can answer a request that was looked up.
func (s *Session) rank(f *foundRequest) int {
	switch {
	case f.sure < fitTagged: // by a recorded request that differs in values which may be bound, or not at all
		return 0
	case s.progress.hasNext(f.entry):
		return 2
	}
	return 1 // by an answer that was served before, or that is out of order
}
