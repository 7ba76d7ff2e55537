package redact

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A tagged name, as notes have it.
type taggedName struct {
	Name   string `json:"n"`
	Tag    string `json:"t"`
	Looked bool   `json:"l,omitempty"`
}

// A note is what is to be known of an interaction when its recording ends: the shapes of a
// request with holes, several of a batch, the names with tags, and which place it had in the
// recording before.
type noteData struct {
	Shapes []uint64     `json:"s,omitempty"`
	Names  []taggedName `json:"n,omitempty"`
	Place  int          `json:"p,omitempty"` // from 1
	Salt   string       `json:"k,omitempty"` // digest of that which it was made with
}

// shapesOf are the method and template of a request, or those of a batch's parts: they are
// distinguished by the names in them, too, in any order.
func shapesOf(i *cassette.Interaction) []uint64 {
	shapes := []uint64{shapeOf(i.Request.Method, i.Request.URL)}
	if u, err := graphurl.Parse(i.Request.URL); err != nil || !u.IsBatch() {
		return shapes
	}
	doc, _ := jsondoc.Parse(i.Request.Body) // what is none has no parts
	for _, part := range graph.Requests(doc) {
		shapes = append(shapes, shapeOf("$batch "+part.Method, part.URL))
	}
	return shapes
}

func shapeOf(method, address string) uint64 {
	shape := fnv.New64a()
	if u, err := graphurl.Parse(address); err == nil {
		address = u.Template()
	}
	fmt.Fprintln(shape, method, address)
	return shape.Sum64()
}

// readNote reads a note; one that is empty says nothing.
func readNote(text []byte) (n noteData, err error) {
	if len(text) > 0 && json.Unmarshal(text, &n) != nil {
		return noteData{}, errors.New("a note of the journal is damaged")
	}
	return n, nil
}

// PlaceOf reads from a note which place an interaction had in the recording before, from 0;
// -1 for none.
func PlaceOf(text []byte) int {
	n, _ := readNote(text)
	return max(n.Place, 0) - 1
}

// SaltOf reads from notes the digest of the salt that interactions were redacted with; "" for
// none.
func SaltOf(notes [][]byte) string {
	for _, text := range notes {
		if n, _ := readNote(text); n.Salt != "" {
			return n.Salt
		}
	}
	return ""
}

// Tags reads notes: which tags a cassette of these interactions keeps. A name that is
// neither looked up nor stands in a request of a shape that another has needs none.
func Tags(notes [][]byte) (map[string]string, error) {
	read := make([]noteData, len(notes))
	count := map[uint64]int{}
	for k, text := range notes {
		n, err := readNote(text)
		if err != nil {
			return nil, err
		}
		read[k] = n
		for _, shape := range n.Shapes {
			count[shape]++
		}
	}
	tags := map[string]string{}
	for _, n := range read {
		alone := !slices.ContainsFunc(n.Shapes, func(shape uint64) bool { return count[shape] > 1 })
		for _, name := range n.Names {
			if name.Looked || !alone {
				tags[name.Name] = name.Tag
			}
		}
	}
	return tags, nil
}
