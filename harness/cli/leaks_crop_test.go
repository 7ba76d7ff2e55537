package cli

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// leakSeed is read before the tests get a machine of their own.
var leakSeed = os.Getenv("GRAPHVCR_LEAK_SEED")

// seedOf is by which values and places are drawn: a number, or "new" for another one in every
// run.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(leakSeed, 10, 64)
	switch {
	case leakSeed == "new":
		seed = uint64(time.Now().UnixNano()) % 1e9
	case err != nil:
		seed = 20261129
	}
	t.Logf("GRAPHVCR_LEAK_SEED=%d", seed)
	return seed
}

// A crop is every kind of value, in places that the seed draws: secrets, values and objects
// in several, those of the string members of metadata's types in one each.
type crop struct {
	plants []plant
	kinds  map[string]bool
	search *planted.Search
}

func newCrop(t *testing.T, seed uint64) *crop {
	t.Helper()
	random := planted.NewRandom(seed)
	c := &crop{kinds: map[string]bool{}}
	var all []planted.Kind
	add := func(k planted.Kind, places int) {
		all = append(all, k)
		c.kinds[k.Name+" "+k.Member] = true
		c.plants = append(c.plants, sample(random.Rand, k, places)...)
	}
	for _, k := range slices.Concat(planted.ByForm(), random.Secrets(), random.Values(), random.Objects()) {
		add(k, 4)
	}
	for n, member := range membersOfMetadata(t) {
		if n%oneIn() != int(seed)%oneIn() {
			continue
		}
		values := random.Values()
		k := values[n%4] // of the looks of words and names: other looks are redacted by form
		k.Member = member
		add(k, 1)
	}
	if len(c.kinds) < 250 {
		t.Errorf("%d kinds, want 250", len(c.kinds))
	}
	c.search = planted.NewSearch(all)
	random.Shuffle(len(c.plants), func(i, j int) { c.plants[i], c.plants[j] = c.plants[j], c.plants[i] })
	return c
}

// sample draws places of a kind, of those that hold it and where it may not stay.
func sample(random *rand.Rand, k planted.Kind, n int) (some []plant) {
	places := planted.Everywhere(k)
	names := slices.Sorted(maps.Keys(places))
	for _, at := range random.Perm(len(names)) {
		where, i := names[at], places[names[at]]
		if _, err := url.Parse(spaced(i.Request.URL)); err != nil || k.Stays(where) || !planted.Holds(i, k.Sought()) {
			continue
		}
		if some = append(some, plant{k, where, i}); len(some) == n {
			break
		}
	}
	return some
}

// spaced is an address as a client can send it.
func spaced(address string) string {
	return strings.NewReplacer(" ", "%20", "\n", "%0A", `"`, "%22", `\`, "%5C").Replace(address)
}

func membersOfMetadata(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(testkit.Corpus(t, "metadata/v1.0-Prod.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	members, err := planted.StringMembers(bytes.NewReader(text), "v1.0-Prod.csdl")
	if err != nil {
		t.Fatal(err)
	}
	return members
}

// A field is a service that answers with what is planted, by the number in a request.
type field struct {
	*crop
	dir     string
	address string // of the service
	trust   string // a file of PEM
	sown    string // a file of what sowMain sends
	sealed  string // the classes of which lint finds nothing in what was saved

	mu sync.Mutex
	at int    // the number at which
	do func() // is done, before the answer
}

func newField(t *testing.T, c *crop) *field {
	t.Helper()
	f := &field{crop: c, dir: t.TempDir(), at: -1, sealed: "secret|identity|content|unknown"}
	authority, err := ca.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(f.answer))
	server.TLS = authority.TLSConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	f.address, f.trust, f.sown = server.Listener.Addr().String(), authority.File(), filepath.Join(t.TempDir(), "sown.json")
	text, err := json.Marshal(c.seeds())
	if err == nil {
		err = os.WriteFile(f.sown, text, 0o600)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Join(f.dir, "tmp"), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(f.dir, "go.mod"), []byte("module example.test\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *field) answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	n, err := strconv.Atoi(r.Header.Get("X-Plant"))
	if err != nil {
		http.Error(w, "no plant", http.StatusTeapot)
		return
	}
	f.mu.Lock()
	at, do := f.at, f.do
	f.mu.Unlock()
	if n == at {
		do()
	}
	resp := f.plants[n].Response
	for name, values := range resp.Headers {
		w.Header()[name] = values
	}
	if resp.Headers.Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil
	}
	for name, values := range resp.Trailer {
		w.Header()[http.TrailerPrefix+name] = values
	}
	w.WriteHeader(resp.Code)
	_, _ = io.WriteString(w, resp.Body)
}

// A seed is a request as a program sends it.
type seed struct {
	Method, URL string
	Header      http.Header
	Trailer     http.Header
	Body        []byte
}

func (c *crop) seeds() []seed {
	all := make([]seed, len(c.plants))
	for n, p := range c.plants {
		h := p.Request.Headers.Clone()
		h.Set("X-Plant", strconv.Itoa(n))
		all[n] = seed{p.Request.Method, spaced(p.Request.URL), h, p.Request.Trailer, []byte(p.Request.Body)}
	}
	return all
}

// sow sends seeds, to Graph or to a base that stands for it, and returns how many were answered.
func sow(seeds []seed, base string, carrier http.RoundTripper) (answered int, err error) {
	for _, s := range seeds {
		address := s.URL
		if base != "" {
			address = base + strings.TrimPrefix(address, "https://graph.microsoft.com")
		}
		req, err := http.NewRequest(s.Method, address, bytes.NewReader(s.Body))
		if err != nil {
			return answered, err
		}
		req.Header = s.Header
		if len(s.Trailer) > 0 {
			req.Trailer, req.ContentLength = s.Trailer, -1
		}
		resp, err := carrier.RoundTrip(req)
		if err != nil {
			return answered, fmt.Errorf("%s %s: %w", s.Method, s.Header.Get("X-Plant"), err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			return answered, err
		}
		answered++
	}
	return answered, nil
}

// sowMain is a program that sends the seeds of a file, and writes its environment to another.
func sowMain() {
	var seeds []seed
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &seeds)
	}
	if err == nil {
		err = os.WriteFile(os.Args[2], []byte(strings.Join(os.Environ(), "\n")), 0o600)
	}
	if err == nil {
		_, err = sow(seeds, "", &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{}})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sow:", err)
		os.Exit(3)
	}
}

// newSecretCrop is what pages of documentation may hold: secrets, in bodies of JSON.
func newSecretCrop(t *testing.T, seed uint64) *crop {
	t.Helper()
	c := &crop{kinds: map[string]bool{}}
	kinds := planted.NewRandom(seed).Secrets()
	for _, k := range kinds {
		places := planted.Everywhere(k)
		for _, where := range []string{"sent JSON: member", "answered JSON: member", "answered JSON: list"} {
			c.plants = append(c.plants, plant{k, where, places[where]})
		}
		c.kinds[k.Name] = true
	}
	c.search = planted.NewSearch(kinds)
	return c
}

// newMissCrop is secrets in requests, where a miss can know them: by their form in any place,
// by their member where that stands.
func newMissCrop(t *testing.T, seed uint64) *crop {
	t.Helper()
	random := planted.NewRandom(seed)
	c := &crop{kinds: map[string]bool{}}
	kinds := random.Secrets()
	for _, k := range kinds {
		c.kinds[k.Name] = true
		if k.Member == "" {
			c.plants = append(c.plants, sample(random.Rand, k, 30)...)
			continue
		}
		places := planted.Everywhere(k)
		for _, where := range []string{"sent JSON: member", "sent JSON: list", "sent form", "address: filter", "address: named option", "sent JSON: batch request"} {
			c.plants = append(c.plants, plant{k, where, places[where]})
		}
	}
	c.search = planted.NewSearch(kinds)
	return c
}

// oneIn says that one in so many of the members of metadata is drawn: all with
// GRAPHVCR_FULL=1, fewest under the race detector, which finds nothing in more of them.
func oneIn() int {
	switch {
	case os.Getenv("GRAPHVCR_FULL") != "":
		return 1
	case testkit.Slow() && !raceEnabled:
		return 6
	}
	return 24
}
