package words_test

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A pair is a text and where it stands.
type pair struct{ member, parent, text string }

// TestCorpus measures on real recordings what is kept: go test -v -run Corpus
func TestCorpus(t *testing.T) {
	pairs := recordedPairs(t)
	form := regexp.MustCompile(`^\d{4}-\d\d-\d\d|^-?P(T?\d+\w)+$|^\d\d:\d\d|^-?[\d.,: %E+-]+$`)
	link := regexp.MustCompile(`^https?://|^/|@|^[A-Za-z0-9+/_-]{24,}=*$|^S-1-`)
	guid := regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}`)
	kept, ofForm, other := 0, 0, map[string][]string{}
	seen := map[pair]bool{}
	for p := range pairs {
		short := pair{member: p.member, text: p.text}
		if seen[short] {
			continue
		}
		seen[short] = true
		switch {
		case words.Harmless(p.member, p.parent, p.text) || words.IsWellKnown(p.text):
			kept++
		case form.MatchString(p.text) || guid.MatchString(p.text) || link.MatchString(p.text):
			ofForm++ // an id, an instant, a link or a number: not for this table to say
		default:
			other[p.member] = append(other[p.member], p.text)
		}
	}
	members := slices.SortedFunc(maps.Keys(other), func(a, b string) int {
		return cmp.Or(len(other[b])-len(other[a]), cmp.Compare(a, b))
	})
	rest := 0
	for _, values := range other {
		rest += len(values)
	}
	t.Logf("%d distinct pairs of member and text: %d are words, %d are ids, instants, numbers or links, %d are values at %d members", len(seen), kept, ofForm, rest, len(members))
	for i, m := range members[:min(50, len(members))] {
		slices.Sort(other[m])
		t.Logf("%2d. %-28s %4d: %.100q", i+1, m, len(other[m]), other[m])
	}
	if kept < 350 {
		t.Errorf("%d pairs are words, want at least 350", kept)
	}
	for p := range pairs {
		if isPersonal(p.member) && p.text != "" && words.Harmless(p.member, p.parent, p.text) {
			t.Errorf("%s/%s: %q is harmless", p.parent, p.member, p.text)
		}
	}
}

// isPersonal reports whether all values of a member are somebody's.
func isPersonal(member string) bool {
	switch member {
	case "givenName", "surname", "userPrincipalName", "mail", "mailNickname", "password", "secretText", "hint", "jobTitle", "businessPhones",
		"mobilePhone", "officeLocation", "city", "street", "postalCode", "department", "fileName", "loginName", "hostname", "publisherDomain",
		"proxyAddresses", "otherMails", "securityIdentifier", "topic", "bodyPreview", "subject":
		return true
	}
	return false
}

// recordedPairs reads all JSON bodies of Graph below recordings and answers.
func recordedPairs(t *testing.T) map[pair]int {
	t.Helper()
	pairs := map[pair]int{}
	for _, file := range corpusFiles(t, "recordings", ".yaml") {
		var c struct {
			Interactions []struct {
				Request struct {
					URI  string `yaml:"uri"`
					Body any    `yaml:"body"`
				} `yaml:"request"`
				Response struct {
					Body struct {
						String string `yaml:"string"`
					} `yaml:"body"`
				} `yaml:"response"`
			} `yaml:"interactions"`
		}
		if err := yaml.Unmarshal(readFile(t, file), &c); err != nil {
			t.Fatal(err)
		}
		for _, i := range c.Interactions {
			if strings.Contains(i.Request.URI, "graph.microsoft") {
				body, _ := i.Request.Body.(string)
				collect(pairs, body, i.Response.Body.String)
			}
		}
	}
	for _, file := range corpusFiles(t, "recordings", ".har") {
		var c struct {
			Log struct {
				Entries []struct {
					Request struct {
						URL      string
						PostData struct{ Text string }
					}
					Response struct{ Content struct{ Text string } }
				}
			}
		}
		if err := json.Unmarshal(readFile(t, file), &c); err != nil {
			t.Fatal(err)
		}
		for _, e := range c.Log.Entries {
			if strings.Contains(e.Request.URL, "graph.microsoft") {
				collect(pairs, e.Request.PostData.Text, e.Response.Content.Text)
			}
		}
	}
	for _, file := range corpusFiles(t, "answers", "") {
		var a struct{ Response string }
		if json.Unmarshal(readFile(t, file), &a) == nil {
			collect(pairs, a.Response)
		}
	}
	return pairs
}

func collect(pairs map[pair]int, bodies ...string) {
	var walk func(v any, member, parent string)
	walk = func(v any, member, parent string) {
		switch v := v.(type) {
		case map[string]any:
			for name, v := range v {
				walk(v, name, member)
			}
		case []any:
			for _, v := range v {
				walk(v, member, parent)
			}
		case string:
			pairs[pair{member, parent, v}]++
		}
	}
	for _, body := range bodies {
		var v any
		if json.Unmarshal([]byte(body), &v) == nil {
			walk(v, "", "")
		}
	}
}

// corpusFiles lists the files with an extension below a folder of the corpus, which stands beside the repository.
func corpusFiles(t *testing.T, folder, ext string) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "..", "shared", "corpus", folder)
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real data here: %v", err)
	}
	var files []string
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (ext == "" || filepath.Ext(file) == ext) {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
