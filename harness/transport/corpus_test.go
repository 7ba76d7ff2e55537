package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/match"
	"github.com/graphvcr/graphvcr/harness/transport"
)

// recordings reads the real recordings that lie beside the repository, a cassette
// each.
func recordings(t *testing.T) []*cassette.Cassette {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "recordings", "azure-cli", "*.yaml"))
	if len(files) == 0 {
		t.Skip("no real recordings: ../shared/corpus/recordings does not stand beside the repository")
	}
	var tapes []*cassette.Cassette
	for _, file := range files {
		tapes = append(tapes, readVCRPy(t, file))
	}
	return tapes
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
	tape := &cassette.Cassette{Name: filepath.Base(file), File: filepath.Base(file)}
	for n, i := range recorded.Interactions {
		tape.Interactions = append(tape.Interactions, &cassette.Interaction{
			ID:      n,
			Request: cassette.Request{Method: i.Request.Method, URL: i.Request.URI, Headers: i.Request.Headers, Body: i.Request.Body},
			Response: cassette.Response{
				Code: i.Response.Status.Code, Status: i.Response.Status.Message,
				Headers: i.Response.Headers, Body: i.Response.Body.String,
			},
		})
	}
	return tape
}

// A spelling rewrites a request without changing what it asks for.
type spelling func(rng *rand.Rand, r *cassette.Request) cassette.Request

func asRecorded(_ *rand.Rand, r *cassette.Request) cassette.Request { return *r }

// respelled shuffles the query, varies the percent-encoding and reorders the
// members of a JSON body.
func respelled(rng *rand.Rand, r *cassette.Request) cassette.Request {
	out := *r
	address, query, _ := strings.Cut(r.URL, "?")
	origin, path, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
	out.URL = "https://" + origin + "/" + reencoded(rng, path, "!$&'()*+,;=:@-._~")
	if query != "" {
		options := strings.Split(query, "&")
		rng.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
		for i, option := range options {
			name, value, _ := strings.Cut(option, "=")
			options[i] = reencoded(rng, name, "$") + "=" + reencoded(rng, value, "!$'()*,:@/?-._~")
		}
		out.URL += "?" + strings.Join(options, "&")
	}
	if doc, err := jsondoc.Parse(r.Body); err == nil {
		out.Body = string(shuffledJSON(rng, doc))
	}
	return out
}

// reencoded writes characters that may stand raw either raw or percent-encoded.
func reencoded(rng *rand.Rand, text, optional string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+2 < len(text) {
			plain, _ := url.PathUnescape(text[i : i+3])
			if len(plain) == 1 && strings.Contains(optional, plain) && plain != "/" && rng.IntN(2) == 0 {
				out.WriteString(plain)
			} else if rng.IntN(2) == 0 {
				out.WriteString(strings.ToLower(text[i : i+3]))
			} else {
				out.WriteString(text[i : i+3])
			}
			i += 2
			continue
		}
		if strings.IndexByte(optional, c) >= 0 && rng.IntN(2) == 0 {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

func shuffledJSON(rng *rand.Rand, doc any) []byte {
	switch doc := doc.(type) {
	case map[string]any:
		names := make([]string, 0, len(doc))
		for name := range doc {
			names = append(names, name)
		}
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		out := []byte("{ ")
		for i, name := range names {
			if i > 0 {
				out = append(out, " , "...)
			}
			out = append(jsondoc.Canonical(out, name), " :\n"...)
			out = append(out, shuffledJSON(rng, doc[name])...)
		}
		return append(out, '}')
	case []any:
		out := []byte("[")
		for i, item := range doc {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, shuffledJSON(rng, item)...)
		}
		return append(out, ']')
	}
	return jsondoc.Canonical(nil, doc)
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

func newReplayer(t testing.TB, rules match.Rules, tapes ...*cassette.Cassette) *transport.Replayer {
	t.Helper()
	index, err := match.NewIndex(rules, tapes...)
	if err != nil {
		t.Fatal(err)
	}
	return transport.NewReplayer(index.NewSession(), transport.Options{})
}

func TestCorpusReplaysInRecordedOrder(t *testing.T) {
	for name, spell := range map[string]spelling{"as recorded": asRecorded, "respelled": respelled} {
		t.Run(name, func(t *testing.T) {
			exchanges := 0
			for _, tape := range recordings(t) {
				for seed := range uint64(10) {
					rng := rand.New(rand.NewPCG(seed, 1))
					replayer := newReplayer(t, match.Rules{}, tape)
					for _, i := range tape.Interactions {
						wantRecorded(t, replayer, i, spell(rng, &i.Request))
					}
				}
				exchanges += len(tape.Interactions)
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
			for _, tape := range recordings(t) {
				for seed := range uint64(20) {
					rng := rand.New(rand.NewPCG(seed, 2))
					replayer := newReplayer(t, rules, tape)
					for _, i := range interleaved(t, rng, rules, tape) {
						wantRecorded(t, replayer, i, respelled(rng, &i.Request))
					}
				}
			}
		})
	}
}

// interleaved draws a random order of the interactions in which each stands behind
// those earlier ones that it must not overtake.
func interleaved(t *testing.T, rng *rand.Rand, rules match.Rules, tape *cassette.Cassette) []*cassette.Interaction {
	t.Helper()
	all := tape.Interactions
	keys, err := match.NewIndex(rules)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(a, b *cassette.Interaction) bool {
		ka, kb := keyOf(t, keys, &a.Request), keyOf(t, keys, &b.Request)
		return ka == kb || rules.Order != match.OrderKey && mayRelate(ka, kb)
	}
	after := make([]map[int]bool, len(all))
	for i := range all {
		after[i] = map[int]bool{}
		for j := range i {
			if bound(all[j], all[i]) {
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
	key, err := index.KeyOf(req, []byte(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A mutation changes one thing that a request asks for, and tells which field.
type mutation struct {
	kind  string
	apply func(r *cassette.Request) (field string, ok bool)
}

var mutations = []mutation{
	{"path segment", changeSegment},
	{"option value", changeOption},
	{"option added", func(r *cassette.Request) (string, bool) {
		separator := "?"
		if strings.Contains(r.URL, "?") {
			separator = "&"
		}
		r.URL += separator + "$top=7"
		return "query.$top", true
	}},
	{"header", func(r *cassette.Request) (string, bool) {
		r.Headers = r.Headers.Clone()
		r.Headers.Set("ConsistencyLevel", "eventual")
		return "header.ConsistencyLevel", true
	}},
	{"body value", changeBody},
}

func changeSegment(r *cassette.Request) (string, bool) {
	address, query, _ := strings.Cut(r.URL, "?")
	segments := strings.Split(address, "/")
	last := len(segments) - 1
	if name, key, found := strings.Cut(segments[last], "('"); found {
		segments[last] = name + "('changed" + key
		last++ // a key is a segment of its own
	} else {
		segments[last] += "-changed"
	}
	r.URL = strings.Join(segments, "/")
	if strings.Contains(address, "('") {
		last = strings.Count(address, "/") + 1 // users('x')/y has one slash less than users/x/y
	}
	if query != "" {
		r.URL += "?" + query
	}
	return fmt.Sprintf("path[%d]", last-3), true
}

func changeOption(r *cassette.Request) (string, bool) {
	address, query, found := strings.Cut(r.URL, "?")
	if !found {
		return "", false
	}
	name, value, _ := strings.Cut(query, "=")
	r.URL = address + "?" + name + "=changed%20" + value
	return "query." + name, true
}

// changeBody changes the first scalar of a JSON body.
func changeBody(r *cassette.Request) (string, bool) {
	doc, err := jsondoc.Parse(r.Body)
	if err != nil {
		return "", false
	}
	changed, path := changeScalar(doc, jsondoc.Root)
	if path == "" {
		return "", false
	}
	r.Body = string(jsondoc.Canonical(nil, changed))
	return "body." + path, true
}

func changeScalar(doc any, at string) (changed any, path string) {
	switch doc := doc.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			if doc[name], path = changeScalar(doc[name], jsondoc.AppendPath(at, name)); path != "" {
				return doc, path
			}
		}
		return doc, ""
	case []any:
		for i := range doc {
			if doc[i], path = changeScalar(doc[i], jsondoc.AppendPath(at, i)); path != "" {
				return doc, path
			}
		}
		return doc, ""
	case string:
		return doc + "x", at
	case bool:
		return !doc, at
	}
	return "changed", at
}

// TestCorpusMisses changes one thing of every recorded request and wants a miss
// that names it.
func TestCorpusMisses(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.kind, func(t *testing.T) {
			tried := 0
			for _, tape := range recordings(t) {
				for _, i := range tape.Interactions {
					r := i.Request
					field, ok := m.apply(&r)
					if !ok {
						continue
					}
					tried++
					wantMiss(t, newReplayer(t, match.Rules{}, tape), i, r, field)
				}
			}
			t.Logf("%s changed: %d misses", m.kind, tried)
			if tried == 0 {
				t.Error("nothing tried")
			}
		})
	}
}

func wantMiss(t *testing.T, replayer *transport.Replayer, i *cassette.Interaction, r cassette.Request, field string) {
	t.Helper()
	_, err := send(t, replayer, r)
	var miss *match.MissError
	if !errors.As(err, &miss) {
		t.Errorf("%s %s: error %v, want a miss", r.Method, r.URL, err)
		return
	}
	if miss.Verdict != match.Differs || len(miss.Nearest) == 0 {
		t.Errorf("%s %s: verdict %q with %d candidates, want %q", r.Method, r.URL, miss.Verdict, len(miss.Nearest), match.Differs)
		return
	}
	near := miss.Nearest[0]
	if len(near.Differences) != 1 || near.Differences[0].Field != field {
		t.Errorf("%s %s (from %s): differs in %v, want %s", r.Method, r.URL, i.Request.URL, near.Differences, field)
	}
	if got := replayer.Misses(); len(got) != 1 || got[0] != miss {
		t.Errorf("misses %v, want this one", got)
	}
}

// TestCorpusOneKey holds two recordings of one scenario against each other that
// differ in percent-encoding.
func TestCorpusOneKey(t *testing.T) {
	index, err := match.NewIndex(match.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	var keys [][]match.Key
	for _, tape := range recordings(t) {
		if !strings.HasPrefix(tape.Name, "test_special_characters_in_upn") {
			continue
		}
		var found []match.Key
		for _, i := range tape.Interactions {
			if strings.Contains(i.Request.URL, "users('") && !bytes.Contains([]byte(i.Request.URL), []byte("?")) {
				found = append(found, keyOf(t, index, &i.Request))
			}
		}
		keys = append(keys, found)
	}
	if len(keys) != 2 || len(keys[0]) == 0 || len(keys[0]) != len(keys[1]) {
		t.Fatalf("found %d recordings", len(keys))
	}
	for i := range keys[0] {
		if keys[0][i] != keys[1][i] {
			t.Errorf("request %d has two keys:\n%v\n%v", i, keys[0][i], keys[1][i])
		}
	}
}
