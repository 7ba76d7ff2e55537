package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/report"
)

const operationURL = "https://graph.microsoft.com/beta/chats('c')/operations('o')"

// recorded writes interactions to a file and loads them again.
func recorded(t *testing.T, origin cassette.Origin, interactions ...*cassette.Interaction) *cassette.Cassette {
	t.Helper()
	for i, one := range interactions {
		one.ID = i
	}
	c := &cassette.Cassette{Meta: cassette.Meta{Format: 1, Origin: origin}, Interactions: interactions}
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func get(url, body string) *cassette.Interaction {
	return &cassette.Interaction{
		Request: cassette.Request{Method: http.MethodGet, URL: url, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1},
		Response: cassette.Response{
			Code: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Headers: http.Header{"Content-Type": {"application/json"}}, Body: body, ContentLength: int64(len(body)),
		},
	}
}

func replay(t *testing.T, c *cassette.Cassette, steps string) report.Case {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, c)
	if err != nil {
		t.Fatal(err)
	}
	replayer := transport.NewReplayer(index.NewSession(), transport.Options{RetryAfter: true})
	return runner.Run(t.Context(), parse(t, steps), runner.Options{
		Transport: func(string) http.RoundTripper { return replayer },
	})
}

// lineOf finds the only line of the cassette that holds text.
func lineOf(t *testing.T, c *cassette.Cassette, text string) int {
	t.Helper()
	data, err := os.ReadFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, line := range strings.Split(string(data), "\n") {
		if strings.Contains(line, text) {
			if found != 0 {
				t.Fatalf("%q stands on lines %d and %d of\n%s", text, found, i+1, data)
			}
			found = i + 1
		}
	}
	return found
}

// TestFindingsNameTheCassette checks interaction, file and line.
func TestFindingsNameTheCassette(t *testing.T) {
	t.Parallel()
	c := recorded(t, cassette.Recorded,
		get("https://graph.microsoft.com/beta/me", `{"id":"1"}`),
		get(operationURL, `{"id":"2","status":"done","values":"{\"a\":1}"}`))
	result := replay(t, c, `
api: beta
steps:
  - request: {method: GET, path: "/chats('c')/operations('o')"}
    expect:
      status: 201
      body:
        status: succeeded
        values: {json: {a: 2}}
`)
	for _, want := range []struct{ rule, where, line string }{
		{"expect.status", "status", "- id: 1"},
		{"expect.equals", "$['status']", `"status"`},
		{"expect.equals", "$['values']['a']", `"values"`},
	} {
		i := slices.IndexFunc(result.Findings, func(f report.Finding) bool { return string(f.Rule) == want.rule && f.Where == want.where })
		if i < 0 {
			t.Errorf("no finding %s at %s in %+v", want.rule, want.where, result.Findings)
			continue
		}
		f := result.Findings[i]
		if place := (report.Place{File: c.File, Line: lineOf(t, c, want.line)}); f.Cassette != place {
			t.Errorf("%s stands at %v, want %v", want.where, f.Cassette, place)
		}
		if f.Interaction == nil || *f.Interaction != 1 {
			t.Errorf("%s is of interaction %v, want 1", want.where, f.Interaction)
		}
	}
}

func TestPollingBeyondTheRecording(t *testing.T) {
	t.Parallel()
	c := recorded(t, cassette.Recorded, get(operationURL, `{"status":"notStarted"}`), get(operationURL, `{"status":"inProgress"}`))
	result := replay(t, c, `
api: beta
steps:
  - request: {method: GET, path: "/chats('c')/operations('o')"}
    poll: {until: {status: succeeded}, every: 1s, timeout: 10m}
`)
	if !slices.Equal(rulesOf(result), []string{"replay.miss"}) || !strings.Contains(result.Findings[0].Message, "polling beyond the recording") {
		t.Fatalf("got %+v", result.Findings)
	}
	f := result.Findings[0]
	if f.Hint == "" || strings.Contains(f.Message, f.Hint) {
		t.Errorf("the next step belongs into the hint alone: %q in %q", f.Hint, f.Message)
	}
	if place := (report.Place{File: c.File, Line: c.Interactions[1].Line}); f.Cassette != place {
		t.Errorf("the miss names %v, want %v", f.Cassette, place)
	}
}

func TestMissNamesTheDifference(t *testing.T) {
	t.Parallel()
	c := recorded(t, cassette.Recorded, get("https://graph.microsoft.com/v1.0/users?$top=5", `{"value":[]}`))
	result := replay(t, c, `
api: v1.0
steps:
  - request: {method: GET, path: /users, query: {$top: "6"}}
`)
	if len(result.Findings) != 1 {
		t.Fatalf("got %+v", result.Findings)
	}
	f := result.Findings[0]
	if f.Where != "query.$top" || !strings.Contains(f.Want, "5") || !strings.Contains(f.Got, "6") {
		t.Errorf("got where %s, want %s, got %s", f.Where, f.Want, f.Got)
	}
}

func TestBrokenBodyNamesTheCassette(t *testing.T) {
	t.Parallel()
	c := recorded(t, cassette.Recorded, get(operationURL, "{\n\"status\": }"))
	result := replay(t, c, `
api: beta
steps:
  - request: {method: GET, path: "/chats('c')/operations('o')"}
`)
	if result.Status != report.Errored || len(result.Findings) != 1 {
		t.Fatalf("got %+v", result)
	}
	f := result.Findings[0]
	if f.Rule != "run.body" || f.Cassette.File != c.File || f.Cassette.Line == 0 || !strings.Contains(f.Message, "line 2, column 11") {
		t.Errorf("got %+v", f)
	}
}

// TestPlaceholders: stand-ins of the documentation pass for any format, but only
// where the answer comes from the documentation.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for origin, want := range map[cassette.Origin][]string{
		cassette.Docs: nil, cassette.Recorded: {"expect.format"},
	} {
		c := recorded(t, origin, get("https://graph.microsoft.com/v1.0/me", `{"id":"{id}"}`))
		result := replay(t, c, `
api: v1.0
steps:
  - request: {method: GET, path: /me}
    expect: {body: {id: {format: guid}}}
`)
		if rules := rulesOf(result); !slices.Equal(rules, want) {
			t.Errorf("%s: %v, want %v", origin, rules, want)
		}
	}
}

func TestOutOfOrderAnswerIsNoted(t *testing.T) {
	t.Parallel()
	write := get("https://graph.microsoft.com/v1.0/groups/1", "")
	write.Request.Method, write.Response.Code, write.Response.Status = http.MethodPatch, http.StatusNoContent, "204 No Content"
	c := recorded(t, cassette.Recorded, write, get("https://graph.microsoft.com/v1.0/groups/1", `{"id":"1"}`))
	result := replay(t, c, `
api: v1.0
steps:
  - request: {method: GET, path: /groups/1}
`)
	if len(result.Findings) != 1 || result.Findings[0].Rule != "replay.order" || result.Findings[0].Severity != report.Note {
		t.Fatalf("got %+v", result.Findings)
	}
}

func ExampleRun() {
	index, _ := match.NewIndex(match.Rules{}, &cassette.Cassette{Interactions: []*cassette.Interaction{
		get("https://graph.microsoft.com/v1.0/me", `{"id":"1"}`),
	}})
	replayer := transport.NewReplayer(index.NewSession(), transport.Options{})
	sc, _ := scenario.Parse("who.yaml", []byte(`{api: v1.0, steps: [{request: {method: GET, path: /me}, expect: {body: {id: "2"}}}]}`))
	result := runner.Run(context.Background(), sc, runner.Options{
		Transport: func(string) http.RoundTripper { return replayer },
	})
	for _, f := range result.Findings {
		fmt.Println(f.Rule, f.Where, "wanted", f.Want, "got", f.Got)
	}
	// Output: expect.equals $['id'] wanted "2" got "1"
}
