package harness_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness"
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// A plant is a value of a kind in one place of an exchange.
type plant struct {
	kind  planted.Kind
	place string
	*cassette.Interaction
}

func plants() []plant {
	var all []plant
	add := func(k planted.Kind, places map[string]*cassette.Interaction) {
		for _, place := range slices.Sorted(maps.Keys(places)) {
			if place == "header" && strings.Contains(k.Value, "\n") {
				continue // no header holds a line break
			}
			all = append(all, plant{k, place, places[place]})
		}
	}
	for _, k := range planted.ByForm() {
		add(k, planted.Positions(k.Value))
	}
	for _, k := range slices.Concat(planted.ByForm(), planted.ByMember()) {
		add(k, planted.Bodies(k.JSON()))
		add(k, planted.Tables(k))
	}
	for _, k := range planted.ByOption() {
		add(k, planted.Links(k))
	}
	random := planted.NewRandom(20261129)
	for _, k := range slices.Concat(random.Secrets(), random.Values(), random.Objects()) {
		places := planted.Everywhere(k)
		names, some := slices.Sorted(maps.Keys(places)), 0
		for _, at := range random.Perm(len(names)) {
			where, i := names[at], places[names[at]]
			if _, err := url.Parse(i.Request.URL); err != nil || k.Stays(where) || !planted.Holds(i, k.Sought()) {
				continue
			}
			i.Request.URL = strings.NewReplacer(" ", "%20", "\n", "%0A", `"`, "%22").Replace(i.Request.URL) // as a client can send it
			all = append(all, plant{k, where, i})
			if some++; some == 3 {
				break
			}
		}
	}
	return all
}

// What a test records through Open holds nothing that was planted, in any place, nor does
// its journal; and a value that was the same in all places is still the same in all.
func TestOpenLeaksNothing(t *testing.T) {
	all := plants()
	dir := t.TempDir()
	file := filepath.Join(dir, "plants.yaml")
	journals := []string{}
	graph, err := emulator.Start(context.Background(), emulator.Options{Seed: 9, Alter: func(r *http.Request, a *emulator.Answer) {
		n, err := strconv.Atoi(r.Header.Get("X-Plant"))
		if err != nil {
			return
		}
		a.Status, a.Header, a.Body = all[n].Response.Code, all[n].Response.Headers.Clone(), []byte(all[n].Response.Body)
		if n%500 == 499 {
			text, _ := os.ReadFile(file + ".journal")
			journals = append(journals, string(text))
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	base, err := url.Parse(graph.GraphURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CI", "")
	t.Setenv("GRAPHVCR_MODE", "record")
	told, failed := probed(t, func(t testing.TB) {
		s := harness.Open(t, "plants", harness.Dir(dir), harness.WithTransport(bearer{graph.AppToken(), &transport.Rebase{Base: http.DefaultTransport, URL: base}}))
		for n, p := range all {
			plantOne(t, s.Transport(), n, p)
		}
	})
	if failed {
		t.Fatal(told)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Interactions) != len(all) || len(journals) < 3 {
		t.Fatalf("%d interactions of %d, %d journals", len(c.Interactions), len(all), len(journals))
	}
	for n := len(journals) - 1; n > 0; n-- { // what was looked through needs no second look
		journals[n] = strings.TrimPrefix(journals[n], journals[n-1])
	}
	holdsNone(t, all, c, append(journals, told))
	staysEqual(t, all, c)
}

func plantOne(t testing.TB, carrier http.RoundTripper, n int, p plant) {
	t.Helper()
	req, err := http.NewRequest(p.Request.Method, p.Request.URL, strings.NewReader(p.Request.Body))
	if err != nil {
		t.Fatalf("%s in %s: %v", p.kind.Name, p.place, err)
	}
	req.Header = p.Request.Headers.Clone()
	req.Header.Set("X-Plant", strconv.Itoa(n))
	resp, err := carrier.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s in %s: %v", p.kind.Name, p.place, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != p.Response.Body {
		t.Errorf("%s in %s: the client got %q, %v", p.kind.Name, p.place, body, err)
	}
}

func holdsNone(t *testing.T, all []plant, c *cassette.Cassette, texts []string) {
	t.Helper()
	for n, i := range c.Interactions {
		if strings.Contains(planted.Spellings(i), strings.ToLower(all[n].kind.Sought())) {
			t.Errorf("the cassette holds a planted %s (%s)", all[n].kind.Name, all[n].place)
		}
	}
	kinds := make([]planted.Kind, len(all))
	for n, p := range all {
		kinds[n] = p.kind
	}
	search := planted.NewSearch(kinds)
	for n, text := range texts {
		for _, found := range search.In(text) {
			t.Errorf("text %d holds %s", n, found)
		}
	}
}

// amongWords are the places where a value is part of a text that is replaced as a whole.
var amongWords = []string{"text", "table: in a text in quotes", "table: in a title", "table: behind quotes", "table: behind an open quote"}

// staysEqual takes what stands for a value from a path, and looks for it in all the places
// where the value was by itself.
func staysEqual(t *testing.T, all []plant, c *cassette.Cassette) {
	t.Helper()
	stands := map[string]string{}
	for n, p := range all {
		if p.place == "path" {
			step := strings.TrimSuffix(strings.TrimPrefix(c.Interactions[n].Request.URL, planted.Graph+"/users/"), "/messages")
			stand, err := url.PathUnescape(step)
			if err != nil {
				t.Fatal(err)
			}
			stands[p.kind.Value] = strings.ToLower(stand)
		}
	}
	compared := 0
	for n, p := range all {
		stand, ok := stands[p.kind.Value]
		if !ok || slices.Contains([]string{"pem", "jwt", "opaque token", "recovery key"}, p.kind.Name) {
			continue // secrets that nothing follows from
		}
		if slices.Contains(amongWords, p.place) {
			continue
		}
		if compared++; !strings.Contains(planted.Spellings(c.Interactions[n]), stand) {
			t.Errorf("%s in %s: not %s, as elsewhere", p.kind.Name, p.place, stand)
		}
	}
	t.Logf("%d places, %d of them compared", len(all), compared)
}
