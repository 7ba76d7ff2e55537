package importer

import (
	"fmt"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// harMembers are where parts of an interaction stand in an entry; headers have a list, too.
var harMembers = map[string][]string{
	"request.method":                {"$['request']['method']"},
	"request.url":                   {"$['request']['url']"},
	"request.body":                  {"$['request']['postData']['text']", "$['request']['postData']['params']"},
	"request.headers.Cookie":        {"$['request']['cookies']"},
	"request.headers.Content-Type":  {"$['request']['postData']['mimeType']"},
	"response.code":                 {"$['response']['status']"},
	"response.body":                 {"$['response']['content']['text']", "$['_webSocketMessages']"},
	"response.headers.Set-Cookie":   {"$['response']['cookies']"},
	"response.headers.Location":     {"$['response']['redirectURL']"},
	"response.headers.Content-Type": {"$['response']['content']['mimeType']"},
}

// Line returns the line of the file on which a part of the entry stands, named as
// package redact names parts: request.url, request.headers.NAME, request.body,
// response.body, ... For a part that has none of its own it is the entry's.
func (e *HAREntry) Line(part string) int {
	if e.lines == nil {
		e.lines = jsondoc.Lines(string(e.raw))
		e.addHeaderLines()
	}
	for _, place := range append([]string{part}, harMembers[part]...) {
		if line := e.lines[place]; line > 0 {
			return e.Interaction.Line + line - 1
		}
	}
	return e.Interaction.Line
}

// addHeaderLines notes the lines of headers by their parts: of several of a name, the first's.
func (e *HAREntry) addHeaderLines() {
	for message, headers := range e.headers {
		for n, h := range headers {
			part := message + ".headers." + http.CanonicalHeaderKey(h.Name)
			if _, twice := e.lines[part]; !twice {
				e.lines[part] = e.lines[fmt.Sprintf("$['%s']['headers'][%d]['value']", message, n)]
			}
		}
	}
}
