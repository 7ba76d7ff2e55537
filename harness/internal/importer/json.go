package importer

import (
	"errors"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// named is a member of a file, or an element without a name: its text, and the line on which
// it begins.
type named struct {
	name, text string
	line       int
}

// membersOf are the members of the object that a file holds, in its order.
func membersOf(file, text, advice string) ([]named, error) {
	kind, members, err := itemsOf(text, 1)
	var syntax *jsondoc.SyntaxError
	switch {
	case kind != 0 && kind != '{':
		return nil, fault.In("import", file, 1, "the file holds no object", advice)
	case errors.As(err, &syntax):
		return nil, fault.In("import", file, syntax.Line, "not JSON: "+syntax.Message, advice)
	}
	return members, err
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

// AddHeaders adds what tools write as headers: an object of them, each a text or a list of texts;
// {name, value} or {key, value}; a list of these, or of names before their texts. It reports
// whether that was all.
func AddHeaders(headers http.Header, value any) (all bool) {
	all = true
	switch value := value.(type) {
	case nil:
	case map[string]any:
		for name, texts := range namedHeader(value) {
			list, isList := texts.([]any)
			if !isList {
				list = []any{texts}
			}
			for _, v := range list {
				if text, ok := v.(string); ok {
					headers.Add(name, text)
				}
			}
		}
	case []any:
		for i, item := range value {
			if name, isText := item.(string); !isText {
				all = AddHeaders(headers, item) && all
			} else if i%2 == 0 && i+1 < len(value) {
				AddHeaders(headers, map[string]any{name: value[i+1]})
			}
		}
	default:
		return false
	}
	return all
}

// namedHeader is {name: N, value: V} as {N: V}, and any other object as it is.
func namedHeader(object map[string]any) map[string]any {
	var name string
	var text any
	for key, value := range object {
		switch strings.ToLower(key) {
		case "name", "key":
			name, _ = value.(string)
		case "value":
			text = value
		}
	}
	if name == "" {
		return object
	}
	return map[string]any{name: text}
}
