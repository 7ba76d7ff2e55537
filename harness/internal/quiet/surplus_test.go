package quiet_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// What a service sends behind an answer is never taken for the answer to the next request,
// however soon that comes.
func TestSurplusIsNoAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer listener.Close()
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				for from := bufio.NewReader(c); ; {
					if _, err := http.ReadRequest(from); err != nil {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokunsolicited")
				}
			})
		}
	})
	rt := quiet.New(&http.Transport{})
	defer rt.CloseIdleConnections()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 300 {
				req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+listener.Addr().String()+"/", nil)
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || string(body) != "ok" {
					t.Errorf("got %q, %v", body, err)
				}
			}
		})
	}
	all.Wait()
}
