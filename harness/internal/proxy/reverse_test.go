package proxy_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

// recorded is a cassette of answers: "METHOD URL" and a JSON body each. A URL that
// begins with a slash is Graph's.
func recorded(pairs ...string) *cassette.Cassette {
	c := &cassette.Cassette{Name: "tape", File: "cassettes/tape.yaml", Meta: cassette.Meta{Format: 1}}
	for i := 0; i < len(pairs); i += 2 {
		method, url, _ := strings.Cut(pairs[i], " ")
		if strings.HasPrefix(url, "/") {
			url = "https://graph.microsoft.com" + url
		}
		c.Interactions = append(c.Interactions, &cassette.Interaction{
			ID: i / 2, Line: 10 * (i/2 + 1), Request: cassette.Request{Method: method, URL: url},
			Response: cassette.Response{Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: pairs[i+1]},
		})
	}
	return c
}

// replay is a use that replays.
type replay struct {
	rt      *transport.Replayer
	session *match.Session
}

func replayOf(t testing.TB, c *cassette.Cassette) func() proxy.Use {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, c)
	if err != nil {
		t.Fatal(err)
	}
	return func() proxy.Use { return newReplay(index) }
}

func newReplay(index *match.Index) replay {
	session := index.NewSession()
	return replay{transport.NewReplayer(session, transport.Options{}), session}
}

func (r replay) Transport() http.RoundTripper { return r.rt }
func (r replay) Live() bool                   { return false }
func (r replay) End() report.Case {
	told := report.Case{Name: "tape"}
	for _, miss := range r.rt.Misses() {
		told.Findings = append(told.Findings, report.Finding{Rule: "replay.miss", Severity: report.Error, Message: miss.Error()})
	}
	for _, u := range r.session.Unused() {
		told.Findings = append(told.Findings, report.Finding{Rule: "replay.unused", Severity: report.Warning, Message: u.Interaction.Request.URL})
	}
	return told
}

// live is a use that sends requests on.
type live struct{ rt http.RoundTripper }

func (l live) Transport() http.RoundTripper { return l.rt }
func (l live) Live() bool                   { return true }
func (l live) End() report.Case             { return report.Case{Name: "live"} }

// A door is a running reverse proxy.
type door struct {
	*httptest.Server
	reverse *proxy.Reverse
}

func serve(t testing.TB, use func() proxy.Use, opts proxy.Options) *door {
	t.Helper()
	opts.Open = func(proxy.SessionRequest) (proxy.Use, error) { return use(), nil }
	reverse := proxy.NewReverse(use(), opts)
	server := httptest.NewServer(reverse)
	t.Cleanup(func() {
		server.Close()
		reverse.End(context.Background())
	})
	return &door{server, reverse}
}

// ask sends a request and returns the status and the body.
func ask(t testing.TB, client *http.Client, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	resp, text := askFor(t, client, method, url, body, headers...)
	return resp.StatusCode, text
}

func askFor(t testing.TB, client *http.Client, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// openSession opens a session and returns its base URL.
func openSession(t testing.TB, d *door) string {
	t.Helper()
	status, text := ask(t, d.Client(), "POST", d.URL+"/_graphvcr/sessions", `{"cassette":"tape"}`)
	var opened struct{ URL string }
	if err := json.Unmarshal([]byte(text), &opened); err != nil || status != 201 || !strings.HasPrefix(opened.URL, d.URL+"/_graphvcr/sessions/") {
		t.Fatalf("%d %s, %v", status, text, err)
	}
	return opened.URL
}

var pages = []string{
	"GET /v1.0/users?$top=1", `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$top=1&$skiptoken=a;b","value":[{"id":"1"}]}`,
	"GET /v1.0/users?$top=1&$skiptoken=a;b", `{"value":[{"id":"2"}]}`,
	"GET /v1.0/me", `{"n":1}`,
	"GET /v1.0/me", `{"n":2}`,
}

// TestPagesStayHere: a client that follows absolute links never leaves.
func TestPagesStayHere(t *testing.T) {
	d := serve(t, replayOf(t, recorded(pages...)), proxy.Options{})
	for _, base := range []string{d.URL, openSession(t, d), openSession(t, d)} {
		_, first := ask(t, d.Client(), "GET", base+"/v1.0/users?$top=1", "")
		var page struct {
			Next string `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal([]byte(first), &page); err != nil || !strings.HasPrefix(page.Next, base+"/v1.0/users") {
			t.Fatalf("%s: %s, %v", base, first, err)
		}
		if status, second := ask(t, d.Client(), "GET", page.Next, ""); status != 200 || second != `{"value":[{"id":"2"}]}` {
			t.Errorf("%s: %d %s", base, status, second)
		}
	}
}

// TestSessionsAreApart: each has a replay state of its own, and its own report.
func TestSessionsAreApart(t *testing.T) {
	d := serve(t, replayOf(t, recorded(pages...)), proxy.Options{})
	one, two := openSession(t, d), openSession(t, d)
	for _, step := range []struct{ base, want string }{{one, `{"n":1}`}, {one, `{"n":2}`}, {two, `{"n":1}`}, {d.URL, `{"n":1}`}} {
		if _, got := ask(t, d.Client(), "GET", step.base+"/v1.0/me", ""); got != step.want {
			t.Errorf("%s: %s, want %s", step.base, got, step.want)
		}
	}
	if status, _ := ask(t, d.Client(), "GET", one+"/v1.0/groups", ""); status != 501 {
		t.Errorf("a miss: %d", status)
	}
	status, text := ask(t, d.Client(), "DELETE", one, "")
	var told struct {
		Version int
		Cases   []struct {
			Status   string
			Findings []struct{ Rule string }
		}
	}
	if err := json.Unmarshal([]byte(text), &told); err != nil || status != 200 || told.Version == 0 || len(told.Cases) != 1 || told.Cases[0].Status != "failed" {
		t.Fatalf("%d %s, %v", status, text, err)
	}
	var rules []string
	for _, f := range told.Cases[0].Findings {
		rules = append(rules, f.Rule)
	}
	if got := strings.Join(rules, " "); strings.Count(got, "replay.miss") != 1 || strings.Count(got, "replay.unused") != 2 {
		t.Errorf("findings %s", got)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if status, text := ask(t, d.Client(), method, one, ""); status != 404 || !strings.Contains(text, "graphvcr.session") {
			t.Errorf("%s after the end: %d %s", method, status, text)
		}
	}
	if status, _ := ask(t, d.Client(), "GET", one+"/v1.0/me", ""); status != 404 {
		t.Errorf("after the end: %d", status)
	}
	cases := d.reverse.End(t.Context())
	if len(cases) != 3 || len(cases[0].Findings) != 3 || cases[1].Findings[0].Rule != "replay.miss" || len(cases[2].Findings) != 3 {
		t.Errorf("the server's report: %+v", cases)
	}
}

func TestIdleSessionsExpire(t *testing.T) {
	use := replayOf(t, recorded(pages...))
	synctest.Test(t, func(t *testing.T) {
		reverse := proxy.NewReverse(use(), proxy.Options{Idle: time.Minute, Open: func(proxy.SessionRequest) (proxy.Use, error) { return use(), nil }})
		call := calling(reverse)
		session := begin(t, call)
		me := func() int { return call("GET", session+"/v1.0/me").Code }
		for range 5 {
			time.Sleep(50 * time.Second) // the bubble's clock: no time passes
			if got := me(); got != 200 {
				t.Fatalf("in use: %d", got)
			}
		}
		time.Sleep(2 * time.Minute)
		if got := me(); got != 404 {
			t.Errorf("idle: %d", got)
		}
		reverse.End(t.Context())
	})
}

// TestUploadAndDownload: other hosts are served below a prefix, files keep their bytes, and
// no token goes there.
func TestUploadAndDownload(t *testing.T) {
	const file = `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/rewritten"}`
	var seen []string
	rt := carrier(func(req *http.Request) (*http.Response, error) {
		seen = append(seen, fmt.Sprintf("%s %s auth=%q", req.Method, req.URL, req.Header.Get("Authorization")))
		resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: req, ContentLength: -1}
		body := file
		switch {
		case req.URL.Path == "/v1.0/content" && req.URL.Host == "graph.microsoft.com":
			resp.StatusCode = 302
			resp.Header.Set("Location", "https://contoso-my.sharepoint.com/d?tempauth=1;2")
			body = ""
		case req.Method == "POST":
			body = `{"uploadUrl":"https://contoso-my.sharepoint.com/up(guid='1')?tempauth=1"}`
		}
		resp.Body = io.NopCloser(strings.NewReader(body))
		return resp, nil
	})
	d := serve(t, func() proxy.Use { return live{rt} }, proxy.Options{})
	client := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		req.Header.Set("Authorization", "Bearer secret") // as a client does that thinks it is the same host
		return nil
	}}
	if status, _ := ask(t, client, "GET", d.URL+"/_graphvcr/hosts/contoso-my.sharepoint.com/d", ""); status != 403 {
		t.Errorf("a host that nobody named: %d", status)
	}
	if status, got := ask(t, client, "GET", d.URL+"/v1.0/content", "", "Authorization", "Bearer secret"); status != 200 || got != file {
		t.Errorf("download: %d %s", status, got)
	}
	_, session := ask(t, client, "POST", d.URL+"/v1.0/createUploadSession", "{}", "Authorization", "Bearer secret")
	var upload struct{ UploadURL string }
	if err := json.Unmarshal([]byte(session), &upload); err != nil {
		t.Fatal(session, err)
	}
	if status, got := ask(t, client, "PUT", upload.UploadURL, "{}", "Authorization", "Bearer secret"); status != 200 || !strings.Contains(got, d.URL) {
		t.Errorf("upload: %d %s", status, got)
	}
	want := []string{
		`GET https://graph.microsoft.com/v1.0/content auth="Bearer secret"`,
		`GET https://contoso-my.sharepoint.com/d?tempauth=1;2 auth=""`,
		`POST https://graph.microsoft.com/v1.0/createUploadSession auth="Bearer secret"`,
		`PUT https://contoso-my.sharepoint.com/up(guid='1')?tempauth=1 auth=""`,
	}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("sent\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// TestLinksInRequests: what a client builds from the base URL it was given means Graph
// again, also in a compressed body and in a query.
func TestLinksInRequests(t *testing.T) {
	var got, query, encoding string
	rt := carrier(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		if int64(len(body)) != req.ContentLength {
			t.Errorf("%d bytes, announced %d", len(body), req.ContentLength)
		}
		got, query, encoding = string(body), req.URL.RawQuery, req.Header.Get("Content-Encoding")
		return text("{}").RoundTrip(req)
	})
	d := serve(t, func() proxy.Use { return live{rt} }, proxy.Options{})
	base := openSession(t, d)
	sent := fmt.Sprintf(`{"user@odata.bind":"%s/v1.0/users('1')"}`, base)
	const want = `{"user@odata.bind":"https://graph.microsoft.com/v1.0/users('1')"}`
	if ask(t, d.Client(), "POST", base+"/v1.0/chats", sent); got != want {
		t.Errorf("plain: %s", got)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(sent))
	_ = z.Close()
	if ask(t, d.Client(), "POST", base+"/v1.0/chats", zipped.String(), "Content-Encoding", "gzip"); got != want || encoding != "" {
		t.Errorf("gzip: %q, Content-Encoding %q", got, encoding)
	}
	ask(t, d.Client(), "POST", base+"/v1.0/x?@id="+base+"/v1.0/y;z", "{}")
	if query != "@id=https://graph.microsoft.com/v1.0/y;z" {
		t.Errorf("query %s", query)
	}
}

// TestLiveAnswersAreUnzipped: links in compressed answers are rewritten too.
func TestLiveAnswersAreUnzipped(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users"}`))
	_ = z.Close()
	rt := carrier(func(req *http.Request) (*http.Response, error) {
		resp, err := text(zipped.String()).RoundTrip(req)
		resp.Header.Set("Content-Type", "application/json; charset=utf-8")
		resp.Header.Set("Content-Encoding", "gzip")
		resp.ContentLength = -1
		return resp, err
	})
	d := serve(t, func() proxy.Use { return live{rt} }, proxy.Options{})
	resp, got := askFor(t, d.Client(), "GET", d.URL+"/v1.0/users", "", "Accept-Encoding", "gzip")
	if got != `{"@odata.nextLink":"`+d.URL+`/v1.0/users"}` || resp.Header.Get("Content-Encoding") != "" {
		t.Errorf("%v %q", resp.Header, got)
	}
}

// TestNoConnectionLeaves: with every way out of the process closed, the server answers and
// misses as ever.
func TestNoConnectionLeaves(t *testing.T) {
	c := recorded("GET /v1.0/content", "", "GET /v1.0/up", `{"uploadUrl":"https://contoso-my.sharepoint.com/u?tempauth=1"}`)
	c.Interactions[0].Response.Code = 302
	c.Interactions[0].Response.Headers.Set("Location", "https://contoso-my.sharepoint.com/d")
	d := serve(t, replayOf(t, c), proxy.Options{})
	local := &http.Client{Transport: &http.Transport{}} // the client's own way to the server

	dialled := func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was opened")
		return nil, errors.New("no network")
	}
	usual, resolver := http.DefaultTransport, net.DefaultResolver
	http.DefaultTransport = &http.Transport{DialContext: dialled, DialTLSContext: dialled}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: dialled}
	t.Cleanup(func() { http.DefaultTransport, net.DefaultResolver = usual, resolver })

	if status, _ := ask(t, local, "GET", d.URL+"/v1.0/content", ""); status != 501 { // it follows the redirect, to a miss
		t.Errorf("a redirect: %d", status)
	}
	if status, _ := ask(t, local, "GET", d.URL+"/v1.0/up", ""); status != 200 {
		t.Errorf("an answer: %d", status)
	}
	for _, path := range []string{"/_graphvcr/hosts/example.com/x", "/_graphvcr/http-hosts/169.254.169.254/latest", "/v1.0/nothing"} {
		if status, body := ask(t, local, "GET", d.URL+path, ""); status != 501 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// TestParallelSessions: a thousand sessions at a time, each with its own state.
func TestParallelSessions(t *testing.T) {
	d := serve(t, replayOf(t, recorded(pages...)), proxy.Options{})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, MaxConnsPerHost: 16}}
	var group sync.WaitGroup
	for range 1000 {
		group.Go(func() {
			base := openSession(t, d)
			for _, want := range []string{`{"n":1}`, `{"n":2}`, `{"n":2}`} {
				if _, got := ask(t, client, "GET", base+"/v1.0/me", ""); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			if status, _ := ask(t, client, "DELETE", base, ""); status != 200 {
				t.Errorf("the end: %d", status)
			}
		})
	}
	group.Wait()
}
