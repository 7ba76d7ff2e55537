package proxy_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/report"
)

// TestSessionsInUseDoNotExpire: a request that takes long is use, from its beginning to its
// end.
func TestSessionsInUseDoNotExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := carrier(func(req *http.Request) (*http.Response, error) {
			time.Sleep(10 * time.Minute) // the bubble's clock
			return &http.Response{StatusCode: 204, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		reverse := proxy.NewReverse(live{slow}, proxy.Options{Idle: time.Minute, Open: func(proxy.SessionRequest) (proxy.Use, error) { return live{slow}, nil }})
		call := calling(reverse)
		session := begin(t, call)
		if got := call("GET", session+"/v1.0/me").Code; got != 204 {
			t.Errorf("a long request: %d", got)
		}
		if got := call("GET", session+"/v1.0/me").Code; got != 204 {
			t.Errorf("after a long request: %d", got)
		}
		time.Sleep(3 * time.Minute)
		if got := call("DELETE", session).Code; got != 404 {
			t.Errorf("idle: %d", got)
		}
		reverse.End(t.Context())
	})
}

// held is a use whose end waits.
type held struct {
	live
	until chan struct{}
}

func (h held) End() report.Case {
	<-h.until
	return report.Case{Name: "held"}
}

// inTurn opens the first session over the first of uses, the second over the second.
func inTurn(uses ...proxy.Use) func(proxy.SessionRequest) (proxy.Use, error) {
	return func(proxy.SessionRequest) (use proxy.Use, err error) {
		use, uses = uses[0], uses[1:]
		return use, nil
	}
}

// TestHangingSessionEndsAlone: a session whose end hangs keeps no other from ending.
func TestHangingSessionEndsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until, ended := make(chan struct{}), new(atomic.Int64)
		open := inTurn(held{until: until}, counted{ends: ended}, counted{ends: ended})
		reverse := proxy.NewReverse(live{}, proxy.Options{Idle: time.Minute, Open: open})
		call := calling(reverse)
		for range 3 {
			begin(t, call)
			time.Sleep(20 * time.Second) // the bubble's clock: the one that hangs is idle first
		}
		time.Sleep(3 * time.Minute)
		if got := ended.Load(); got != 2 {
			t.Errorf("%d sessions ended beside the one that hangs, want 2", got)
		}
		close(until)
		reverse.End(t.Context())
	})
}

// TestHangingExpiryDelaysNoEnd: at the end of the server too, when one that was idle hangs.
func TestHangingExpiryDelaysNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until, ended := make(chan struct{}), new(atomic.Int64)
		open := inTurn(held{until: until}, counted{ends: ended})
		reverse := proxy.NewReverse(counted{ends: ended}, proxy.Options{Idle: time.Minute, Open: open})
		call := calling(reverse)
		for range 2 {
			begin(t, call)
			time.Sleep(45 * time.Second) // the bubble's clock: the first is idle, the second is not
		}
		over := make(chan int)
		go func() { over <- len(reverse.End(t.Context())) }()
		synctest.Wait()
		if got := ended.Load(); got != 2 {
			t.Errorf("%d ended beside the one that hangs, want 2: the server's own and the one that was open", got)
		}
		close(until)
		if got := <-over; got != 1 {
			t.Errorf("%d reports, want the server's own alone: none has findings", got)
		}
	})
}

// counted counts the ends of uses.
type counted struct {
	live
	ends *atomic.Int64
}

func (c counted) End() report.Case {
	c.ends.Add(1)
	return report.Case{}
}

// TestBrokenUpstream: an answer that breaks off is the service's fault, and none of the
// request's.
func TestBrokenUpstream(t *testing.T) {
	broken := carrier(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			return nil, io.ErrUnexpectedEOF
		}
		body := io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body), Request: req, ContentLength: 100}, nil
	})
	d := serve(t, func() proxy.Use { return live{broken} }, proxy.Options{})
	for _, method := range []string{"GET", "POST"} {
		if status, text := ask(t, d.Client(), method, d.URL+"/v1.0/me", ""); status != 502 || !strings.Contains(text, "graphvcr.upstream") || !strings.Contains(text, "broke the connection off") {
			t.Errorf("%s: %d %s", method, status, text)
		}
	}
}
