package importer

import (
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Line returns the line of the file on which a part of the entry stands, named as
// package redact names parts: request.url, request.headers.NAME, request.body,
// response.body, ... For a part that has none of its own it is the entry's.
func (e *HAREntry) Line(part string) int {
	if e.lines == nil {
		e.lines = harLines(string(e.raw), e.Interaction.Line)
	}
	if line := e.lines[part]; line > 0 {
		return line
	}
	return e.Interaction.Line
}

// harParts are the parts of an interaction by the paths of an entry.
var harParts = map[string]string{
	".request.method":            "request.method",
	".request.url":               "request.url",
	".request.postData.text":     "request.body",
	".request.postData.params":   "request.body",
	".request.cookies":           "request.headers.Cookie",
	".response.status":           "response.code",
	".response.cookies":          "response.headers.Set-Cookie",
	".response.content.text":     "response.body",
	"._webSocketMessages":        "response.body",
	".request.headers[].value":   "request.headers.",
	".response.headers[].value":  "response.headers.",
	".response.redirectURL":      "response.headers.Location",
	".request.postData.mimeType": "request.headers.Content-Type",
	".response.content.mimeType": "response.headers.Content-Type",
}

// harLines finds the lines of an entry's parts, of several the first. The text begins on
// a line, and was decoded before.
func harLines(text string, line int) map[string]int {
	found := map[string]int{}
	var open []string // the paths of objects and arrays that are open
	header, counted := "", 0
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			break
		}
		if token.Closes() {
			open = open[:len(open)-1]
			continue
		}
		path := ""
		if token.NameAt >= 0 {
			path = open[len(open)-1] + "." + token.Name
		} else if len(open) > 0 {
			path = open[len(open)-1] + "[]"
		}
		if token.Opens() {
			open = append(open, path)
		}
		line += strings.Count(text[counted:token.Start], "\n")
		counted = token.Start
		if part, ok := harParts[path]; ok {
			if part[len(part)-1] == '.' {
				part += header
			}
			if found[part] == 0 {
				found[part] = line
			}
		}
		if token.Kind == '"' && (path == ".request.headers[].name" || path == ".response.headers[].name") {
			header = http.CanonicalHeaderKey(token.Value())
		}
	}
	return found
}
