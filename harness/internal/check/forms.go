package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// maxNesting is how deep answers are looked for.
const maxNesting = 200

// forms finds the answers in a document.
type forms struct {
	line  func(path string) int
	code  bool // it stands in source code, where only what is surely Graph's counts
	found []answer
	other bool // there is an exchange with another service
}

// whole finds the answers of a document. Where there is none, data is one that says nothing of
// itself.
func (f *forms) whole(doc any) {
	f.value(jsondoc.Root, doc, 0)
	if len(f.found) > 0 || f.code || f.other {
		return
	}
	switch doc.(type) {
	case map[string]any, []any:
		f.add(jsondoc.Root, conform.Exchange{Answer: bodyOf(doc)})
	}
}

func (f *forms) value(at string, v any, depth int) {
	if depth > maxNesting {
		return
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			f.value(jsondoc.AppendPath(at, i), item, depth+1)
		}
	case map[string]any:
		f.object(at, v, depth)
	case string:
		f.nested(at, v, depth)
	}
}

func (f *forms) object(at string, object map[string]any, depth int) {
	if f.says(object) {
		f.add(at, conform.Exchange{Answer: bodyOf(object)})
		return
	}
	if e, bodyAt, ok := wrapped(object); ok {
		if e.URL == elsewhere {
			f.other = true
			return
		}
		f.add(at+bodyAt, e)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f.value(jsondoc.AppendPath(at, name), object[name], depth+1)
	}
}

// nested finds the answers in a text that is JSON itself.
func (f *forms) nested(at, text string, depth int) {
	if !mayHold(text) {
		return
	}
	doc, err := jsondoc.Parse(text)
	if err != nil {
		return
	}
	line := f.line(at)
	inner := forms{code: true, line: func(string) int { return line }}
	inner.value(jsondoc.Root, doc, depth+1)
	for _, a := range inner.found {
		a.name = at
		f.found = append(f.found, a)
	}
}

// mayHold reports whether a text is worth reading as JSON.
func mayHold(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && (text[0] == '{' || text[0] == '[') && strings.Contains(text, "@odata.")
}

func (f *forms) add(at string, e conform.Exchange) {
	name := at
	if at == jsondoc.Root {
		name = ""
	}
	f.found = append(f.found, answer{Exchange: e, name: name, line: func(path string) int { return f.line(below(at, path)) }})
}

// says reports whether an object says itself that it is an answer.
func (f *forms) says(object map[string]any) bool {
	context, _ := object[odata.Context].(string)
	switch {
	case strings.Contains(context, "$metadata"), isTyped(object):
		return true
	case isError(object):
		inner := object["error"].(map[string]any)
		_, hasCode := inner["code"].(string)
		_, hasMessage := inner["message"].(string)
		return !f.code || hasCode && hasMessage
	}
	elements, _ := object["value"].([]any)
	for _, e := range elements {
		if element, _ := e.(map[string]any); !isTyped(element) {
			return isBatch(object)
		}
	}
	return len(elements) > 0 || isBatch(object)
}

// isTyped reports whether an object names one of Graph's types.
func isTyped(object map[string]any) bool {
	name, _ := object[odata.Type].(string)
	return strings.HasPrefix(strings.TrimPrefix(name, "#"), "microsoft.graph.")
}

func isBatch(object map[string]any) bool {
	parts := graph.Responses(object)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p graph.Part) bool { return p.Status == 0 || p.ID == "" })
}

// bodyOf is a document as the body of an answer.
func bodyOf(doc any) conform.Body {
	return conform.Body{Text: "body", Doc: doc, IsJSON: true}
}
