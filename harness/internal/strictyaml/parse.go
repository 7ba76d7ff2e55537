package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// parse returns the root of the only document in data.
func parse(data []byte) (*yaml.Node, *fault.Error) {
	if wrong := encoding(data); wrong != nil {
		return nil, wrong
	}
	if Values(data) > mostValues {
		return nil, &fault.Error{Place: fault.Place{Line: 1, Column: 1}, Message: fmt.Sprintf("the file holds more than %d values", mostValues), Hint: "split it"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, &fault.Error{Place: fault.Place{Line: 1, Column: 1}, Message: "the file is empty"}
	}
	if err != nil {
		return nil, syntaxError(data, err)
	}
	if isEmpty(&document) {
		return nil, &fault.Error{Place: fault.Place{Line: 1, Column: 1}, Message: "the file is empty"}
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, syntaxError(data, err)
	}
	return nil, &fault.Error{
		Place:   fault.Place{Line: max(second.Line, 1), Column: max(second.Column, 1)},
		Message: "a second document begins here",
		Hint:    "one file holds one document: remove the line ---",
	}
}

func isEmpty(document *yaml.Node) bool {
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 {
		return true
	}
	root := document.Content[0]
	return root.Kind == yaml.ScalarNode && root.Value == "" && root.Style == 0
}

// encoding refuses what is not UTF-8: yaml.v3 reads UTF-16 too, but then no
// position would be true.
func encoding(data []byte) *fault.Error {
	if utf8.Valid(data) {
		return nil
	}
	line, column := 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return &fault.Error{Place: fault.Place{Line: line, Column: column}, Message: "the file is not UTF-8 text", Hint: "save it as UTF-8"}
}

// syntaxError turns yaml.v3's error into a fault with a place. yaml.v3 gives no
// line for a fault on the first line and for an unknown anchor, and the line
// where the enclosing block began for most others, so the place is looked for:
// it is the line without which the text above it does not have the fault.
func syntaxError(data []byte, err error) *fault.Error {
	if line := fault.Conflict(string(data)); line > 0 {
		return &fault.Error{Place: fault.Place{Line: line, Column: 1}, Message: fault.ConflictMessage, Hint: fault.ConflictHint}
	}
	message := yamlMessage(err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	n := sort.Search(len(lines)-1, func(i int) bool {
		return yamlMessage(firstFault(bytes.Join(lines[:i+1], nil))) == message
	})
	text := string(lines[n])
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	if tab := strings.IndexByte(indent, '\t'); tab >= 0 {
		return &fault.Error{Place: fault.Place{Line: n + 1, Column: tab + 1}, Message: "the line is indented with a tab", Hint: "indent with spaces"}
	}
	return &fault.Error{Place: fault.Place{Line: n + 1, Column: len(indent) + 1}, Message: "not valid YAML: " + message, Hint: syntaxAdvice(message)}
}

// syntaxAdvice is what to do about the mistakes that people make most.
func syntaxAdvice(message string) string {
	switch {
	case strings.HasPrefix(message, "did not find expected ','"): // of a flow mapping or sequence
		return "close the bracket, and quote text inside brackets that holds one of { } [ ] , ?"
	case strings.HasPrefix(message, "mapping values are not allowed"):
		return `quote text that holds ": "`
	case strings.HasPrefix(message, "found unexpected end of stream"):
		return "close the quote"
	}
	return ""
}

// firstFault is the error that yaml.v3 meets first in data, or nil.
func firstFault(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var yamlPrefix = regexp.MustCompile(`^yaml: (line \d+: )?`)

// yamlMessage is the text of yaml.v3's error without its prefix and line.
func yamlMessage(err error) string {
	if err == nil {
		return ""
	}
	return yamlPrefix.ReplaceAllString(err.Error(), "")
}
