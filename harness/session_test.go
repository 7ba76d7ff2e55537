package harness_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// probe is a test whose failing can be looked at.
type probe struct {
	testing.TB
	mu      sync.Mutex
	failed  bool
	skipped bool
	told    strings.Builder
	cleanup []func()
}

func (p *probe) Helper()          {}
func (p *probe) Cleanup(f func()) { p.cleanup = append(p.cleanup, f) }
func (p *probe) Failed() bool     { p.mu.Lock(); defer p.mu.Unlock(); return p.failed }
func (p *probe) Skipped() bool    { return p.skipped }
func (p *probe) SkipNow()         { p.skipped = true; runtime.Goexit() }
func (p *probe) Logf(f string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(&p.told, f+"\n", a...)
}

func (p *probe) Errorf(f string, a ...any) {
	p.Logf(f, a...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
}

func (p *probe) Fatalf(f string, a ...any) {
	p.Errorf(f, a...)
	runtime.Goexit()
}

// probed runs a test body, and its cleanups, and returns what it told.
func probed(t *testing.T, body func(t testing.TB)) (told string, failed bool) {
	t.Helper()
	p := &probe{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(p.cleanup) - 1; i >= 0; i-- {
				p.cleanup[i]()
			}
		}()
		body(p)
	}()
	<-done
	return p.told.String(), p.failed
}

// bearer adds a token, as a sign-in library below the recorder would.
type bearer struct {
	token string
	base  http.RoundTripper
}

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.Header.Set("Authorization", "Bearer "+b.token)
	return b.base.RoundTrip(sent)
}

func ask(t testing.TB, client *http.Client, method, address, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return resp.StatusCode, string(text)
}

// One test body records against a stand-in, then replays without it, with the
// variable unset; what it made up, the time and an id, is replayed too.
func TestOpen(t *testing.T) {
	graph, err := emulator.Start(context.Background(), emulator.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	base, err := url.Parse(graph.GraphURL())
	if err != nil {
		t.Fatal(err)
	}
	live := bearer{graph.AppToken(), &transport.Rebase{Base: http.DefaultTransport, URL: base}}
	dir := t.TempDir()
	// What the test writes into names and passwords is redacted in the cassette.
	rules := "match: [{on: POST /v1.0/users, ignore: [body.displayName, body.mailNickname, body.passwordProfile.password]}]\n"
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	body := func(t testing.TB) {
		s := harness.Open(t, "users/create", harness.Dir(dir), harness.WithTransport(live))
		upn, id := s.Var("TEST_UPN"), s.NewID()
		if id == s.NewID() {
			t.Errorf("two ids are one")
		}
		if s.Now().IsZero() {
			t.Errorf("no time")
		}
		code, answer := ask(t, s.Client(), "POST", "https://graph.microsoft.com/v1.0/users",
			fmt.Sprintf(`{"accountEnabled":true,"displayName":"x","mailNickname":"x","userPrincipalName":%q,"passwordProfile":{"password":"Hunter2!"}}`, upn))
		if code != http.StatusCreated || !strings.Contains(answer, upn) {
			t.Errorf("%d %s", code, answer)
		}
		code, _ = ask(t, &http.Client{Transport: s.Transport()}, "GET", "https://graph.microsoft.com/v1.0/users/"+url.PathEscape(upn), "")
		if code != http.StatusOK {
			t.Errorf("GET: %d", code)
		}
		if code, _ = ask(t, s.Client(), "GET", "https://graph.microsoft.com/v1.0/users/"+id, ""); code != http.StatusNotFound {
			t.Errorf("GET of an id made up: %d", code)
		}
	}

	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", "record")
	t.Setenv("TEST_UPN", "adele.open@contoso.com")
	if told, failed := probed(t, body); failed {
		t.Fatal(told)
	}
	text, err := os.ReadFile(filepath.Join(dir, "users", "create.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"adele", "contoso.com", "eyJ", "Authorization", "Hunter2"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the cassette holds %q", secret)
		}
	}
	graph.Close()

	t.Setenv("GRAPHVCR_MODE", "")
	os.Unsetenv("TEST_UPN")
	for range 3 {
		if told, failed := probed(t, body); failed {
			t.Fatal(told)
		}
	}

	// A run may bring a value of its own for what was stored.
	told, failed := probed(t, func(t testing.TB) {
		s := harness.Open(t, "users/create", harness.Dir(dir), harness.Input("TEST_UPN", "lee@mine.test"))
		if got := s.Var("TEST_UPN"); got != "lee@mine.test" {
			t.Errorf("Var is %s", got)
		}
		_, answer := ask(t, s.Client(), "GET", "https://graph.microsoft.com/v1.0/users/lee@mine.test", "")
		if !strings.Contains(answer, `"lee@mine.test"`) {
			t.Errorf("answered %s", answer)
		}
	})
	if strings.Contains(told, "Var is") || strings.Contains(told, "answered") || !failed { // for what it left unused
		t.Errorf("failed: %v; %s", failed, told)
	}
	told, failed = probed(t, func(t testing.TB) {
		harness.Open(t, "users/create", harness.Dir(dir), harness.Input("TEST_UPM", "lee@mine.test"))
	})
	if !failed || !strings.Contains(told, `did you mean "TEST_UPN"?`) {
		t.Errorf("failed: %v; %s", failed, told)
	}
}

const shipped = "../cassettes"

// A changed copy of the cassettes takes the place of those that a test names.
func TestOpenFindsChangedCassettes(t *testing.T) {
	t.Setenv("GRAPHVCR_CASSETTES", t.TempDir())
	told, failed := probed(t, func(t testing.TB) {
		harness.Open(t, "users/read", harness.Dir(filepath.Join("testdata", "project", "cassettes")))
	})
	if !failed || !strings.Contains(told, `there is no cassette "users/read"`) || !strings.Contains(told, "GRAPHVCR_MODE=record") {
		t.Errorf("failed %v, told %q", failed, told)
	}
}

// A test that is skipped, or that asks for nothing, recorded nothing to replace a cassette
// with.
func TestOpenRecordsNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "users", "select.yaml")
	before, err := os.ReadFile(filepath.Join(shipped, "users", "select.yaml"))
	if err := errors.Join(err, os.Mkdir(filepath.Dir(file), 0o755), os.WriteFile(file, before, 0o644)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CI", "")
	open := func(t testing.TB) { harness.Open(t, "users/select", harness.Dir(dir)) }
	skip := func(t testing.TB) { open(t); t.SkipNow() }
	for name, test := range map[string]struct {
		mode string
		body func(testing.TB)
		want string
	}{
		"skipped":             {"record", skip, "was not replaced, because the test was skipped"},
		"asks for nothing":    {"record", open, "was not replaced, because nothing was recorded"},
		"skipped when played": {"replay", skip, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GRAPHVCR_MODE", test.mode)
			if told, failed := probed(t, test.body); failed || !strings.Contains(told, test.want) {
				t.Errorf("failed: %v; told %q", failed, told)
			}
			if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
				t.Errorf("the cassette is another, %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "users", "*.journal")); left != nil {
				t.Errorf("left %v", left)
			}
		})
	}
}

// A miss fails the test though the client swallows it, and says why.
func TestOpenTellsMisses(t *testing.T) {
	told, failed := probed(t, func(t testing.TB) {
		s := harness.Open(t, "users/get-manager-not-found", harness.Dir(shipped))
		ask(t, s.Client(), "GET", "https://graph.microsoft.com/v1.0/users/87d349ed-44d7-43e1-9a83-5f2406dee5bd/manager?$select=id", "")
	})
	if !failed || !strings.Contains(told, "recorded but differs") || !strings.Contains(told, "query.$select") {
		t.Errorf("failed: %v; told\n%s", failed, told)
	}
}

// An interaction that nothing asked for fails a test that passed otherwise.
func TestOpenTellsUnused(t *testing.T) {
	told, failed := probed(t, func(t testing.TB) { harness.Open(t, "users/select", harness.Dir(shipped)) })
	if !failed || !strings.Contains(told, "never requested: ") || !strings.Contains(told, "select.yaml:") {
		t.Errorf("failed: %v; told\n%s", failed, told)
	}
}

// A recording that has expired is told, and fails the test in CI only.
func TestOpenTellsExpiry(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.Join(shipped, "users", "select.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Replace(string(data), "  format: 1\n", "  format: 1\n  recorded-at: 2020-01-02T03:04:05Z\n  expires: 30d\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "old.yaml"), []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, ci := range []string{"", "true"} {
		t.Setenv("CI", ci)
		told, _ := probed(t, func(t testing.TB) {
			harness.Open(t, "old", harness.Dir(dir))
			if t.Failed() != (ci == "true") {
				t.Errorf("CI=%s: failed is %v", ci, t.Failed())
			}
		})
		if !strings.Contains(told, "recorded 2020-01-02, expired 2020-02-01") || strings.Contains(told, "failed is") {
			t.Errorf("CI=%s: %s", ci, told)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, test := range map[string]struct{ mode, ci, cassette, want string }{
		"an unknown mode":    {"rec", "", "users/select", `GRAPHVCR_MODE="rec" is none of replay, record, live`},
		"recording in CI":    {"record", "true", "users/select", "GRAPHVCR_RECORD_IN_CI=1"},
		"no cassette":        {"", "", "users/selct", `did you mean "users/select"?`},
		"a name that leaves": {"record", "", "../x", "lies outside the cassettes folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GRAPHVCR_MODE", test.mode)
			t.Setenv("CI", test.ci)
			dir := shipped
			if test.mode == "record" {
				dir = t.TempDir()
			}
			told, failed := probed(t, func(t testing.TB) { harness.Open(t, test.cassette, harness.Dir(dir)) })
			if !failed || !strings.Contains(told, test.want) {
				t.Errorf("failed: %v; told %s, want %s", failed, told, test.want)
			}
		})
	}
}

// A test that fails while it records leaves the old cassette, and no journal.
func TestOpenKeepsTheOldCassette(t *testing.T) {
	t.Setenv("GRAPHVCR_MODE", "record")
	t.Setenv("CI", "")
	dir := t.TempDir()
	file := filepath.Join(dir, "x.yaml")
	data, err := os.ReadFile(filepath.Join(shipped, "users", "select.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	told, _ := probed(t, func(t testing.TB) {
		harness.Open(t, "x", harness.Dir(dir))
		t.Errorf("the test failed")
	})
	now, err := os.ReadFile(file)
	if err != nil || string(now) != string(data) || !strings.Contains(told, "was not replaced") {
		t.Errorf("%v; told %s", err, told)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 { // with the salt
		t.Errorf("left behind: %v", entries)
	}
}

// An answer that no cassette can hold reaches the test, which is told of it; the others are
// recorded.
func TestOpenRecordsAroundWhatCannotBeStored(t *testing.T) {
	codes := map[string]int{"/v1.0/me": 200, "/v1.0/users": 0, "/v1.0/groups": 700}
	dir := t.TempDir()
	below := roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: codes[req.URL.Path], Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
	})
	body := func(paths ...string) func(t testing.TB) {
		return func(t testing.TB) {
			s := harness.Open(t, "odd", harness.Dir(dir), harness.WithTransport(below))
			for _, path := range paths {
				if status, _ := ask(t, s.Client(), "GET", "https://graph.microsoft.com"+path, ""); status != codes[path] {
					t.Errorf("%s: status %d, want %d", path, status, codes[path])
				}
			}
		}
	}
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", "record")
	told, failed := probed(t, body("/v1.0/me", "/v1.0/users", "/v1.0/groups"))
	if !failed || told != "cassette \"odd\": not stored: interaction 1, GET https://graph.microsoft.com/v1.0/users: the answer's status code 000 is none of HTTP's, which are 100 to 999\n" {
		t.Errorf("recording told %q", told)
	}
	if told, failed := probed(t, body("/v1.0/users")); !failed || !strings.Contains(told, "not replaced, because nothing was recorded") || !strings.Contains(told, "not stored: interaction 0") {
		t.Errorf("recording nothing told %q", told)
	}
	t.Setenv("GRAPHVCR_MODE", "")
	if told, failed := probed(t, body("/v1.0/me", "/v1.0/groups")); failed {
		t.Errorf("replaying told %q", told)
	}
}

// A recording in which nobody was let in says so.
func TestOpenTellsOfRefusals(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", "record")
	refuse := roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 401, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
	})
	told, failed := probed(t, func(t testing.TB) {
		ask(t, harness.Open(t, "refused", harness.Dir(t.TempDir()), harness.WithTransport(refuse)).Client(), "GET", "https://graph.microsoft.com/v1.0/me", "")
	})
	if failed || !strings.Contains(told, "every answer was 401") {
		t.Errorf("failed: %v; told %q", failed, told)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
