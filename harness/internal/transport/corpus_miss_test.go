package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

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
			for _, recorded := range recordings(t) {
				for _, i := range recorded.Interactions {
					r := i.Request
					field, ok := m.apply(&r)
					if !ok {
						continue
					}
					tried++
					wantMiss(t, newReplayer(t, match.Rules{}, recorded), i, r, field)
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
	for _, recorded := range recordings(t) {
		if !strings.HasPrefix(recorded.Name, "test_special_characters_in_upn") {
			continue
		}
		var found []match.Key
		for _, i := range recorded.Interactions {
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
