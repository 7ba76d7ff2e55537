package draft

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// addQuery adds a raw query's options in their order; an option that occurs more
// than once is a list.
func addQuery(request *yaml.Node, k *known, raw string) {
	node, at := mapping(), map[string]int{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name = unescapeQuery(name)
		if name == "" {
			continue
		}
		option := text(k.template(unescapeQuery(value)))
		n, twice := at[name]
		if !twice {
			add(node, name, option)
			at[name] = len(node.Content) - 1
			continue
		}
		if earlier := node.Content[n]; earlier.Kind != yaml.SequenceNode {
			node.Content[n] = sequence(earlier)
		}
		node.Content[n].Content = append(node.Content[n].Content, option)
	}
	addFilled(request, "query", node)
}

// isOptions reports whether a raw query can be said as options: YAML holds only UTF-8, and
// a scenario joins the values of a system option with commas.
func isOptions(raw string) bool {
	if !utf8.ValidString(unescapeQuery(raw)) {
		return false
	}
	system := map[string]bool{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name = unescapeQuery(name)
		if name == "" && value != "" || system[name] {
			return false
		}
		system[name] = strings.HasPrefix(name, "$")
	}
	return true
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// deciding are the headers that decide what Graph answers.
var deciding = []string{"Prefer", "ConsistencyLevel", "If-Match", "If-None-Match", "Range", "Content-Range"}

func addHeaders(request *yaml.Node, k *known, headers http.Header) {
	node := mapping()
	for _, name := range deciding {
		values := list(headers.Values(name), func(value string) *yaml.Node { return text(k.template(value)) })
		switch len(values.Content) {
		case 0:
		case 1:
			add(node, name, values.Content[0])
		default:
			add(node, name, values)
		}
	}
	if accept := headers.Get("Accept"); strings.Contains(accept, ";") {
		add(node, "Accept", text(escapeBraces(accept)))
	}
	addFilled(request, "headers", node)
}

// addBody writes what was sent: as YAML where a person would, else as the text that it is.
func addBody(request *yaml.Node, k *known, sent cassette.Request) {
	if sent.Body == "" {
		return
	}
	contentType := sent.Headers.Get("Content-Type")
	if _, err := jsondoc.Parse(sent.Body); err == nil {
		if body := jsonNode(sent.Body, k); body != nil {
			add(request, "body", body)
			return
		}
		contentType = cmp.Or(contentType, "application/json")
	}
	if contentType != "" {
		headers := member(request, "headers")
		if headers == nil {
			headers = mapping()
			add(request, "headers", headers)
		}
		add(headers, "Content-Type", text(escapeBraces(contentType)))
	}
	plain, encoded := text(escapeBraces(sent.Body)), base64.StdEncoding.EncodedLen(len(sent.Body))
	if utf8.ValidString(sent.Body) && !strings.Contains(sent.Body, "\r") && strings.Count(sent.Body, "\n") < mostLines && written(plain.Value) <= max(encoded, largestInYAML) {
		add(request, "text", plain)
	} else {
		add(request, "base64", text(base64.StdEncoding.EncodeToString([]byte(sent.Body))))
	}
}

// written is how long a text may be in quotes.
func written(s string) int {
	size := len(s)
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			size++
		case !unicode.IsPrint(r):
			size += 8
		}
	}
	return size
}

const (
	largestInYAML = 64 << 10 // of JSON that is written as YAML; who reads more
	deepestInYAML = 100      // likewise
	mostLines     = 2_000    // of a text that is written as one
)

// jsonNode reads JSON into YAML: members in their order, numbers as they are spelled,
// known values as variables. It is nil for JSON that YAML does not give back: of members
// with one name it has none.
func jsonNode(body string, k *known) *yaml.Node {
	if len(body) > largestInYAML {
		return nil
	}
	root := sequence()
	open := []*yaml.Node{root}      // innermost last
	names := []map[string]bool{nil} // of the members of each
	for token, err := range jsondoc.Scan(body) {
		if err != nil || len(open) > deepestInYAML+1 {
			return nil
		}
		last := len(open) - 1
		if token.Closes() {
			open, names = open[:last], names[:last]
			continue
		}
		into := open[last]
		if token.NameAt >= 0 {
			if names[last][token.Name] {
				return nil
			}
			names[last][token.Name] = true
			into.Content = append(into.Content, text(escapeBraces(token.Name)))
		}
		node := jsonValue(token, k)
		into.Content = append(into.Content, node)
		if token.Opens() {
			open, names = append(open, node), append(names, map[string]bool{})
		}
	}
	return root.Content[0]
}

func jsonValue(token jsondoc.Token, k *known) *yaml.Node {
	switch token.Kind {
	case '{':
		return mapping()
	case '[':
		return sequence()
	case '"':
		return text(k.template(token.Value()))
	case '0':
		return number(token.Raw)
	case 'n':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: token.Raw}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: token.Raw}
}

// longestName bounds what Name makes.
const longestName = 80

// Name is what the scenario of a request is called: get-users-id, of any user. It holds
// none of the request's values, and is the same for all requests of one template.
func Name(method, address string) string {
	name := strings.ToLower(method)
	if u, err := graphurl.Parse(address); err == nil && u.Name() != "" {
		name += "-" + u.Name()
	}
	return strings.TrimRight(name[:min(len(name), longestName)], "-")
}
