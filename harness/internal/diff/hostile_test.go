package diff_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestHostileBodies compares what no service should answer with itself, and with an answer
// that is as it should be: in bounded time, and with something to tell.
func TestHostileBodies(t *testing.T) {
	const depth = 10_000
	for name, body := range map[string]string{
		"50 MB in a text":       `{"id":"1","text":"` + strings.Repeat("x", 50_000_000) + `"}`,
		"100,000 objects":       `{"value":[` + strings.Repeat(`{"id":"1","a":null},`, 100_000) + `{"id":"2"}]}`,
		"deep lists":            `{"id":"1","deep":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`,
		"deep objects":          strings.Repeat(`{"a":`, depth) + `1` + strings.Repeat("}", depth),
		"JSON in JSON in JSON":  nested(12),
		"half a body":           `{"id":"1","displayName":"A`,
		"HTML in names":         `{"id":"1","<script>alert(1)</script>":"<img src=x onerror=alert(1)>"}`,
		"no text that is valid": "{\"id\":\"\xff\xfe\"}",
	} {
		t.Run(name, func(t *testing.T) {
			recordingOf := func(body string) *cassette.Cassette {
				w := newWorld(t, 1)
				w.send("GET /v1.0/me", nil, 200, body, "Content-Type: application/json")
				return w.recording
			}
			if changes := compare(t, recordingOf(body), recordingOf(body)); len(changes) > 0 {
				t.Errorf("of itself:\n%.500s", list(changes))
			}
			if changes := compare(t, recordingOf(`{"id":"1","mail":"a"}`), recordingOf(body)); len(changes) == 0 {
				t.Error("it is told to be as it was")
			}
		})
	}
}

// nested is an object that holds itself as a text, so many times.
func nested(times int) string {
	text := `{"id":"1"}`
	for range times {
		inner, _ := json.Marshal(text)
		text = `{"id":"1","values":` + string(inner) + `}`
	}
	return text
}
