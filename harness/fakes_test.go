package harness_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
)

// managers is a client of Graph as many are written: it is given a base URL, so that tests
// can put a fake there.
type managers struct {
	base string
	http *http.Client
}

func (c managers) of(user string) (string, error) {
	resp, err := c.http.Get(c.base + "/v1.0/users/" + user + "/manager?$select=displayName")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return "", nil
	}
	var manager struct{ DisplayName string }
	return manager.DisplayName, json.NewDecoder(resp.Body).Decode(&manager)
}

// The recipe for a suite of httptest fakes, step by step: each step leaves all tests green.
func TestFakesMoveOver(t *testing.T) {
	dir := t.TempDir()
	// The suite's fake. It gets one thing wrong: Graph has no 200 for somebody without a manager.
	asked := 0
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(r.URL.Path, "/adele/") {
			io.WriteString(w, `{"displayName":"Miriam Graham"}`)
			return
		}
		io.WriteString(w, `{}`)
	}))
	defer fake.Close()
	suite := func(base string, opts ...any) func(t testing.TB) {
		return func(t testing.TB) {
			s := harness.Open(t, append(opts, harness.Dir(dir))...)
			client := managers{base, s.Client()}
			for user, want := range map[string]bool{"adele": true, "miriam": false} {
				if got, err := client.of(user); err != nil || (got != "") != want {
					t.Errorf("%s: %q, %v", user, got, err)
				}
			}
		}
	}

	// 1. The tests open a session with the fake's address. Nothing else changes: live.
	recordable(t, "live")
	passing(t, suite(fake.URL, "managers", harness.BaseURL(fake.URL)))

	// 2. What the fake says is recorded, and the tests run without it.
	t.Setenv("GRAPHVCR_MODE", "record")
	passing(t, suite(fake.URL, "managers", harness.BaseURL(fake.URL)))
	before := asked
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, suite(fake.URL, "managers", harness.BaseURL(fake.URL)))
	if asked != before {
		t.Errorf("the fake was asked %d times on replay", asked-before)
	}
	fakeSaid, err := os.ReadFile(filepath.Join(dir, "managers.yaml"))
	if err != nil || !strings.Contains(string(fakeSaid), "origin: emulator") {
		t.Errorf("%v\n%s", err, fakeSaid)
	}

	// 3. The client has Graph's address, and the fake is removed; the same cassette answers.
	passing(t, suite("https://graph.microsoft.com", "managers"))

	// 4. Recorded again from Graph, with the same tests. Now the fake's mistake is gone, and a
	// diff of the two cassettes shows it.
	t.Setenv("GRAPHVCR_MODE", "record")
	passing(t, suite("https://graph.microsoft.com", "managers", harness.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.Contains(req.URL.Path, "/adele/") {
			return (&service{answers: map[string]string{req.URL.Path: `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryObjects/$entity","@odata.type":"#microsoft.graph.user","displayName":"Miriam Graham"}`}}).RoundTrip(req)
		}
		resp, err := (&service{answers: map[string]string{req.URL.Path: `{"error":{"code":"Request_ResourceNotFound","message":"Resource 'manager' does not exist or one of its queried reference-property objects are not present."}}`}}).RoundTrip(req)
		resp.StatusCode, resp.Status = http.StatusNotFound, fmt.Sprint(http.StatusNotFound)
		return resp, err
	}))))
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, suite("https://graph.microsoft.com", "managers"))
	graphSaid, err := os.ReadFile(filepath.Join(dir, "managers.yaml"))
	if err != nil || !strings.Contains(string(graphSaid), "origin: recorded") || !strings.Contains(string(graphSaid), "code: 404") {
		t.Errorf("%v\n%s", err, graphSaid)
	}
}
