package importer

import "gopkg.in/yaml.v3"

// Small constructors for the YAML of a drafted scenario.

func str(s string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(s)
	return node
}

func number(s string) *yaml.Node {
	tag := "!!int"
	for _, r := range s {
		if r == '.' || r == 'e' || r == 'E' {
			tag = "!!float"
		}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s}
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// mapping takes names and nodes in turn.
func mapping(members ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(members); i += 2 {
		add(node, members[i].(string), members[i+1].(*yaml.Node))
	}
	return node
}

func add(node *yaml.Node, name string, value *yaml.Node) {
	node.Content = append(node.Content, str(name), value)
}

// dropMember removes a member that has this very value.
func dropMember(node *yaml.Node, name, value string) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name && node.Content[i+1].Value == value {
			node.Content = append(node.Content[:i], node.Content[i+2:]...)
			return
		}
	}
}
