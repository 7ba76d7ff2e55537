package harness_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness"
)

const graphURL = "https://graph.microsoft.com/v1.0"

// A service answers as Graph in a test, and counts.
type service struct {
	asked   atomic.Int64
	answers map[string]string // by path; any other has an object with the path's last step as its id
}

func (s *service) RoundTrip(req *http.Request) (*http.Response, error) {
	s.asked.Add(1)
	body, ok := s.answers[req.URL.Path]
	if !ok {
		body = `{"id":"` + req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:] + `"}`
	}
	if req.Body != nil {
		io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

// recordable is a machine on which tests record.
func recordable(t *testing.T, mode string) {
	t.Helper()
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", mode)
}

// passing runs the body of a test that has to pass.
func passing(t *testing.T, body func(t testing.TB)) {
	t.Helper()
	if told, failed := probed(t, body); failed {
		t.Fatalf("failed: %s", told)
	}
}

// failing runs the body of a test that has to fail, and returns what it told.
func failing(t *testing.T, body func(t testing.TB)) string {
	t.Helper()
	told, failed := probed(t, body)
	if !failed {
		t.Fatalf("passed: %s", told)
	}
	return told
}

func get(t testing.TB, s *harness.Session, path string) *http.Response {
	t.Helper()
	resp, err := s.Client().Get(graphURL + path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	resp.Body.Close()
	return resp
}

// A test that names no cassette has its own name, below its package's folder where all
// packages share the cassettes.
func TestOpenTakesTheTestsName(t *testing.T) {
	recordable(t, "record")
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/app\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	pkg := filepath.Join(root, "internal", "users")
	if err := os.MkdirAll(pkg, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(pkg)
	body := func(opts ...any) func(testing.TB) {
		return func(t testing.TB) {
			get(t, harness.Open(t, append(opts, harness.WithTransport(&service{}))...), "/me")
		}
	}
	passing(t, body())
	t.Run("of one user", func(t *testing.T) { passing(t, body()) })
	t.Run("why? a:b", func(t *testing.T) { passing(t, body()) })
	t.Run("..", func(t *testing.T) { passing(t, body()) })
	t.Run("own", func(t *testing.T) { passing(t, body(harness.Dir("testdata"))) })
	for _, file := range []string{
		"cassettes/internal/users/TestOpenTakesTheTestsName.yaml",
		"cassettes/internal/users/TestOpenTakesTheTestsName/of_one_user.yaml",
		"cassettes/internal/users/TestOpenTakesTheTestsName/why-_a-b-????????.yaml",
		"cassettes/internal/users/TestOpenTakesTheTestsName/????????.yaml",
		"internal/users/testdata/TestOpenTakesTheTestsName/own.yaml",
	} {
		if found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(file))); err != nil || len(found) != 1 {
			t.Errorf("%s: found %q, %v", file, found, err)
		}
	}
}

func TestOpenRefusesArguments(t *testing.T) {
	for want, args := range map[string][]any{
		`argument 3, "b": want one name`:      {"a", "b"},
		`argument 2, "": want one name`:       {""},
		"argument 3 is of type int: want the": {"a", 3},
	} {
		if told := failing(t, func(t testing.TB) { harness.Open(t, args...) }); !strings.Contains(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	}
}

// Once records what there is no cassette of, and only then.
func TestOnce(t *testing.T) {
	for name, set := range map[string]struct {
		variable string
		option   any
	}{"by the variable": {"once", harness.AllowUnused()}, "by the option": {"", harness.Once()}} {
		t.Run(name, func(t *testing.T) {
			recordable(t, set.variable)
			dir, graph := t.TempDir(), &service{}
			body := func(t testing.TB) {
				s := harness.Open(t, "me", set.option, harness.Dir(dir), harness.WithTransport(graph))
				get(t, s, "/me")
			}
			for range 3 {
				passing(t, body)
			}
			if n := graph.asked.Load(); n != 1 {
				t.Errorf("the service was asked %d times, want 1", n)
			}
			t.Setenv("CI", "true")
			dir = t.TempDir()
			if told := failing(t, body); !strings.Contains(told, "GRAPHVCR_RECORD_IN_CI=1") && !strings.Contains(told, `there is no cassette "me"`) {
				t.Errorf("in CI: %s", told)
			}
		})
	}
}

// Over changed cassettes nothing is recorded, whatever the option.
func TestChangedCassettesAreReplayed(t *testing.T) {
	recordable(t, "")
	t.Setenv("GRAPHVCR_CASSETTES", t.TempDir())
	for _, option := range []harness.Option{harness.Once(), harness.Spy()} {
		if told := failing(t, func(t testing.TB) { harness.Open(t, "me", option, harness.WithTransport(&service{})) }); !strings.Contains(told, `there is no cassette "me"`) {
			t.Error(told)
		}
	}
}

// Spy records what the cassette lacks, and leaves the rest as it was; what the old cassette
// holds beside is no failure. A test that fails adds nothing.
func TestSpy(t *testing.T) {
	recordable(t, "")
	dir, graph := t.TempDir(), &service{}
	body := func(paths ...string) func(t testing.TB) {
		return func(t testing.TB) {
			s := harness.Open(t, "some", harness.Spy(), harness.Dir(dir), harness.WithTransport(graph))
			for _, path := range paths {
				get(t, s, path)
			}
			if s.Replays() {
				t.Errorf("a spy is no replay")
			}
		}
	}
	passing(t, body("/me"))
	passing(t, body("/me", "/groups"))
	if n := graph.asked.Load(); n != 2 {
		t.Errorf("the service was asked %d times, want 2", n)
	}
	passing(t, body("/groups"))
	failing(t, func(t testing.TB) {
		body("/organization")(t)
		t.Errorf("fails")
	})
	t.Setenv("CI", "true") // where it replays
	passing(t, func(t testing.TB) {
		s := harness.Open(t, "some", harness.Spy(), harness.Dir(dir))
		get(t, s, "/me")
		get(t, s, "/groups")
	})
	if told := failing(t, body("/organization")); !strings.Contains(told, "no answer to GET https://graph.microsoft.com/v1.0/organization") {
		t.Errorf("told %s", told)
	}
}

func TestAllowUnused(t *testing.T) {
	t.Parallel()
	passing(t, func(t testing.TB) { harness.Open(t, "users/select", harness.Dir(shipped), harness.AllowUnused()) })
}

// An answer from a cassette says so; one from the service does not.
func TestReplayedAnswersAreTold(t *testing.T) {
	recordable(t, "spy")
	dir := t.TempDir()
	want := []string{"", "a/b#0"}
	for n := range want {
		passing(t, func(t testing.TB) {
			s := harness.Open(t, "a/b", harness.Dir(dir), harness.WithTransport(&service{}))
			if got := get(t, s, "/me").Header.Get(harness.ReplayHeader); got != want[n] {
				t.Errorf("told %q, want %q", got, want[n])
			}
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a", "b.yaml")); err != nil || strings.Contains(string(text), harness.ReplayHeader) {
		t.Errorf("%v\n%s", err, text)
	}
}

// A miss is answered by 501 with one line, and told once, with the line that sent it,
// however often it was sent.
func TestMissIsToldOnce(t *testing.T) {
	t.Parallel()
	told := failing(t, func(t testing.TB) {
		s := harness.Open(t, "users/select", harness.Dir(shipped), harness.AllowUnused())
		for range 3 {
			code, body := ask(t, s.Client(), "GET", graphURL+"/groups", "")
			if code != http.StatusNotImplemented || !strings.Contains(body, `"message":"no answer to GET https://graph.microsoft.com/v1.0/groups: never recorded"`) {
				t.Errorf("answered %d %s", code, body)
			}
		}
	})
	if strings.Contains(told, "answered") || strings.Count(told, "no answer to") != 1 || !strings.Contains(told, "sent at session_test.go:") || !strings.Contains(told, "sent 3 times") {
		t.Errorf("told %s", told)
	}
}

// Hosts that are none of the session's are reached in every mode and never recorded.
func TestPassthrough(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "other") }))
	defer other.Close()
	dir, graph := t.TempDir(), &service{}
	body := func(t testing.TB) {
		s := harness.Open(t, "me", harness.Dir(dir), harness.Passthrough("127.0.0.1", "*.other.example"), harness.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host == "graph.microsoft.com" {
				return graph.RoundTrip(req)
			}
			if strings.HasSuffix(req.URL.Host, ".other.example") {
				req = req.Clone(req.Context())
				req.URL.Host = strings.TrimPrefix(other.URL, "http://")
			}
			return http.DefaultTransport.RoundTrip(req)
		})))
		get(t, s, "/me")
		for _, address := range []string{other.URL, "http://api.other.example/x"} {
			if code, text := ask(t, s.Client(), "GET", address, ""); code != http.StatusOK || text != "other" {
				t.Errorf("%s: %d %s", address, code, text)
			}
		}
	}
	recordable(t, "record")
	passing(t, body)
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, body)
	if n := graph.asked.Load(); n != 1 {
		t.Errorf("Graph was asked %d times, want 1", n)
	}
	for _, bad := range []string{"https://a.example", "", "a.example/b", "graph.microsoft.com", "*.*"} {
		if told := failing(t, func(t testing.TB) { harness.Open(t, "me", harness.Dir(dir), harness.Passthrough(bad)) }); !strings.Contains(told, "harness.Passthrough") {
			t.Errorf("%q: %s", bad, told)
		}
	}
}

// A fake stands for Graph while it is recorded: a client that has the fake's address and one
// that has Graph's are recorded alike, and replayed without it.
func TestBaseURL(t *testing.T) {
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"@odata.nextLink":"http://%s/v1.0/users?$skiptoken=x","value":[]}`, r.Host)
	}))
	dir := t.TempDir()
	body := func(base string) func(t testing.TB) {
		return func(t testing.TB) {
			s := harness.Open(t, "users", harness.Dir(dir), harness.BaseURL(fake.URL))
			code, text := ask(t, s.Client(), "GET", base+"/v1.0/users", "")
			if code != http.StatusOK || !strings.Contains(text, graphURL+"/users?$skiptoken=") {
				t.Errorf("%d %s", code, text)
			}
		}
	}
	recordable(t, "live")
	passing(t, body(fake.URL))
	t.Setenv("GRAPHVCR_MODE", "record")
	passing(t, body(fake.URL))
	fake.Close()
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, body(fake.URL))
	passing(t, body("https://graph.microsoft.com"))
	text, err := os.ReadFile(filepath.Join(dir, "users.yaml"))
	if err != nil || strings.Contains(string(text), "127.0.0.1") || !strings.Contains(string(text), "origin: emulator") {
		t.Errorf("%v\n%s", err, text)
	}
	if told := failing(t, func(t testing.TB) { harness.Open(t, "users", harness.Dir(dir), harness.BaseURL("127.0.0.1:80")) }); !strings.Contains(told, "not the address of a service") {
		t.Error(told)
	}
}

// A rule of the test's own marks values, and nothing needs it on replay.
func TestRedactMarks(t *testing.T) {
	dir := t.TempDir()
	// With these rules nothing would be replaced.
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte("redact: {identity: off, content: off}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	graph := &service{answers: map[string]string{"/v1.0/me": `{"displayName":"Adele Vance","aboutMe":"Likes tea","pin":"four two","size":4711,"city":"Oslo"}`}}
	marks := harness.Redact(func(v harness.Value) harness.Mark {
		return map[string]harness.Mark{"displayName": harness.MarkName, "aboutMe": harness.MarkContent, "pin": harness.MarkSecret, "size": harness.MarkName}[v.Name]
	})
	recordable(t, "record")
	passing(t, func(t testing.TB) {
		s := harness.Open(t, "me", harness.Dir(dir), harness.WithTransport(graph), marks)
		ask(t, s.Client(), "PATCH", graphURL+"/me", `{"displayName":"Adele Vance"}`)
		get(t, s, "/me")
	})
	text, err := os.ReadFile(filepath.Join(dir, "me.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"Adele", "tea", "four two", "4711"} {
		if strings.Contains(string(text), gone) {
			t.Errorf("the cassette holds %q", gone)
		}
	}
	for _, kept := range []string{"Oslo", "Name 1 ", "Text 1 ", "REDACTED"} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("the cassette lacks %q", kept)
		}
	}
	if !regexp.MustCompile(`"size": [1-9][0-9]*,`).Match(text) {
		t.Error("the cassette lacks a number for the one that was marked")
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, func(t testing.TB) {
		s := harness.Open(t, "me", harness.Dir(dir))
		ask(t, s.Client(), "PATCH", graphURL+"/me", `{"displayName":"Adele Vance"}`)
		if _, got := ask(t, s.Client(), "GET", graphURL+"/me", ""); !strings.Contains(got, `"displayName":"Adele Vance"`) {
			t.Errorf("answered %s", got)
		}
	})
}

// What a test draws is new with every recording, and the recording's on replay.
func TestSeed(t *testing.T) {
	dir := t.TempDir()
	drawn := map[string]bool{}
	var names []string
	body := func(t testing.TB) {
		s := harness.Open(t, "seed", harness.Dir(dir), harness.WithTransport(&service{}))
		names = []string{fmt.Sprint(s.Seed()), s.NewName("group-"), s.NewName("group-")}
		if names[1] == names[2] || !strings.HasPrefix(names[1], "group-") || s.Seed() <= 0 || fmt.Sprint(s.Seed()) != names[0] {
			t.Errorf("drew %q", names)
		}
		ask(t, s.Client(), "POST", graphURL+"/groups", `{"displayName":"`+names[1]+`"}`)
		ask(t, s.Client(), "GET", graphURL+"/groups?$filter=displayName eq '"+names[2]+"'", "")
	}
	for range 3 {
		recordable(t, "record")
		passing(t, body)
		was := strings.Join(names, " ")
		if drawn[was] {
			t.Errorf("drew %s again", was)
		}
		drawn[was] = true
		t.Setenv("GRAPHVCR_MODE", "")
		passing(t, body)
		if is := strings.Join(names, " "); is != was {
			t.Errorf("the replay drew %s, the recording %s", is, was)
		}
	}
}

// Cassettes of a file system are replayed from there; what is recorded goes to a folder.
func TestFS(t *testing.T) {
	dir := t.TempDir()
	recordable(t, "record")
	passing(t, func(t testing.TB) {
		get(t, harness.Open(t, "a/me", harness.Dir(dir), harness.WithTransport(&service{})), "/users/adele@contoso.com")
	})
	files := fstest.MapFS{}
	for _, name := range []string{"a/me.yaml", "salt"} {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, func(t testing.TB) { get(t, harness.Open(t, "a/me", harness.FS(files)), "/users/adele@contoso.com") })
	passing(t, func(t testing.TB) {
		get(t, harness.Open(t, "a/me", harness.FS(files), harness.Once()), "/users/adele@contoso.com")
	})
	if told := failing(t, func(t testing.TB) { harness.Open(t, "a/you", harness.FS(files)) }); !strings.Contains(told, `there is no cassette "a/you"`) {
		t.Error(told)
	}
	if told := failing(t, func(t testing.TB) { harness.Open(t, "a/you", harness.FS(files), harness.Once()) }); !strings.Contains(told, "cannot be recorded") {
		t.Error(told)
	}
	passing(t, func(t testing.TB) {
		get(t, harness.Open(t, "a/you", harness.FS(files), harness.Dir(dir), harness.Once(), harness.WithTransport(&service{})), "/me")
	})
	if _, err := os.Stat(filepath.Join(dir, "a", "you.yaml")); err != nil {
		t.Error(err)
	}
}

// Outside a test a session ends by Close, which tells what a test would have failed for.
func TestNew(t *testing.T) {
	recordable(t, "record")
	dir := t.TempDir()
	s, err := harness.New("me", harness.Dir(dir), harness.WithTransport(&service{}))
	if err != nil {
		t.Fatal(err)
	}
	get(t, s, "/me")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GRAPHVCR_MODE", "")
	if s, err = harness.New("me", harness.Dir(dir)); err != nil {
		t.Fatal(err)
	}
	if code := get(t, s, "/groups").StatusCode; code != http.StatusNotImplemented {
		t.Errorf("a miss is answered %d", code)
	}
	if v := s.Var("NOTHING"); v != "" {
		t.Errorf("a variable that is not stored is %q", v)
	}
	err = s.Close()
	if err == nil || !strings.Contains(err.Error(), "no answer to GET") || !strings.Contains(err.Error(), "no value for NOTHING") || s.Close() != nil {
		t.Errorf("closed with %v", err)
	}
	if _, err := harness.New("you", harness.Dir(dir)); err == nil || !strings.Contains(err.Error(), `there is no cassette "you"`) {
		t.Errorf("%v", err)
	}
}

// A client that signs in by the session's client needs nobody to sign in with on replay; of a
// recording sign-in is no part.
func TestSignInInProcess(t *testing.T) {
	const tokens = "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"
	dir := t.TempDir()
	asked := 0
	body := func(t testing.TB) {
		s := harness.Open(t, "me", harness.Dir(dir), harness.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host == "login.microsoftonline.com" {
				asked++
				return (&service{answers: map[string]string{req.URL.Path: `{"access_token":"eyJ-live"}`}}).RoundTrip(req)
			}
			return (&service{}).RoundTrip(req)
		})))
		resp, err := s.Client().Post(tokens, "application/x-www-form-urlencoded", strings.NewReader(
			"grant_type=client_credentials&client_id=a&client_secret=b&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"))
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer resp.Body.Close()
		if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(text), `"access_token"`) {
			t.Errorf("%s %s, %v", resp.Status, text, err)
		}
		get(t, s, "/me")
	}
	recordable(t, "record")
	passing(t, body)
	t.Setenv("GRAPHVCR_MODE", "")
	passing(t, body)
	if asked != 1 {
		t.Errorf("asked for a token %d times, want 1", asked)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "me.yaml")); err != nil || strings.Contains(string(text), "login.microsoftonline.com") {
		t.Errorf("%v\n%s", err, text)
	}
}

// Subtests that run in parallel record: each its own cassette, or one of all.
func TestParallelSubtestsRecord(t *testing.T) {
	recordable(t, "record")
	dir := t.TempDir()
	body := func(t *testing.T) {
		all := harness.Open(t, "all", harness.Dir(dir), harness.WithTransport(&service{}))
		for n := range 8 {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				get(t, all, fmt.Sprintf("/groups/%d", n))
				own := harness.Open(t, harness.Dir(dir), harness.WithTransport(&service{}))
				get(t, own, "/me")
			})
		}
	}
	t.Run("record", body)
	t.Setenv("GRAPHVCR_MODE", "")
	// Under its recorded name, for the cassettes are the subtests' own.
	if found, err := filepath.Glob(filepath.Join(dir, "harness", "TestParallelSubtestsRecord", "record", "?.yaml")); err != nil || len(found) != 8 {
		t.Errorf("recorded %q, %v", found, err)
	}
	if err := os.Rename(filepath.Join(dir, "harness", "TestParallelSubtestsRecord", "record"), filepath.Join(dir, "harness", "TestParallelSubtestsRecord", "replay")); err != nil {
		t.Fatal(err)
	}
	t.Run("replay", body)
}

// In a bubble of testing/synctest waiting for Graph takes no time, while recording from
// within the process too, and nothing is left running.
func TestInBubble(t *testing.T) {
	recordable(t, "record")
	dir := t.TempDir()
	states := []string{"notStarted", "running", "succeeded"}
	polled := 0
	graph := roundTripper(func(req *http.Request) (*http.Response, error) {
		state := states[min(polled, len(states)-1)]
		polled++
		return (&service{answers: map[string]string{req.URL.Path: `{"status":"` + state + `"}`}}).RoundTrip(req)
	})
	body := func(t *testing.T) {
		s := harness.Open(t, "operation", harness.Dir(dir), harness.WithTransport(graph))
		began := time.Now()
		for {
			_, text := ask(t, s.Client(), "GET", graphURL+"/teams/1/operations/2", "")
			if strings.Contains(text, "succeeded") {
				break
			}
			if time.Since(began) > 10*time.Hour {
				t.Fatalf("still %s", text)
			}
			time.Sleep(time.Hour)
		}
		if took := time.Since(began); took != 2*time.Hour {
			t.Errorf("took %v of the bubble's time", took)
		}
	}
	synctest.Test(t, body)
	t.Setenv("GRAPHVCR_MODE", "")
	synctest.Test(t, body)
	if polled != len(states) {
		t.Errorf("the service was polled %d times", polled)
	}
}
