package redact_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

var salt = []byte("the salt of tests")

// recordings imports the real recordings that lie beside the checkout.
func recordings(t testing.TB) []*cassette.Cassette {
	t.Helper()
	var all []*cassette.Cassette
	for _, folder := range []string{"azure-cli", "azure-cli-versions", "jupiterone"} {
		err := filepath.WalkDir(filepath.Join(testkit.Corpus(t, "recordings"), folder), func(file string, d os.DirEntry, err error) error {
			read := importer.VCRPy
			if strings.HasSuffix(file, ".har") {
				read = importer.HAR
			}
			if err != nil || d.IsDir() {
				return err
			}
			if r, err := read(file, filepath.Base(file), nil); err == nil && len(r.Cassette.Interactions) > 0 {
				all = append(all, r.Cassette)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// survey and leaks print samples; read before the tests get a machine of their own.
var survey, leaks = os.Getenv("SURVEY") != "", os.Getenv("LEAKS") != ""

// TestSurvey prints what redaction does to real recordings: run it with -v.
func TestSurvey(t *testing.T) {
	kept, rules, unknown, samples := 0, map[string]int{}, map[string]int{}, map[string]map[string]bool{}
	for _, c := range recordings(t) {
		r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range c.Interactions {
			stored := r.Interaction(i)
			for text := range texts(i) {
				kept++
				_ = text
			}
			if survey {
				was, is := list(i), list(stored)
				for n := range min(len(was), len(is)) {
					if was[n][1] != is[n][1] {
						k := was[n][0]
						if samples[k] == nil {
							samples[k] = map[string]bool{}
						}
						if len(samples[k]) < 4 {
							samples[k][was[n][1]+" => "+is[n][1]] = true
						}
					}
				}
			}
		}
		for rule, n := range r.Summary() {
			rules[rule] += n
		}
		for name, n := range r.Unknown() {
			unknown[name] += n
		}
	}
	print := func(m map[string]int, most int) {
		keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(m[b]-m[a], strings.Compare(a, b)) })
		for _, k := range keys[:min(most, len(keys))] {
			t.Logf("%6d %s", m[k], k)
		}
	}
	t.Logf("%d texts", kept)
	print(rules, 100)
	t.Log("unknown:")
	print(unknown, 60)
	for _, k := range slices.Sorted(maps.Keys(samples)) {
		t.Logf("%s: %q", k, slices.Sorted(maps.Keys(samples[k])))
	}
}

func list(i *cassette.Interaction) (all [][2]string) {
	f := func(l *place.Leaf) (string, bool) {
		if !l.Layered {
			all = append(all, [2]string{string('A'+rune(l.Role)) + " " + l.Name, l.Text})
		}
		return "", false
	}
	asked := place.Message{Method: i.Request.Method, Address: i.Request.URL, Header: i.Request.Headers, Body: i.Request.Body}
	answered := place.Message{Method: i.Request.Method, Address: i.Request.URL, Answer: true, Status: i.Response.Code, Header: i.Response.Headers, Body: i.Response.Body}
	place.Rewrite(&asked, f)
	place.Rewrite(&answered, f)
	return all
}

func texts(i *cassette.Interaction) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, pair := range list(i) {
			if !yield(pair[1]) {
				return
			}
		}
	}
}
