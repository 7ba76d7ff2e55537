package cli

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
)

// A slot is a file of a project that something hostile stands in the place of.
type slot struct {
	file     string // below the project
	in       syntax
	text     string            // as it should be
	holds    func(swap) string // how it holds an exchange
	commands []hostileCommand
}

// A hostileCommand reads the file of a slot.
type hostileCommand struct {
	line string
	done string // an expression for what it says of the files beside, whatever is in this one; "lax" where it need not read this one
}

const (
	goodCassette = "---\nversion: 2\ninteractions:\n  - id: 0\n    request:\n      method: GET\n      url: https://graph.microsoft.com/v1.0/me\n    response:\n      code: 200\n      headers: {Content-Type: [application/json]}\n      body: '{\"id\":\"1\"}'\n      duration: 0s\ngraphvcr: {format: 1, origin: docs}\n"
	goodScenario = "name: %s\napi: v1.0\nsteps:\n  - name: one\n    request: {method: GET, path: /me}\n    expect:\n      status: 200\n      body: {id: {pattern: '^[0-9]+$'}}\n"
	goodVCR      = "interactions:\n- request:\n    body: null\n    headers:\n      Accept: ['*/*']\n    method: GET\n    uri: https://graph.microsoft.com/v1.0/chats\n  response:\n    body:\n      string: '{\"value\": [{\"mail\": \"adele@contoso.com\"}]}'\n    headers:\n      content-type: [application/json]\n    status: {code: 200, message: OK}\nversion: 1\n"
	goodHAR      = "{\"log\": {\"version\": \"1.2\", \"entries\": [\n{\"startedDateTime\": \"2026-01-05T10:00:00.000Z\",\n \"request\": {\"method\": \"GET\", \"url\": \"https://graph.microsoft.com/v1.0/me\", \"headers\": []},\n \"response\": {\"status\": 200, \"headers\": [{\"name\": \"content-type\", \"value\": \"application/json\"}],\n \"content\": {\"size\": 2, \"text\": \"{}\"}}}\n]}}\n"
	goodRuby     = "http_interactions:\n- request:\n    method: get\n    uri: https://graph.microsoft.com/v1.0/me\n    body: {encoding: UTF-8, string: ''}\n    headers: {Accept: ['*/*']}\n  response:\n    status: {code: 200, message: OK}\n    headers: {Content-Type: [application/json]}\n    body: {encoding: UTF-8, string: '{}'}\n"
	goodMocks    = "{\"mocks\": [\n{\"request\": {\"url\": \"https://graph.microsoft.com/v1.0/users/*\", \"method\": \"GET\"},\n \"response\": {\"statusCode\": 200, \"body\": {\"id\": \"1\"}}}\n]}\n"
	goodModule   = "{\"Get-MgUser+[NoContext]+Get+$GET+https://graph.microsoft.com/v1.0/me+1\": {\n\"Request\": {\"Method\": \"GET\"},\n\"Response\": {\"StatusCode\": 200, \"Content\": \"{}\"}}}\n"
	goodAllowed  = "{\"permissions\": {\n\"User.Read\": {\"schemes\": {\"DelegatedWork\": {\"privilegeLevel\": 1}},\n\"pathSets\": [{\"schemeKeys\": [\"DelegatedWork\"], \"methods\": [\"GET\"], \"paths\": {\"/me\": \"least=DelegatedWork\"}}]}}}\n"
	goodFixture  = "{\"StatusCode\": 200,\n \"Response\": {\"@odata.type\": \"#microsoft.graph.thing\", \"id\": \"1\", \"size\": 1}}\n"
	goodScript   = "const thing = {\n  '@odata.type': '#microsoft.graph.thing',\n  id: '1', size: 1, ...rest,\n};\nconst text = `{\"@odata.type\": \"#microsoft.graph.thing\", \"id\": \"2\"}`;\n"
	goodGo       = "package x\n\nvar thing = map[string]any{\n\t\"@odata.type\": \"#microsoft.graph.thing\", \"id\": \"1\",\n}\n\nvar text = `{\"@odata.type\": \"#microsoft.graph.thing\"}`\n"
	goodPage     = "# Get thing\n\n## HTTP request\n\n<!-- { \"blockType\": \"ignored\" } -->\n``` http\nGET /things/{thing-id}\n```\n\n## Example\n### Request\n<!-- { \"blockType\": \"request\", \"name\": \"get_thing\" } -->\n``` http\nGET https://graph.microsoft.com/v1.0/things/1\n```\n### Response\n<!-- { \"blockType\": \"response\", \"@odata.type\": \"microsoft.graph.thing\" } -->\n``` http\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": \"1\"}\n```\n"
	goodCSDL     = "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\n<Schema Namespace=\"microsoft.graph\" Alias=\"graph\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n<EntityType Name=\"entity\" Abstract=\"true\"><Key><PropertyRef Name=\"id\"/></Key><Property Name=\"id\" Type=\"Edm.String\" Nullable=\"false\"/></EntityType>\n<EntityType Name=\"thing\" BaseType=\"graph.entity\"><Property Name=\"size\" Type=\"Edm.Int32\"/></EntityType>\n<EntityContainer Name=\"c\"><EntitySet Name=\"things\" EntityType=\"microsoft.graph.thing\"/></EntityContainer>\n</Schema></edmx:DataServices></edmx:Edmx>\n"
	goodSchema   = "{\"title\": \"microsoft.graph.x\", \"type\": \"object\",\n \"properties\": {\"id\": {\"type\": \"string\", \"minLength\": 1, \"pattern\": \"^[0-9]+$\"}}}\n"
	goodIndex    = "{\"format\": 1, \"resources\": {\"me\": \"microsoft.graph.x\"},\n \"types\": {\"microsoft.graph.x\": {\"properties\": {\"id\": \"Edm.String\"}}}}\n"
	goodRules    = "redact:\n  keep: [displayName]\nmatch:\n  headers: [Prefer]\ndiff: {enum.new: error}\n"
	goodAccept   = "accepted:\n  - fingerprint: 0123456789ab\n    rule: property.added\n    change: a property\n    reason: it is known\n    until: 2027-01-31\n"
)

// slots are the files that commands read. In a line $SERVICE is a live service.
var slots = map[string]slot{
	"cassette": {"cassettes/bad.yaml", inYAML, goodCassette, inCassette, []hostileCommand{
		{"replay", `(?m)^ok     Good`}, {"lint", `(?s)^.`}, {"diff cassettes twin", `(?m)^ok     good`}, {"serve --cassette bad --listen 127.0.0.1:0", ""},
		{"exec --cassette bad -- ask http://graph.microsoft.com/v1.0/me", ""}, {"schema infer bad", ""}, {"redact --dry-run cassettes", `(?m)cassettes/good.yaml`}, {"tidy --dry-run", `(?m)cassettes/good.yaml`},
		{"record good bad --base-url $SERVICE --auth none", `(?m)^ok     Good`}, {"new --from bad", ""},
	}},
	"scenario": {"scenarios/bad.yaml", inYAML, fmt.Sprintf(goodScenario, "Bad"), nil, []hostileCommand{
		{"replay", `(?m)^ok     Good`}, {"lint", ""}, {"record good bad --base-url $SERVICE --auth none", `(?m)^ok     Good`},
	}},
	"rules": {"cassettes/rules.yaml", inYAML, goodRules, nil, []hostileCommand{
		{"replay", ""}, {"lint", ""}, {"diff cassettes twin", ""}, {"serve --cassette good --listen 127.0.0.1:0", ""}, {"exec --cassette good -- ask http://graph.microsoft.com/v1.0/me", ""},
		{"record good --base-url $SERVICE --auth none", ""}, {"import vcrpy vcr --out . --force", ""},
	}},
	"schema": {"schemas/v1.0/microsoft.graph.x.json", inJSON, goodSchema, nil, []hostileCommand{
		{"replay", `(?m)^ok     Good`}, {"lint", ""}, {"schema check twin/answer.json --type microsoft.graph.x", ""},
	}},
	"index": {"schemas/v1.0/index.json", inJSON, goodIndex, nil, []hostileCommand{{"replay", ""}, {"lint", ""}, {"import vcrpy vcr --out . --force", ""}}},
	"salt": {"cassettes/salt", inText, strings.Repeat("5a", 32) + "\n", nil, []hostileCommand{
		{"replay", "lax"}, {"lint", "lax"}, {"record good --base-url $SERVICE --auth none", "lax"}, {"import vcrpy vcr --out . --force", ""}, {"redact cassettes", "lax"},
	}},
	"journal": {"cassettes/bad.yaml.journal", inText, "", nil, []hostileCommand{
		{"record --recover", ""}, {"record bad --base-url $SERVICE --auth none", ""}, {"lint", "lax"},
	}},
	"HAR":         {"har/bad.har", inJSON, goodHAR, inHAR, []hostileCommand{{"import har har --out imported", `(?m)^ok     good`}, {"lint har", "lax"}}},
	"vcrpy":       {"vcr/bad.yaml", inYAML, goodVCR, inVCR, []hostileCommand{{"import vcrpy vcr --out imported", `(?m)^ok     good`}, {"lint vcr", "lax"}}},
	"Ruby's VCR":  {"ruby/bad.yml", inYAML, goodRuby, nil, []hostileCommand{{"import rubyvcr ruby --out imported", `(?m)^ok     good`}, {"lint ruby", "lax"}, {"check ruby --csdl good.xml", "lax"}}},
	"mocks":       {"mocks/bad.json", inJSON, goodMocks, nil, []hostileCommand{{"import devproxy mocks --out imported", `(?m)^ok     good`}, {"lint mocks", "lax"}, {"check mocks --csdl good.xml", "lax"}}},
	"AutoRest":    {"ps/bad.recording.json", inJSON, goodModule, nil, []hostileCommand{{"import autorest ps --out imported", `(?m)^ok     good`}, {"lint ps", "lax"}, {"check ps --csdl good.xml", "lax"}}},
	"permissions": {"schemas/permissions.json", inJSON, goodAllowed, nil, []hostileCommand{{"lint --permissions", ""}, {"permissions schemas/permissions.json", ""}}},
	"fixture":     {"fixtures/bad.json", inJSON, goodFixture, nil, []hostileCommand{{"check fixtures --csdl good.xml", "lax"}, {"check fixtures/bad.json --type microsoft.graph.thing --csdl good.xml", ""}}},
	"script":      {"tests/bad.ts", inText, goodScript, nil, []hostileCommand{{"check tests --csdl good.xml", "lax"}}},
	"Go":          {"tests/bad_test.go", inText, goodGo, nil, []hostileCommand{{"check tests --csdl good.xml", "lax"}}},
	"page":        {"pages/bad.md", inText, goodPage, inPage, []hostileCommand{{"import docs pages --out imported", `(?m)^ok     good`}}},
	"accept":      {"cassettes/drift-accept.yaml", inYAML, goodAccept, nil, []hostileCommand{{"diff cassettes twin", ""}, {"lint", "lax"}}},
	"CSDL":        {"bad.xml", inXML, goodCSDL, nil, []hostileCommand{{"schema generate --csdl bad.xml --all --out made", ""}, {"diff --csdl bad.xml good.xml", ""}}},
	"answer": {"answer.json", inJSON, `{"id": "1"}`, nil, []hostileCommand{
		{"schema check answer.json --type microsoft.graph.x", ""}, {"record POST /me --body answer.json --allow-writes --base-url $SERVICE --auth none", ""},
	}},
	"overlay": {"made/overlay/microsoft.graph.thing.json", inJSON, `{"properties": {"size": {"minimum": 1}}}`, nil, []hostileCommand{{"schema generate --csdl good.xml --all --out made", ""}}},
}

func quotedJSON(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// scalar is a text in YAML.
func scalar(text string) string {
	if !utf8.ValidString(text) {
		return "!!binary " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	return quotedJSON(text)
}

func (s swap) yamlHeaders() string {
	values, b := map[string][]string{}, strings.Builder{}
	for _, h := range append(s.headers, [2]string{"Content-Type", s.type_}) {
		values[h[0]] = append(values[h[0]], h[1])
	}
	b.WriteString("{")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all, _ := json.Marshal(values[name])
		fmt.Fprintf(&b, "%s: %s, ", quotedJSON(name), all)
	}
	return b.String() + "}"
}

func inCassette(s swap) string {
	return fmt.Sprintf("---\nversion: 2\ninteractions:\n  - id: 0\n    request:\n      method: GET\n      url: %s\n      body: %s\n    response:\n      code: %d\n      headers: %s\n      body: %s\n      duration: 0s\ngraphvcr: {format: 1, origin: docs, recorded-at: %s}\n",
		quotedJSON(s.url), scalar(s.sent), s.status, s.yamlHeaders(), scalar(s.body), s.date)
}

func inVCR(s swap) string {
	return fmt.Sprintf("interactions:\n- request:\n    body: %s\n    headers: {}\n    method: GET\n    uri: %s\n  response:\n    body: {string: %s}\n    headers: %s\n    status: {code: %d, message: OK}\nversion: 1\n",
		scalar(s.sent), quotedJSON(s.url), scalar(s.body), s.yamlHeaders(), s.status)
}

func inHAR(s swap) string {
	type header struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	headers := []header{{"Content-Type", s.type_}}
	for _, h := range s.headers {
		headers = append(headers, header{h[0], h[1]})
	}
	listed, _ := json.Marshal(headers)
	encoding, body := "", s.body
	if !utf8.ValidString(body) {
		encoding, body = "base64", base64.StdEncoding.EncodeToString([]byte(body))
	}
	return fmt.Sprintf("{\"log\": {\"version\": \"1.2\", \"entries\": [\n{\"startedDateTime\": %q,\n \"request\": {\"method\": \"GET\", \"url\": %s, \"headers\": [], \"postData\": {\"mimeType\": \"application/json\", \"text\": %s}},\n \"response\": {\"status\": %d, \"headers\": %s,\n \"content\": {\"size\": -1, \"encoding\": %q, \"text\": %s}}}\n]}}\n",
		s.date, quotedJSON(s.url), quotedJSON(s.sent), s.status, listed, encoding, quotedJSON(body))
}

func inPage(s swap) string {
	var headers strings.Builder
	for _, h := range s.headers {
		fmt.Fprintf(&headers, "%s: %s\n", h[0], h[1])
	}
	return fmt.Sprintf("# Get\n\n### Request\n<!-- { \"blockType\": \"request\", \"name\": \"get\" } -->\n``` http\nGET %s\n\n%s\n```\n### Response\n<!-- { \"blockType\": \"response\", \"@odata.type\": \"microsoft.graph.thing\" } -->\n``` http\nHTTP/1.1 %d OK\nContent-Type: %s\n%s\n%s\n```\n",
		s.url, s.sent, s.status, s.type_, headers.String(), s.body)
}

// hostileProject lays out a project in which all is well.
func hostileProject(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":              "module example.test\n",
		"cassettes/good.yaml": goodCassette, "twin/good.yaml": goodCassette, "cassettes/bad.yaml": goodCassette, "twin/bad.yaml": goodCassette,
		"scenarios/good.yaml": fmt.Sprintf(goodScenario, "Good"), "scenarios/bad.yaml": strings.Replace(fmt.Sprintf(goodScenario, "Bad"), "status: 200", "status: 200\n      schema: microsoft.graph.x", 1),
		"ruby/good.yml": goodRuby, "mocks/good.json": goodMocks, "ps/good.recording.json": goodModule, "fixtures/good.json": goodFixture, "tests/good.ts": goodScript,
		"vcr/good.yaml": goodVCR, "har/good.har": goodHAR, "pages/good.md": goodPage, "good.xml": goodCSDL, "twin/answer.json": `{"id": "1"}`,
		"schemas/v1.0/microsoft.graph.x.json": goodSchema, "made/microsoft.graph.own.json": "{}\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goodJournal is a journal of one interaction.
func goodJournal(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(filepath.Dir(file), "good.yaml")
	if err := os.WriteFile(good, []byte(goodCassette), 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := cassette.Load(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(0, journal.NoRetry, c.Interactions[0], nil); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(journal.Of(file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A hostileFile puts something into the place of a file.
type hostileFile struct {
	kind  string
	put   func(t *testing.T, file string) error
	never bool // there is no way to read it: every command says so
}

// kinds are all that a slot's file may be.
func (s slot) kinds() (kinds []hostileFile) {
	write := func(text func() string) func(*testing.T, string) error {
		return func(_ *testing.T, file string) error { return os.WriteFile(file, []byte(text()), 0o666) }
	}
	for _, name := range slices.Sorted(maps.Keys(notFiles)) {
		if name != "no permission" || os.Getuid() != 0 {
			kinds = append(kinds, hostileFile{name, notFiles[name], name != "a link to nothing" && name != "a folder"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(spoiled)) {
		kinds = append(kinds, hostileFile{name, write(func() string { return spoiled[name](s.text, s.in) }), false})
	}
	if s.holds == nil {
		for name, text := range ownKinds[s.file] {
			kinds = append(kinds, hostileFile{name, write(text), false})
		}
		return kinds
	}
	for _, name := range slices.Sorted(maps.Keys(swaps)) {
		kinds = append(kinds, hostileFile{name, write(func() string {
			own := swap{url: "https://graph.microsoft.com/v1.0/me", body: `{"id":"1"}`, status: 200, type_: "application/json", date: "2026-01-05T10:00:00Z"}
			swaps[name](&own)
			return s.holds(own)
		}), false})
	}
	return kinds
}

// TestHostileFiles: whatever lies in the place of a file that a command reads, the command
// ends soon and in little memory, names that file, and does the others.
func TestHostileFiles(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	var most worst
	all := map[string]bool{}
	t.Cleanup(func() {
		service.Close()
		t.Logf("%d kinds of files; %s", len(all), &most)
	})
	text := goodJournal(t)
	for _, place := range slices.Sorted(maps.Keys(slots)) {
		s := slots[place]
		if place == "journal" {
			s.text = text
		}
		for _, kind := range s.kinds() {
			all[kind.kind] = true
			if name := place + "/" + kind.kind; drawn(thinned, name) {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s.try(t, kind, service.URL, &most)
				})
			}
		}
	}
	if len(all) < 60 {
		t.Errorf("%d kinds of files, want 60", len(all))
	}
}

// thinned is of how many cases one is tried where tests are to be short.
const thinned = 40

func (s slot) try(t *testing.T, kind hostileFile, service string, most *worst) {
	for _, c := range s.commands {
		b := leastOf(func() bounded {
			dir := hostileProject(t)
			file := filepath.Join(dir, s.file)
			if err := os.RemoveAll(file); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := kind.put(t, file); err != nil {
				t.Fatal(err)
			}
			return runBounded(t, dir, strings.Fields(strings.ReplaceAll(c.line, "$SERVICE", service)), nil)
		})
		most.note(t.Name(), b)
		faults := b.faults()
		names := strings.TrimSuffix(filepath.Base(s.file), filepath.Ext(s.file))
		isNone := kind.kind == "a folder" && strings.HasSuffix(c.line, "--recover")                                                      // a folder is no journal
		if b.status > 1 && !isNone && !strings.Contains(b.said, names) && !strings.Contains(b.said, "scenarios/requests/post-me.yaml") { // drafted of the file
			faults = append(faults, "it does not name "+s.file)
		}
		if kind.never && c.done != "lax" && b.status != 2 && !(b.status == 125 && strings.HasPrefix(c.line, "exec")) {
			faults = append(faults, fmt.Sprintf("status %d, though there is nothing to read", b.status))
		}
		if c.done != "" && c.done != "lax" && !regexp.MustCompile(c.done).MatchString(b.said) {
			faults = append(faults, "it does not say "+c.done)
		}
		if len(faults) > 0 {
			t.Errorf("graphvcr %s: %s (status %d, %v, %d MB)\n%s", b.line, strings.Join(faults, "; "), b.status, b.work, b.peak>>20, clipped(b.said))
		}
	}
}
