package importer

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// maxRecording bounds the file that is read whole.
const maxRecording = 256 << 20

var _ = register(&Format{
	Kind: VCRPy, Tool: "vcrpy", Ends: []string{".yaml", ".yml"}, source: "vcrpy", word: "interaction",
	Short:    "Import recordings of vcrpy (Python)",
	About:    "Turns recordings of vcrpy (YAML) into cassettes and scenarios.\n",
	Examples: []string{"tests/recordings/test_chats.yaml --out .", "tests/recordings --out /tmp/imported --report json"},
	key:      "interactions",
	entries:  readVCRPy,
})

// readVCRPy reads the entries of a recording of Python's vcrpy: YAML, its format 1, or the bare
// list of older versions.
func readVCRPy(file string, data []byte) ([]*Entry, error) {
	root, err := parseYAML(file, data)
	if err != nil {
		return nil, err
	}
	list := member(root, "interactions")
	isExchange := func(item *yaml.Node) bool { return member(item, "request") != nil }
	if root.Kind == yaml.SequenceNode && slices.ContainsFunc(root.Content, isExchange) { // vcrpy before format 1
		list = root
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, fault.In("import", file, root.Line, "no list of interactions", "a vcrpy recording is a mapping with a list of interactions")
	}
	for _, n := range list.Content {
		if request := member(n, "request"); request != nil && member(request, "url") != nil {
			if _, err := cassette.Load(file); err != nil {
				return nil, err // as everybody else says it
			}
			return nil, fault.In("import", file, root.Line, "this is a go-vcr cassette, not a vcrpy recording", "it needs no import: put it under cassettes/")
		}
	}
	return entriesOf(list.Content, func(n *yaml.Node) int { return n.Line }, yamlInteraction), nil
}

func readFile(file string) ([]byte, error) {
	data, err := readMost(file, maxRecording+1)
	if err == nil && len(data) > maxRecording {
		return nil, fault.In("import", file, 0, fmt.Sprintf("larger than %d MB", maxRecording>>20), "split the recording")
	}
	return data, err
}

// readMost reads a file, but no more than so many bytes of it.
func readMost(file string, most int64) ([]byte, error) {
	f, err := plainfile.Open(file)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	return data, nil
}

// yamlError reads yaml.v3's messages ("yaml: line 7: ...").
var yamlError = regexp.MustCompile(`(?s)^(?:yaml: )?(?:line (\d+): )?(.*)$`)

func parseYAML(file string, data []byte) (*yaml.Node, error) {
	if strictyaml.Values(data) > strictyaml.MostNodes {
		return nil, fault.In("import", file, 0, fmt.Sprintf("it holds more than %d values outside texts", strictyaml.MostNodes), "split the recording")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		said := yamlError.FindStringSubmatch(err.Error())
		line, _ := strconv.Atoi(said[1])
		return nil, fault.In("import", file, line, said[2], "is the file cut off?")
	}
	if len(doc.Content) == 0 {
		return nil, fault.In("import", file, 1, "the file is empty", "")
	}
	return doc.Content[0], nil
}

// at is a fault at a line of the recording.
func at(line int, message string) error {
	return &fault.Error{Place: fault.Place{Line: line}, Message: message}
}

// yamlInteraction reads an exchange as vcrpy and Ruby's VCR write one.
func yamlInteraction(node *yaml.Node) (*cassette.Interaction, error) {
	asked, answered := member(node, "request"), member(node, "response")
	if asked == nil || answered == nil {
		return nil, errors.New("it has no request or no response")
	}
	address, err := text(member(asked, "uri"))
	if err != nil {
		return nil, fmt.Errorf("uri: %w", err)
	}
	sentHeaders, headers := yamlHeaders(asked), yamlHeaders(answered)
	sent, err := text(member(asked, "body"))
	if err != nil {
		return nil, fmt.Errorf("request body: %w", err)
	}
	body, err := text(member(answered, "body"))
	if err != nil {
		return nil, fmt.Errorf("response body: %w", err)
	}
	status := member(answered, "status")
	code, err := strconv.Atoi(scalar(member(status, "code")))
	if err != nil {
		return nil, at(answered.Line, "it has no status code")
	}
	method := strings.TrimPrefix(scalar(member(asked, "method")), ":") // Ruby's are symbols
	return interactionOf(method, address, sentHeaders, sent, code, scalar(member(status, "message")), headers, body)
}

// yamlHeaders reads the headers of a message, whose values are lists or, in older files, scalars.
func yamlHeaders(message *yaml.Node) http.Header {
	headers := http.Header{}
	node := member(message, "headers")
	if node == nil || node.Kind != yaml.MappingNode {
		return headers
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := scalar(node.Content[i]), follow(node.Content[i+1])
		values := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			values = value.Content
		}
		for _, v := range values {
			headers.Add(name, scalar(v))
		}
	}
	return headers
}

// text reads what vcrpy writes for a body or another string: null, a scalar of
// any tag, !!binary, a mapping with "string" or "base64_string", or a pickled
// Python object, of which the first scalar inside is the text.
func text(node *yaml.Node) (string, error) {
	return textWithin(node, 16)
}

func textWithin(node *yaml.Node, depth int) (string, error) {
	node = follow(node)
	switch {
	case node == nil:
		return "", nil
	case depth == 0:
		return "", at(node.Line, "nested too deeply")
	case node.Kind == yaml.ScalarNode:
		if node.ShortTag() == "!!null" {
			return "", nil
		}
		if tag := node.ShortTag(); tag == "!!binary" || tag == "!binary" { // Ruby writes the short one
			return binary(node)
		}
		return node.Value, nil
	case len(node.Content) == 0:
		return "", nil
	}
	if encoded := member(node, "base64_string"); encoded != nil {
		return binary(encoded)
	}
	for _, name := range []string{"string", "state"} {
		if inner := member(node, name); inner != nil {
			return textWithin(inner, depth-1)
		}
	}
	if node.Kind == yaml.SequenceNode {
		return textWithin(node.Content[0], depth-1)
	}
	return "", at(node.Line, fmt.Sprintf("cannot read text from a %s", strings.TrimPrefix(node.ShortTag(), "!!")))
}

func binary(node *yaml.Node) (string, error) {
	data, err := fromBase64(scalar(node))
	if err != nil {
		return "", at(node.Line, err.Error())
	}
	return data, nil
}

// follow looks through an alias. Chains of them cannot occur in YAML.
func follow(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// member finds a mapping's value by name, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	node = follow(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return follow(node.Content[i+1])
		}
	}
	return nil
}

func scalar(node *yaml.Node) string {
	if node = follow(node); node == nil || node.ShortTag() == "!!null" {
		return ""
	}
	return node.Value
}
