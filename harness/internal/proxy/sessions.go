package proxy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/report"
)

// mostSessions bounds the sessions that are open at a time.
const mostSessions = 10_000

// sessions are those of a server that clients have opened, by ids that nobody can guess.
type sessions struct {
	idle   time.Duration
	cancel context.CancelFunc // ends expire
	ending sync.WaitGroup     // expire, and the sessions that are being ended

	mu    sync.Mutex
	open  map[string]*session
	ended ledger
}

// start ends sessions that are idle for so long, until stop.
func (ss *sessions) start(idle time.Duration) {
	ss.idle, ss.open = idle, map[string]*session{}
	ctx, cancel := context.WithCancel(context.Background())
	ss.cancel = cancel
	ss.ending.Go(func() { ss.expire(ctx) })
}

// stop ends all sessions and returns the reports of those that had findings: in the order in
// which they ended, then, by id, of those that were still open.
func (ss *sessions) stop(ctx context.Context) []report.Case {
	ss.cancel()
	ss.mu.Lock()
	var left []*session
	for _, id := range slices.Sorted(maps.Keys(ss.open)) {
		left = append(left, ss.open[id])
	}
	clear(ss.open)
	ss.mu.Unlock()
	reports := make([]report.Case, len(left))
	for n, s := range left { // side by side: one that hangs takes no time from the others
		ss.ending.Go(func() { reports[n] = s.end(ctx) })
	}
	ss.ending.Wait()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, c := range reports {
		ss.ended.add(c)
	}
	return ss.ended.cases()
}

// expire ends sessions that nobody uses, each by itself: one that hangs keeps no other open.
func (ss *sessions) expire(ctx context.Context) {
	tick := time.NewTicker(max(ss.idle/8, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, s := range ss.removeUnused() {
				ss.ending.Go(func() { ss.keep(s.end(ctx)) })
			}
		}
	}
}

func (ss *sessions) removeUnused() (all []*session) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for id, s := range ss.open {
		if s.idle() > ss.idle {
			delete(ss.open, id)
			all = append(all, s)
		}
	}
	return all
}

// end ends a session and keeps its report; it returns false when there is none of that id.
func (ss *sessions) end(ctx context.Context, id string) (report.Case, bool) {
	ss.mu.Lock()
	s := ss.open[id]
	delete(ss.open, id)
	ss.mu.Unlock()
	if s == nil {
		return report.Case{}, false
	}
	c := s.end(ctx)
	ss.keep(c)
	return c, true
}

func (ss *sessions) keep(c report.Case) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.ended.add(c)
}

func (ss *sessions) find(id string) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.open[id]
}

// count is how many sessions are open.
func (ss *sessions) count() int {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return len(ss.open)
}

// add opens a session over what begin makes.
func (ss *sessions) add(begin func() (Use, error), faults Faults) (id string, s *session, err error) {
	if ss.count() >= mostSessions {
		return "", nil, &Failure{Status: http.StatusServiceUnavailable, Code: codeSession, Message: fmt.Sprintf("%d sessions are open: end some with DELETE", mostSessions)}
	}
	use, err := begin()
	if err != nil {
		return "", nil, err
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	id = hex.EncodeToString(b[:])
	s = newSession(use, faults, sessionsPath+"/"+id)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.open[id] = s
	return id, s, nil
}
