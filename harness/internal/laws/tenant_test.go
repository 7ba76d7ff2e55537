package laws_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/laws"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

var (
	mails   = regexp.MustCompile(`[A-Za-z0-9._-]*[A-Za-z0-9](@|%40)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
	domains = regexp.MustCompile(`[A-Za-z0-9-]+\.(onmicrosoft\.com|sharepoint\.com)`)
)

// A tenant renames the identities of another, one to one.
type tenant struct {
	random *rand.Rand
	names  map[string]string // by the other's, in lower case
}

func (t *tenant) name(s string, fresh func() string) string {
	key := strings.ToLower(s)
	if t.names[key] == "" {
		t.names[key] = fresh()
	}
	return t.names[key]
}

func (t *tenant) text(s string) string {
	s = mails.ReplaceAllStringFunc(s, func(mail string) string {
		at := mails.FindStringSubmatch(mail)[1]
		if strings.Contains(mail, "@odata") {
			return mail
		}
		local, host, _ := strings.Cut(mail, at)
		return t.name(local+"@", func() string { return fmt.Sprintf("pers%d", t.random.Uint32()) }) + at + t.domain(host)
	})
	s = domains.ReplaceAllStringFunc(s, t.domain)
	return guids.ReplaceAllStringFunc(s, func(id string) string {
		if words.IsWellKnown(id) {
			return id
		}
		return t.name(id, func() string { return guidOf(t.random) })
	})
}

func (t *tenant) domain(host string) string {
	for _, ours := range []string{".onmicrosoft.com", ".sharepoint.com"} {
		if first, ok := strings.CutSuffix(strings.ToLower(host), ours); ok {
			return t.name(first, func() string { return fmt.Sprintf("tenn%d", t.random.Uint32()) }) + ours
		}
	}
	return t.name(host, func() string { return fmt.Sprintf("dom%d.example", t.random.Uint32()) })
}

func (t *tenant) recording(of []*cassette.Interaction) []*cassette.Interaction {
	all := make([]*cassette.Interaction, len(of))
	for n, i := range of {
		is := *i
		is.Request.URL, is.Request.Body, is.Response.Body = t.text(i.Request.URL), t.text(i.Request.Body), t.text(i.Response.Body)
		is.Request.Headers, is.Response.Headers = t.headers(i.Request.Headers), t.headers(i.Response.Headers)
		all[n] = &is
	}
	return all
}

func (t *tenant) headers(h http.Header) http.Header {
	is := http.Header{}
	for name, values := range h {
		if name == "Content-Length" {
			continue // it says how long the body was
		}
		for _, v := range values {
			is[name] = append(is[name], t.text(v))
		}
	}
	return is
}

// TestAnotherTenant: what is recorded from one tenant and from another in which everybody and
// everything is called otherwise has one structure under one salt: the same places are holes,
// and equal values are equal, different ones different.
func TestAnotherTenant(t *testing.T) {
	compared := 0
	for folder, recorded := range recordings(t) {
		for n, c := range recorded {
			one := &tenant{rand.New(rand.NewPCG(1, uint64(n))), map[string]string{}}
			other := &tenant{rand.New(rand.NewPCG(2, uint64(n))), map[string]string{}}
			a := sealTape(t, &tape{recorded: one.recording(c.Interactions)}, nil).stored.Interactions
			b := sealTape(t, &tape{recorded: other.recording(c.Interactions)}, nil).stored.Interactions
			to, from := map[string]string{}, map[string]string{}
			for k := range a {
				if !slices.Equal(a[k].Holes, b[k].Holes) {
					t.Errorf("%s %d, interaction %d, %s: holes %v, of the other tenant %v", folder, n, k, a[k].Request.URL, a[k].Holes, b[k].Holes)
				}
				x, y := leaves(a[k]), leaves(b[k])
				if len(x) != len(y) {
					t.Errorf("%s %d, interaction %d: %d texts, of the other tenant %d", folder, n, k, len(x), len(y))
					continue
				}
				for m := range x {
					compared++
					if known, ok := to[x[m]]; ok && known != y[m] {
						t.Errorf("%s %d, interaction %d, %s: %q is %q here and %q elsewhere", folder, n, k, a[k].Request.URL, x[m], y[m], known)
					}
					if known, ok := from[y[m]]; ok && known != x[m] {
						t.Errorf("%s %d, interaction %d, %s: %q is both %q and %q", folder, n, k, a[k].Request.URL, y[m], x[m], known)
					}
					to[x[m]], from[y[m]] = y[m], x[m]
				}
			}
		}
	}
	t.Logf("%d texts compared", compared)
}

func leaves(i *cassette.Interaction) (all []string) {
	asked := place.Message{Method: i.Request.Method, Address: i.Request.URL, Header: i.Request.Headers, Body: i.Request.Body}
	answered := place.Message{Method: i.Request.Method, Address: i.Request.URL, Answer: true, Status: i.Response.Code, Header: i.Response.Headers, Body: i.Response.Body}
	for _, m := range []place.Message{asked, answered} {
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
			if !l.Layered {
				all = append(all, l.Text)
			}
			return "", false
		})
	}
	return all
}

// TestOnePersonOneName: recorded again over its cassette in another order, whom a request
// names is called as before, and the cassette replays.
func TestOnePersonOneName(t *testing.T) {
	for seed := range uint64(60) {
		first := sealTape(t, generate(seed, 4, 3, 6), nil)
		made := generate(seed, 4, 3, 6)
		random := rand.New(rand.NewPCG(seed, 13))
		from := 0
		for _, stretch := range made.stretches { // in which the order says nothing
			part := made.recorded[from : from+len(stretch)]
			random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
			from += len(stretch)
		}
		again := sealTape(t, made, first.stored)
		for p, tag := range again.stored.Meta.Tags {
			if before := first.stored.Meta.Tags[p]; before != tag {
				t.Errorf("seed %d: %s has the tag %s, and had %q", seed, p, tag, before)
			}
		}
		if tally := again.play(t, laws.InOrder, seed, nil); tally.Wrong+tally.Missed > 0 {
			t.Errorf("seed %d: %d wrong, %d missed", seed, tally.Wrong, tally.Missed)
		}
	}
}
