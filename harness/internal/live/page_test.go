package live_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/report/render"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/live"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

func answered(n int) live.Request {
	i := &cassette.Interaction{ID: n}
	i.Request.Method, i.Request.URL = "GET", "https://graph.microsoft.com/v1.0/users"
	i.Response.Code, i.Response.Body = 200, `{"</script>":1}`
	return live.Request{Cassette: &cassette.Cassette{}, Interaction: i}
}

// hear reads so many updates of a page.
func hear(t *testing.T, url string, last string, n int) (all []render.LiveUpdate) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for len(all) < n && lines.Scan() {
		data, isData := strings.CutPrefix(lines.Text(), "data: ")
		if !isData {
			continue
		}
		var update render.LiveUpdate
		if err := json.Unmarshal([]byte(data), &update); err != nil {
			t.Fatal(err)
		}
		all = append(all, update)
	}
	return all
}

// What came before a browser looked is told, then what comes, each once; one that lost the
// connection goes on where it was.
func TestEvents(t *testing.T) {
	page := live.New("users/list")
	server := httptest.NewServer(http.StripPrefix("/", page))
	defer server.Close()
	defer page.Close()
	page.See(answered(0))
	page.See(live.Request{Session: "0123456789abcdef", Miss: &match.MissError{Method: "GET", URL: "https://graph.microsoft.com/v1.0/none", Verdict: match.NeverRecorded, NextStep: "record it"}})
	page.See(live.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/broken", Err: errors.New("no route <b>")})
	all := hear(t, server.URL+"/events", "", 3)
	for n, want := range []string{"passed r1 /v1.0/users", "error r2 never recorded · session 01234567<", "error r3 no route &lt;b&gt;"} {
		class, rest, _ := strings.Cut(want, " ")
		id, text, _ := strings.Cut(rest, " ")
		if u := all[n]; u.Class != class || u.ID != id || !strings.Contains(u.Item, text) || !strings.Contains(u.Detail, `<template id="t-`+id+`">`) || strings.Contains(u.Detail, "</script>") {
			t.Errorf("%+v, want %s", u, want)
		}
	}
	go page.See(answered(1))
	if all = hear(t, server.URL+"/events", "2", 1); all[0].ID != "r4" {
		t.Errorf("%+v", all[0])
	}
}

// A page keeps the last thousand or so, and ends what is heard when it is closed.
func TestPageIsBounded(t *testing.T) {
	page := live.New("x")
	server := httptest.NewServer(http.StripPrefix("/", page))
	defer server.Close()
	for n := range 2500 {
		page.See(answered(n))
	}
	page.Close()
	all := hear(t, server.URL+"/events", "", 5000)
	if last := all[len(all)-1]; len(all) > 1000 || len(all) < 900 || last.ID != "r2500" {
		t.Errorf("%d, the last %s", len(all), last.ID)
	}
}

// Of a recording a page keeps no large body: it is in the journal.
func TestPageKeepsNoLargeBody(t *testing.T) {
	page := live.New("x")
	server := httptest.NewServer(http.StripPrefix("/", page))
	defer server.Close()
	recorded := answered(0)
	recorded.Cassette, recorded.Interaction.Response.Body = nil, strings.Repeat("x", 1<<20)
	page.See(recorded)
	page.Close()
	if all := hear(t, server.URL+"/events", "", 1); !strings.Contains(all[0].Detail, "(1048576 bytes)") || len(recorded.Interaction.Response.Body) != 1<<20 {
		t.Errorf("%.300s", all[0].Detail)
	}
}

func TestPage(t *testing.T) {
	page := live.New("<x>")
	for path, status := range map[string]int{"": 200, "other": 404} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		page.ServeHTTP(w, r)
		if w.Code != status || w.Header().Get("Cache-Control") != "no-store" || status == 200 && !strings.Contains(w.Body.String(), "Serving &lt;x&gt;") {
			t.Errorf("%q: %d %v", path, w.Code, w.Header())
		}
	}
}
