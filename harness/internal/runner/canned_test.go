package runner_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func answered(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}

// canned answers requests from a list, in its order. Exchanges are separated by
// "---"; each is
//
//	METHOD URL
//	Header: value     must be sent; "Header:" must not
//	@identity NAME    who must have sent it
//	@auth none        must be marked so
//
//	body              compared if there is one
//	=> 200
//	Header: value
//
//	body
type canned struct {
	t    *testing.T
	left []exchange
}

type exchange struct {
	line     string
	header   http.Header
	marks    map[string]string
	body     string
	status   int
	answer   http.Header
	response string
}

func parseExchanges(t *testing.T, text string) []exchange {
	t.Helper()
	var list []exchange
	for block := range strings.SplitSeq(text, "---\n") {
		if strings.TrimSpace(block) == "" {
			continue
		}
		request, response, ok := strings.Cut(block, "=> ")
		if !ok {
			t.Fatalf("an exchange has no answer: %s", block)
		}
		var e exchange
		var status string
		e.line, e.header, e.marks, e.body = parseMessage(request)
		status, e.answer, _, e.response = parseMessage(response)
		var err error
		if e.status, err = strconv.Atoi(status); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func parseMessage(text string) (first string, header http.Header, marks map[string]string, body string) {
	head, body, _ := strings.Cut(text, "\n\n")
	first, head, _ = strings.Cut(head, "\n")
	header, marks = http.Header{}, map[string]string{}
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if mark, ok := strings.CutPrefix(line, "@"); ok {
			name, value, _ := strings.Cut(mark, " ")
			marks[name] = value
		} else if name, value, ok := strings.Cut(line, ":"); ok {
			header.Add(name, strings.TrimSpace(value))
		}
	}
	return strings.TrimSpace(first), header, marks, strings.TrimSuffix(body, "\n")
}

func (c *canned) as(identity string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) { return c.answer(req, identity) })
}

func (c *canned) answer(req *http.Request, identity string) (*http.Response, error) {
	line := req.Method + " " + req.URL.String()
	if len(c.left) == 0 || c.left[0].line != line {
		return nil, &match.MissError{
			Method: req.Method, URL: req.URL.String(), Verdict: match.NeverRecorded, NextStep: "record it",
		}
	}
	e := c.left[0]
	c.left = c.left[1:]
	e.check(c.t, req, identity)
	resp := answered(req, e.status, e.response)
	resp.Header = e.answer.Clone()
	return resp, nil
}

func (e exchange) check(t *testing.T, req *http.Request, identity string) {
	for name := range e.header {
		if got, want := req.Header.Get(name), e.header.Get(name); got != want {
			t.Errorf("%s: header %s is %q, want %q", e.line, name, got, want)
		}
	}
	if got, want := identity, e.marks["identity"]; got != want {
		t.Errorf("%s: sent as %q, want %q", e.line, got, want)
	}
	if got, want := runner.IsWithoutAuth(req.Context()), e.marks["auth"] == "none"; got != want {
		t.Errorf("%s: without auth: %v, want %v", e.line, got, want)
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	if got := strings.TrimSuffix(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n"); e.body != "" && got != e.body {
		t.Errorf("%s: body is %q, want %q", e.line, got, e.body)
	}
}
