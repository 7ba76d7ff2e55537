package draft

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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
		body, err := d.jsonNode(json.NewDecoder(strings.NewReader(sent.Body)))
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

// jsonNode reads one JSON value into YAML: members in their order, numbers as they
// are spelled, known values as variables.
func (d *drafter) jsonNode(dec *json.Decoder) (*yaml.Node, error) {
	dec.UseNumber()
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return d.jsonContainer(dec, value)
	case string:
		return text(d.template(value)), nil
	case json.Number:
		return number(value.String()), nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value)}, nil
	}
	return null(), nil
}

func (d *drafter) jsonContainer(dec *json.Decoder, open json.Delim) (*yaml.Node, error) {
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
			node.Content = append(node.Content, text(escapeBraces(fmt.Sprint(name))))
		}
		value, err := d.jsonNode(dec)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, value)
	}
	_, err := dec.Token()
	return node, err
}
