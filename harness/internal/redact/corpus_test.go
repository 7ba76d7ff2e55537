package redact_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// recordings imports the real recordings that lie beside the checkout.
func recordings(t testing.TB) []*cassette.Cassette {
	t.Helper()
	files := testkit.Recordings(t)
	var all []*cassette.Cassette
	for _, file := range files {
		r, err := importer.VCRPy(file, strings.TrimSuffix(filepath.Base(file), ".yaml"), nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Cassette)
	}
	return all
}

// redactAll returns a redacted copy of a cassette.
func redactAll(t testing.TB, c *cassette.Cassette, rules redact.Rules) (*cassette.Cassette, *redact.Redactor) {
	t.Helper()
	r, err := redact.New(rules, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := &cassette.Cassette{Name: c.Name, Meta: c.Meta}
	for _, i := range c.Interactions {
		out.Interactions = append(out.Interactions, r.Interaction(i))
	}
	r.Finish(out)
	return out, r
}

func dump(t testing.TB, c *cassette.Cassette) string {
	t.Helper()
	text, err := json.Marshal(c.Interactions)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	guidForm = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	mailForm = regexp.MustCompile(`(?i)[A-Za-z0-9.#$_-]+@[a-z0-9-]+\.[a-z0-9.-]*[a-z]`)
)

func TestRealRecordingsAreClean(t *testing.T) {
	replayed := 0
	for _, c := range recordings(t) {
		before := dump(t, c)
		clean, r := redactAll(t, c, redact.Rules{})
		if dump(t, c) != before {
			t.Errorf("%s: the original was changed", c.Name)
		}
		after := dump(t, clean)
		survivors(t, c.Name, before, after)
		if strings.Contains(after, "Test"+"1234") || strings.Contains(strings.ToLower(after), "azuresdkteam") {
			t.Errorf("%s: a password or the tenant's domain survives", c.Name)
		}
		if err := r.Guard()(clean); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		again, _ := redactAll(t, clean, redact.Rules{})
		if dump(t, again) != after {
			t.Errorf("%s: redacting twice changes more", c.Name)
		}
		leaks, err := redact.Leaks(clean, redact.Rules{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range leaks {
			t.Errorf("%s: %v", c.Name, l)
		}
		sameFormats(t, c, clean)
		replayed += replay(t, clean)
	}
	t.Logf("%d of 148 redacted requests got their redacted answer", replayed)
}

// survivors holds that ids and addresses of the original are gone, each to one
// pseudonym, and counts as different what was different.
func survivors(t *testing.T, name, before, after string) {
	t.Helper()
	decode := strings.NewReplacer("%40", "@", "%24", "$", "%23", "#")
	before, after = decode.Replace(before), decode.Replace(after)
	for _, form := range []*regexp.Regexp{guidForm, mailForm} {
		olds, news := form.FindAllString(before, -1), form.FindAllString(after, -1)
		if len(olds) != len(news) {
			t.Errorf("%s: %d values of a form became %d", name, len(olds), len(news))
			continue
		}
		to, from := map[string]string{}, map[string]string{}
		kept := map[string]bool{}
		for i := range olds {
			o, n := strings.ToLower(olds[i]), strings.ToLower(news[i])
			if to[o] != "" && to[o] != n || from[n] != "" && from[n] != o {
				t.Errorf("%s: equality is lost at value %d: %q and %q", name, i, to[o], n)
			}
			to[o], from[n] = n, o
			if o == n {
				kept[o] = true
			}
		}
		t.Logf("%s: %d values renamed, %d kept", name, len(to)-len(kept), len(kept))
		for o := range kept {
			if strings.Contains(o, "@") {
				t.Errorf("%s: an address survives", name)
			}
		}
	}
}

// sameFormats holds that every string has the format that it had.
func sameFormats(t *testing.T, c, clean *cassette.Cassette) {
	t.Helper()
	for n := range c.Interactions {
		var a, b any
		if json.Unmarshal([]byte(c.Interactions[n].Response.Body), &a) != nil {
			continue
		}
		if err := json.Unmarshal([]byte(clean.Interactions[n].Response.Body), &b); err != nil {
			t.Errorf("%s: interaction %d: the redacted body is no JSON: %v", c.Name, n, err)
			continue
		}
		walk(a, b, func(was, is string) {
			if f := identity.Recognise(was); f != nil && !f.Match(is) {
				t.Errorf("%s: interaction %d: a %s became %q", c.Name, n, f.Name, is)
			}
		})
	}
}

func walk(a, b any, visit func(was, is string)) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			visit(a, b)
		}
	case []any:
		for i := range a {
			walk(a[i], b.([]any)[i], visit)
		}
	case map[string]any:
		for key := range a {
			if b, ok := b.(map[string]any); ok {
				walk(a[key], b[key], visit)
			}
		}
	}
}

// replay asks for every redacted request.
func replay(t *testing.T, c *cassette.Cassette) (answered int) {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, c)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     transport.NewReplayer(index.NewSession(), transport.Options{}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for n, i := range c.Interactions {
		req, err := http.NewRequestWithContext(t.Context(), i.Request.Method, i.Request.URL, strings.NewReader(i.Request.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = i.Request.Headers.Clone()
		resp, err := client.Do(req)
		if err != nil {
			t.Errorf("%s: interaction %d: %v", c.Name, n, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != i.Response.Body || resp.StatusCode != i.Response.Code {
			t.Errorf("%s: interaction %d: answered %d with %d bytes (%v), want %d with %d",
				c.Name, n, resp.StatusCode, len(body), err, i.Response.Code, len(i.Response.Body))
		}
		answered++
	}
	return answered
}
