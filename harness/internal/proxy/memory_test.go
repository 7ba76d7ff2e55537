package proxy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// benchBody is a page of about so many bytes with a link in every few kilobytes.
func benchBody(n, size int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=%d","value":[`, n)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%08x-0000-4000-8000-%012x","displayName":"Adele Vance %d","accountEnabled":true,"mail":null,"jobTitle":"Engineer","officeLocation":"18/2111"`, n, i, i)
		if i%20 == 0 {
			fmt.Fprintf(&b, `,"manager@odata.navigationLink":"https://graph.microsoft.com/v1.0/users/%08x/manager"`, i)
		}
		b.WriteByte('}')
	}
	return b.String() + "]}"
}

func benchPath(n int) string {
	return fmt.Sprintf("/v1.0/users/%08x-0000-4000-8000-000000000000/directReports?$select=id,displayName&$top=10", n)
}

func benchTape(count, size int) *cassette.Cassette {
	c := &cassette.Cassette{Name: "bench", File: "bench.yaml", Meta: cassette.Meta{Format: 1, Origin: cassette.Recorded}}
	for n := range count {
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID:      n,
			Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com" + benchPath(n), Host: "graph.microsoft.com", Headers: http.Header{"Accept": {"application/json"}}},
			Response: cassette.Response{Code: 200, Status: "200 OK", Proto: "HTTP/2.0", ProtoMajor: 2, Body: benchBody(n, size), Headers: http.Header{
				"Cache-Control": {"no-cache"}, "Odata-Version": {"4.0"}, "X-Ms-Resource-Unit": {"1"},
				"Content-Type":              {"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
				"Request-Id":                {fmt.Sprintf("%08x-2222-4000-8000-000000000000", n)},
				"Strict-Transport-Security": {"max-age=31536000"}, "Vary": {"Accept-Encoding"},
				"X-Ms-Ags-Diagnostic": {`{"ServerInfo":{"DataCenter":"Southeast Asia","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"SI2PEPF00000BCE"}}`},
			}},
		})
	}
	return c
}

// heap is what is in use once all garbage is gone.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A caller calls a server without a network.
type caller func(method, path string) *httptest.ResponseRecorder

func calling(server http.Handler) caller {
	return func(method, path string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(method, path, nil)
		req.Host, req.Header = "localhost", http.Header{"Accept": {"application/json"}}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, req)
		return w
	}
}

// serving calls a server of a cassette.
func serving(t *testing.T, index *match.Index) caller {
	t.Helper()
	reverse := proxy.NewReverse(newReplay(index), proxy.Options{Open: func(proxy.SessionRequest) (proxy.Use, error) { return newReplay(index), nil }})
	t.Cleanup(func() { reverse.End(t.Context()) })
	return calling(reverse)
}

// begin opens a session, and returns the path of its requests.
func begin(t *testing.T, call caller) string {
	t.Helper()
	var opened struct{ ID string }
	if w := call("POST", "/_graphvcr/sessions"); json.Unmarshal(w.Body.Bytes(), &opened) != nil || opened.ID == "" {
		t.Fatal(w.Body.String())
	}
	return "/_graphvcr/sessions/" + opened.ID
}

// TestSessionsShareBytes: a thousand sessions over a cassette hold it once.
func TestSessionsShareBytes(t *testing.T) {
	index, err := match.NewIndex(match.Rules{}, benchTape(2000, 6500))
	if err != nil {
		t.Fatal(err)
	}
	call := serving(t, index)
	one := begin(t, call)
	before := heap()
	for n := range 1000 {
		session := begin(t, call)
		for k := range 3 {
			if w := call("GET", session+benchPath((7*n+k)%2000)); w.Code != 200 {
				t.Fatal(w.Code, w.Body.String())
			}
		}
	}
	grown := heap() - before
	t.Logf("1,000 sessions over 13 MB: %d KB", grown>>10)
	if grown > 13<<20 {
		t.Errorf("1,000 sessions over 13 MB take %d KB", grown>>10)
	}
	runtime.KeepAlive(one)
}

// TestMemoryIsFlat: a server that is used for long, by clients that miss and by sessions
// that come and go, grows no further once it is warm. GRAPHVCR_FULL=1 uses it for five
// minutes.
func TestMemoryIsFlat(t *testing.T) {
	if !testkit.Slow() {
		t.Skip("without GRAPHVCR_SLOW=1: thousands of sessions")
	}
	forever := match.Rules{Match: []match.Rule{{On: "* *", Repeat: match.RepeatLast}}} // the session without a name is asked without end
	index, err := match.NewIndex(forever, benchTape(100, 1300))
	if err != nil {
		t.Fatal(err)
	}
	call := serving(t, index)
	use := func(n int) {
		session := begin(t, call)
		for k := range 10 {
			for _, base := range []string{"", session} {
				if w := call("GET", base+benchPath((n+k)%100)); w.Code != 200 {
					t.Fatal(w.Code, w.Body.String())
				}
			}
		}
		call("GET", fmt.Sprintf("/v1.0/nothing/%d", n))
		call("GET", session+"/v1.0/nothing")
		if w := call("DELETE", session); w.Code != 200 {
			t.Fatal(w.Code, w.Body.String())
		}
	}
	n := 0
	for ; n < 1500; n++ { // all that is bounded is full
		use(n)
	}
	before, began := heap(), time.Now()
	for full := os.Getenv("GRAPHVCR_FULL") == "1"; n < 3000 || full && time.Since(began) < 5*time.Minute; n++ {
		use(n)
	}
	grown := heap() - before
	t.Logf("after %d sessions more: %d KB", n-1500, grown>>10)
	if grown > 1<<20 {
		t.Errorf("%d KB more after %d sessions more", grown>>10, n-1500)
	}
}
