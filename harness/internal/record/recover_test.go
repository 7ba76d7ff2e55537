package record

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// leave leaves a journal of so many reads, as a killed recording does. The first was
// tried again.
func leave(t *testing.T, p *project.Project, name string, reads int) (left string) {
	t.Helper()
	j, err := journal.Create(filepath.Join(p.Dirs.Cassettes, name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := redact.New(p.Rules.Redact, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range reads {
		retryOf := journal.NoRetry
		if n == 1 {
			retryOf = 0
		}
		i, _ := r.Record(&cassette.Interaction{
			Request:  cassette.Request{Method: "GET", URL: fmt.Sprintf("https://graph.microsoft.com/v1.0/users/adele@fabrikam.com/messages?$skip=%d", n)},
			Response: cassette.Response{Code: 200, Headers: map[string][]string{"Content-Type": {"application/json"}}, Body: `{"userPrincipalName":"adele@fabrikam.com","secretText":"Hunter2~aaaa.bbbb_cccc-dddd~eeee"}`},
		})
		if err := j.Append(n, retryOf, i, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return j.Name()
}

// A journal becomes a cassette by today's rules, beside one that is there; what was half
// written is reported.
func TestRecover(t *testing.T) {
	p := lay(t, "-- scenarios/a.yaml --\n"+testkit.Scenario("a", "", "/me")+"-- cassettes/b/two.yaml --\n"+testkit.Cassette("/me"))
	one, two := leave(t, p, "one", 20), leave(t, p, "b/two", 3)
	if err := os.WriteFile(one, append(read(t, one), "torn"...), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Journals(p)
	if diff := cmp.Diff([]string{project.CleanPath(two), project.CleanPath(one)}, found); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	for _, name := range []string{"b/two", "b/two.yaml", two} {
		if found, err := Journals(p, name); err != nil || len(found) != 1 || found[0] != project.CleanPath(two) {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
	if found, _ := Journals(p, "two", "on"); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	for journal, want := range map[string]struct {
		file     string
		count    int
		warnings int
	}{one: {"one.yaml", 19, 1}, two: {"b/two.recovered.yaml", 2, 0}} {
		result, err := Recover(p, journal)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Findings) != want.warnings || want.warnings > 0 && result.Findings[0].Severity != report.Warning {
			t.Errorf("reported %+v", result.Findings)
		}
		file := filepath.Join(p.Dirs.Cassettes, filepath.FromSlash(want.file))
		c, err := cassette.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Interactions) != want.count || !strings.HasSuffix(c.Interactions[0].Request.URL, "$skip=1") {
			t.Errorf("%s holds %d interactions, first %s", file, len(c.Interactions), c.Interactions[0].Request.URL)
		}
		if text := string(read(t, file)); strings.Contains(text, "Hunter2") || strings.Contains(text, "adele") {
			t.Errorf("%s leaks", file)
		}
		if _, err := os.Stat(journal); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", journal, err)
		}
	}
}

// What a disk damaged costs no interaction behind it, and the journal stays under another name.
func TestRecoverDamaged(t *testing.T) {
	p := lay(t, "-- scenarios/a.yaml --\n"+testkit.Scenario("a", "", "/me"))
	name := leave(t, p, "x", 20)
	data := read(t, name)
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := Recover(p, name)
	if err != nil || len(result.Findings) != 1 || !strings.Contains(result.Findings[0].Message, "the journal stays as ") {
		t.Fatal(result, err)
	}
	c, err := cassette.Load(filepath.Join(p.Dirs.Cassettes, "x.yaml"))
	if err != nil || len(c.Interactions) != 18 { // of 20 one was tried again, and one is damaged
		t.Error(len(c.Interactions), err)
	}
	if kept := read(t, name+".damaged"); string(kept) != string(data) {
		t.Error("the journal is another")
	}
	if found, _ := Journals(p); len(found) != 0 {
		t.Error(found)
	}
}

// A journal of nothing is no recording: it is reported, and goes.
func TestRecoverNothing(t *testing.T) {
	p := lay(t, "-- scenarios/a.yaml --\n"+testkit.Scenario("a", "", "/me"))
	name := leave(t, p, "x", 0)
	if _, err := Recover(p, name); err == nil || !strings.Contains(err.Error(), "held no whole interaction") {
		t.Error(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// A journal that cannot be made a cassette stays.
func TestRecoverFails(t *testing.T) {
	p := lay(t, "-- scenarios/a.yaml --\n"+testkit.Scenario("a", "", "/me"))
	journal := leave(t, p, "x", 2)
	if err := os.Mkdir(filepath.Join(p.Dirs.Cassettes, "x.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(p.Dirs.Cassettes, "x.recovered.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Recover(p, journal); err == nil {
		t.Error("it was recovered over a folder")
	}
	if _, err := os.Stat(journal); err != nil {
		t.Error(err)
	}
	if _, err := Recover(p, filepath.Join(p.Dirs.Cassettes, "none.yaml.journal")); err == nil {
		t.Error("there was nothing to recover")
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// cancelling ends the run when the first request comes.
type cancelling struct{ cancel context.CancelFunc }

func (c cancelling) RoundTrip(req *http.Request) (*http.Response, error) {
	c.cancel()
	return nil, req.Context().Err()
}

// A recording that is interrupted before anything was answered leaves nothing that the
// next one would stumble over.
func TestInterruptedBeforeTheFirstAnswer(t *testing.T) {
	p := lay(t, "-- scenarios/a.yaml --\n"+testkit.Scenario("a", "", "/me")+"-- cassettes/x --\n")
	ctx, cancel := context.WithCancel(t.Context())
	result, err := recordFile(ctx, t, p, p.Dirs.Scenarios+"/a.yaml", Live{Carrier: func(string) http.RoundTripper { return cancelling{cancel} }})
	if err != nil || result.Status != report.Errored {
		t.Errorf("reported %+v, %v", result, err)
	}
	for _, f := range result.Findings {
		if strings.Contains(f.Message, ".journal") {
			t.Errorf("reported of a journal: %s", f.Message)
		}
	}
	if journals, err := Journals(p); err != nil || journals != nil {
		t.Errorf("left %v, %v", journals, err)
	}
}

// A journal is recovered with the salt that it was written with, or not at all.
func TestRecoverKnowsItsSalt(t *testing.T) {
	p := lay(t, "-- cassettes/b/two.yaml --\n"+testkit.Cassette("/me"))
	file := filepath.Join(p.Dirs.Cassettes, "salt")
	salt, err := saltfile.Make(p.Dirs.Cassettes)
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, file)
	j, err := journal.Create(filepath.Join(p.Dirs.Cassettes, "one.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := redact.New(p.Rules.Redact, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	stored, note := r.Record(&cassette.Interaction{Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users/adele@fabrikam.com"}, Response: cassette.Response{Code: 204}})
	if err := errors.Join(j.Append(0, journal.NoRetry, stored, note), j.Close()); err != nil {
		t.Fatal(err)
	}
	for what, is := range map[string]string{"another": strings.Repeat("5a", 32) + "\n", "none": ""} {
		if is == "" {
			err = os.Remove(file)
		} else {
			err = os.WriteFile(file, []byte(is), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Recover(p, j.Name()); err == nil || !strings.Contains(err.Error(), "salt") {
			t.Errorf("with %s salt: %v", what, err)
		}
		if _, err := os.Stat(j.Name()); err != nil {
			t.Fatalf("with %s salt: the journal is gone: %v", what, err)
		}
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Recover(p, j.Name()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Cassette("one"); err != nil {
		t.Error(err)
	}
}
