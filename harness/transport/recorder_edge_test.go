package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/transport"
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

// What is asked for can be decoded: of the codings only gzip is.
func TestCodings(t *testing.T) {
	for accepted, want := range map[string]string{
		"br, gzip, deflate": "gzip", "gzip;q=0.5, zstd": "gzip", "br": "identity", "*": "identity", "gzip;q=0, *": "identity",
		"gzip": "gzip", "identity": "identity", "": "",
	} {
		var asked string
		r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
			asked = req.Header.Get("Accept-Encoding")
			return answer(req, 200, ""), nil
		})})
		req := newRequest(t, "GET", profile, nil)
		if accepted != "" {
			req.Header.Set("Accept-Encoding", accepted)
		}
		if _, err := r.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		if asked != want || req.Header.Get("Accept-Encoding") != accepted {
			t.Errorf("%q became %q, and the client's own %q", accepted, asked, req.Header.Get("Accept-Encoding"))
		}
		if got := saved(t, r, file).Interactions[0].Request.Headers.Get("Accept-Encoding"); got != accepted {
			t.Errorf("recorded %q, the client sent %q", got, accepted)
		}
	}
}

// Bodies are stored decoded, unless what is compressed is what was sent.
func TestStoredBodies(t *testing.T) {
	plain, packed := `{"a":1}`, zipped(`{"a":1}`)
	for name, c := range map[string]struct {
		kind, encoding, body, want string
		note                       bool
	}{
		"gzip":                     {"application/json", "gzip", packed, plain, false},
		"GZIP of a file":           {"image/png", " GZIP ", packed, plain, false},
		"members of gzip":          {"application/json", "gzip", packed + packed, plain + plain, false},
		"plain, labelled gzip":     {"application/json", "gzip", plain, plain, false},
		"gzip, not labelled":       {"application/json", "", packed, plain, false},
		"a file that is gzip":      {"application/gzip", "", packed, packed, false},
		"nothing, labelled gzip":   {"application/json", "gzip", "", "", false},
		"torn gzip":                {"application/json", "gzip", packed[:15], packed[:15], true},
		"only the magic of gzip":   {"text/plain", "", "\x1f\x8b\x08", "\x1f\x8b\x08", true},
		"a coding nobody asks for": {"application/json", "br", "\x0b\x03", "\x0b\x03", true},
		"a form":                   {"application/x-www-form-urlencoded", "", "a=1&b=%20+", "a=1&b=%20+", false},
		"multipart":                {`multipart/form-data; boundary="x"`, "", "--x\r\n\r\n\x00\xff\r\n--x--\r\n", "--x\r\n\r\n\x00\xff\r\n--x--\r\n", false},
		"binary":                   {"image/jpeg", "", "\xff\xd8\x00\n\t", "\xff\xd8\x00\n\t", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
				resp := answer(req, 200, c.body)
				resp.Header.Set("Content-Type", c.kind)
				resp.Header.Set("Content-Length", fmt.Sprint(len(c.body)))
				if c.encoding != "" {
					resp.Header.Set("Content-Encoding", c.encoding)
				}
				return resp, nil
			})})
			resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != c.body || resp.Header.Get("Content-Encoding") != c.encoding {
				t.Errorf("the client got %q of %q, %v", got, resp.Header.Get("Content-Encoding"), err)
			}
			if c.note != (len(r.Notes()) > 0) {
				t.Errorf("notes %v", r.Notes())
			}
			got := saved(t, r, file).Interactions[0].Response
			if got.Body != c.want || got.ContentLength != int64(len(c.want)) || got.Headers.Get("Content-Length") != fmt.Sprint(len(c.want)) {
				t.Errorf("stored %q (%d bytes, %v)", got.Body, got.ContentLength, got.Headers)
			}
		})
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

// However a client spells them, credentials are stored neither in the cassette nor in the
// journal, whatever redacts.
func TestCredentialsAreNeverStored(t *testing.T) {
	r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, req.Body)
		resp := answer(req, 200, "{}")
		resp.Header["set-cookie"] = []string{"fpc=hidden"}
		resp.Trailer = http.Header{"Set-Cookie": {"x=hidden"}}
		return resp, nil
	})})
	req := newRequest(t, "POST", "https://adele:hidden@graph.microsoft.com/v1.0/me", strings.NewReader("{}"))
	for _, name := range []string{"authorization", "PROXY-AUTHORIZATION", "cookie", "x-ms-authorization-auxiliary"} {
		req.Header[name] = []string{"hidden"}
	}
	req.Trailer = http.Header{"Authorization": {"hidden"}}
	if _, err := r.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	if len(req.Header) != 4 || req.URL.User == nil {
		t.Error("the client's own request was changed")
	}
	journal, err := os.ReadFile(cassette.JournalOf(file))
	if err != nil {
		t.Fatal(err)
	}
	saved(t, r, file)
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"journal": journal, "cassette": stored} {
		if bytes.Contains(data, []byte("hidden")) {
			t.Errorf("the %s holds a credential", name)
		}
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

// large is a service whose answer is over what waits in memory.
func large(text string, length int64) service {
	return func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, "")
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(text)), length
		return resp, nil
	}
}

// A large answer is recorded before its end is handed out: not before the client reads,
// and not after it knows that it is through.
func TestLargeAnswers(t *testing.T) {
	text := `"` + strings.Repeat("0123456789abcdef", 9<<16) + `"`
	record := func(t *testing.T, length int64, read func(io.Reader) error) {
		t.Helper()
		r, file := recording(t, transport.RecorderOptions{Base: large(text, length)})
		resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
		if err != nil {
			t.Fatal(err)
		}
		if r.Len() != 0 {
			t.Error("it is recorded before anything was read")
		}
		if err := read(resp.Body); err != nil {
			t.Error(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if got := saved(t, r, file).Interactions; len(got) != 1 || got[0].Response.Body != text {
			t.Errorf("%d interactions", len(got))
		}
	}
	t.Run("read to its end", func(t *testing.T) {
		record(t, -1, func(body io.Reader) error {
			got, err := io.ReadAll(body)
			if string(got) != text {
				t.Error("the client got something else")
			}
			return err
		})
	})
	t.Run("read to its length", func(t *testing.T) {
		record(t, int64(len(text)), func(body io.Reader) error {
			_, err := io.ReadFull(body, make([]byte, len(text)))
			return err
		})
	})
	t.Run("decoded", func(t *testing.T) {
		record(t, -1, func(body io.Reader) error {
			var value string
			return json.NewDecoder(body).Decode(&value)
		})
	})
}

// A large answer that is not read, or breaks, is noted; the client sees what happened.
func TestLargeAnswersThatEndEarly(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 9<<16)
	cut := errors.New("connection reset")
	r, _ := recording(t, transport.RecorderOptions{Base: large(text, -1)})
	resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if note := noted(t, r); !strings.Contains(note, "did not read") {
		t.Error(note)
	}
	r, _ = recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, "")
		resp.Body, resp.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(text), iotest.ErrReader(cut))), -1
		return resp, nil
	})})
	if resp, err = r.RoundTrip(newRequest(t, "GET", profile, nil)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); string(got) != text || err != cut {
		t.Errorf("the client got %d bytes, %v", len(got), err)
	}
	if note := noted(t, r); note != cut.Error() {
		t.Error(note)
	}
}

// What no cassette takes passes all the same, and is noted.
func TestOversizeAnswers(t *testing.T) {
	if os.Getenv("GRAPHVCR_FULL") != "1" {
		t.Skip("writes 256 MB: GRAPHVCR_FULL=1 runs it")
	}
	const size = 257 << 20
	r, _ := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, "")
		resp.Body, resp.ContentLength = io.NopCloser(io.LimitReader(zeros{}, size)), size
		return resp, nil
	})})
	resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
		t.Errorf("the client got %d bytes, %v", n, err)
	}
	if note := noted(t, r); !strings.Contains(note, "larger than 256 MB") || r.Len() != 0 {
		t.Error(note)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Once a recording is over nothing is sent any more that could not be kept.
func TestRequestsAfterTheEnd(t *testing.T) {
	sent := 0
	r, _ := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		sent++
		return answer(req, 200, "{}"), nil
	})})
	if err := r.Abort(); err != nil {
		t.Fatal(err)
	}
	body := &closer{Reader: strings.NewReader("{}")}
	resp, err := r.RoundTrip(newRequest(t, "POST", profile, body))
	var hinted interface{ Hint() string }
	if resp != nil || !errors.Is(err, os.ErrClosed) || !errors.As(err, &hinted) {
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
		if got := saved(t, r, file); len(got.Interactions) != 1 {
			t.Errorf("%d interactions", len(got.Interactions))
		}
	})
}
