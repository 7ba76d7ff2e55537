package emulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A client sends requests with a token, and follows no redirect.
type client struct {
	t     *testing.T
	e     *emulator.Emulator
	token string
	http  *http.Client
}

func start(t *testing.T, o emulator.Options) *client {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 123_456_700, time.UTC) }
	}
	e, err := emulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &client{t: t, e: e, token: e.UserToken(), http: &http.Client{
		Transport:     e.Transport(nil),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// as is the client with another token.
func (c *client) as(token string) *client {
	other := *c
	other.token = token
	return &other
}

type reply struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   string
}

// send sends "METHOD address"; an address without a host is Graph's. Headers are
// "Name: value". An absolute address gets no token.
func (c *client) send(request, body string, headers ...string) reply {
	c.t.Helper()
	method, address, _ := strings.Cut(request, " ")
	own := strings.HasPrefix(address, "/")
	if own {
		address = c.e.GraphURL() + address
	}
	if own && c.token != "" {
		headers = append([]string{"Authorization: Bearer " + c.token}, headers...)
	}
	resp, got := testkit.Send(c.t, c.http, method, address, body, headers...)
	return reply{c.t, resp.StatusCode, resp.Header, string(got)}
}

// want sends and checks the status.
func (c *client) want(status int, request, body string, headers ...string) reply {
	c.t.Helper()
	r := c.send(request, body, headers...)
	if r.Status != status {
		c.t.Fatalf("%s: status %d, want %d: %s", request, r.Status, status, r.Body)
	}
	return r
}

// fails sends and checks status and error.code.
func (c *client) fails(status int, code, request, body string, headers ...string) reply {
	c.t.Helper()
	r := c.want(status, request, body, headers...)
	if got := r.text("error.code"); got != code {
		c.t.Errorf("%s: error.code %q, want %q", request, got, code)
	}
	return r
}

// value is what lies at a path of member names and, for arrays, "#" (the length)
// or a number.
func (r reply) value(path string) any {
	r.t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader([]byte(r.Body)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		r.t.Fatalf("decode %q: %v", r.Body, err)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			if name == "#" {
				return len(in)
			}
			v = in[int(name[0]-'0')]
		default:
			return nil
		}
	}
	return v
}

func (r reply) text(path string) string {
	r.t.Helper()
	s, _ := r.value(path).(string)
	return s
}

// at is text for names that hold dots, as annotations do.
func (r reply) at(name string) string {
	r.t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.Body), &v); err != nil {
		r.t.Fatalf("decode %q: %v", r.Body, err)
	}
	s, _ := v[name].(string)
	return s
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func matches(t *testing.T, what, got, pattern string) {
	t.Helper()
	if !regexpFull(pattern).MatchString(got) {
		t.Errorf("%s is %q, want one that matches %s", what, got, pattern)
	}
}
