package redact

import (
	"strconv"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// previous knows what an earlier recording held, place by place.
type previous struct {
	values map[string]bool
	byKey  map[string][]*cassette.Interaction

	mu   sync.Mutex
	seen map[string]int
}

func newPrevious(c *cassette.Cassette) *previous {
	v := &previous{values: map[string]bool{}, byKey: map[string][]*cassette.Interaction{}, seen: map[string]int{}}
	for _, i := range c.Interactions {
		v.byKey[templateOf(i)] = append(v.byKey[templateOf(i)], i)
		for _, value := range places(i) {
			v.values[value] = true
			v.values[strings.ToLower(value)] = true
		}
	}
	return v
}

func templateOf(i *cassette.Interaction) string {
	u, err := graphurl.Parse(i.Request.URL)
	if err != nil {
		return i.Request.Method
	}
	return i.Request.Method + " " + u.Template()
}

// at returns what the earlier recording held in the interaction that answers to i:
// the one of the same template and rank.
func (v *previous) at(i *cassette.Interaction) map[string]string {
	key := templateOf(i)
	v.mu.Lock()
	rank := v.seen[key]
	v.seen[key]++
	v.mu.Unlock()
	if rank >= len(v.byKey[key]) {
		return nil
	}
	return places(v.byKey[key][rank])
}

// places lists the strings of an interaction by the place where they stand: a segment
// of the path, a member of a body.
func places(i *cassette.Interaction) map[string]string {
	found := make(map[string]string)
	path, _, _ := strings.Cut(i.Request.URL, "?")
	for n, segment := range strings.Split(path, "/") {
		found["request.url/"+strconv.Itoa(n)] = segment
	}
	for part, body := range map[string]string{"request.body": i.Request.Body, "response.body": i.Response.Body} {
		if !isJSON(body) {
			continue
		}
		if doc, err := jsondoc.Parse(body); err == nil {
			jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
				if text, ok := value.(string); ok && len(text) <= 256 {
					found[at.Path(part+jsondoc.Root)] = text
				}
				return true
			})
		}
	}
	return found
}
