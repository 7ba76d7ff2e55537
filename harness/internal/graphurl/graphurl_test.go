package graphurl_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// groups reads testdata: lines in groups that blank lines separate.
func groups(t testing.TB, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for block := range strings.SplitSeq(string(data), "\n\n") {
		var group []string
		for line := range strings.Lines(block) {
			if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
				group = append(group, line)
			}
		}
		if group != nil {
			all = append(all, group)
		}
	}
	return all
}

func canonical(t testing.TB, raw string) string {
	t.Helper()
	u, err := graphurl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}

func TestSpellingsOfOneAddress(t *testing.T) {
	for _, group := range groups(t, "testdata/equal.txt") {
		for _, raw := range group {
			if got := canonical(t, raw); got != group[0] {
				t.Errorf("%s\n got %s\nwant %s", raw, got, group[0])
			}
			parsed, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if got := graphurl.FromURL(parsed).String(); got != group[0] && parsed.Host != "graph" {
				t.Errorf("FromURL(%s)\n got %s\nwant %s", raw, got, group[0])
			}
		}
	}
}

func TestDifferentAddresses(t *testing.T) {
	for _, group := range groups(t, "testdata/differ.txt") {
		seen := make(map[string]string)
		for _, raw := range group {
			form := canonical(t, raw)
			if other, ok := seen[form]; ok {
				t.Errorf("one canonical form %s for\n %s\n %s", form, other, raw)
			}
			seen[form] = raw
			if again := canonical(t, form); again != form {
				t.Errorf("%s\nparsed again gives %s", form, again)
			}
		}
	}
}
