package record_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// A tap notes what the service sent, before a recorder sees it, by client-request-id.
type tap struct {
	base http.RoundTripper
	mu   sync.Mutex
	sent map[string][32]byte
}

func (w *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.sent[req.Header.Get("client-request-id")] = sha256.Sum256(body)
	w.mu.Unlock()
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp, nil
}

// 64 clients on one recorder each get the very bytes that were sent to them, compressed
// ones and pictures included, while what is stored is redacted; and what was recorded
// answers 64 clients.
func TestCrowd(t *testing.T) {
	const clients, rounds = 64, 2
	e, err := emulator.Start(context.WithoutCancel(t.Context()), emulator.Options{Seed: 5, Hosts: emulator.RealNames()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	base := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: clients}
	defer base.CloseIdleConnections()
	wire := &tap{base: signedIn{e.Transport(base), e.UserToken()}, sent: map[string][32]byte{}}
	p, err := project.Open(project.Dirs{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	recording := startRecording(t, p, "crowd", wire)
	members := guests(clients * rounds)
	for name, value := range members {
		recording.Keep(name, value)
	}
	live := crowd(t, clients, rounds, recording.Transport(), members)
	for id, got := range live {
		if sent := wire.sent[id]; sent != got.sum {
			t.Errorf("%s: the client got other bytes than were sent", id)
		}
	}
	if err := recording.Save(); err != nil {
		t.Fatal(err)
	}
	b, err := replay.Open(p, transport.Options{}, "crowd")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	replayed := crowd(t, clients, rounds, b.Transport(), b.Vars())
	for id, want := range live {
		if got := replayed[id]; got.status != want.status {
			t.Errorf("%s: live %d, replayed %d", id, want.status, got.status)
		}
	}
	for _, miss := range b.Misses() {
		t.Error(miss)
	}
	for _, unused := range b.Unused() {
		t.Errorf("recorded, and not asked for: %s", unused)
	}
}

// guests are the names of so many, by what they are for.
func guests(count int) map[string]string {
	members := map[string]string{}
	for n := range count {
		members[fmt.Sprint("upn ", n)] = fmt.Sprintf("guest%d@contoso.onmicrosoft.com", n)
		members[fmt.Sprint("name ", n)] = fmt.Sprintf("Guest the %dth", n)
		members[fmt.Sprint("nick ", n)] = fmt.Sprintf("g%d", n)
	}
	return members
}

// TestCrowdRecordedAgain: what eight clients record at once, from a service whose ids and
// instants are others each time, differs in one line from what they recorded before.
func TestCrowdRecordedAgain(t *testing.T) {
	const clients, rounds = 8, 3
	p, err := project.Open(project.Dirs{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	members := guests(clients * rounds)
	var texts []string
	for seed := range uint64(4) {
		e, err := emulator.Start(context.WithoutCancel(t.Context()), emulator.Options{
			Seed: seed, Hosts: emulator.RealNames(),
			Alter: func(r *http.Request, a *emulator.Answer) {
				if strings.HasSuffix(r.URL.Path, "/photo/$value") { // the same picture each time
					a.Body = []byte("\xff\xd8\xff\xe0 a picture")
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		base := &http.Transport{MaxIdleConnsPerHost: clients}
		defer base.CloseIdleConnections()
		recording := startRecording(t, p, "crowd", signedIn{e.Transport(base), e.UserToken()})
		crowd(t, clients, rounds, recording.Transport(), members)
		if err := recording.Save(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(p.Dirs.Cassettes, "crowd.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, regexp.MustCompile(`(?m)^  recorded-at: .*$`).ReplaceAllString(string(text), ""))
		if diff := cmp.Diff(strings.Split(texts[0], "\n"), strings.Split(texts[seed], "\n")); diff != "" {
			t.Fatalf("recording %d\n%.4000s", seed, diff)
		}
	}
}

// got is an answer as a client has it.
type got struct {
	status int
	sum    [32]byte
}

// crowd lets clients do their rounds at the same time. The answers are by
// client-request-id, which says who asked for what.
func crowd(t *testing.T, clients, rounds int, carrier http.RoundTripper, members map[string]string) map[string]got {
	t.Helper()
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		all  = map[string]got{}
	)
	client := &http.Client{Transport: carrier}
	ask := func(id, method, path, body string) error {
		req, err := http.NewRequestWithContext(t.Context(), method, root+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("client-request-id", id)
		req.Header.Set("Accept-Encoding", "gzip")
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		mu.Lock()
		defer mu.Unlock()
		all[id] = got{resp.StatusCode, sha256.Sum256(text)}
		return err
	}
	for n := range clients {
		wait.Go(func() {
			for round := range rounds {
				who := n*rounds + round
				upn, name, nick := members[fmt.Sprint("upn ", who)], members[fmt.Sprint("name ", who)], members[fmt.Sprint("nick ", who)]
				for i, request := range [][3]string{
					{"POST", "/users", fmt.Sprintf(`{"accountEnabled":true,"displayName":%q,"mailNickname":%q,"userPrincipalName":%q,"passwordProfile":{"password":"Tide-2026"}}`, name, nick, upn)},
					{"GET", "/users/" + upn, ""},
					{"PATCH", "/users/" + upn, `{"jobTitle":"Pilot"}`},
					{"GET", "/users?$filter=userPrincipalName%20eq%20'" + upn + "'", ""},
					{"GET", "/me/photo/$value", ""},
					{"DELETE", "/users/" + upn, ""},
				} {
					if err := ask(fmt.Sprintf("client %d round %d request %d", n, round, i), request[0], request[1], request[2]); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	return all
}
