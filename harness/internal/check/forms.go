package check

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// maxNesting is how deep answers are looked for.
const maxNesting = 200

// forms finds the answers in a document.
type forms struct {
	line  func(path string) int
	code  bool // it stands in source code, where only what is surely Graph's counts
	found []answer
	other bool // there is an exchange with another service
}

// whole finds the answers of a document. Where there is none, data is one that says nothing of
// itself.
func (f *forms) whole(doc any) {
	f.value(jsondoc.Root, doc, 0)
	if len(f.found) > 0 || f.code || f.other {
		return
	}
	switch doc.(type) {
	case map[string]any, []any:
		f.add(jsondoc.Root, conform.Exchange{Answer: bodyOf(doc)})
	}
}

func (f *forms) value(at string, v any, depth int) {
	if depth > maxNesting {
		return
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			f.value(jsondoc.AppendPath(at, i), item, depth+1)
		}
	case map[string]any:
		f.object(at, v, depth)
	case string:
		f.nested(at, v, depth)
	}
}

func (f *forms) object(at string, object map[string]any, depth int) {
	if f.says(object) {
		f.add(at, conform.Exchange{Answer: bodyOf(object)})
		return
	}
	if e, bodyAt, ok := wrapped(object); ok {
		if e.URL == elsewhere {
			f.other = true
			return
		}
		f.add(at+bodyAt, e)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f.value(jsondoc.AppendPath(at, name), object[name], depth+1)
	}
}

// nested finds the answers in a text that is JSON itself.
func (f *forms) nested(at, text string, depth int) {
	if !mayHold(text) {
		return
	}
	doc, err := jsondoc.Parse(text)
	if err != nil {
		return
	}
	line := f.line(at)
	inner := forms{code: true, line: func(string) int { return line }}
	inner.value(jsondoc.Root, doc, depth+1)
	for _, a := range inner.found {
		a.name = at
		f.found = append(f.found, a)
	}
}

// mayHold reports whether a text is worth reading as JSON.
func mayHold(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && (text[0] == '{' || text[0] == '[') && strings.Contains(text, "@odata.")
}

func (f *forms) add(at string, e conform.Exchange) {
	name := at
	if at == jsondoc.Root {
		name = ""
	}
	f.found = append(f.found, answer{Exchange: e, name: name, line: func(path string) int { return f.line(below(at, path)) }})
}

// says reports whether an object says itself that it is an answer.
func (f *forms) says(object map[string]any) bool {
	context, _ := object[odata.Context].(string)
	switch {
	case strings.Contains(context, "$metadata"), isTyped(object):
		return true
	case isError(object):
		inner := object["error"].(map[string]any)
		_, hasCode := inner["code"].(string)
		_, hasMessage := inner["message"].(string)
		return !f.code || hasCode && hasMessage
	}
	elements, _ := object["value"].([]any)
	for _, e := range elements {
		if element, _ := e.(map[string]any); !isTyped(element) {
			return isBatch(object)
		}
	}
	return len(elements) > 0 || isBatch(object)
}

// isTyped reports whether an object names one of Graph's types.
func isTyped(object map[string]any) bool {
	name, _ := object[odata.Type].(string)
	return strings.HasPrefix(strings.TrimPrefix(name, "#"), "microsoft.graph.")
}

func isBatch(object map[string]any) bool {
	parts := graph.Responses(object)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p graph.Part) bool { return p.Status == 0 || p.ID == "" })
}

// bodyOf is a document as the body of an answer.
func bodyOf(doc any) conform.Body {
	return conform.Body{Text: "body", Doc: doc, IsJSON: true}
}

// An answer is something to judge, and where it stands.
type answer struct {
	conform.Exchange
	name string                // what it is called in its file: a path, a request; "" where it is all of it
	line func(path string) int // of a place in its body, or of the answer where the place is elsewhere
}

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

// inText finds the lines of places in a text of JSON whose first line is that of a file. A text
// with escapes has one line.
func inText(text string, first int, oneLine bool) func(string) int {
	var lines map[string]int
	return func(path string) int {
		if oneLine {
			return first
		}
		if lines == nil {
			lines = jsondoc.Lines(text)
		}
		return first + max(jsondoc.Nearest(lines, below(jsondoc.Root, path)), 1) - 1
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

// elsewhere stands for the address of an exchange with another service.
const elsewhere = "elsewhere"

// The names by which tools know the parts of an exchange, without case, '_' and '-'.
var (
	statusNames  = []string{"statuscode", "status", "responsecode", "httpstatus", "code"}
	bodyNames    = []string{"body", "response", "jsonbody", "responsebody", "content", "payload", "data"}
	headerNames  = []string{"headers", "responseheaders", "rawheaders", "header"}
	answerNames  = []string{"response", "reply", "res"}
	requestNames = []string{"request", "req"}
	addressNames = []string{"url", "uri", "requesturi", "urlpath", "path"}
	methodNames  = []string{"method", "verb"}
	hostNames    = []string{"scope", "host", "baseurl"}
)

// wrapped reads an object that wraps an answer: it says the status, and holds a body or
// headers. What stands in front of the body's path is returned with it.
func wrapped(object map[string]any) (e conform.Exchange, bodyAt string, ok bool) {
	answered, asked := object, object
	if inner, name := member(object, answerNames); name != "" {
		if message, isObject := inner.(map[string]any); isObject && statusOf(message) > 0 {
			answered, bodyAt = message, step(name)
		}
	}
	if e.Status = statusOf(answered); e.Status == 0 {
		return e, "", false
	}
	body, name := member(answered, bodyNames)
	list, headers := member(answered, headerNames)
	switch body := body.(type) {
	case nil:
		if headers == "" && name == "" {
			return e, "", false
		}
	case string:
		e.Answer = conform.BodyOf(body, "")
	case map[string]any, []any:
		e.Answer = bodyOf(body)
	default:
		return e, "", false
	}
	if name != "" {
		bodyAt += step(name)
	}
	e.Header = http.Header{}
	importer.AddHeaders(e.Header, list)
	if inner, name := member(object, requestNames); name != "" {
		if message, isObject := inner.(map[string]any); isObject {
			asked = message
		}
	}
	method, _ := member(asked, methodNames)
	if e.Method, _ = method.(string); e.Method == "" {
		e.Method = http.MethodGet
	}
	e.Method = strings.ToUpper(e.Method)
	e.URL = addressIn(asked)
	return e, bodyAt, true
}

func step(name string) string {
	return strings.TrimPrefix(jsondoc.AppendPath(jsondoc.Root, name), jsondoc.Root)
}

// member is the first of some members that an object has, and its name there.
func member(object map[string]any, names []string) (value any, name string) {
	for _, wanted := range names {
		for name, value := range object {
			if plainName.Replace(strings.ToLower(name)) == wanted {
				return value, name
			}
		}
	}
	return nil, ""
}

var plainName = strings.NewReplacer("_", "", "-", "")

// statusOf is the status that an object says, or 0: what else is called status is a text.
func statusOf(object map[string]any) int {
	for _, wanted := range statusNames {
		value, _ := member(object, []string{wanted})
		text := ""
		switch value := value.(type) {
		case json.Number:
			text = string(value)
		case string:
			text, _, _ = strings.Cut(value, " ")
		}
		if status, err := strconv.Atoi(text); err == nil && len(text) == 3 && status >= 100 && status < 600 {
			return status
		}
	}
	return 0
}

// addressIn is the address of a request, as conform resolves it: "" where it says no version,
// elsewhere where it is another service's.
func addressIn(asked map[string]any) string {
	value, _ := member(asked, addressNames)
	address, _ := value.(string)
	if host, _ := member(asked, hostNames); !strings.Contains(address, "://") {
		if base, ok := host.(string); ok && strings.Contains(base, "://") {
			address = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(address, "/")
		}
	}
	return resolvable(address)
}

func resolvable(address string) string {
	if scheme, rest, ok := strings.Cut(address, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		u, err := url.Parse(scheme + "://" + host)
		switch {
		case err == nil && graph.IsHost(u.Host):
		case err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.")):
		default:
			return elsewhere
		}
		address = "/" + path
	}
	if u, err := graphurl.Parse(address); err != nil || u.Version == "" {
		return ""
	}
	return graph.URL + address
}
