package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// maxParts is how many requests a batch may hold (concepts/json-batching).
const maxParts = 20

type batchPart struct {
	ID        string
	Method    string
	URL       string
	Headers   map[string]string
	Body      json.RawMessage
	DependsOn []string
}

// batch answers every part, each after those that it depends on, and returns the
// answers in another order than they were asked in. It is 200 even where parts
// fail; a part whose dependency failed is 424.
func (g *graph) batch(c *call) (Answer, error) {
	parts, err := readBatch(c)
	if err != nil {
		return Answer{}, err
	}
	statuses := map[string]int{}
	answers := make([]object, 0, len(parts))
	for _, p := range parts {
		var a Answer
		if slices.ContainsFunc(p.DependsOn, func(id string) bool { return statuses[id] >= 400 }) {
			a = c.failed(fail(424, "FailedDependency", "The request failed because one it depends on did."))
		} else {
			a = g.part(c, p.Method, p.URL, p.header(), p.content())
		}
		statuses[p.ID] = a.Status
		answers = append(answers, shownPart(p.ID, a))
	}
	return answerJSON(200, object{{"responses", shuffled(answers, c.requestID)}})
}

// readBatch is the parts, every one after its dependencies.
func readBatch(c *call) ([]batchPart, error) {
	var body struct{ Requests []batchPart }
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	switch n := len(body.Requests); {
	case n == 0:
		return nil, fail(400, "BadRequest", "Invalid batch payload format.")
	case n > maxParts:
		return nil, fail(400, "BadRequest", "Number of batch request steps exceeds the maximum value of %d.", maxParts)
	}
	done := map[string]bool{}
	for _, p := range body.Requests {
		if p.ID == "" || p.Method == "" || p.URL == "" || done[p.ID] {
			return nil, fail(400, "BadRequest", "Invalid batch: request ids must be given and unique, with method and url.")
		}
		done[p.ID] = true
	}
	clear(done)
	var ordered []batchPart
	for rest := body.Requests; len(rest) > 0; {
		i := slices.IndexFunc(rest, func(p batchPart) bool {
			return !slices.ContainsFunc(p.DependsOn, func(id string) bool { return !done[id] })
		})
		if i < 0 {
			return nil, fail(400, "BadRequest", "Invalid batch: dependsOn names an unknown request or a circle.")
		}
		ordered = append(ordered, rest[i])
		done[rest[i].ID] = true
		rest = slices.Delete(slices.Clone(rest), i, i+1)
	}
	return ordered, nil
}

func (p batchPart) header() http.Header {
	h := http.Header{}
	for name, value := range p.Headers {
		h.Set(name, value)
	}
	return h
}

// content is the part's body: JSON as it stands; what is no JSON is a base64
// string, told by its content type.
func (p batchPart) content() []byte {
	var text string
	if json.Unmarshal(p.Body, &text) == nil && text != "" && !strings.Contains(p.header().Get("Content-Type"), "json") {
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
			return raw
		}
		return []byte(text)
	}
	if string(p.Body) == "null" {
		return nil
	}
	return p.Body
}

func shownPart(id string, a Answer) object {
	headers := object{{"Cache-Control", "no-cache"}}
	for _, name := range sortedKeys(a.Header) {
		if name != "Content-Length" {
			headers = append(headers, member{name, a.Header.Get(name)})
		}
	}
	o := object{{"id", id}, {"status", a.Status}, {"headers", headers}}
	switch {
	case len(a.Body) == 0:
	case strings.HasPrefix(a.Header.Get("Content-Type"), "application/json"):
		o = append(o, member{"body", json.RawMessage(a.Body)})
	default:
		o = append(o, member{"body", base64.StdEncoding.EncodeToString(a.Body)})
	}
	return o
}

// shuffled turns the answers by a place that the batch's request-id decides, and
// the other way round: never the order of the request where there are two.
func shuffled(answers []object, requestID string) []object {
	slices.Reverse(answers)
	if n := len(answers) - 1; n > 1 {
		turn := int(requestID[0]) % n
		return append(slices.Clone(answers[turn:]), answers[:turn]...)
	}
	return answers
}
