package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// service is a base transport of a test: it answers from memory.
type service func(*http.Request) (*http.Response, error)

func (s service) RoundTrip(req *http.Request) (*http.Response, error) { return s(req) }

// answer makes an answer whose body is of known length.
func answer(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}

// An answer is left out where the client did not take it for final: after it, the same
// request came again.
func TestRetriedAnswers(t *testing.T) {
	type exchange struct {
		method, path, body, header string
		status                     int
	}
	get := func(path string, status int) exchange { return exchange{"GET", path, "", "", status} }
	for name, c := range map[string]struct {
		exchanges []exchange
		kept      []int
	}{
		"throttled, then answered":  {[]exchange{get("/me", 429), get("/me", 200)}, []int{1}},
		"throttled twice":           {[]exchange{get("/me", 503), get("/me", 429), get("/me", 200)}, []int{2}},
		"out of bandwidth":          {[]exchange{get("/me", 509), get("/me", 200)}, []int{1}},
		"gave up":                   {[]exchange{get("/me", 429), get("/me", 429)}, []int{1}},
		"not tried again":           {[]exchange{get("/me", 429), get("/users", 200)}, []int{0, 1}},
		"another method":            {[]exchange{get("/me", 429), {"DELETE", "/me", "", "", 204}}, []int{0, 1}},
		"another option":            {[]exchange{get("/me?$select=id", 429), get("/me", 200)}, []int{0, 1}},
		"another body":              {[]exchange{{"POST", "/$batch", `{"requests":[]}`, "", 429}, {"POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`, "", 200}}, []int{0, 1}},
		"another chunk of a file":   {[]exchange{{"PUT", "/up", "0000", "Content-Range: bytes 0-3/8", 503}, {"PUT", "/up", "0000", "Content-Range: bytes 4-7/8", 202}}, []int{0, 1}},
		"the same chunk":            {[]exchange{{"PUT", "/up", "0000", "Content-Range: bytes 0-3/8", 503}, {"PUT", "/up", "0000", "Content-Range: bytes 0-3/8", 202}}, []int{1}},
		"Retry-Attempt":             {[]exchange{get("/me", 504), {"GET", "/me", "", "Retry-Attempt: 1", 200}}, []int{1}},
		"plain after gzip":          {[]exchange{{"POST", "/chats", zipped(`{"a":1}`), "Content-Encoding: gzip", 415}, {"POST", "/chats", `{"a":1}`, "", 201}}, []int{1}},
		"plain, labelled gzip":      {[]exchange{{"POST", "/chats", zipped(`{"a":1}`), "Content-Encoding: gzip", 429}, {"POST", "/chats", `{"a":1}`, "Content-Encoding: gzip", 201}}, []int{1}},
		"not found is an answer":    {[]exchange{get("/me", 404), get("/me", 404), get("/me", 200)}, []int{0, 1, 2}},
		"a fault is an answer":      {[]exchange{get("/me", 500), get("/me", 200)}, []int{0, 1}},
		"throttled between answers": {[]exchange{get("/me", 200), get("/me", 429), get("/me", 200)}, []int{0, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			next := 0
			r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
				next++
				return answer(req, c.exchanges[next-1].status, fmt.Sprint(next-1)), nil
			})})
			for _, e := range c.exchanges {
				req, err := http.NewRequest(e.method, "https://graph.microsoft.com/v1.0"+e.path, strings.NewReader(e.body))
				if err != nil {
					t.Fatal(err)
				}
				if name, value, ok := strings.Cut(e.header, ": "); ok {
					req.Header.Set(name, value)
				}
				if resp, err := r.RoundTrip(req); err != nil || resp.StatusCode != e.status {
					t.Fatal(resp, err)
				}
			}
			if r.Len() != len(c.kept) || r.Retried() != len(c.exchanges)-len(c.kept) {
				t.Errorf("%d kept and %d retried of %d", r.Len(), r.Retried(), len(c.exchanges))
			}
			var kept []int
			for _, i := range saved(t, r, file).Interactions {
				var n int
				fmt.Sscan(i.Response.Body, &n)
				kept = append(kept, n)
			}
			if !slices.Equal(kept, c.kept) {
				t.Errorf("kept %v, want %v", kept, c.kept)
			}
		})
	}
}

// What was under way already is no retry, and each retry is of one exchange.
func TestRetriesOfManyClients(t *testing.T) {
	const clients = 4
	throttled, goOn := make(chan struct{}), make(chan struct{})
	var begun, ended sync.WaitGroup
	begun.Add(clients)
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("X-Client") == "slow" { // it begins before the others, and ends after they were throttled
			close(goOn)
			<-throttled
			return answer(req, 200, "slow"), nil
		}
		if req.Header.Get("Retry-Attempt") != "" {
			return answer(req, 200, "again"), nil
		}
		begun.Done()
		begun.Wait()
		return answer(req, 429, "throttled"), nil
	})})
	send := func(header, value string) {
		req, _ := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/me", nil)
		req.Header.Set(header, value)
		if _, err := r.RoundTrip(req); err != nil {
			t.Error(err)
		}
	}
	slow := make(chan struct{})
	go func() {
		defer close(slow)
		send("X-Client", "slow")
	}()
	<-goOn
	for range clients {
		ended.Go(func() { send("X-Client", "quick") })
	}
	ended.Wait()
	close(throttled)
	<-slow
	if r.Retried() != 0 {
		t.Error("a request that was under way is taken for a retry")
	}
	for range clients - 1 { // one gives up
		send("Retry-Attempt", "1")
	}
	counts := map[string]int{}
	for _, i := range saved(t, r, file).Interactions {
		counts[i.Response.Body]++
	}
	if counts["slow"] != 1 || counts["throttled"] != 1 || counts["again"] != clients-1 {
		t.Errorf("kept %v", counts)
	}
}

// What was retried is told apart in a journal that is recovered, too.
func TestRetriesAreRecovered(t *testing.T) {
	status := 429
	file := t.TempDir() + "/x.yaml"
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	r := transport.NewRecorder(j, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		return answer(req, status, "{}"), nil
	})})
	for _, status = range []int{429, 200, 429} {
		if _, err := (&http.Client{Transport: r}).Get("https://graph.microsoft.com/v1.0/me"); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	left, torn, err := journal.Open(j.Name())
	if err != nil || torn != nil {
		t.Fatal(torn, err)
	}
	if _, err := left.Save(file, emulated, journal.Saving{}); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(file)
	if err != nil || len(c.Interactions) != 2 || c.Interactions[0].Response.Code != 200 || c.Interactions[1].Response.Code != 429 {
		t.Errorf("%v, %v", c, err)
	}
}
