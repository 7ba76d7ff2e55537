package proxy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// soakTape is what a client of the soak asks for: things that it reads, makes and removes,
// and an operation that it polls.
const (
	soakReads  = 8
	soakWrites = 4
)

func soakTape() []string {
	var pairs []string
	for n := range soakReads {
		pairs = append(pairs, fmt.Sprintf("GET /v1.0/users/%d", n), fmt.Sprintf(`{"id":"%d","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=%d"}`, n, n))
	}
	for n := range soakWrites {
		pairs = append(pairs, fmt.Sprintf("POST /v1.0/chats/%d/messages", n), fmt.Sprintf(`{"made":%d}`, n))
	}
	for _, status := range []string{"notStarted", "running", "succeeded"} {
		pairs = append(pairs, "GET /v1.0/operations/1", `{"status":"`+status+`"}`)
	}
	return pairs
}

// A soak counts what clients that use a server at once were answered.
type soak struct {
	url                       string
	client                    *http.Client
	requests, sessions, polls atomic.Int64
	wrong                     atomic.Int64
	mu                        sync.Mutex
	first                     error // that was wrong
}

func (s *soak) call(method, url string, want func(status int, body string) bool) string {
	s.requests.Add(1)
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return s.fault(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return s.fault(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !want(resp.StatusCode, string(body)) {
		return s.fault(errors.Join(fmt.Errorf("%s %s: %s %.300s", method, url, resp.Status, body), err))
	}
	return string(body)
}

func (s *soak) fault(err error) string {
	s.wrong.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		s.first = err
	}
	return ""
}

func has(text string) func(int, string) bool {
	return func(status int, body string) bool { return status == http.StatusOK && strings.Contains(body, text) }
}

// session is one client's: the reads in an order of its own, the writes once each, the poll
// to its end, and what the server without a session answers to all at once.
func (s *soak) session(client, round int) {
	opened := struct{ ID, URL string }{}
	made := s.call("POST", s.url+"/_graphvcr/sessions", func(status int, _ string) bool { return status == http.StatusCreated })
	if json.Unmarshal([]byte(made), &opened) != nil || opened.URL == "" {
		return
	}
	for n := range soakReads {
		k := (n*3 + client + round) % soakReads
		s.call("GET", fmt.Sprintf("%s/v1.0/users/%d", opened.URL, k), has(fmt.Sprintf(`{"id":"%d","@odata.nextLink":"%s/v1.0/users?$skiptoken=%d"}`, k, opened.URL, k)))
		s.call("GET", fmt.Sprintf("%s/v1.0/users/%d", s.url, k), has(fmt.Sprintf(`{"id":"%d","@odata.nextLink":"%s/v1.0/users?`, k, s.url)))
		if n < soakWrites {
			s.call("POST", fmt.Sprintf("%s/v1.0/chats/%d/messages", opened.URL, n), has(fmt.Sprintf(`{"made":%d}`, n)))
		}
	}
	for _, status := range []string{"notStarted", "running", "succeeded", "succeeded"} {
		s.polls.Add(1)
		s.call("GET", opened.URL+"/v1.0/operations/1", has(`{"status":"`+status+`"}`))
	}
	s.call("DELETE", s.url+"/_graphvcr/sessions/"+opened.ID, func(status int, body string) bool {
		return status == http.StatusOK && strings.Contains(body, `"passed": 1`) && !strings.Contains(body, "replay.")
	})
	s.sessions.Add(1)
}

// run has clients work for a while.
func (s *soak) run(clients int, d time.Duration) {
	var working sync.WaitGroup
	end := time.Now().Add(d)
	for client := range clients {
		working.Go(func() {
			for round := 0; round == 0 || time.Now().Before(end); round++ {
				s.session(client, round)
			}
		})
	}
	working.Wait()
	s.client.CloseIdleConnections()
}

// TestSoak: 64 clients with reads, writes, polls and sessions of their own get what was
// recorded for each, and leave nothing behind. GRAPHVCR_FULL=1 works for two minutes.
func TestSoak(t *testing.T) {
	const clients = 64
	length, most := time.Second, int64(4<<20)
	if os.Getenv("GRAPHVCR_FULL") == "1" {
		length = 2 * time.Minute
	}
	index, err := match.NewIndex(match.Rules{Match: []match.Rule{{On: "* *", Repeat: match.RepeatLast}}}, recorded(soakTape()...))
	if err != nil {
		t.Fatal(err)
	}
	d := serve(t, func() proxy.Use { return newReplay(index) }, proxy.Options{})
	s := &soak{url: d.URL, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
	s.run(clients, length/4) // what is kept for reuse is there
	before, running := heap(), runtime.NumGoroutine()
	s.run(clients, length)
	after := heap()
	t.Logf("%d clients for %v: %d requests, %d polls, %d sessions, %d wrong; heap %d KB before, %d KB after; %d goroutines before, %d after",
		clients, length, s.requests.Load(), s.polls.Load(), s.sessions.Load(), s.wrong.Load(), before>>10, after>>10, running, runtime.NumGoroutine())
	if s.wrong.Load() > 0 || s.sessions.Load() < 2*clients {
		t.Errorf("%d wrong of %d in %d sessions, the first: %v", s.wrong.Load(), s.requests.Load(), s.sessions.Load(), s.first)
	}
	if after-before > most {
		t.Errorf("the heap grew by %d KB", (after-before)>>10)
	}
}
