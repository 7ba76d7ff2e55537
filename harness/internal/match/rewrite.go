package match

import (
	"encoding/json"

	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A batchText is the answer to a batch with the places of the ids in it, so that
// they can be rewritten without touching any other byte.
type batchText struct {
	text string
	ids  []idSpan // by place
}

type idSpan struct {
	start, end int // of the JSON string, quotes included
	id         string
}

// locateIDs finds the ids in responses[].id and responses[].dependsOn[]. A text
// that is not the answer to a batch has none.
func locateIDs(text string) batchText {
	var ids []idSpan
	var open []string // places of the objects and arrays that are open
	for token, err := range jsondoc.Scan(text) {
		if err != nil {
			return batchText{text: text}
		}
		if token.Closes() {
			open = open[:len(open)-1]
			continue
		}
		at := ""
		switch {
		case token.Depth == 0 || token.Depth > 4: // no id is as deep
		case token.NameAt < 0:
			at = open[token.Depth-1] + "[]"
		default:
			at = open[token.Depth-1] + "." + token.Name
		}
		switch {
		case token.Opens():
			open = append(open, at)
		case token.Kind != '"':
		case token.Depth == 3 && at == ".responses[].id", token.Depth == 4 && at == ".responses[].dependsOn[]":
			ids = append(ids, idSpan{token.Start, token.Start + len(token.Raw), token.Value()})
		}
	}
	return batchText{text: text, ids: ids}
}

// rewritten returns the text with every id replaced that the map knows.
func (b batchText) rewritten(ids map[string]string) string {
	var edits []edit.Edit
	for _, span := range b.ids {
		id, known := ids[span.id]
		if !known || id == span.id {
			continue
		}
		if quoted, err := json.Marshal(id); err == nil {
			edits = append(edits, edit.Edit{Start: span.start, End: span.end, Text: string(quoted)})
		}
	}
	return edit.Apply(b.text, edits)
}
