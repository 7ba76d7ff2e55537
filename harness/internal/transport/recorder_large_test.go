package transport_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

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
	text := `["` + strings.Repeat("0123456789abcdef", 9<<16) + `"]`
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
	t.Run("to a trailer", func(t *testing.T) {
		r, file := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
			resp, _ := large(text, int64(len(text)))(req)
			resp.Trailer = http.Header{"X-Sum": nil}
			resp.Body = io.NopCloser(io.MultiReader(resp.Body, ender(func() { resp.Trailer.Set("X-Sum", "42") })))
			return resp, nil
		})})
		resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		if got := saved(t, r, file).Interactions[0].Response.Trailer.Get("X-Sum"); got != "42" {
			t.Errorf("the trailer says %q", got)
		}
	})
	t.Run("decoded", func(t *testing.T) {
		record(t, -1, func(body io.Reader) error {
			var value []string
			return json.NewDecoder(body).Decode(&value)
		})
	})
}

// ender is the end of a body, as which something happens.
type ender func()

func (e ender) Read([]byte) (int, error) {
	e()
	return 0, io.EOF
}

// The end of a large answer is not handed out where it could not be recorded.
func TestLargeAnswersOfABrokenJournal(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 9<<16)
	for name, read := range map[string]func(io.ReadCloser) error{
		"read":   func(body io.ReadCloser) error { _, err := io.Copy(io.Discard, body); return err },
		"closed": func(body io.ReadCloser) error { io.CopyN(io.Discard, body, int64(len(text))); return body.Close() },
	} {
		r, file := recording(t, transport.RecorderOptions{Base: large(text, -1)})
		resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
		if err != nil {
			t.Fatal(err)
		}
		saved(t, r, file)
		if err := read(resp.Body); !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
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
	const size = 65 << 20
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
	if note := noted(t, r); !strings.Contains(note, "larger than 64 MB") || r.Len() != 0 {
		t.Error(note)
	}
}

// A body that is small and holds more than is kept passes, and is no interaction.
func TestBombs(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeros{}, 65<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, _ := recording(t, transport.RecorderOptions{Base: service(func(req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, bomb.String())
		resp.Header.Set("Content-Encoding", "gzip")
		return resp, nil
	})})
	resp, err := r.RoundTrip(newRequest(t, "GET", profile, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, bomb.Bytes()) {
		t.Errorf("the client got %d bytes, %v", len(got), err)
	}
	if note := noted(t, r); !strings.Contains(note, "the answer, once it is decoded, is larger than 64 MB") || r.Len() != 0 || !r.Notes()[0].Lost {
		t.Error(note)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
