package transport_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// recordings reads the real recordings that lie beside the repository, a cassette
// each.
func recordings(t *testing.T) []*cassette.Cassette {
	t.Helper()
	files := testkit.Recordings(t)
	var all []*cassette.Cassette
	for _, file := range files {
		all = append(all, readVCRPy(t, file))
	}
	return all
}

type vcrpyFile struct {
	Interactions []struct {
		Request struct {
			Body    string
			Headers http.Header
			Method  string
			URI     string
		}
		Response struct {
			Body    struct{ String string }
			Headers http.Header
			Status  struct {
				Code    int
				Message string
			}
		}
	}
}

func readVCRPy(t *testing.T, file string) *cassette.Cassette {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var recorded vcrpyFile
	if err := yaml.Unmarshal(text, &recorded); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	made := &cassette.Cassette{Name: filepath.Base(file), File: filepath.Base(file)}
	for n, i := range recorded.Interactions {
		made.Interactions = append(made.Interactions, &cassette.Interaction{
			ID:      n,
			Request: cassette.Request{Method: i.Request.Method, URL: i.Request.URI, Headers: i.Request.Headers, Body: i.Request.Body},
			Response: cassette.Response{
				Code: i.Response.Status.Code, Status: i.Response.Status.Message,
				Headers: i.Response.Headers, Body: i.Response.Body.String,
			},
		})
	}
	return made
}

func send(t *testing.T, replayer http.RoundTripper, r cassette.Request) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Headers.Clone()
	return replayer.RoundTrip(req)
}

// wantRecorded sends the request of an interaction and wants its answer, byte for byte.
func wantRecorded(t *testing.T, replayer http.RoundTripper, i *cassette.Interaction, r cassette.Request) {
	t.Helper()
	response, err := send(t, replayer, r)
	if err != nil {
		t.Fatalf("interaction %d: %v", i.ID, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != i.Response.Code || string(body) != i.Response.Body {
		t.Fatalf("interaction %d, %s %s:\ngot  %d %s\nwant %d %s", i.ID, r.Method, r.URL, response.StatusCode, body, i.Response.Code, i.Response.Body)
	}
}

func newReplayer(t testing.TB, rules match.Rules, cassettes ...*cassette.Cassette) *transport.Replayer {
	t.Helper()
	index, err := match.NewIndex(rules, cassettes...)
	if err != nil {
		t.Fatal(err)
	}
	return transport.NewReplayer(index.NewSession(), transport.Options{})
}

func TestCorpusReplaysInRecordedOrder(t *testing.T) {
	for name, spell := range map[string]spelling{"as recorded": asRecorded, "respelled": respelled} {
		t.Run(name, func(t *testing.T) {
			exchanges := 0
			for _, recorded := range recordings(t) {
				for seed := range uint64(10) {
					rng := rand.New(rand.NewPCG(seed, 1))
					replayer := newReplayer(t, match.Rules{}, recorded)
					for _, i := range recorded.Interactions {
						wantRecorded(t, replayer, i, spell(rng, &i.Request))
					}
				}
				exchanges += len(recorded.Interactions)
			}
			if exchanges != 148 {
				t.Errorf("%d exchanges, want 148", exchanges)
			}
		})
	}
}

// TestCorpusInterleaved sends the requests in random orders: with order "key" any
// in which each key keeps its own; by default any in which related reads and
// writes keep theirs as well.
func TestCorpusInterleaved(t *testing.T) {
	for _, rules := range []match.Rules{{Order: match.OrderKey}, {}} {
		t.Run("order "+string(rules.Order), func(t *testing.T) {
			for _, recorded := range recordings(t) {
				for seed := range uint64(20) {
					rng := rand.New(rand.NewPCG(seed, 2))
					replayer := newReplayer(t, rules, recorded)
					for _, i := range interleaved(t, rng, rules, recorded) {
						wantRecorded(t, replayer, i, respelled(rng, &i.Request))
					}
				}
			}
		})
	}
}

// interleaved draws a random order of the interactions in which each stands behind
// those earlier ones that it must not overtake.
func interleaved(t *testing.T, rng *rand.Rand, rules match.Rules, recorded *cassette.Cassette) []*cassette.Interaction {
	t.Helper()
	all := recorded.Interactions
	keys, err := match.NewIndex(rules)
	if err != nil {
		t.Fatal(err)
	}
	asked := make([]match.Key, len(all))
	for i := range all {
		asked[i] = keyOf(t, keys, &all[i].Request)
	}
	bound := func(a, b match.Key) bool {
		return a == b || rules.Order != match.OrderKey && mayRelate(a, b)
	}
	after := make([]map[int]bool, len(all))
	for i := range all {
		after[i] = map[int]bool{}
		for j := range i {
			if bound(asked[j], asked[i]) {
				after[i][j] = true
			}
		}
	}
	var order []*cassette.Interaction
	for placed := map[int]bool{}; len(order) < len(all); {
		var ready []int
		for i := range all {
			if !placed[i] && subset(after[i], placed) {
				ready = append(ready, i)
			}
		}
		i := ready[rng.IntN(len(ready))]
		placed[i] = true
		order = append(order, all[i])
	}
	return order
}

func subset(a, b map[int]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

// mayRelate is a plain and generous reading of "related": below one version, one
// path is a prefix of the other, $ref left out.
func mayRelate(a, b match.Key) bool {
	cut := func(path string) string {
		_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		return strings.TrimSuffix(strings.TrimSuffix(path, "/$ref"), "/") + "/"
	}
	pa, pb := cut(a.Path), cut(b.Path)
	return strings.HasPrefix(pa, pb) || strings.HasPrefix(pb, pa)
}

func keyOf(t *testing.T, index *match.Index, r *cassette.Request) match.Key {
	t.Helper()
	req, err := http.NewRequest(r.Method, r.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Headers
	return index.KeyOf(req, []byte(r.Body))
}
