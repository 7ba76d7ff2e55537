package proxy_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// TestProxyDoesNotAskItself: a name that leads to this machine, such as a page in a browser can
// make one, is not asked over and over.
func TestProxyDoesNotAskItself(t *testing.T) {
	var own atomic.Pointer[string]
	var dialled atomic.Int64
	i := intercept(t, proxy.InterceptOptions{
		Intercepts: func(string) bool { return false },
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			if dialled.Add(1) > 10 {
				return nil, net.ErrClosed
			}
			return new(net.Dialer).DialContext(ctx, network, *own.Load())
		},
	})
	own.Store(&i.proxy)
	_, port, err := net.SplitHostPort(i.proxy)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(host string, client *http.Client) (int, string) {
		req, err := http.NewRequest("GET", "http://"+host+"/v1.0/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	rebound := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, i.proxy)
	}}}
	defer rebound.CloseIdleConnections()
	for name, client := range map[string]*http.Client{"as a server": rebound, "as a proxy": i.client(false)} {
		if status, body := ask("rebound.example:"+port, client); status != http.StatusBadRequest || !strings.Contains(body, "graphvcr.isProxy") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if n := dialled.Load(); n > 1 {
		t.Errorf("it asked itself %d times", n)
	}
}

// TestLongHosts: a host is a name, and none of a megabyte is remembered.
func TestLongHosts(t *testing.T) {
	i := intercept(t, proxy.InterceptOptions{
		Intercepts: func(string) bool { return false },
		Refused:    func(host string) { t.Errorf("told of a host of %d characters", len(host)) },
	})
	for _, line := range []string{"CONNECT %s:443", "GET http://%s/x"} {
		conn, err := net.Dial("tcp", i.proxy)
		if err != nil {
			t.Fatal(err)
		}
		host := strings.Repeat("a.", 100_000) + "example"
		_, _ = io.WriteString(conn, strings.Replace(line, "%s", host, 1)+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		conn.Close()
		if err != nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %v, %v", line, resp, err)
		}
	}
}
