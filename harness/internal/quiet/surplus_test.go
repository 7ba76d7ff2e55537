package quiet_test

import (
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// What a service sends behind an answer is never taken for the answer to the next request,
// however soon that comes.
func TestSurplusIsNoAnswer(t *testing.T) {
	const clients, requests = 4, 300
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	server := &chatty{listener: listener, answer: answers["short"], more: "unsolicited", closed: make(chan struct{}, clients*requests)}
	go server.serve(t)
	rt := quiet.New(&http.Transport{})
	defer rt.CloseIdleConnections()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for range requests {
				if resp, body := exchange(t, rt, "GET", "http://"+listener.Addr().String()+"/", ""); resp != nil && body != "abc" {
					t.Errorf("got %q", body)
				}
			}
		})
	}
	all.Wait()
}
