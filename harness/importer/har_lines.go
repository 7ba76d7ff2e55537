package importer

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Line returns the line of the file on which a part of the entry stands, named as
// package redact names parts: request.url, request.headers.NAME, request.body,
// response.body, ... For a part that has none of its own it is the entry's.
func (e *HAREntry) Line(part string) int {
	if e.lines == nil {
		w := harLines{dec: json.NewDecoder(bytes.NewReader(e.raw)), text: e.raw, line: e.Interaction.Line, found: map[string]int{}}
		w.dec.UseNumber()
		_ = w.value("") // the text was decoded before
		e.lines = w.found
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

// harLines walks the text of an entry and notes where its parts stand.
type harLines struct {
	dec   *json.Decoder
	text  []byte
	at    int // offset up to which lines are counted
	line  int
	name  string // of the header under way
	found map[string]int
}

func (w *harLines) value(path string) error {
	token, err := w.token()
	if err != nil {
		return err
	}
	w.note(path)
	switch token {
	case json.Delim('{'):
		for w.dec.More() {
			name, err := w.token()
			if err != nil {
				return err
			}
			if err := w.value(path + "." + name.(string)); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for w.dec.More() {
			if err := w.value(path + "[]"); err != nil {
				return err
			}
		}
	default:
		if name, ok := token.(string); ok && (path == ".request.headers[].name" || path == ".response.headers[].name") {
			w.name = http.CanonicalHeaderKey(name)
		}
		return nil
	}
	_, err = w.token()
	return err
}

func (w *harLines) token() (json.Token, error) {
	t, err := w.dec.Token()
	end := min(int(w.dec.InputOffset()), len(w.text))
	w.line += bytes.Count(w.text[w.at:end], []byte("\n"))
	w.at = end
	return t, err
}

// note remembers where a part stands: the first of several.
func (w *harLines) note(path string) {
	part, ok := harParts[path]
	if !ok {
		return
	}
	if part[len(part)-1] == '.' {
		part += w.name
	}
	if w.found[part] == 0 {
		w.found[part] = w.line
	}
}
