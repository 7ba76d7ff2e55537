package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// signedIn adds the token, below the recorder.
type signedIn struct {
	base  http.RoundTripper
	token string
}

func (s signedIn) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == "graph.microsoft.com" {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	return s.base.RoundTrip(req)
}

// startRecording begins to record an emulator.
func startRecording(t *testing.T, p *project.Project, name string, carrier http.RoundTripper) *record.Recording {
	t.Helper()
	recording, err := record.Start(p, name, nil, record.Live{
		Carrier: func(string) http.RoundTripper { return carrier },
		Meta:    cassette.Meta{Origin: cassette.Emulator},
	})
	if err != nil {
		t.Fatal(err)
	}
	return recording
}

// volatile keeps what changes with every call, which is a constant in a cassette.
const volatile = "keep-headers: [date, request-id, client-request-id, x-ms-ags-diagnostic, sprequestguid]"

// recordedTour is a tour of a stand-in, recorded under some rules.
func recordedTour(t *testing.T, rules string) (p *project.Project, live []seen) {
	t.Helper()
	e, err := emulator.Start(context.WithoutCancel(t.Context()), touring)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err = project.Open(project.Dirs{Root: dir, Cassettes: dir})
	if err != nil {
		t.Fatal(err)
	}
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	recording := startRecording(t, p, "tour", signedIn{e.Transport(base), e.UserToken()})
	for name, value := range inputs {
		recording.Keep(name, value)
	}
	live = tour(t, recording.Transport(), inputs)
	if err := recording.Save(); err != nil {
		t.Fatal(err)
	}
	return p, live
}

// ours replays the tour with a client that brings the given inputs.
func ours(t *testing.T, p *project.Project, in map[string]string) []seen {
	t.Helper()
	b, err := replay.Open(p, transport.Options{}, "tour")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	replayed := tour(t, b.Transport(), in)
	for _, u := range b.Unused() {
		t.Errorf("not asked for: %s", u)
	}
	return replayed
}

// stock replays it through go-vcr, which compares methods and addresses.
func stock(t *testing.T, p *project.Project, in map[string]string) []seen {
	t.Helper()
	vcr, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName: filepath.Join(p.Dirs.Cassettes, "tour"), Mode: recorder.ModeReplayOnly, SkipRequestLatency: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer vcr.Stop()
	return tour(t, vcr, in)
}

func stored(t *testing.T, p *project.Project) map[string]string {
	t.Helper()
	c, err := p.Cassette("tour")
	if err != nil {
		t.Fatal(err)
	}
	return maps.Clone(c.Meta.Vars)
}

// Without redaction a replay gives the very bytes, the tokens of links aside.
func TestRoundTripVerbatim(t *testing.T) {
	p, live := recordedTour(t, "redact: {identity: off, content: off, "+volatile+"}\n")
	for name, replayed := range map[string][]seen{"ours": ours(t, p, inputs), "stock": stock(t, p, inputs)} {
		t.Run(name, func(t *testing.T) {
			sameLength(t, live, replayed)
			for i, want := range live {
				got := replayed[i]
				a, b := withoutTokens(want.body), withoutTokens(got.body)
				if name == "stock" {
					a, b = compacted(a), compacted(b)
				}
				if want.status != got.status || a != b {
					t.Errorf("%s: live %d %.300q\nreplayed %d %.300q", want.what, want.status, a, got.status, b)
				}
				for key, values := range contract(want.header) {
					if withoutTokens(values) != withoutTokens(contract(got.header)[key]) {
						t.Errorf("%s: live %s %q, replayed %q", want.what, key, values, got.header.Values(key))
					}
				}
			}
		})
	}
}

// preAuthenticated are links that give access by themselves: secrets as a whole.
var preAuthenticated = regexp.MustCompile(`https://contoso-my\.sharepoint\.com/[^"\s]*(?:[?&](?:tempauth|token)=|/monitor/)[^"\s]+`)

func withoutTokens(text string) string { return preAuthenticated.ReplaceAllString(text, "link") }

func compacted(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return text
	}
	return b.String()
}

func sameLength(t *testing.T, live, replayed []seen) {
	t.Helper()
	if len(live) != len(replayed) || len(live) < 70 {
		t.Fatalf("%d exchanges live, %d replayed; want as many, and no less than 70", len(live), len(replayed))
	}
}

// contract is what of the headers a client may rely on: all but how the body came over
// the wire, and how long to wait, which a replay does not.
func contract(h http.Header) map[string]string {
	all := map[string]string{}
	for name, values := range h {
		switch name {
		case "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection":
		case "Retry-After":
			all[name] = "set"
		default:
			all[name] = strings.Join(values, "\n")
		}
	}
	return all
}

// With redaction, answers differ from the live ones by one renaming, in both directions:
// for clients that bring the stored values, for those that bring their own, and through
// go-vcr.
func TestRoundTripRenamed(t *testing.T) {
	p, live := recordedTour(t, "redact: {"+volatile+"}\n")
	stand := stored(t, p)
	for name, value := range inputs {
		if stand[name] == value {
			t.Errorf("the cassette stores the input %s as it was: %s", name, value)
		}
	}
	for name, replay := range map[string]func(*testing.T) []seen{
		"ours":         func(t *testing.T) []seen { return ours(t, p, stand) },
		"ours, unlike": func(t *testing.T) []seen { return ours(t, p, inputs) },
		"stock":        func(t *testing.T) []seen { return stock(t, p, stand) },
	} {
		t.Run(name, func(t *testing.T) {
			replayed := replay(t)
			sameLength(t, live, replayed)
			r := renaming{to: map[string]string{}, from: map[string]string{}}
			for i, want := range live {
				got := replayed[i]
				if want.status != got.status {
					t.Errorf("%s: live %d, replayed %d", want.what, want.status, got.status)
				}
				r.bodies(t, want.what, want.body, got.body)
				theirs := contract(got.header)
				for key, values := range contract(want.header) {
					r.texts(t, want.what+" "+key, values, theirs[key])
				}
			}
			t.Logf("%d values, %d of them renamed", len(r.to), r.renamed())
			if r.renamed() < 90 { // what changes with every call is kept here, and not renamed
				t.Error("hardly anything was renamed")
			}
		})
	}
}

// A renaming is learned from pairs of texts and has to be one to one.
type renaming struct{ to, from map[string]string }

func (r renaming) renamed() (n int) {
	for live, stored := range r.to {
		if live != stored {
			n++
		}
	}
	return n
}

func (r renaming) bodies(t *testing.T, where, live, stored string) {
	t.Helper()
	var a, b any
	if json.Unmarshal([]byte(live), &a) == nil && json.Unmarshal([]byte(stored), &b) == nil {
		r.values(t, where, a, b)
		return
	}
	r.texts(t, where, live, stored)
}

func (r renaming) values(t *testing.T, where string, live, stored any) {
	t.Helper()
	switch a := live.(type) {
	case map[string]any:
		b, ok := stored.(map[string]any)
		if !ok || !slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))) {
			t.Errorf("%s: members differ", where)
			return
		}
		for name := range a {
			r.values(t, where+" "+name, a[name], b[name])
		}
	case []any:
		b, ok := stored.([]any)
		if !ok || len(a) != len(b) {
			t.Errorf("%s: elements differ", where)
			return
		}
		for i := range a {
			r.values(t, fmt.Sprint(where, " ", i), a[i], b[i])
		}
	case string:
		b, ok := stored.(string)
		if !ok {
			t.Errorf("%s: live %q, replayed %v", where, a, stored)
			return
		}
		r.texts(t, where, a, b)
	default:
		if live != stored {
			t.Errorf("%s: live %v, replayed %v", where, live, stored)
		}
	}
}

// atoms are what is renamed as one; names are whole values and may hold spaces.
var atoms = regexp.MustCompile(`[^\s/?&=()'",:;{}\[\]]+`)

func (r renaming) texts(t *testing.T, where, live, stored string) {
	t.Helper()
	if isContent(stored) {
		if len(live) != len(stored) {
			t.Errorf("%s: content of %d bytes is replayed with %d", where, len(live), len(stored))
		}
		return
	}
	if cells := strings.FieldsFunc(live, isCellEnd); len(cells) > 20 {
		for i, cell := range strings.FieldsFunc(stored, isCellEnd) {
			r.learn(t, where, cells[i], cell)
		}
		return
	}
	if !strings.ContainsAny(live, `/=(":,`) && !strings.Contains(live, " '") {
		r.learn(t, where, live, stored)
		return
	}
	a, b := atoms.FindAllString(unescaped(live), -1), atoms.FindAllString(unescaped(stored), -1)
	if len(a) != len(b) {
		t.Errorf("%s: another shape\nlive     %s\nreplayed %s", where, live, stored)
		return
	}
	for i := range a {
		r.learn(t, where, a[i], b[i])
	}
}

// isCellEnd takes reports apart, which are tables.
func isCellEnd(c rune) bool { return c == ',' || c == '\n' || c == '\r' }

func unescaped(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func isContent(text string) bool {
	return len(text) > 4 && (strings.Contains("what a file held is not recorded what a file held is not recorded ", text) || strings.HasPrefix(text, "what a file held") || strings.Trim(text[4:], "\x00") == "" || strings.Trim(strings.TrimRight(text, "="), "A") == "")
}

func (r renaming) learn(t *testing.T, where, live, stored string) {
	t.Helper()
	if known, ok := r.to[live]; ok && known != stored {
		t.Errorf("%s: %q is %q here and %q elsewhere", where, live, stored, known)
		return
	}
	if known, ok := r.from[stored]; ok && known != live {
		t.Errorf("%s: %q stands for %q here and for %q elsewhere", where, stored, live, known)
		return
	}
	r.to[live], r.from[stored] = stored, live
}
