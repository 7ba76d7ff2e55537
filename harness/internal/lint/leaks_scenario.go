package lint

import (
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// writtenLeaks finds what leaks of texts and names that people wrote.
type writtenLeaks struct {
	project *project.Project
	cases
}

// scenario reports which secrets and whose identity a scenario file would give away, by
// the rules that are for cassettes: its requests, what it expects, its names and the values of
// its variables are looked at as if they stood in one. What its author wrote as content is
// meant to be read. Variables, and addresses below .example, are placeholders. Where the
// cassette is of documentation, or of a test server, people are invented and passwords, too.
func (l *writtenLeaks) scenario(file string, sc *scenario.Scenario) {
	text, err := plainfile.ReadFile(file)
	var doc yaml.Node
	if err != nil || yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return // it was loaded, so this is a file in the making
	}
	w := written{cassette: l.placeholder(file), api: sc.API}
	w.scenario(doc.Content[0])
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
			invented && (leak.Level != redact.Blocks || leak.Rule == redact.Password)
	})
	for n := range leaks {
		leak := &leaks[n]
		leak.Line = w.cassette.Interactions[leak.Interaction].Line
		leak.Interaction, leak.Part, leak.Path = -1, "the scenario", ""
	}
	l.addLeaks(file, "a variable takes its place: {env.NAME} reads the environment; graphvcr new --from CASSETTE drafts a scenario of what was redacted", leaks)
}

// path reports a file whose name gives something away.
func (l *writtenLeaks) path(file string) {
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
func (l *writtenLeaks) placeholder(file string) *cassette.Cassette {
	salt, _ := saltfile.Find(l.project.Dirs.Cassettes) // without one nothing is a pseudonym
	return &cassette.Cassette{Name: file, File: file, Salt: salt}
}

// rules are the rules for what people wrote: what nothing knows was meant to be read.
func (l *writtenLeaks) rules() redact.Rules {
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

func (w *written) scenario(root *yaml.Node) {
	for key, value := range members(root) {
		switch key.Value {
		case "name", "description":
			w.texts(value.Line, value.Value)
		case "vars":
			for name, v := range members(value) {
				w.json(v.Line, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{name, v}}, nil)
			}
		case "steps", "cleanup":
			for _, step := range value.Content {
				w.step(step)
			}
		}
	}
}

func (w *written) step(step *yaml.Node) {
	for key, value := range members(step) {
		switch key.Value {
		case "name":
			w.texts(value.Line, value.Value)
		case "request":
			w.request(value)
		case "expect":
			w.expect(value)
		case "parts":
			for _, part := range members(value) {
				w.expect(part)
			}
		}
	}
}

func (w *written) request(request *yaml.Node) {
	i := cassette.Interaction{Request: cassette.Request{Method: http.MethodGet, Headers: http.Header{}}}
	var path, query string
	for key, value := range members(request) {
		switch key.Value {
		case "method":
			i.Request.Method = value.Value
		case "path":
			path = graph.URL + "/" + w.api + value.Value
		case "url":
			path = value.Value
		case "query":
			for name, v := range members(value) {
				query += "&" + name.Value + "=" + v.Value
			}
		case "headers":
			for name, v := range members(value) {
				i.Request.Headers.Set(name.Value, v.Value)
			}
		case "text":
			i.Request.Body = value.Value
		case "body":
			i.Request.Body = jsonOf(value)
		case "form", "multipart":
			w.json(value.Line, value, nil)
		}
	}
	if query != "" {
		path += "?" + query[1:]
	}
	i.Request.URL = strings.ReplaceAll(path, " ", "%20")
	w.add(request.Line, i)
}

func (w *written) expect(expect *yaml.Node) {
	for key, value := range members(expect) {
		switch key.Value {
		case "headers":
			h := http.Header{}
			for name, v := range members(value) {
				h.Set(name.Value, v.Value)
			}
			w.json(value.Line, nil, h)
		case "body", "text":
			w.json(value.Line, value, nil)
		}
	}
}

func (w *written) json(line int, body *yaml.Node, headers http.Header) {
	i := cassette.Interaction{Response: cassette.Response{Headers: headers}}
	if body != nil {
		i.Response.Body = jsonOf(body)
	}
	w.add(line, i)
}

// members are the keys and values of a mapping.
func members(node *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			return
		}
		for n := 0; n+1 < len(node.Content); n += 2 {
			value := node.Content[n+1]
			if value.Kind == yaml.AliasNode {
				value = value.Alias
			}
			if !yield(node.Content[n], value) {
				return
			}
		}
	}
}

// jsonOf is a value as JSON; "" where it is none.
func jsonOf(node *yaml.Node) string {
	var value any
	if node.Decode(&value) != nil {
		return ""
	}
	if text, ok := value.(string); ok {
		value = []string{text}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
