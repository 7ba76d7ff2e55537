package redact_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
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
			kind := importer.Of(importer.VCRPy)
			if strings.HasSuffix(file, ".har") {
				kind = importer.Of(importer.HAR)
			}
			if err != nil || d.IsDir() {
				return err
			}
			if r, err := (importer.Reader{}).Read(kind, file, filepath.Base(file), nil); err == nil && len(r.Cassette.Interactions) > 0 {
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

// figures are what redaction does to texts.
type figures struct {
	texts, kept        int
	byClass            map[redact.Class]int
	rules              map[string]int
	unknown, elsewhere map[string]int // by member; by role and name of a place that is none
	samples            map[string]map[string]bool
}

func (f *figures) add(t *testing.T, c *cassette.Cassette) {
	r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range c.Interactions {
		i.Response.Headers.Del("X-Ms-Ags-Diagnostic") // which becomes a constant of fewer texts
		was, is := list(i), list(r.Interaction(i))
		if len(was) != len(is) {
			t.Fatalf("%s: %d texts became %d", c.Name, len(was), len(is))
		}
		for n := range was {
			f.texts++
			if was[n][1] == is[n][1] {
				f.kept++
				continue
			}
			if role := place.Role(was[n][0][0] - 'A'); unnamed.MatchString(is[n][1]) && role != place.Member && role != place.Literal {
				f.elsewhere[was[n][0]]++
			}
			if k := was[n][0]; survey {
				if f.samples[k] == nil {
					f.samples[k] = map[string]bool{}
				}
				if len(f.samples[k]) < 4 {
					f.samples[k][was[n][1]+" => "+is[n][1]] = true
				}
			}
		}
	}
	for rule, n := range r.Summary() {
		f.rules[rule] += n
		f.byClass[redact.ID(rule).Class()] += n
	}
	for name, n := range r.Unknown() {
		f.unknown[name] += n
	}
}

// mostUnknown are what the members are at which real recordings have most that nothing knows:
// none of them has a value that says nothing in every tenant.
const mostUnknown = 50

// TestSurvey prints what redaction does to real recordings: run it with -v. What stands most
// often at a member that nothing knows is said what it is.
func TestSurvey(t *testing.T) {
	f := figures{byClass: map[redact.Class]int{}, rules: map[string]int{}, unknown: map[string]int{}, elsewhere: map[string]int{}, samples: map[string]map[string]bool{}}
	tapes := recordings(t)
	for _, c := range tapes {
		f.add(t, c)
	}
	rules, unknown := 0, f.byClass[redact.Unknown]
	for _, n := range f.rules {
		rules += n
	}
	t.Logf("%d recordings, %d strings: %d kept (%d%%), %d replaced by a rule, %d as unknown, %d that change with every call",
		len(tapes), f.texts, f.kept, f.kept*100/f.texts, rules-unknown, unknown, f.texts-f.kept-rules)
	print := func(m map[string]int, most int, what func(string) string) {
		keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(m[b]-m[a], strings.Compare(a, b)) })
		for _, k := range keys[:min(most, len(keys))] {
			t.Logf("%6d %s%s", m[k], k, what(k))
		}
	}
	print(f.rules, 100, func(string) string { return "" })
	delete(f.unknown, "")
	said := func(name string) string {
		if whatIs[name] == "" {
			t.Errorf("what is %q, of whose values nothing is known?", name)
		}
		return ": " + whatIs[name]
	}
	t.Log("as unknown, by member:")
	print(f.unknown, mostUnknown, said)
	t.Log("as unknown, elsewhere:")
	print(f.elsewhere, mostUnknown, func(string) string { return "" })
	for _, k := range slices.Sorted(maps.Keys(f.samples)) {
		t.Logf("%s: %q", k, slices.Sorted(maps.Keys(f.samples[k])))
	}
}

// unnamed is the pseudonym of what nothing knows.
var unnamed = regexp.MustCompile(`(?i)\b(?:value|member)[ -]?\d+[ -][a-z]{4}`)

// whatIs says what the values are of members that real recordings have and nothing knows.
var whatIs = map[string]string{
	"name":                     "of a policy's template, of an extension, of whatever its owner calls so",
	"value":                    "of a setting: any text (Consumer, a group's id)",
	"excludeServicePrincipals": "of a policy's template: a sentence for people, in place of ids",
	"id":                       "of what has an id of words (directory-id): an owner may choose it",
	"message":                  "the service's sentence around a value of the request's",
	"jobTitle":                 "of a person",
	"text":                     "of a question's or a button's label: what its author wrote",
	"hint":                     "the first letters of a secret",
	"originId":                 "a role and a group's id in one text (Member_GUID)",
	"department":               "of a person",
	"employeeType":             "of a person: any text of the tenant's (permanent)",
	"adminConsentDescription":  "of an app's scope: what its owner wrote",
	"adminConsentDisplayName":  "of an app's scope: what its owner wrote",
	"userConsentDescription":   "of an app's scope: what its owner wrote",
	"userConsentDisplayName":   "of an app's scope: what its owner wrote",
	"rule":                     "of a filter on devices: an expression with the tenant's values",
	"url":                      "of a service document: a name that no metadata has (workbooks)",
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
