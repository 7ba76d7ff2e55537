package importer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// draftScenario writes a scenario that asks for every interaction of the cassette
// in recorded order. An id that an answer brought is captured there and used
// where a later request needs it, so that the draft can also be run live.
func draftScenario(c *cassette.Cassette) ([]byte, error) {
	d := drafter{apis: map[string]int{}}
	steps := sequence()
	d.findCaptures(c.Interactions)
	for n, interaction := range c.Interactions {
		step, err := d.step(n, interaction)
		if err != nil {
			return nil, fmt.Errorf("draft a scenario: interaction %d: %w", n, err)
		}
		steps.Content = append(steps.Content, step)
	}
	api := "v1.0"
	if d.apis["beta"] > d.apis["v1.0"] {
		api = "beta"
	}
	for _, step := range steps.Content {
		dropMember(step, "api", api)
	}
	root := mapping(
		"name", str(title(c.Name)),
		"description", str("Drafted from an imported recording: say what it is for, and expect more than a status."),
		"api", str(api),
		"steps", steps,
	)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type drafter struct {
	apis     map[string]int
	captures map[int][]capture // by the interaction whose answer brings them
	values   map[string]string // a captured value -> its variable, once it is captured
}

type capture struct{ name, from, value string }

// findCaptures finds the ids at the top of an answer that a later request's path
// uses and no earlier request knew.
func (d *drafter) findCaptures(interactions []*cassette.Interaction) {
	d.captures, d.values = map[int][]capture{}, map[string]string{}
	known := map[string]bool{}
	for n, interaction := range interactions {
		for _, value := range pathIDs(interaction.Request.URL) {
			known[value] = true
		}
		doc, err := jsondoc.Parse(interaction.Response.Body)
		if err != nil {
			continue
		}
		object, _ := doc.(map[string]any)
		id, _ := object["id"].(string)
		if id == "" || known[id] || !usedLater(id, interactions[n+1:]) {
			continue
		}
		known[id] = true
		name := variableName(interaction.Request.URL, len(d.captures)+1)
		d.captures[n] = append(d.captures[n], capture{name: name, from: "body.id", value: id})
	}
}

func pathIDs(raw string) []string {
	u, err := graphurl.Parse(raw)
	if err != nil {
		return nil
	}
	var ids []string
	for _, segment := range u.Segments {
		if segment.Kind == graphurl.Key {
			ids = append(ids, segment.Text)
		}
	}
	return ids
}

func usedLater(id string, later []*cassette.Interaction) bool {
	for _, interaction := range later {
		for _, used := range pathIDs(interaction.Request.URL) {
			if used == id {
				return true
			}
		}
	}
	return false
}

// variableName is made from the collection that the request speaks to.
func variableName(raw string, n int) string {
	name := "value"
	if u, err := graphurl.Parse(raw); err == nil {
		for _, segment := range u.Segments {
			if segment.Kind == graphurl.Word {
				name = strings.TrimSuffix(segment.Text, "s")
			}
		}
	}
	return fmt.Sprintf("%s%d", name, n)
}

func (d *drafter) step(n int, interaction *cassette.Interaction) (*yaml.Node, error) {
	u, err := url.Parse(interaction.Request.URL)
	if err != nil {
		return nil, err
	}
	step := mapping("name", str(stepName(n, interaction, u)))
	request := mapping("method", str(interaction.Request.Method))
	if version, path, ok := splitVersion(u); ok {
		d.apis[version]++
		add(step, "api", str(version))
		add(request, "path", str(d.path(path)))
		if u.RawQuery != "" {
			add(request, "query", queryNode(u.RawQuery))
		}
	} else {
		add(request, "url", str(escapeBraces(u.String())))
	}
	addHeaders(request, interaction.Request.Headers)
	if err := d.addBody(request, interaction.Request); err != nil {
		return nil, err
	}
	if code := interaction.Response.Code; code >= 300 && code < 400 {
		add(request, "redirect", str("stop")) // the recording follows in a step of its own
	}
	add(step, "request", request)
	add(step, "expect", mapping("status", number(strconv.Itoa(interaction.Response.Code))))
	if found := d.captures[n]; len(found) > 0 {
		node := mapping()
		for _, c := range found {
			add(node, c.name, str(c.from))
			d.values[c.value] = c.name
		}
		add(step, "capture", node)
	}
	return step, nil
}

func stepName(n int, interaction *cassette.Interaction, u *url.URL) string {
	path := u.Path
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		path = path[i+1:]
	}
	if len(path) > 60 {
		path = path[:60] + "..."
	}
	path = strings.ToValidUTF8(strings.Map(printable, path), "")
	return fmt.Sprintf("%d %s %s", n+1, interaction.Request.Method, path)
}

func printable(r rune) rune {
	if !unicode.IsPrint(r) {
		return -1
	}
	return r
}

func splitVersion(u *url.URL) (version, path string, ok bool) {
	if !graphurl.IsGraphHost(u.Host) {
		return "", "", false
	}
	version, path, ok = strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	return version, "/" + path, ok && (version == "v1.0" || version == "beta")
}

// path is the escaped path with captured ids as variables.
func (d *drafter) path(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil && d.values[plain] != "" {
			segments[i] = "{" + d.values[plain] + "}"
			continue
		}
		segments[i] = escapeBraces(segment)
	}
	return strings.Join(segments, "/")
}

func queryNode(raw string) *yaml.Node {
	type option struct{ name, value string }
	var options []option
	count := map[string]int{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, value = unescapeQuery(name), unescapeQuery(value)
		if name == "" {
			continue
		}
		options = append(options, option{name, value})
		count[name]++
	}
	node := mapping()
	for _, o := range options {
		switch {
		case count[o.name] == 1:
			add(node, o.name, str(escapeBraces(o.value)))
		case member(node, o.name) == nil:
			add(node, o.name, sequence(str(escapeBraces(o.value))))
		default:
			list := member(node, o.name)
			list.Content = append(list.Content, str(escapeBraces(o.value)))
		}
	}
	return node
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// draftedHeaders are the headers that decide what Graph answers.
var draftedHeaders = []string{"Prefer", "ConsistencyLevel", "If-Match", "If-None-Match", "Range", "Content-Range"}

func addHeaders(request *yaml.Node, headers http.Header) {
	node := mapping()
	for _, name := range draftedHeaders {
		if value := headers.Get(name); value != "" {
			add(node, name, str(escapeBraces(value)))
		}
	}
	if accept := headers.Get("Accept"); strings.Contains(accept, ";") {
		add(node, "Accept", str(escapeBraces(accept)))
	}
	if len(node.Content) > 0 {
		add(request, "headers", node)
	}
}

func (d *drafter) addBody(request *yaml.Node, r cassette.Request) error {
	contentType := r.Headers.Get("Content-Type")
	if r.Body == "" {
		return nil
	}
	if _, err := jsondoc.Parse(r.Body); err == nil {
		body, err := jsonNode(json.NewDecoder(strings.NewReader(r.Body)))
		if err != nil {
			return err
		}
		add(request, "body", body)
		return nil
	}
	if contentType != "" {
		headers := member(request, "headers")
		if headers == nil {
			headers = mapping()
			add(request, "headers", headers)
		}
		add(headers, "Content-Type", str(escapeBraces(contentType)))
	}
	if utf8.ValidString(r.Body) {
		add(request, "text", str(escapeBraces(r.Body)))
	} else {
		add(request, "base64", str(base64.StdEncoding.EncodeToString([]byte(r.Body))))
	}
	return nil
}

// jsonNode reads one JSON value into YAML, members in their order, numbers as they
// are spelled, and braces in strings escaped.
func jsonNode(dec *json.Decoder) (*yaml.Node, error) {
	dec.UseNumber()
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return jsonContainer(dec, value)
	case string:
		return str(escapeBraces(value)), nil
	case json.Number:
		return number(value.String()), nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
}

func jsonContainer(dec *json.Decoder, open json.Delim) (*yaml.Node, error) {
	node := mapping()
	if open == '[' {
		node = sequence()
	}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, str(fmt.Sprint(name)))
		}
		value, err := jsonNode(dec)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, value)
	}
	_, err := dec.Token()
	return node, err
}

func escapeBraces(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}").Replace(s)
}

// title makes a scenario's name from a cassette's.
func title(name string) string {
	words := strings.NewReplacer("_", " ", "-", " ", "/", ": ", ".", " ").Replace(name)
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
