package laws

import (
	"encoding/json"
	"fmt"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A batchOrder is what became of the ids of a batch whose parts were sent in another order:
// the recorded ids by those that were sent. Nil for a request that went out as it was.
type batchOrder map[string]string

// reordered is a request with the parts of its batch in another order and by other ids.
func (c *Client) reordered(r *cassette.Request) (*cassette.Request, batchOrder) {
	var body map[string]json.RawMessage
	var parts []map[string]any
	if !c.Reorder || json.Unmarshal([]byte(r.Body), &body) != nil || json.Unmarshal(body["requests"], &parts) != nil || len(parts) == 0 {
		return r, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	was, now := batchOrder{}, map[any]string{}
	for _, p := range parts {
		id, ok := p["id"].(string)
		if !ok {
			return r, nil
		}
		now[id] = fmt.Sprintf("%x", c.random.Uint32())
		was[now[id]] = id
	}
	for _, p := range parts {
		p["id"] = now[p["id"]]
		needs, _ := p["dependsOn"].([]any)
		for n := range needs {
			needs[n] = now[needs[n]]
		}
	}
	c.random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	text, err := json.Marshal(parts)
	if err != nil {
		return r, nil
	}
	body["requests"] = text
	if text, err = json.Marshal(body); err != nil {
		return r, nil
	}
	sent := *r
	sent.Body = string(text)
	return &sent, was
}

// back is an answer with the recorded ids of its parts. That of one part by another's id has
// the other's values, and tells it so.
func (o batchOrder) back(text string) (string, error) {
	if o == nil {
		return text, nil
	}
	var body map[string]json.RawMessage
	var parts []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return "", err
	}
	if err := json.Unmarshal(body["responses"], &parts); err != nil {
		return "", err
	}
	for _, p := range parts {
		var id string
		if err := json.Unmarshal(p["id"], &id); err != nil || o[id] == "" {
			return "", fmt.Errorf("an answer to part %s, which was not sent", p["id"])
		}
		p["id"] = json.RawMessage(fmt.Sprintf("%q", o[id]))
	}
	responses, err := json.Marshal(parts)
	if err != nil {
		return "", err
	}
	body["responses"] = responses
	all, err := json.Marshal(body)
	return string(all), err
}

// misplaced is the id of a part that stands elsewhere in an answer than in the recorded one,
// whose parts have the same order; "" for none.
func misplaced(recorded, now string) string {
	ids := func(text string) (ids []string) {
		var body struct{ Responses []struct{ ID string } }
		if json.Unmarshal([]byte(text), &body) == nil {
			for _, r := range body.Responses {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	was, is := ids(recorded), ids(now)
	for n, id := range was {
		if n >= len(is) || is[n] != id {
			return id
		}
	}
	return ""
}
