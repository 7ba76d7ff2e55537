package importer

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

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
	}
	places := harMembers[part]
	if message, name, ok := strings.Cut(part, ".headers."); ok {
		isNamed := func(p harPair) bool { return http.CanonicalHeaderKey(p.Name) == name }
		if n := slices.IndexFunc(e.headers[message], isNamed); n >= 0 {
			places = append([]string{fmt.Sprintf("$['%s']['headers'][%d]['value']", message, n)}, places...)
		}
	}
	for _, place := range places {
		if line := e.lines[place]; line > 0 {
			return e.Interaction.Line + line - 1
		}
	}
	return e.Interaction.Line
}
