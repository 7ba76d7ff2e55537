package schema_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

func readFile(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var docsResponse = regexp.MustCompile(`(?s)"blockType": *"response"(.*?)-->\s*` + "```" + ` *(?:http|json)\s*\n(.*?)` + "```")

// TestSeedPage validates the answer that the project began with, as it is and
// with one value changed.
func TestSeedPage(t *testing.T) {
	page := readFile(t, filepath.Join(testkit.Corpus(t, "docs/seed"), "teamsasyncoperation-get.md"))
	match := docsResponse.FindStringSubmatch(page)
	if match == nil {
		t.Fatal("the seed page has no answer")
	}
	answer := match[2][strings.Index(match[2], "{"):]
	set := open(t, shipped)
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{`"succeeded"`, `"done"`, "warning $['status'] enum (beta/microsoft.graph.teamsAsyncOperationStatus.json:7)\n" +
			"  want one of invalid, notStarted, inProgress, succeeded, failed, unknownFutureValue\n  got  \"done\"\n"},
		{`"id": "2`, `"id": "`, "warning $['id'] usual (beta/microsoft.graph.teamsAsyncOperation.json:9)\n"},
		{`"attemptsCount": 1`, `"attemptsCount": "1"`, "error $['attemptsCount'] type (beta/microsoft.graph.teamsAsyncOperation.json:10)\n  want integer\n  got  \"1\"\n"},
		{"T21:23:45.1899277Z", "T21:23:45.18992771Z", "error $['lastActionDateTime'] format (beta/microsoft.graph.teamsAsyncOperation.json:13)\n"},
		{`"error": null`, `"error": {"code": 5, "messsage": ""}`, "error $['error']['code'] type (beta/microsoft.graph.operationError.json:8)\n"},
	} {
		changed := strings.Replace(answer, c.old, c.new, 1)
		violations, err := set.Validate("beta", "microsoft.graph.teamsAsyncOperation", parse(t, changed), schema.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := listing(t, shipped, violations); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s -> %s: got\n%swant\n%s", c.old, c.new, got, c.want)
		}
	}
}

// contextTypes maps what an @odata.context says to the type of the answer.
var contextTypes = []struct {
	pattern *regexp.Regexp
	typ     string
}{
	{regexp.MustCompile(`#users(\([^/']*\))?(/\$entity)?$`), "microsoft.graph.user"},
	{regexp.MustCompile(`#groups(\([^/']*\))?(/\$entity)?$`), "microsoft.graph.group"},
	{regexp.MustCompile(`#applications(/\$entity)?$`), "microsoft.graph.application"},
	{regexp.MustCompile(`#servicePrincipals(/\$entity)?$`), "microsoft.graph.servicePrincipal"},
	{regexp.MustCompile(`#directoryObjects(/\$entity)?$`), "microsoft.graph.directoryObject"},
	{regexp.MustCompile(`federatedIdentityCredentials(/\$entity)?$`), "microsoft.graph.federatedIdentityCredential"},
	{regexp.MustCompile(`#microsoft\.graph\.passwordCredential$`), "microsoft.graph.passwordCredential"},
}

// answerType is the type of a recorded body, or "".
func answerType(body map[string]any) string {
	if _, ok := body["error"].(map[string]any); ok {
		return "microsoft.graph.ODataErrors.ODataError"
	}
	context, _ := body["@odata.context"].(string)
	for _, c := range contextTypes {
		if c.pattern.MatchString(context) {
			if _, isPage := body["value"].([]any); isPage {
				return "Collection(" + c.typ + ")"
			}
			return c.typ
		}
	}
	return ""
}

// TestRealAnswersHaveNoErrors validates every recorded answer whose type is
// shipped: what the service really sent is right.
func TestRealAnswersHaveNoErrors(t *testing.T) {
	files := testkit.Recordings(t)
	set := open(t, shipped)
	checked, warnings := 0, map[string]int{}
	for _, file := range files {
		for _, body := range recordedBodies(t, file) {
			doc, _ := body.doc.(map[string]any)
			typ := answerType(doc)
			if typ == "" {
				continue
			}
			checked++
			violations, err := set.Validate(body.api, typ, body.doc, schema.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range violations {
				if v.Warning {
					warnings[string(v.Rule)+" want "+v.Want+" got "+v.Got]++
				} else {
					t.Errorf("%s: %s as %s: %s", filepath.Base(file), body.uri, typ, listing(t, shipped, []schema.Violation{v}))
				}
			}
		}
	}
	if checked < 80 {
		t.Errorf("only %d answers have a type that is shipped", checked)
	}
	t.Logf("%d answers checked; warnings: %v", checked, warnings)
}

type recordedBody struct {
	api, uri string
	doc      any
}

func recordedBodies(t *testing.T, file string) []recordedBody {
	t.Helper()
	var recording struct {
		Interactions []struct {
			Request  struct{ URI string }
			Response struct{ Body struct{ String string } }
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, file)), &recording); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var bodies []recordedBody
	for _, i := range recording.Interactions {
		doc, err := jsondoc.Parse(i.Response.Body.String)
		if err != nil {
			continue
		}
		api := "v1.0"
		if strings.Contains(i.Request.URI, "/beta/") {
			api = "beta"
		}
		bodies = append(bodies, recordedBody{api, i.Request.URI, doc})
	}
	return bodies
}

// TestDocumentedAnswers validates the examples of the documentation, whose
// placeholders must pass. They are five years older than the metadata and partly
// wrong, so their violations are counted, and only must not grow.
func TestDocumentedAnswers(t *testing.T) {
	set := open(t, shipped)
	checked, failed := 0, 0
	for _, api := range []string{"beta", "v1.0"} {
		files, err := filepath.Glob(filepath.Join(testkit.Corpus(t, "docs/api-reference"), api, "api", "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, match := range docsResponse.FindAllStringSubmatch(readFile(t, file), -1) {
				typ, doc := documented(match[1], match[2])
				if doc == nil || !set.Has(api, typ) {
					continue
				}
				violations, err := set.Validate(api, typ, doc, schema.Options{Placeholders: true})
				if err != nil {
					t.Fatal(err)
				}
				checked++
				if len(violations) > 0 {
					failed++
					t.Logf("%s (%s):\n%s", filepath.Base(file), typ, listing(t, shipped, violations))
				}
			}
		}
	}
	t.Logf("%d examples checked, %d with violations", checked, failed)
	if checked < 10 || failed > 10 {
		t.Errorf("%d examples checked, %d with violations", checked, failed)
	}
}

// documented reads the annotation and the HTTP text of an example answer.
func documented(annotation, text string) (typ string, doc any) {
	var facts struct {
		Type string `json:"@odata.type"`
	}
	start := strings.Index(text, "{")
	if json.Unmarshal([]byte(`{"x": 1`+annotation), &facts) != nil || start < 0 {
		return "", nil
	}
	doc, err := jsondoc.Parse(text[start:])
	if err != nil {
		return "", nil
	}
	typ = facts.Type
	if body, ok := doc.(map[string]any); ok {
		if _, isPage := body["value"].([]any); isPage {
			typ = "Collection(" + typ + ")"
		}
	}
	return typ, doc
}
