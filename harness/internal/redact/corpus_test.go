package redact_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

var (
	guidForm = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	mailForm = regexp.MustCompile(`(?i)[A-Za-z0-9.#$_-]+@[a-z0-9-]+\.[a-z0-9.-]*[a-z]`)
)

// Of real recordings no id and no address survives, each gets one pseudonym, formats stay,
// and nothing is left to redact.
func TestRealRecordingsAreClean(t *testing.T) {
	renamed, kept := 0, map[string]bool{}
	for _, c := range recordings(t) {
		r := newRedactor(t)
		clean := &cassette.Cassette{Name: c.Name, Salt: salt}
		to, from := map[string]string{}, map[string]string{}
		for n, i := range c.Interactions {
			i.Response.Headers.Del("X-Ms-Ags-Diagnostic") // which becomes a constant of fewer texts
			before := whole(t, i)
			stored := r.Interaction(i)
			clean.Interactions = append(clean.Interactions, stored)
			if whole(t, i) != before && i.Holes == nil {
				t.Errorf("%s: %d: the original was changed", c.Name, n)
			}
			if twice := newRedactor(t).Interaction(stored); whole(t, twice) != whole(t, stored) {
				t.Errorf("%s: %d: redacting twice changes more", c.Name, n)
			}
			was, is := list(i), list(stored)
			if len(was) != len(is) {
				t.Errorf("%s: %d: %d texts became %d", c.Name, n, len(was), len(is))
				continue
			}
			for k := range was {
				sameForm(t, c.Name, n, was[k], is[k])
				for _, form := range []*regexp.Regexp{guidForm, mailForm} {
					olds, news := form.FindAllString(was[k][1], -1), form.FindAllString(is[k][1], -1)
					if len(olds) != len(news) || strings.Trim(is[k][1], "0-") == "" {
						continue // the whole was replaced
					}
					for m := range olds {
						o, v := strings.ToLower(olds[m]), strings.ToLower(news[m])
						if o == v {
							kept[o] = true
							continue
						}
						if to[o] != "" && to[o] != v || from[v] != "" && from[v] != o {
							t.Errorf("%s: %d: %q and %q are mixed up", c.Name, n, to[o], v)
						}
						to[o], from[v] = v, o
					}
				}
			}
		}
		renamed += len(to)
		leaks, err := redact.Leaks(clean, redact.Rules{})
		if err != nil || len(leaks) > 0 {
			t.Errorf("%s: %v %v", c.Name, leaks[:min(3, len(leaks))], err)
		}
	}
	for value := range kept {
		if strings.Contains(value, "@odata.") {
			continue
		}
		if !words.IsWellKnown(value) && strings.Trim(value, "0-") != "" && !identity.IsFake(identity.Atom{Kind: identity.GUID, Text: value}) {
			t.Errorf("%s survives", value)
		}
	}
	t.Logf("%d ids and addresses renamed, %d well-known ids kept", renamed, len(kept))
}

// sameForm holds that a text has the format that it had.
func sameForm(t *testing.T, name string, n int, was, is [2]string) {
	t.Helper()
	f := identity.Recognise(was[1])
	if f == nil || f.Match(is[1]) || is[1] == "REDACTED" || slices.Contains([]string{"upn", "mail", "domain"}, f.Name) {
		return
	}
	t.Errorf("%s: %d: %s: %q, a %s, became %q", name, n, was[0], was[1], f.Name, is[1])
}

func TestRealAnswersStayJSON(t *testing.T) {
	for _, c := range recordings(t) {
		r := newRedactor(t)
		for n, i := range c.Interactions {
			if stored := r.Interaction(i); json.Valid([]byte(i.Response.Body)) && !json.Valid([]byte(stored.Response.Body)) {
				t.Errorf("%s: %d: no JSON any more", c.Name, n)
			}
		}
	}
}
