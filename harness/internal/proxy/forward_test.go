package proxy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// forwarded sends a request to a server that forwards to a RoundTripper.
func forwarded(t testing.TB, rt http.RoundTripper, method string) (*http.Response, string, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { proxy.Forward(w, r, rt) }))
	t.Cleanup(server.Close)
	req, _ := http.NewRequest(method, server.URL, nil)
	resp, err := server.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	return resp, string(body), err
}

// TestMissIsAnswered: 501, in Graph's shape, with the nearest interactions.
func TestMissIsAnswered(t *testing.T) {
	i := &cassette.Interaction{Line: 12, Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users?$top=5"}}
	miss := &match.MissError{
		Method: "GET", URL: "https://graph.microsoft.com/v1.0/users?$top=6", Verdict: match.Differs, NextStep: "record it",
		Nearest: []match.Candidate{{
			Cassette: &cassette.Cassette{File: "cassettes/users.yaml"}, Interaction: i,
			Differences: []match.Difference{{Field: "query.$top", Recorded: "5", Received: "6"}},
		}},
	}
	rt := carrier(func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("wrapped: %w", miss) })
	resp, body, err := forwarded(t, rt, "GET")
	if err != nil || resp.StatusCode != 501 || resp.Header.Get(proxy.MissHeader) != "recorded but differs" || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v, %v", resp, err)
	}
	var answer struct {
		Error struct {
			Code, Message string
			Details       []struct{ Code, Message, Target string }
			InnerError    map[string]any
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	e := answer.Error
	if e.Code != "graphvcr.miss" || e.Message != miss.Summary() || e.InnerError == nil || len(e.Details) != 1 || e.Details[0].Target != "cassettes/users.yaml:12" ||
		e.Details[0].Message != "GET https://graph.microsoft.com/v1.0/users?$top=5; query.$top: recorded 5, received 6" {
		t.Errorf("%+v", e)
	}
	if resp, body, err := forwarded(t, rt, "HEAD"); err != nil || resp.StatusCode != 501 || body != "" {
		t.Errorf("HEAD: %v, %q, %v", resp, body, err)
	}
}

// TestBrokenAnswers: half an answer never passes for a whole one.
func TestBrokenAnswers(t *testing.T) {
	for name, rt := range map[string]carrier{
		"no answer": func(*http.Request) (*http.Response, error) { return nil, proxy.ErrBroken },
		"half a body": func(req *http.Request) (*http.Response, error) {
			return faults(t, "broken:bytes=2").Over(text("hello")).RoundTrip(req)
		},
		"half a stream": func(req *http.Request) (*http.Response, error) {
			resp, err := faults(t, "broken:bytes=2").Over(text("hello")).RoundTrip(req)
			resp.ContentLength = -1
			return resp, err
		},
	} {
		if resp, body, err := forwarded(t, rt, "GET"); err == nil {
			t.Errorf("%s: %v, %q", name, resp, body)
		}
	}
}

func TestErrorsHaveTheirStatus(t *testing.T) {
	for want, err := range map[int]error{
		413: &http.MaxBytesError{Limit: 1 << 20},
		502: errors.New("connection refused"),
		409: &proxy.Failure{Status: 409, Code: "x", Message: "y"},
	} {
		resp, body, _ := forwarded(t, carrier(func(*http.Request) (*http.Response, error) { return nil, err }), "GET")
		if resp == nil || resp.StatusCode != want || !json.Valid([]byte(body)) {
			t.Errorf("%v: %v, %s", err, resp, body)
		}
	}
}

// A status that no server can write is reported, and panics nowhere.
func TestStatusThatCannotBeHandedOn(t *testing.T) {
	for status, want := range map[int]int{-1: 502, 0: 502, 99: 502, 100: 502, 101: 502, 199: 502, 200: 200, 599: 599, 600: 600, 999: 999, 1000: 502} {
		rt := carrier(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		resp, body, err := forwarded(t, rt, "GET")
		if err != nil || resp.StatusCode != want {
			t.Errorf("%d: got %v, %v, want %d", status, resp, err, want)
		}
		if want == 502 && !strings.Contains(body, fmt.Sprintf("the answer has the status %03d", status)) {
			t.Errorf("%d: got %s", status, body)
		}
	}
}
