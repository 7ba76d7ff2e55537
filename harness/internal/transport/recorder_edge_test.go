package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

const profile = "https://graph.microsoft.com/v1.0/me"

func newRequest(t testing.TB, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// noted is the one note of a recording.
func noted(t *testing.T, r *transport.Recorder) string {
	t.Helper()
	notes := r.Notes()
	if len(notes) != 1 {
		t.Fatalf("notes %v, want one", notes)
	}
	return notes[0].Err.Error()
}

// A service that answers before it has read the request is recorded with what the client
// meant to send, where the client can say it again.
func TestAnsweredEarly(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 1<<16)
	for name, c := range map[string]struct {
		body  io.Reader
		whole bool
	}{
		"can be read again": {strings.NewReader(long), true},
		"once only":         {io.MultiReader(strings.NewReader(long)), false},
	} {
		t.Run(name, func(t *testing.T) {
			r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
				io.CopyN(io.Discard, req.Body, 10)
				req.Body.Close()
				return answer(req, http.StatusRequestEntityTooLarge, "{}"), nil
			})})
			if resp, err := r.RoundTrip(newRequest(t, "PUT", profile, c.body)); err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Fatal(resp, err)
			}
			if c.whole != (len(r.Notes()) == 0) {
				t.Errorf("notes %v", r.Notes())
			}
			if got := saved(t, r, file).Interactions[0].Request.Body; (got == long) != c.whole || !strings.HasPrefix(long, got) {
				t.Errorf("%d bytes recorded", len(got))
			}
		})
	}
}

// A request whose body is neither sent as a whole nor can be said again is noted as lost: it is not
// recorded without its body.
func TestBodyThatIsGone(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		return answer(req, http.StatusUnauthorized, "{}"), nil
	})})
	req := newRequest(t, "PUT", profile, strings.NewReader("the body"))
	req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("it is gone") }
	if _, err := r.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	if note := noted(t, r); note != "keep the request's body: it is gone" || !r.Notes()[0].Lost {
		t.Error(note)
	}
	if all := saved(t, r, file).Interactions; len(all) != 0 {
		t.Errorf("recorded %q", all[0].Request.Body)
	}
}

// What a RoundTripper leaves out of an answer, and a client of a request, is not there.
func TestRecordsTheLeast(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNoContent}, nil
	})})
	req := newRequest(t, "GET", profile, nil)
	req.Method, req.Header = "", nil
	if resp, err := r.RoundTrip(req); err != nil || resp.Body == nil {
		t.Fatal(resp, err)
	}
	if i := saved(t, r, file).Interactions[0]; i.Request.Method != "GET" || i.Response.Code != http.StatusNoContent || i.Response.Body != "" {
		t.Errorf("recorded %s: %d, %q", i.Request.Method, i.Response.Code, i.Response.Body)
	}
}

// What is noted of a request is redacted, and one that nobody could send is noted.
func TestNotesAreRedacted(t *testing.T) {
	hide := func(i *cassette.Interaction) (*cassette.Interaction, []byte) {
		stored := *i
		stored.Request.URL = strings.ReplaceAll(i.Request.URL, "adele", "user1")
		return &stored, nil
	}
	r, _ := recording(t, transport.RecorderOptions{Redact: hide, Base: service(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })})
	for _, req := range []*http.Request{newRequest(t, "GET", "https://graph.microsoft.com/v1.0/users/adele?$skiptoken=secret", nil), {Method: "GET"}} {
		if _, err := r.RoundTrip(req); err != io.ErrUnexpectedEOF {
			t.Error(err)
		}
	}
	if got, want := fmt.Sprint(r.Notes()), "[interaction 0, GET https://graph.microsoft.com/v1.0/users/user1: unexpected EOF interaction 1, GET (no address): unexpected EOF]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What no header may hold and net/http reads is kept as spaces, so that the recording replays;
// the client has it as it came.
func TestCarriageReturnsInHeaders(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, http.StatusFound, "")
		resp.Header.Set("X-Note", "/a\rX-B: c")
		return resp, nil
	})})
	resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
	if err != nil || resp.Header.Get("X-Note") != "/a\rX-B: c" {
		t.Fatal(resp, err)
	}
	i := saved(t, r, file).Interactions[0]
	if got := i.Response.Headers.Get("X-Note"); got != "/a X-B: c" || i.Unsendable() != nil {
		t.Errorf("got %q, %v", got, i.Unsendable())
	}
}

// A base that sends a request twice is recorded with one body.
func TestSentTwice(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		io.CopyN(io.Discard, req.Body, 3)
		again, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(again)
		return answer(req, 200, string(text)), err
	})})
	if _, err := r.RoundTrip(newRequest(t, "POST", profile, strings.NewReader("the body"))); err != nil {
		t.Fatal(err)
	}
	if i := saved(t, r, file).Interactions[0]; i.Request.Body != "the body" || i.Response.Body != "the body" {
		t.Errorf("recorded %q and %q", i.Request.Body, i.Response.Body)
	}
}

// The answer to HEAD tells the length of what GET would give.
func TestRecordHead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1234")
	}))
	defer server.Close()
	r, file := recording(t, transport.RecorderOptions{})
	resp, err := (&http.Client{Transport: r}).Head(server.URL)
	if err != nil || resp.ContentLength != 1234 {
		t.Fatal(resp, err)
	}
	if got := saved(t, r, file).Interactions[0].Response; got.ContentLength != 1234 || got.Headers.Get("Content-Length") != "1234" {
		t.Errorf("stored %d, %v", got.ContentLength, got.Headers)
	}
}

// Informational answers pass; a connection that becomes another protocol's is noted.
func TestInformationalAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/switch" {
			conn, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
			rw.Flush()
			line, _ := rw.ReadString('\n')
			rw.WriteString(line)
			rw.Flush()
			return
		}
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusCreated)
	}))
	defer server.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	r, file := recording(t, transport.RecorderOptions{Base: base})
	if status, _ := do(t, &http.Client{Transport: r}, server.URL, call{"GET", "/hints", ""}); status != http.StatusCreated {
		t.Errorf("status %d", status)
	}
	req := newRequest(t, "GET", server.URL+"/switch", nil)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := r.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	conn, ok := resp.Body.(io.ReadWriter)
	if !ok {
		t.Fatal("the client cannot write to its connection")
	}
	io.WriteString(conn, "hello\n")
	if got, err := io.ReadAll(conn); string(got) != "hello\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if note := noted(t, r); !strings.Contains(note, "protocol") {
		t.Error(note)
	}
	if all := saved(t, r, file).Interactions; len(all) != 1 || all[0].Response.Code != http.StatusCreated {
		t.Errorf("%d interactions", len(all))
	}
}

// A redirect to another host is an interaction there.
func TestRedirectToAnotherHost(t *testing.T) {
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the token went to the other host")
		}
		io.WriteString(w, "the file")
	}))
	defer files.Close()
	other := strings.Replace(files.URL, "127.0.0.1", "localhost", 1)
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other+"/download?tempauth=x", http.StatusFound)
	}))
	defer graph.Close()
	r, file := recording(t, transport.RecorderOptions{})
	if _, body := do(t, &http.Client{Transport: r}, graph.URL, call{"GET", "/content", ""}); body != "the file" {
		t.Errorf("got %q", body)
	}
	var hosts []string
	for _, i := range saved(t, r, file).Interactions {
		hosts = append(hosts, i.Request.Host)
	}
	if want := []string{strings.TrimPrefix(graph.URL, "http://"), strings.TrimPrefix(other, "http://")}; !slices.Equal(hosts, want) {
		t.Errorf("hosts %v, want %v", hosts, want)
	}
}

// Once a recording is over nothing is sent any more that could not be kept.
func TestRequestsAfterTheEnd(t *testing.T) {
	sent := 0
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		sent++
		return answer(req, 200, "{}"), nil
	})})
	saved(t, r, file)
	body := &closer{Reader: strings.NewReader("{}")}
	resp, err := r.RoundTrip(newRequest(t, "POST", profile, body))
	if resp != nil || !errors.Is(err, os.ErrClosed) || fault.Hint(err) == "" {
		t.Errorf("got %v, %v", resp, err)
	}
	if sent != 0 || !body.closed {
		t.Errorf("sent %d requests, closed the body: %v", sent, body.closed)
	}
}

// Nothing that a recording starts outlives it, however exchanges end: synctest fails
// where a goroutine is left.
func TestRecorderLeavesNothingRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := strings.Repeat("0123456789abcdef", 9<<16)
		r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
			switch req.URL.Path {
			case "/large":
				return large(text, -1)(req)
			case "/fails":
				return nil, io.ErrUnexpectedEOF
			case "/waits":
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return answer(req, 200, "{}"), nil
		})})
		for _, path := range []string{"/large", "/fails", "/", "/large"} {
			if resp, err := r.RoundTrip(newRequest(t, "GET", "https://graph.microsoft.com"+path, nil)); err == nil {
				resp.Body.Close()
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		if _, err := r.RoundTrip(newRequest(t, "GET", "https://graph.microsoft.com/waits", nil).WithContext(ctx)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if gone := r.Notes()[len(r.Notes())-1].Err.Error(); !strings.HasPrefix(gone, "the client was gone before its answer came") {
			t.Error(gone)
		}
		if got := saved(t, r, file); len(got.Interactions) != 1 {
			t.Errorf("%d interactions", len(got.Interactions))
		}
	})
}

// What no cassette can hold is answered and noted as lost, and the rest is recorded.
func TestRecordsAroundWhatCannotBeStored(t *testing.T) {
	crowd := http.Header{}
	for n := range 10_001 {
		crowd.Set(fmt.Sprint("X-", n), "x")
	}
	odd := map[string]func(*http.Response){
		"/000":      func(r *http.Response) { r.StatusCode, r.Status = 0, "000" },
		"/1000":     func(r *http.Response) { r.StatusCode, r.Status = 1000, "1000" },
		"/headers":  func(r *http.Response) { r.Header = crowd },
		"/trailers": func(r *http.Response) { r.Trailer = crowd },
	}
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, "the answer")
		if set := odd[req.URL.Path]; set != nil {
			set(resp)
		}
		return resp, nil
	})})
	for _, path := range []string{"/000", "/me", "/headers", "/1000", "/trailers", "/users"} {
		resp, err := r.RoundTrip(newRequest(t, "GET", "https://graph.microsoft.com"+path, nil))
		if err != nil {
			t.Fatal(path, err)
		}
		if body, err := io.ReadAll(resp.Body); string(body) != "the answer" || err != nil {
			t.Errorf("%s: the client got %q, %v", path, body, err)
		}
	}
	unreadable := newRequest(t, "GET", "https://graph.microsoft.com", nil)
	unreadable.URL.Host = "graph.microsoft.com:port"
	if _, err := r.RoundTrip(unreadable); err != nil {
		t.Fatal(err)
	}
	var lost []int64
	for _, n := range r.Notes() {
		if n.Lost {
			lost = append(lost, n.Order)
		}
	}
	if want := []int64{0, 2, 3, 4, 6}; !slices.Equal(lost, want) {
		t.Errorf("lost %v, want %v", lost, want)
	}
	if all := saved(t, r, file).Interactions; len(all) != 2 || !strings.HasSuffix(all[0].Request.URL, "/me") || !strings.HasSuffix(all[1].Request.URL, "/users") {
		t.Errorf("%d interactions", len(all))
	}
}
