package importer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const adviceAutoRest = `an AutoRest recording is {"NAME+$METHOD+URL+N": {"Request": .., "Response": ..}, ..}`

var autoRest = Format{
	Kind: "autorest", Tool: "a PowerShell module (AutoRest)", Ends: []string{".recording.json"}, source: "autorest", word: "exchange",
	Short:    "Import recordings of PowerShell modules (AutoRest)",
	About:    "Turns recordings of PowerShell modules that AutoRest generated (*.Recording.json) into\ncassettes and scenarios.\n",
	Examples: []string{"test --out .", "test/Get-MgUser.Recording.json --out ."},
	isMember: func(name string, value byte) bool { return value == '{' && isAutoRestName(name) },
	entries:  readAutoRest,
}

// autoRestExchange is one member of a recording of a PowerShell module that AutoRest generated
// (*.Recording.json).
type autoRestExchange struct {
	Request struct {
		Method, RequestURI string
		autoRestMessage
	}
	Response *struct {
		StatusCode int
		autoRestMessage
	}
}

type autoRestMessage struct {
	Headers, ContentHeaders map[string]any
	Content                 string
	IsContentBase64         bool
}

// named is a member of a file, or an element without a name: its text, and the line on which it begins.
type named struct {
	name, text string
	line       int
}

// readAutoRest reads the entries of such a recording.
func readAutoRest(file string, data []byte) ([]*Entry, error) {
	members, err := membersOf(file, jsondoc.Plain(string(data)), adviceAutoRest)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !isAutoRestName(m.name) {
			return nil, fault.In("import", file, m.line, "a member is not called as an exchange is", adviceAutoRest)
		}
	}
	return entriesOf(members, func(m named) int { return m.line }, autoRestInteraction), nil
}

// isAutoRestName knows the names of exchanges: Get-MgUser+[NoContext]+List+$GET+https://...+1.
func isAutoRestName(name string) bool {
	_, after, ok := strings.Cut(name, "+$")
	method, address, _ := strings.Cut(after, "+")
	return ok && method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.HasPrefix(address, "http")
}

// membersOf are the members of the object that a file holds, in its order.
func membersOf(file, text, advice string) ([]named, error) {
	kind, members, err := itemsOf(text, 1)
	switch {
	case kind != 0 && kind != '{':
		return nil, fault.In("import", file, 1, "the file holds no object", advice)
	case err != nil:
		return nil, notJSON(file, err, advice)
	}
	return members, nil
}

// itemsOf are the members or elements of a value of JSON that begins on a line, and the kind of
// its token.
func itemsOf(text string, line int) (kind byte, items []named, err error) {
	counted := 0
	for token, err := range jsondoc.Scan(text) {
		switch {
		case err != nil:
			return kind, nil, err
		case token.Depth == 0 && kind == 0:
			kind = token.Kind
		case token.Depth == 1 && token.Closes():
			items[len(items)-1].text = text[counted : token.Start+1]
		case token.Depth == 1:
			line += strings.Count(text[counted:token.Start], "\n")
			counted = token.Start
			items = append(items, named{name: token.Name, text: token.Raw, line: line})
		}
	}
	return kind, items, nil
}

func notJSON(file string, err error, advice string) error {
	var syntax *jsondoc.SyntaxError
	if !errors.As(err, &syntax) {
		return fault.In("import", file, 0, "not JSON: "+err.Error(), advice)
	}
	return fault.In("import", file, syntax.Line, "not JSON: "+syntax.Message, advice)
}

func autoRestInteraction(m named) (*cassette.Interaction, error) {
	var e autoRestExchange
	if err := json.Unmarshal([]byte(m.text), &e); err != nil {
		return nil, errors.New("it is not what an exchange is: " + withoutType(err))
	}
	if e.Response == nil {
		return nil, errors.New("it has no response")
	}
	if e.Request.Method == "" || e.Request.RequestURI == "" {
		_, after, _ := strings.Cut(m.name, "+$")
		e.Request.Method, e.Request.RequestURI, _ = strings.Cut(after, "+")
		if end := strings.LastIndexByte(e.Request.RequestURI, '+'); end >= 0 {
			e.Request.RequestURI = e.Request.RequestURI[:end]
		}
	}
	asked, sent, err := e.Request.message()
	if err != nil {
		return nil, fmt.Errorf("request body: %w", err)
	}
	answered, body, err := e.Response.message()
	if err != nil {
		return nil, fmt.Errorf("response body: %w", err)
	}
	return interactionOf(e.Request.Method, e.Request.RequestURI, asked, sent, e.Response.StatusCode, "", answered, body)
}

func (m *autoRestMessage) message() (http.Header, string, error) {
	headers := http.Header{}
	for _, all := range []map[string]any{m.Headers, m.ContentHeaders} {
		addHeaders(headers, all)
	}
	headers.Del("X-Ms-Unique-Id") // the recorder's own count
	if !m.IsContentBase64 {
		return headers, m.Content, nil
	}
	body, err := fromBase64(m.Content)
	return headers, body, err
}

// addHeaders adds what stands in an object of headers: a text each, or a list of them.
func addHeaders(headers http.Header, object map[string]any) {
	for name, value := range object {
		list, isList := value.([]any)
		if !isList {
			list = []any{value}
		}
		for _, v := range list {
			if text, ok := v.(string); ok {
				headers.Add(name, text)
			}
		}
	}
}

// withoutType is an error of encoding/json without the name of a type of this program.
func withoutType(err error) string {
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		return cmp.Or(typed.Field, "all of it") + " is a " + typed.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
