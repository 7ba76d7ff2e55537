package check

import (
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An answer is something to judge, and where it stands.
type answer struct {
	conform.Exchange
	name string                // what it is called in its file: a path, a request; "" where it is all of it
	line func(path string) int // of a place in its body, or of the answer where the place is elsewhere
}

// isText reports whether it is a text in source code that is no JSON as it stands.
func (a *answer) isText() bool { return a.URL == "" && a.Status == 0 && !a.Answer.IsJSON }

// by says what an answer is judged by, in a few words.
func (a *answer) by(r conform.Result) string {
	body, _ := a.Answer.Doc.(map[string]any)
	_, hasContext := body[odata.Context].(string)
	switch {
	case r.Reason != "":
		return ""
	case a.URL != "":
		return "by their requests"
	case a.Schema != "":
		return "as the type that was named"
	case r.Type == "a batch":
		return "as batches"
	case hasContext:
		return "by @odata.context"
	case isError(body):
		return "as errors"
	case r.Type == "nothing" || r.Type == "an operation" || r.Type == "a redirect":
		return "by their status"
	}
	return "by @odata.type"
}

// isError reports whether a body is an error's, well formed or not.
func isError(body map[string]any) bool {
	inner, ok := body["error"].(map[string]any)
	return ok && len(body) == 1 && inner != nil
}

// inText finds the lines of places in a text of JSON whose first line is that of a file. Before
// stands in front of every path. A text with escapes has one line.
func inText(text, before string, first int, oneLine bool) func(string) int {
	var lines map[string]int
	return func(path string) int {
		if oneLine {
			return first
		}
		if lines == nil {
			lines = jsondoc.Lines(text)
		}
		return first + max(jsondoc.Nearest(lines, below(before, path)), jsondoc.Nearest(lines, before), 1) - 1
	}
}

// below is a path of an answer's body as a path of what holds it. What is no path of the body
// ("status", a header) is at its holder.
func below(before, path string) string {
	if path == "" || path[0] != '$' {
		return before
	}
	return before + path[len(jsondoc.Root):]
}
