package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

const adviceDevProxy = `a file of mocks is {"mocks": [{"request": {"url": ..}, "response": {..}}, ..]}`

var _ = register(&Format{
	Kind: "devproxy", Tool: "Dev Proxy's mocks", Ends: []string{".json"}, source: "devproxy", word: "mock", handwritten: true,
	Short: "Import mocks of Dev Proxy",
	About: `Turns files of Dev Proxy's mocks into cassettes and scenarios. A mock answers a pattern: it
is imported as the example that it gives, or with a word in the place of each asterisk.
What a request has to hold is in no mock, so that the requests that write bring nothing;
a client of yours needs a rule for that: match: [{on: "POST *", ignore: [body]}].
`,
	Examples: []string{"mocks.json --out ."},
	isMember: func(name string, value byte) bool { return name == "mocks" && value == '[' },
	entries:  readDevProxy,
})

// mock is one of Dev Proxy's mocks. Older files say all of it beside each other.
type mock struct {
	Request  *mockRequest  `json:"request"`
	Response *mockResponse `json:"response"`
	mockRequest
	ResponseBody    json.RawMessage `json:"responseBody"`
	ResponseCode    int             `json:"responseCode"`
	ResponseHeaders any             `json:"responseHeaders"`
}

type mockRequest struct {
	URL          string `json:"url"`
	ExampleURL   string `json:"exampleUrl"`
	Method       string `json:"method"`
	BodyFragment string `json:"bodyFragment"`
}

type mockResponse struct {
	StatusCode int             `json:"statusCode"`
	Headers    any             `json:"headers"`
	Body       json.RawMessage `json:"body"`
}

// readDevProxy reads the entries of a file of Dev Proxy's mocks. A mock is a pattern, no
// request: what it is imported as is the example that it gives (exampleUrl), else its own
// address with a word in the place of each asterisk. What a request has to hold is in no mock:
// the body of the request is the fragment that it wants, or none.
func readDevProxy(file string, data []byte) ([]*Entry, error) {
	members, err := membersOf(file, jsondoc.Plain(string(data)), adviceDevProxy)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if (m.name == "mocks" || m.name == "responses") && strings.HasPrefix(m.text, "[") {
			_, mocks, _ := itemsOf(m.text, m.line) // valid JSON, as the file is
			read := func(item named) (*cassette.Interaction, error) { return mockInteraction(file, item) }
			return entriesOf(mocks, func(item named) int { return item.line }, read), nil
		}
	}
	return nil, fault.In("import", file, 1, `there is no list of "mocks"`, adviceDevProxy)
}

func mockInteraction(file string, item named) (*cassette.Interaction, error) {
	var m mock
	if err := jsondoc.Unmarshal([]byte(item.text), &m); err != nil {
		return nil, errors.New("it is not a mock: " + err.Error())
	}
	asked, answer := m.Request, m.Response
	if asked == nil {
		asked = &m.mockRequest
	}
	if answer == nil {
		answer = &mockResponse{StatusCode: m.ResponseCode, Headers: m.ResponseHeaders, Body: m.ResponseBody}
	}
	headers := http.Header{}
	if !AddHeaders(headers, answer.Headers) {
		return nil, errors.New("its headers are neither a list nor an object")
	}
	body, err := mockBody(file, answer.Body)
	if err != nil {
		return nil, err
	}
	sent := http.Header{}
	if asked.BodyFragment != "" && json.Valid([]byte(asked.BodyFragment)) {
		sent.Set("Content-Type", "application/json")
	}
	return interactionOf(cmp.Or(asked.Method, http.MethodGet), asked.address(), sent, asked.BodyFragment, cmp.Or(answer.StatusCode, http.StatusOK), "", headers, body)
}

// address is one that the mock answers.
func (r *mockRequest) address() string {
	pattern := strings.NewReplacer(`\*`, ".*").Replace(regexp.QuoteMeta(strings.TrimSuffix(r.URL, "/")))
	fits := regexp.MustCompile("(?i)^" + pattern + "/?$") // QuoteMeta leaves nothing to fail
	for _, example := range []string{r.ExampleURL, r.root() + r.ExampleURL} {
		if example = escaped(example); r.ExampleURL != "" && fits.MatchString(example) {
			return example
		}
	}
	return escaped(strings.ReplaceAll(r.URL, "*", "value"))
}

// root is the address without its path, the version apart.
func (r *mockRequest) root() string {
	scheme, rest, ok := strings.Cut(r.URL, "://")
	parts := strings.SplitN(rest, "/", 3)
	if !ok || len(parts) < 2 {
		return r.URL
	}
	return scheme + "://" + parts[0] + "/" + parts[1]
}

// escaped is an address as it can be sent: documentation's examples have spaces and braces.
func escaped(address string) string {
	var b strings.Builder
	for _, c := range []byte(strings.TrimSpace(address)) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// mockBody is what a mock answers: JSON, a text, or what stands in the file that it names
// (@picture.png), which lies beside the file of mocks or below.
func mockBody(file string, raw json.RawMessage) (string, error) {
	var text string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", nil
	case json.Unmarshal(raw, &text) != nil:
		var compact bytes.Buffer
		err := json.Compact(&compact, raw)
		return compact.String(), err
	}
	name, isFile := strings.CutPrefix(text, "@")
	if !isFile || name == "" || strings.ContainsAny(name, "\n{") {
		return text, nil
	}
	data, err := plainfile.ReadBelow(filepath.Dir(file), name)
	if err != nil {
		return "", fmt.Errorf("the file of its body, %s: %w", name, fault.Reason(err))
	}
	return string(data), nil
}
