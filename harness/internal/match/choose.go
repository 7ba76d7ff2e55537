package match

import (
	"math"
	"net/http"
	"sort"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// How often the last answer of a read is repeated by default: enough for any
// client that polls or reads again, and an end for one that polls for ever.
const (
	repeatsUnfinished = 3
	repeatsAny        = 1000
)

// A span is what the barriers of a read say of now, in positions of recorded
// order: the last related write that was replayed and the first one that was not.
type span struct {
	replayed, awaited int32
}

var unbound = span{-1, math.MaxInt32}

// A reason says why an answer was chosen, or why there is none.
type reason int

const (
	inOrder    reason = iota
	repeated          // the last answer, again
	early             // recorded after a related write that was not replayed yet
	stale             // recorded before a related write that was replayed
	usedUp            // none left, and the policy forbids to repeat
	overPolled        // none left, and the last was repeated as often as may be
)

// A choice is an answer of an entry, by place, and the tally once it is served.
type choice struct {
	answer int // -1 when there is none
	tally  tally
	reason reason
}

// choose decides which answer an entry gives next. It depends on nothing but its
// arguments, so equal histories give equal answers.
//
// The order of preference: the first answer that is unread and that no barrier
// speaks against; the last one served, again, as long as no related write was
// replayed since; the nearest unread one on this side of the last replayed write;
// what was recorded last.
func (e *entry) choose(t tally, now span, strict bool) choice {
	count := len(e.answers)
	next := e.passOver(t.next, now.replayed)
	if next < count && e.answers[next].position < now.awaited {
		return choice{next, t.serve(next), inOrder}
	}
	if next == count && e.repeat == RepeatCycle {
		if first := e.passOver(0, now.replayed); first < count {
			return choice{first, tally{next: first + 1, last: first, wrapped: true}, repeated}
		}
	}
	standing := t.last >= 0 && e.answers[t.last].position > now.replayed
	if standing && e.mayRepeat(t) {
		return choice{t.last, t.again(), repeated}
	}
	switch {
	case next < count && strict:
		return choice{-1, t, early}
	case next < count:
		return choice{next, t.serve(next), early}
	case standing || !e.read:
		return choice{-1, t, e.exhausted()}
	case strict:
		return choice{-1, t, stale}
	}
	return e.lastResort(t)
}

// lastResort serves the last recorded answer although a related write was replayed
// since: a barrier prefers, it never denies.
func (e *entry) lastResort(t tally) choice {
	final := len(e.answers) - 1
	switch {
	case t.last != final:
		return choice{final, t.serve(final), stale}
	case e.mayRepeat(t):
		return choice{final, t.again(), stale}
	}
	return choice{-1, t, e.exhausted()}
}

// passOver skips the answers that a replayed write retires.
func (e *entry) passOver(next int, replayed int32) int {
	if next < len(e.answers) && e.answers[next].position < replayed {
		rest := e.answers[next:]
		next += sort.Search(len(rest), func(i int) bool { return rest[i].position > replayed })
	}
	return next
}

func (e *entry) mayRepeat(t tally) bool {
	switch e.repeat {
	case RepeatNever:
		return false
	case RepeatLast, RepeatCycle:
		return true
	}
	if !e.read {
		return false
	}
	return t.repeats < repeatsUnfinished || t.repeats < repeatsAny && !e.answers[t.last].unfinished(e.key.Path)
}

func (e *entry) exhausted() reason {
	if e.read && e.repeat == "" {
		return overPolled
	}
	return usedUp
}

const (
	stateUnknown int32 = iota
	stateFinal
	stateUnfinished
)

// unfinished reports whether the answer is the state of an operation that is still
// under way, so that a client polling for its end would wait in vain.
func (r *record) unfinished(path string) bool {
	if state := r.state.Load(); state != stateUnknown {
		return state == stateUnfinished
	}
	state := stateFinal
	if (r.interaction.Response.Code == http.StatusAccepted || async.IsOperationPath(path)) && async.IsUnfinished(stateIn(r.body())) {
		state = stateUnfinished
	}
	r.state.Store(state)
	return state == stateUnfinished
}

// stateIn is the state that a JSON answer tells.
func stateIn(body string) string {
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return ""
	}
	return async.StateOf(doc)
}
