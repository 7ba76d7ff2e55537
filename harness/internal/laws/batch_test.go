package laws_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
)

// otherBatches sends the parts of batches in another order and by other ids.
func otherBatches(seed uint64) func(body string) (string, func(recorded, answer string) (string, error)) {
	random, mu := rand.New(rand.NewPCG(seed, 11)), sync.Mutex{}
	return func(body string) (string, func(recorded, answer string) (string, error)) {
		mu.Lock()
		defer mu.Unlock()
		sent, order := reordered(random, body)
		return sent, order.back
	}
}

// A batchOrder is what became of the ids of a batch whose parts were sent in another order:
// the recorded ids by those that were sent. Nil for a request that went out as it was.
type batchOrder map[string]string

func reordered(random *rand.Rand, text string) (string, batchOrder) {
	var body map[string]json.RawMessage
	var parts []map[string]any
	if json.Unmarshal([]byte(text), &body) != nil || json.Unmarshal(body["requests"], &parts) != nil || len(parts) == 0 {
		return text, nil
	}
	was, now := batchOrder{}, map[any]string{}
	for _, p := range parts {
		id, ok := p["id"].(string)
		if !ok {
			return text, nil
		}
		now[id] = fmt.Sprintf("%x", random.Uint32())
		was[now[id]] = id
	}
	for _, p := range parts {
		p["id"] = now[p["id"]]
		needs, _ := p["dependsOn"].([]any)
		for n := range needs {
			needs[n] = now[needs[n]]
		}
	}
	random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	body["requests"] = json.RawMessage(marshalled(parts))
	return marshalled(body), was
}

// back is an answer with the recorded ids of its parts, which have the order of the recorded
// answer: another one says that a part got another's answer.
func (o batchOrder) back(recorded, text string) (string, error) {
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
	body["responses"] = json.RawMessage(marshalled(parts))
	if id := misplaced(recorded, marshalled(body)); id != "" {
		return "", fmt.Errorf("the answer to part %s is another's", id)
	}
	return marshalled(body), nil
}

func marshalled(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
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
