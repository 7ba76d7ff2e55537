package match

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
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
	w := &idWalk{text: text, decoder: json.NewDecoder(strings.NewReader(text))}
	if w.value(0, "") != nil {
		return batchText{text: text}
	}
	return batchText{text: text, ids: w.ids}
}

// rewritten returns the text with every id replaced that the map knows.
func (b batchText) rewritten(ids map[string]string) string {
	changed := func(span idSpan) bool {
		id, known := ids[span.id]
		return known && id != span.id
	}
	if !slices.ContainsFunc(b.ids, changed) {
		return b.text
	}
	var out strings.Builder
	done := 0
	for _, span := range b.ids {
		if !changed(span) {
			continue
		}
		quoted, err := json.Marshal(ids[span.id])
		if err != nil {
			continue
		}
		out.WriteString(b.text[done:span.start])
		out.Write(quoted)
		done = span.end
	}
	out.WriteString(b.text[done:])
	return out.String()
}

// An idWalk reads a text token by token and notes the strings that are ids.
type idWalk struct {
	text    string
	decoder *json.Decoder
	ids     []idSpan
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

// within is the place of a member (or, with name "", of an element) of a value.
func (p idPlace) within(name string) idPlace {
	switch {
	case p == placeRoot && name == "responses":
		return placeResponses
	case p == placeResponses && name == "":
		return placeResponse
	case p == placeResponse && name == "dependsOn":
		return placeNeeds
	case p == placeResponse && name == "id", p == placeNeeds && name == "":
		return placeID
	}
	return placeOther
}

func (w *idWalk) value(depth int, place idPlace) error {
	before := w.decoder.InputOffset()
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		return w.children(depth, place, token)
	case string:
		if place == placeID {
			end := int(w.decoder.InputOffset())
			start := int(before) + strings.IndexByte(w.text[before:end], '"')
			w.ids = append(w.ids, idSpan{start, end, token})
		}
	}
	return nil
}

func (w *idWalk) children(depth int, place idPlace, open json.Delim) error {
	if depth > 1000 {
		return io.ErrUnexpectedEOF
	}
	for w.decoder.More() {
		name := ""
		if open == '{' {
			token, err := w.decoder.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
			if name == "" {
				name = "\x00" // an empty member name is no element of an array
			}
		}
		if err := w.value(depth+1, place.within(name)); err != nil {
			return err
		}
	}
	_, err := w.decoder.Token()
	return err
}
