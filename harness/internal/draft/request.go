package draft

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// addQuery adds a raw query's options in their order; an option that occurs more
// than once is a list.
func addQuery(request *yaml.Node, d *drafter, raw string) {
	node := mapping()
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name = unescapeQuery(name)
		if name == "" {
			continue
		}
		option := text(d.template(unescapeQuery(value)))
		switch earlier := member(node, name); {
		case earlier == nil:
			add(node, name, option)
		case earlier.Kind == yaml.SequenceNode:
			earlier.Content = append(earlier.Content, option)
		default:
			first := *earlier
			*earlier = *sequence(&first, option)
		}
	}
	if len(node.Content) > 0 {
		add(request, "query", node)
	}
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// deciding are the headers that decide what Graph answers.
var deciding = []string{"Prefer", "ConsistencyLevel", "If-Match", "If-None-Match", "Range", "Content-Range"}

func (d *drafter) addHeaders(request *yaml.Node, headers http.Header) {
	node := mapping()
	for _, name := range deciding {
		if value := headers.Get(name); value != "" {
			add(node, name, text(d.template(value)))
		}
	}
	if accept := headers.Get("Accept"); strings.Contains(accept, ";") {
		add(node, "Accept", text(escapeBraces(accept)))
	}
	if len(node.Content) > 0 {
		add(request, "headers", node)
	}
}

func (d *drafter) addBody(request *yaml.Node, sent cassette.Request) error {
	if sent.Body == "" {
		return nil
	}
	if _, err := jsondoc.Parse(sent.Body); err == nil {
		body, err := d.jsonNode(sent.Body)
		if err != nil {
			return err
		}
		add(request, "body", body)
		return nil
	}
	if contentType := sent.Headers.Get("Content-Type"); contentType != "" {
		headers := member(request, "headers")
		if headers == nil {
			headers = mapping()
			add(request, "headers", headers)
		}
		add(headers, "Content-Type", text(escapeBraces(contentType)))
	}
	if utf8.ValidString(sent.Body) && !strings.Contains(sent.Body, "\r") {
		add(request, "text", text(escapeBraces(sent.Body)))
	} else {
		add(request, "base64", text(base64.StdEncoding.EncodeToString([]byte(sent.Body))))
	}
	return nil
}

// jsonNode reads JSON into YAML: members in their order, numbers as they are spelled,
// known values as variables.
func (d *drafter) jsonNode(body string) (*yaml.Node, error) {
	root := sequence()
	open := []*yaml.Node{root} // innermost last
	for token, err := range jsondoc.Scan(body) {
		if err != nil {
			return nil, err
		}
		if token.Closes() {
			open = open[:len(open)-1]
			continue
		}
		into := open[len(open)-1]
		if token.NameAt >= 0 {
			into.Content = append(into.Content, text(escapeBraces(token.Name)))
		}
		node := d.jsonValue(token)
		into.Content = append(into.Content, node)
		if token.Opens() {
			open = append(open, node)
		}
	}
	return root.Content[0], nil
}

func (d *drafter) jsonValue(token jsondoc.Token) *yaml.Node {
	switch token.Kind {
	case '{':
		return mapping()
	case '[':
		return sequence()
	case '"':
		return text(d.template(token.Value()))
	case '0':
		return number(token.Raw)
	case 'n':
		return null()
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: token.Raw}
}
