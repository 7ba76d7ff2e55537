package generate

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Draft is a schema that recorded answers suggest.
type Draft struct {
	Path    string // template of the requests' path, "/v1.0/users/{upn}"
	Answers int    // recorded answers it was drafted from
	Text    []byte
}

// An Answer is what a service answered to a request that succeeded.
type Answer struct{ URL, Body string }

// Drafts drafts a schema for each path whose answers were JSON objects, sorted by path. Of a
// page its elements count.
func Drafts(all []Answer) []Draft {
	values, answers := map[string][]any{}, map[string]int{}
	for _, a := range all {
		path, found := a.values()
		if len(found) > 0 {
			values[path] = append(values[path], found...)
			answers[path]++
		}
	}
	var drafts []Draft
	for _, path := range slices.Sorted(maps.Keys(values)) {
		drafts = append(drafts, Draft{Path: path, Answers: answers[path], Text: Infer(titleOf(path), values[path])})
	}
	return drafts
}

// values are the objects that were answered, and the template of the path.
func (a Answer) values() (path string, values []any) {
	u, err := graphurl.Parse(a.URL)
	if err != nil {
		return "", nil
	}
	doc, err := jsondoc.Parse(a.Body)
	object, ok := doc.(map[string]any)
	if err != nil || !ok {
		return "", nil
	}
	elements, isPage := object["value"].([]any)
	if !isPage {
		return u.Template(), []any{object}
	}
	for _, element := range elements {
		if _, ok := element.(map[string]any); ok {
			values = append(values, element)
		}
	}
	return u.Template(), values
}

var words = regexp.MustCompile(`[A-Za-z]+`)

// titleOf is the last word of a path, ids aside.
func titleOf(path string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i > 1; i-- {
		if word := words.FindString(segments[i]); word != "" && !strings.HasPrefix(segments[i], "{") {
			return word
		}
	}
	return "answer"
}
