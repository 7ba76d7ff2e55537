package importer

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const adviceAutoRest = `an AutoRest recording is {"NAME+$METHOD+URL+N": {"Request": .., "Response": ..}, ..}`

var _ = register(&Format{
	Kind: "autorest", Tool: "a PowerShell module (AutoRest)", Ends: []string{".recording.json"}, source: "autorest", word: "exchange",
	Short:    "Import recordings of PowerShell modules (AutoRest)",
	About:    "Turns recordings of PowerShell modules that AutoRest generated (*.Recording.json) into\ncassettes and scenarios.\n",
	Examples: []string{"test --out .", "test/Get-MgUser.Recording.json --out ."},
	isMember: func(name string, value byte) bool { return value == '{' && isAutoRestName(name) },
	entries:  readAutoRest,
})

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

func autoRestInteraction(m named) (*cassette.Interaction, error) {
	var e autoRestExchange
	if err := jsondoc.Unmarshal([]byte(m.text), &e); err != nil {
		return nil, errors.New("it is not what an exchange is: " + err.Error())
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
		AddHeaders(headers, all)
	}
	headers.Del("X-Ms-Unique-Id") // the recorder's own count
	if !m.IsContentBase64 {
		return headers, m.Content, nil
	}
	body, err := fromBase64(m.Content)
	return headers, body, err
}
