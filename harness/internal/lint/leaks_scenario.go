package lint

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// writtenLeaks finds what leaks of texts and names that people wrote.
type writtenLeaks struct{ *linter }

// scenario reports which secrets and whose identity a scenario file would give away, by
// the rules that are for cassettes: its requests, what it expects, its names and the values of
// its variables are looked at as if they stood in one. What its author wrote as content is
// meant to be read. Variables, and addresses below .example, are placeholders. Where the
// cassette is of documentation, or of a test server, people are invented and passwords, too.
func (l writtenLeaks) scenario(file string, sc *scenario.Scenario) {
	text, _ := plainfile.ReadFile(file)
	w, err := strictyaml.Decode(file, text, func(root strictyaml.Value) written {
		w := written{cassette: l.placeholder(file), api: sc.API}
		w.scenario(root)
		return w
	})
	if err != nil {
		return // it was loaded, so this is a file in the making
	}
	leaks, err := redact.Leaks(w.cassette, l.rules())
	if err != nil {
		return // the rules are at fault, which is a finding of theirs
	}
	invented := false
	if len(leaks) > 0 {
		c, err := l.project.Cassette(sc.Cassette)
		invented = err == nil && (c.Meta.Origin == cassette.Docs || c.Meta.Origin == cassette.Emulator)
	}
	leaks = slices.DeleteFunc(leaks, func(leak redact.Leak) bool {
		return leak.Rule.Class() == redact.Content ||
			invented && (leak.Rule.Class() != redact.Secret || leak.Rule == redact.Password)
	})
	for n := range leaks {
		leak := &leaks[n]
		leak.Line = w.cassette.Interactions[leak.Interaction].Line
		leak.Interaction, leak.Part, leak.Path = -1, "the scenario", ""
	}
	l.addLeaks(file, "a variable takes its place: {env.NAME} reads the environment; graphvcr new --from CASSETTE drafts a scenario of what was redacted", leaks)
}

// path reports a file whose name gives something away.
func (l writtenLeaks) path(file string) {
	name := strings.TrimSuffix(file, path.Ext(file))
	w := written{cassette: l.placeholder(file)}
	for part := range strings.SplitSeq(name, "/") {
		w.texts(0, part)
	}
	leaks, err := redact.Leaks(w.cassette, l.rules())
	if err != nil {
		return // as above
	}
	for _, leak := range leaks {
		if leak.Rule == redact.RandomValue {
			continue
		}
		leak.Interaction, leak.Part, leak.Path = -1, "the file's name", ""
		l.add(file, leakFinding(file, "rename it: reports and annotations name files", leak))
	}
}

// placeholder is a cassette for what stands in another file: with the project's salt, by
// which pseudonyms are known.
func (l writtenLeaks) placeholder(file string) *cassette.Cassette {
	salt, _ := saltfile.Find(l.project.Dirs.Cassettes) // without one nothing is a pseudonym
	return &cassette.Cassette{Name: file, File: file, Salt: salt}
}

// rules are the rules for what people wrote: what nothing knows was meant to be read.
func (l writtenLeaks) rules() redact.Rules {
	rules := l.project.Rules.Redact
	rules.Unknown = redact.Off
	return rules
}

// written is a scenario file as interactions: what leaks of a cassette is looked for in
// those.
type written struct {
	cassette *cassette.Cassette
	api      string
}

// placeholders are what stands for a value: variables, and addresses of nobody (RFC 2606).
var placeholders = regexp.MustCompile(`\{[^{}"]*\}|[\w.+-]+@[\w.-]*\bexample\b`)

func withoutPlaceholders(text string) string {
	return placeholders.ReplaceAllStringFunc(text, func(is string) string {
		if strings.Contains(is, ":") && !strings.HasPrefix(is, "{env.") {
			return is // JSON
		}
		return ""
	})
}

func (w *written) add(line int, i cassette.Interaction) {
	for _, text := range []*string{&i.Request.URL, &i.Request.Body, &i.Response.Body} {
		*text = withoutPlaceholders(*text)
	}
	i.Line, i.Response.Code = line, http.StatusOK
	if i.Request.URL == "" {
		i.Request.URL = graph.URL + "/" + w.api
	}
	for _, h := range []*http.Header{&i.Request.Headers, &i.Response.Headers} {
		if *h == nil {
			*h = http.Header{}
		}
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", "application/json")
		}
	}
	w.cassette.Interactions = append(w.cassette.Interactions, &i)
}

// texts adds values of which no more is known.
func (w *written) texts(line int, values ...string) {
	text, _ := json.Marshal(values)
	w.add(line, cassette.Interaction{Response: cassette.Response{Body: string(text)}})
}

func (w *written) scenario(root strictyaml.Value) {
	for key, v := range root.Members() {
		switch key {
		case "name", "description":
			w.texts(v.Line(), v.Text())
		case "vars":
			for name, v := range v.Members() {
				w.json(v.Line(), map[string]any{name: v.Tree()}, nil)
			}
		case "steps", "cleanup":
			for _, step := range v.Items() {
				w.step(step)
			}
		}
	}
}

func (w *written) step(step strictyaml.Value) {
	for key, v := range step.Members() {
		switch key {
		case "name":
			w.texts(v.Line(), v.Text())
		case "request":
			w.request(v.Value)
		case "expect":
			w.expect(v.Value)
		case "parts":
			for _, part := range v.Members() {
				w.expect(part.Value)
			}
		}
	}
}

func (w *written) request(request strictyaml.Value) {
	i := cassette.Interaction{Request: cassette.Request{Method: http.MethodGet, Headers: http.Header{}}}
	var path string
	var query strings.Builder
	for key, v := range request.Members() {
		switch key {
		case "method":
			i.Request.Method = v.Text()
		case "path":
			path = graph.URL + "/" + w.api + v.Text()
		case "url":
			path = v.Text()
		case "query":
			for name, v := range v.Members() {
				query.WriteString("&" + name + "=" + plain(v))
			}
		case "headers":
			for name, v := range v.Members() {
				i.Request.Headers.Set(name, plain(v))
			}
		case "text":
			i.Request.Body = plain(v)
		case "body":
			i.Request.Body = jsonOf(v.Tree())
		case "form", "multipart":
			w.json(v.Line(), v.Tree(), nil)
		}
	}
	if query.Len() > 0 {
		path += "?" + query.String()[1:]
	}
	i.Request.URL = strings.ReplaceAll(path, " ", "%20")
	w.add(request.Line(), i)
}

func (w *written) expect(expect strictyaml.Value) {
	for key, v := range expect.Members() {
		switch key {
		case "headers":
			h := http.Header{}
			for name, v := range v.Members() {
				h.Set(name, plain(v))
			}
			w.json(v.Line(), nil, h)
		case "body", "text":
			w.json(v.Line(), v.Tree(), nil)
		}
	}
}

// json adds an answer; a body of nil is none.
func (w *written) json(line int, body any, headers http.Header) {
	i := cassette.Interaction{Response: cassette.Response{Headers: headers}}
	if body != nil {
		i.Response.Body = jsonOf(body)
	}
	w.add(line, i)
}

// plain is a single value as text; "" for a list or a mapping.
func plain(m strictyaml.Member) string {
	if kind := m.Kind(); kind == strictyaml.List || kind == strictyaml.Mapping || kind == strictyaml.Null {
		return ""
	}
	return fmt.Sprint(m.Tree())
}

// jsonOf is a value as JSON, in a list where it is a text.
func jsonOf(value any) string {
	if text, ok := value.(string); ok {
		value = []string{text}
	}
	text, _ := json.Marshal(value) // a tree of JSON: it cannot fail
	return string(text)
}
