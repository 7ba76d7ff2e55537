package render_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// sample has every status and severity, and what a body may hold to do harm.
func sample() *report.Suite {
	six := 6
	failing := []report.Finding{
		{
			Rule: "expect.equals", Severity: report.Error, Step: "wait", Interaction: &six,
			Place:    report.Place{File: "scenarios/teams/chat.yaml", Line: 21},
			Cassette: report.Place{File: "cassettes/teams/chat.yaml", Line: 88},
			Value:    report.Value{Where: "$['status']", Want: `"succeeded"`, Got: `"done"`}, Message: "is not the expected value",
		},
		{
			Rule: "schema.format", Severity: report.Error, Step: "wait",
			Place: report.Place{File: "scenarios/teams/chat.yaml", Line: 19},
			Value: report.Value{Where: "$['id']", Want: "format teams-operation-id", Got: "\"\x1b[2J\u009b31m::error::x\"\r\n\x00\xff\u202e"}, Message: "is no teams-operation-id", Hint: "compare it with\nschemas/beta/x.json",
		},
		{Rule: "replay.note", Severity: report.Note, Message: "a note"},
		{
			Rule: "drift.type.changed", Severity: report.Error, Message: "size is string, was number", Value: report.Value{Where: "$['<b>|size`']", Want: "number", Got: "string", Part: "GET /things"}, Evidence: report.Evidence{Fingerprint: "0123456789ab", Examples: []report.Example{{
				Old: exchange(0, "old.yaml", "{\n  \"id\": \"a\",\n  \"size\": 1\n}"), OldLine: 3, OldAs: "{\nid\nsize=1\n}",
				New: exchange(0, "new.yaml", "{\n  \"id\": \"b\",\n  \"size\": \"</pre><script>alert(1)</script>```\"\n}"), NewLine: 3, NewAs: "{\nid\nsize=x\n}",
			}}},
		},
		{
			Rule: "replay.miss", Severity: report.Error, Step: "list", Value: report.Value{Where: "query.$top", Want: `"2"`, Got: `"3"`}, Message: "no answer to GET /things?$top=3: recorded but differs",
			Details: "\n  recorded: GET /things?$top=2", Hint: "record it again",
			Evidence: report.Evidence{Missed: &report.Miss{
				Sent: report.Exchange{Method: "GET", URL: "https://graph.microsoft.com/v1.0/things?$top=3"}, Verdict: "recorded but differs",
				Nearest: []report.Near{{Exchange: *exchange(6, "cassettes/teams/chat.yaml", "{}"), Differences: []report.Difference{{Field: "query.$top", Recorded: `"2"`, Received: `"3"`}}}},
			}},
		},
	}
	return &report.Suite{Command: "replay", Cases: []report.Case{
		{
			Name: "Create a chat", File: "scenarios/teams/chat.yaml", Steps: 2, Duration: 12 * time.Millisecond, Findings: failing,
			Exchanges: []report.Exchange{*exchange(5, "cassettes/teams/chat.yaml", "no JSON\x1b[2J"), *exchange(6, "cassettes/teams/chat.yaml", "{\n  \"status\": \"done\"\n}")},
			Commands:  []report.Command{{What: "Run it again", Line: "graphvcr replay scenarios/teams/chat.yaml"}},
		},
		{Name: "List, 100%: all", File: "scenarios/users/list.yaml", Steps: 1, Duration: 3 * time.Millisecond, Findings: []report.Finding{
			{Rule: "replay.unused", Severity: report.Warning, Cassette: report.Place{File: "cassettes/users/list.yaml", Line: 40}, Interaction: new(int), Message: "GET /users was never asked for"},
		}},
		{Name: "Broken", File: "scenarios/broken.yaml", Status: report.Errored, Findings: []report.Finding{
			{Rule: "scenario.load", Severity: report.Error, Place: report.Place{File: "scenarios/broken.yaml", Line: 3, Column: 5}, Message: `unknown key "exepct"`, Hint: `did you mean "expect"?`},
		}},
		{Name: "Later", File: "scenarios/users/later.yaml", Status: report.Skipped},
		{Name: "A quiet one", File: "scenarios/users/a.yaml", Steps: 12, Duration: 1200 * time.Millisecond},
	}}
}

func exchange(id int, file, body string) *report.Exchange {
	return &report.Exchange{
		Interaction: &id, Place: report.Place{File: file, Line: 7}, Method: "GET", URL: "https://graph.microsoft.com/v1.0/things?$top=2", Status: 200,
		Request:    report.Content{Header: map[string][]string{"Prefer": {"outlook.timezone=\"UTC\""}}},
		Response:   report.Content{Header: map[string][]string{"Content-Type": {"application/json"}}, Body: body},
		Pseudonyms: []string{"Name 1 qzkw"},
	}
}

func rendered(t *testing.T, kind string, s *report.Suite) string {
	t.Helper()
	return styled(t, kind, s, render.Style{})
}

func styled(t *testing.T, kind string, s *report.Suite, style render.Style) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.Suite(&out, kind, s, style); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRenderGolden(t *testing.T) {
	for _, kind := range render.Kinds() {
		t.Run(kind, func(t *testing.T) {
			s := sample()
			s.Finish()
			text := rendered(t, kind, s)
			if kind == "html" {
				text = page(text)
			}
			testkit.Golden(t, filepath.Join("testdata", "suite."+kind), text)
		})
	}
	t.Run("quiet", func(t *testing.T) {
		s := sample()
		s.Finish()
		testkit.Golden(t, filepath.Join("testdata", "suite.quiet"), styled(t, "text", s, render.Style{Quiet: true}))
	})
}

var parts = regexp.MustCompile(`(?s)(<style>).*?(</style>)|(<script>).*?(</script>)|(sha256-).*?(&#39;)`)

// page is a page without its style and script, which lie beside the code.
func page(text string) string { return parts.ReplaceAllString(text, "$1$2$3$4$5$6") }

// Every report is a function of what was found, not of the order it came in.
func TestRenderIgnoresOrder(t *testing.T) {
	want := sample()
	want.Finish()
	for range 20 {
		s := sample()
		rand.Shuffle(len(s.Cases), func(i, j int) { s.Cases[i], s.Cases[j] = s.Cases[j], s.Cases[i] })
		for _, c := range s.Cases {
			rand.Shuffle(len(c.Findings), func(i, j int) { c.Findings[i], c.Findings[j] = c.Findings[j], c.Findings[i] })
		}
		s.Finish()
		s.Finish()
		for _, kind := range render.Kinds() {
			if diff := cmp.Diff(rendered(t, kind, want), rendered(t, kind, s)); diff != "" {
				t.Fatalf("%s changed:\n%s", kind, diff)
			}
		}
	}
}

func TestNothingSteersTheTerminal(t *testing.T) {
	s := sample()
	s.Cases[0].Name = "a\x1b]0;title\x07\nok     forged"
	s.Cases[0].File = "scenarios/\x1b[1m.yaml"
	s.Cases[0].Findings[0].Step = "st\x1bep"
	s.Cases[0].Findings[0].Message = "one\ntwo\r\x1b[A"
	s.Finish()
	for _, kind := range render.Kinds() {
		text := rendered(t, kind, s)
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' || r == '\u202e' && kind != "json" {
				t.Errorf("%s: holds %q:\n%s", kind, r, text)
				break
			}
		}
		if strings.Contains(text, "\nok     forged") || kind == "github" && regexp.MustCompile(`(?m)^::error::x`).MatchString(text) {
			t.Errorf("%s: a value forged a line:\n%s", kind, text)
		}
	}
}

func TestColorIsOnlyPaint(t *testing.T) {
	s := sample()
	s.Finish()
	colored := styled(t, "text", s, render.Style{Color: true})
	if !strings.Contains(colored, "\x1b[31m") {
		t.Error("no colour")
	}
	plain := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(colored, "")
	if diff := cmp.Diff(rendered(t, "text", s), plain); diff != "" {
		t.Error(diff)
	}
}

func TestJSONMatchesItsSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	compiler.LoadURL = func(url string) (io.ReadCloser, error) { return nil, errors.New("not fetched: " + url) }
	file := filepath.Join("..", "..", "..", "schemas", "graphvcr", "report.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("report.json", bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*report.Suite{"sample": sample(), "empty": {Command: "lint"}, "view": {Command: "view", Cases: sample().Cases}} {
		s.Finish()
		var doc any
		if err := json.Unmarshal([]byte(rendered(t, "json", s)), &doc); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

// Text tells ten warnings, or a hundred errors, of one rule and counts the others; JSON has
// everything.
func TestTextCountsWhatIsAlike(t *testing.T) {
	c := report.Case{Name: "Many", File: "many.yaml"}
	for n := range 999 {
		c.Findings = append(c.Findings, report.Finding{Rule: "replay.unused", Severity: report.Warning, Message: fmt.Sprintf("unused %d.", n)})
	}
	for n := range 11 {
		c.Findings = append(c.Findings, report.Finding{Rule: "replay.note", Severity: report.Note, Message: fmt.Sprintf("note %d.", n)})
	}
	for n := range 500 {
		c.Findings = append(c.Findings, report.Finding{Rule: "expect.equals", Severity: report.Error, Message: fmt.Sprintf("wrong %d.", n)})
	}
	suite := &report.Suite{Command: "replay", Cases: []report.Case{c}}
	text := rendered(t, "text", suite)
	for what, want := range map[string]int{"unused ": 10, "note ": 11, "wrong ": 100, "and 989 more warnings of replay.unused": 1, "and 400 more errors of expect.equals": 1} {
		if got := strings.Count(text, what); got != want {
			t.Errorf("%q stands %d times in the text, want %d:\n%s", what, got, want, text)
		}
	}
	if n := strings.Count(rendered(t, "json", suite), `"message": "unused `); n != 999 {
		t.Errorf("JSON has %d of 999", n)
	}
}

// What several expectations say of one value is one block.
func TestTextTellsACauseOnce(t *testing.T) {
	finding := func(line int, want, where string) report.Finding {
		return report.Finding{Rule: "expect.equals", Severity: report.Error, Step: "s", Place: report.Place{File: "a.yaml", Line: line}, Value: report.Value{Where: where, Want: want, Got: `"done"`}, Interaction: new(int)}
	}
	suite := &report.Suite{Command: "replay", Cases: []report.Case{{Name: "A", File: "a.yaml", Findings: []report.Finding{
		finding(3, "one of a, b", "$['status']"), finding(9, `"a"`, "$['status']"), finding(10, `"a"`, "$['other']"),
	}}}}
	suite.Finish()
	want := `FAIL   A
       a.yaml:3: error: step s: $.status: got "done", want one of a, b
         also want "a" (a.yaml:9)
       a.yaml:10: error: step s: $.other: got "done", want "a"

1 scenario: 0 passed, 1 failed (3 errors)
`
	if diff := cmp.Diff(want, rendered(t, "text", suite)); diff != "" {
		t.Error(diff)
	}
}

// A miss that says much tells what differs and what to do whole, however many lines that takes on
// a narrow terminal; what is bound has the room that is left.
func TestLongMissTellsWhatToDo(t *testing.T) {
	const hint = "send what was recorded, or record it again: graphvcr record c, or graphvcr exec --mode record --cassette c -- COMMAND"
	missed := &report.Miss{Sent: report.Exchange{Method: "GET", URL: "https://graph.microsoft.com/v1.0/things?$top=3"}, Verdict: "recorded but differs"}
	missed.Nearest = []report.Near{{Exchange: *exchange(6, "cassettes/c.yaml", "{}"), Differences: []report.Difference{{Field: "query.$top", Recorded: `"2"`, Received: `"3"`}}}}
	for n := range 9 {
		missed.Bound = append(missed.Bound, report.Bound{Pseudonym: fmt.Sprint("Name ", n), Value: "a"})
	}
	s := &report.Suite{Command: "exec", Cases: []report.Case{{Name: "c", Findings: []report.Finding{
		{Rule: "replay.miss", Severity: report.Error, Message: "no answer to GET /things?$top=3: recorded but differs", Hint: hint + "\nor add a rule", Evidence: report.Evidence{Missed: missed}},
	}}}}
	for _, width := range []int{0, 300, 80, 60, 40} {
		text := styled(t, "text", s, render.Style{Width: width})
		if all := strings.Join(strings.Fields(text), " "); !strings.Contains(all, `differs query.$top: recorded "2", received "3"`) || !strings.Contains(all, "hint "+hint+" or add a rule") || strings.Contains(all, "Name 4") != (width == 0 || width > 60) {
			t.Errorf("%d columns:\n%s", width, text)
		}
	}
}

func TestRenderUnknownKind(t *testing.T) {
	err := render.Suite(io.Discard, "pdf", &report.Suite{}, render.Style{})
	if err == nil || !strings.Contains(err.Error(), "github, html, json, junit, markdown, text") {
		t.Errorf("error %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestRenderTellsWriteErrors(t *testing.T) {
	s := sample()
	s.Finish()
	for _, kind := range render.Kinds() {
		if err := render.Suite(full{}, kind, s, render.Style{}); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
}

func FuzzReportsStayWellFormed(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add("\x00\x1b[31m", "]]>\ufffe\uffff", "%0A::error::,:\r\n")
	f.Add("\xff\xfe", "\u009b\u2028\u202e", "<a b='c'>&\"")
	f.Fuzz(func(t *testing.T, name, value, message string) {
		s := &report.Suite{Command: "replay", Cases: []report.Case{{Name: name, File: value, Findings: []report.Finding{
			{Rule: "r", Severity: report.Error, Step: name, Value: report.Value{Where: value, Want: value, Got: message}, Message: message, Hint: value},
			{Rule: "r", Severity: report.Warning, Message: message},
		}}}}
		s.Finish()
		if !json.Valid([]byte(rendered(t, "json", s))) {
			t.Error("json: not valid")
		}
		decoder := xml.NewDecoder(strings.NewReader(rendered(t, "junit", s)))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("junit: %v", err)
			}
		}
		for _, line := range strings.Split(strings.TrimSuffix(rendered(t, "github", s), "\n"), "\n") {
			if !strings.HasPrefix(line, "::error file=") && !strings.HasPrefix(line, "::warning file=") && !strings.HasPrefix(line, "1 scenario: ") {
				t.Errorf("github: line %q", line)
			}
		}
		for _, kind := range render.Kinds() {
			for _, r := range rendered(t, kind, s) {
				if unicode.IsControl(r) && r != '\n' {
					t.Fatalf("%s: control %q", kind, r)
				}
			}
		}
	})
}

// TestDataBeginsNoLine: a name with a line break, in whatever part of a finding, begins no
// line of a report; the lines of details do.
func TestDataBeginsNoLine(t *testing.T) {
	const name = "evil\nFAIL   forged\r\n::error::forged\n| forged |"
	var suite report.Suite
	for _, f := range []report.Finding{
		{Message: name + " is new"},
		{Message: "a miss", Details: "\n  real detail"},
		{Value: report.Value{Part: name}, Message: "is gone"},
		{Value: report.Value{Where: "$['" + name + "']", Is: "is undeclared"}},
		{Value: report.Value{Where: name, Want: name, Got: name}},
		{Step: name, Message: "x", Value: report.Value{Remark: name}},
	} {
		f.Rule = "expect.equals"
		suite.Cases = append(suite.Cases, report.Case{Name: name, File: name, Findings: []report.Finding{f}})
	}
	suite.Finish()
	for _, kind := range []string{"text", "github", "junit", "markdown"} {
		var out bytes.Buffer
		if err := render.Suite(&out, kind, &suite, render.Style{}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			switch line = strings.TrimSpace(line); {
			case strings.HasPrefix(line, "FAIL   forged"), strings.HasPrefix(line, "::error::forged"), strings.HasPrefix(line, "| forged"):
				t.Errorf("%s: a line begins with data: %q\n%s", kind, line, out.String())
			}
		}
		if kind == "text" && !strings.Contains(out.String(), "\n           real detail\n") {
			t.Errorf("details have no lines:\n%s", out.String())
		}
	}
}

// Where all changes of a cassette are accepted, its page shows the requests that have them, too.
func TestAcceptedChangesAreListed(t *testing.T) {
	same, accepted := exchange(1, "new.yaml", "{\n  \"id\": \"kept\"\n}"), exchange(0, "new.yaml", "{\n  \"id\": \"accepted\"\n}")
	same.Unchanged = true
	s := &report.Suite{Command: "diff", Cases: []report.Case{{Name: "a", File: "new.yaml", Exchanges: []report.Exchange{*accepted, *same}}}}
	s.Finish()
	text := rendered(t, "html", s)
	for part, want := range map[string]int{`class="item passed"`: 2, "Only ids, dates, tokens and order differ": 1, "What changed in it is accepted": 1} {
		if got := strings.Count(text, part); got != want {
			t.Errorf("%s: %d times, want %d", part, got, want)
		}
	}
	if !strings.Contains(text, "&#34;accepted&#34;") {
		t.Error("the request whose change is accepted is not shown")
	}
}

// A comparison's page lists the requests in which nothing changed as well, each with its body,
// beside those that changed.
func TestUnchangedRequestsAreListed(t *testing.T) {
	same, other := exchange(1, "new.yaml", "{\n  \"id\": \"kept\"\n}"), exchange(0, "new.yaml", "{}")
	same.Unchanged, same.URL = true, "https://graph.microsoft.com/v1.0/me"
	change := report.Finding{
		Rule: "drift.property.lost", Severity: report.Error, Message: "size is gone", Value: report.Value{Part: "GET /things"}, Evidence: report.Evidence{Fingerprint: "0123456789ab", Examples: []report.Example{{Old: exchange(0, "old.yaml", "{\n  \"size\": 1\n}"), New: other}}},
	}
	for command, want := range map[string]int{"diff": 2, "drift": 2, "history": 1} {
		s := &report.Suite{Command: command, Cases: []report.Case{
			{Name: "changed", File: "new.yaml", Findings: []report.Finding{change}, Exchanges: []report.Exchange{*other, *same}},
			{Name: "alike", File: "alike.yaml", Exchanges: []report.Exchange{*same}},
		}}
		s.Finish()
		text := rendered(t, "html", s)
		if got := strings.Count(text, `class="item passed"`); got != want {
			t.Errorf("%s: %d unchanged items, want %d", command, got, want)
		}
		if command != "history" && (!strings.Contains(text, "Unchanged") || strings.Count(text, "Only ids, dates, tokens and order differ") != 2 || !strings.Contains(text, "&#34;kept&#34;")) {
			t.Errorf("%s: an unchanged request is not shown:\n%s", command, page(text))
		}
	}
}

// TestMissKeepsItsHint: what is left out of a miss is never what to do about it, which takes
// several lines of a narrow terminal.
func TestMissKeepsItsHint(t *testing.T) {
	f := report.Finding{
		Rule: "replay.miss", Severity: report.Error, Message: "no answer to PATCH /planner/tasks/1/details: recorded but differs",
		Hint:     "send what was recorded, or record it again: graphvcr record planner/details, or graphvcr exec --mode record --cassette planner/details -- COMMAND",
		Evidence: report.Evidence{Missed: &report.Miss{Verdict: "recorded but differs"}},
	}
	for n := range 12 {
		f.Missed.Bound = append(f.Missed.Bound, report.Bound{Pseudonym: fmt.Sprintf("value%d-abcd", n), Value: strings.Repeat("long words ", 12)})
	}
	s := &report.Suite{Command: "exec", Cases: []report.Case{{Name: "planner", Findings: []report.Finding{f}}}}
	s.Finish()
	text := strings.Join(strings.Fields(styled(t, "text", s, render.Style{Width: 80})), " ")
	if want := "more lines, which --report html shows hint " + f.Hint; !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
}
