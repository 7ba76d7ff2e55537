package record

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// lay writes the files of a txtar archive below a folder and opens it.
func lay(t *testing.T, files string) *project.Project {
	t.Helper()
	p, err := project.Open(project.Dirs{Root: testkit.Lay(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// recordFile records the scenario of a file.
func recordFile(ctx context.Context, t *testing.T, p *project.Project, file string, live Live) (report.Case, error) {
	t.Helper()
	sc, err := p.Scenario(file)
	if err != nil {
		t.Fatal(err)
	}
	return Scenario(ctx, p, sc, live, Options{})
}

// answering answers everything alike.
type answering struct{ body string }

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// TestVariablesReplayWhereTheyStand: a variable is stored as it stands in the recorded
// requests: as a word where it is one of a path, an option or an enumeration, by its
// pseudonym elsewhere, and replays from a clean environment.
func TestVariablesReplayWhereTheyStand(t *testing.T) {
	for name, tc := range map[string]struct{ value, request, stored string }{
		"a word of a path":       {"me", "{method: GET, path: \"/{v}\"}", "me"},
		"within a path":          {"inbox", "{method: GET, path: \"/me/mailFolders/{v}/messages\"}", "inbox"},
		"an option":              {"displayName", "{method: GET, path: /users, query: {$select: \"{v}\"}}", ""},
		"a word of an enum":      {"group", "{method: POST, path: /chats, body: {chatType: \"{v}\"}}", ""},
		"a name in a path":       {"adele@fabrikam.com", "{method: GET, path: \"/users/{v}\"}", "user1"},
		"a name in a filter":     {"adele@fabrikam.com", "{method: GET, path: /users, query: {$filter: \"mail eq '{v}'\"}}", "user1"},
		"a text of a body":       {"Budget of Zanzibar", "{method: POST, path: /chats, body: {topic: \"{v}\"}}", "Text"},
		"a word, and in a body":  {"me", "{method: POST, path: \"/{v}/sendMail\", body: {message: {subject: \"{v}\"}}}", "me"},
		"a word, in a reference": {"me", "{method: POST, path: /chats, body: {\"user@odata.bind\": \"https://graph.microsoft.com/v1.0/{v}\"}}", "me"},
	} {
		for from, declared := range map[string]string{"environment": "{env.PROJECT_TEST_V}", "scenario": tc.value} {
			if from == "environment" && tc.stored == "" {
				continue // only its member tells that it is a word
			}
			t.Run(name+" from the "+from, func(t *testing.T) {
				t.Setenv("PROJECT_TEST_V", tc.value)
				p := lay(t, fmt.Sprintf("-- scenarios/a.yaml --\nname: a\napi: v1.0\nvars: {v: %q}\nsteps:\n  - {name: one, request: %s, expect: {status: 200}}\n-- cassettes/x --\n", declared, tc.request))
				result, err := recordFile(t.Context(), t, p, p.Dirs.Scenarios+"/a.yaml", Live{Carrier: func(string) http.RoundTripper { return answering{"{}"} }})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range result.Findings {
					if f.Severity > report.Note {
						t.Errorf("%s: %s", f.Rule, f.Sentence())
					}
				}
				t.Setenv("PROJECT_TEST_V", "unset")
				suite, err := replay.Run(t.Context(), p, replay.Selection{})
				if err != nil || len(suite.Cases) != 1 || suite.Cases[0].Status != report.Passed {
					t.Errorf("replayed: %+v, %v\n%s", suite, err, read(t, p.Dirs.Cassettes+"/a.yaml"))
				}
				c, err := cassette.Load(p.Dirs.Cassettes + "/a.yaml")
				if err != nil {
					t.Fatal(err)
				}
				if got := c.Meta.Vars["v"]; from == "environment" && !strings.HasPrefix(got, tc.stored) {
					t.Errorf("stored %q, want %s", got, tc.stored)
				}
			})
		}
	}
}
