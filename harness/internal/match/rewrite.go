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
	var open []idPlace // of objects and arrays that are open
	for token, err := range jsondoc.Scan(text) {
		switch {
		case err != nil:
			return batchText{text: text}
		case token.Closes():
			open = open[:len(open)-1]
			continue
		}
		place := placeRoot
		if len(open) > 0 {
			place = open[len(open)-1].within(token)
		}
		if token.Opens() {
			open = append(open, place)
		} else if token.Kind == '"' && place == placeID {
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

// idPlace says where in an answer to a batch the value under way stands.
type idPlace string

const (
	placeRoot      idPlace = ""
	placeResponses idPlace = "responses"
	placeResponse  idPlace = "response"
	placeNeeds     idPlace = "needs"
	placeID        idPlace = "id"
	placeOther     idPlace = "other"
)

// within is the place of a member or element of a value.
func (p idPlace) within(token jsondoc.Token) idPlace {
	isElement := token.NameAt < 0
	switch {
	case p == placeRoot && token.Name == "responses":
		return placeResponses
	case p == placeResponses && isElement:
		return placeResponse
	case p == placeResponse && token.Name == "dependsOn":
		return placeNeeds
	case p == placeResponse && token.Name == "id", p == placeNeeds && isElement:
		return placeID
	}
	return placeOther
}
