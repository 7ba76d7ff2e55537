package importer

import (
	"time"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

const adviceRubyVCR = "a cassette of Ruby's VCR (from 2.0 on) is a mapping with a list of http_interactions"

var _ = register(&Format{
	Kind: "rubyvcr", Tool: "Ruby's VCR", Ends: []string{".yml", ".yaml", ".json"}, source: "vcr", word: "interaction",
	Short:    "Import cassettes of Ruby's VCR",
	About:    "Turns cassettes of Ruby's VCR (YAML or JSON, from 2.0 on) into cassettes and scenarios.\n",
	Examples: []string{"spec/cassettes --out ."},
	isMember: func(name string, value byte) bool { return name == rubyList && value == '[' },
	key:      rubyList,
	entries:  readRubyVCR,
})

// rubyList is the member that holds the exchanges.
const rubyList = "http_interactions"

func readRubyVCR(file string, data []byte) ([]*Entry, error) {
	root, err := parseYAML(file, data)
	if err != nil {
		return nil, err
	}
	list := member(root, rubyList)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, fault.In("import", file, root.Line, "no list of "+rubyList, adviceRubyVCR)
	}
	entries := entriesOf(list.Content, func(n *yaml.Node) int { return n.Line }, yamlInteraction)
	for n, e := range entries {
		e.recorded, _ = time.Parse(time.RFC1123, scalar(member(list.Content[n], "recorded_at")))
	}
	return entries, nil
}
