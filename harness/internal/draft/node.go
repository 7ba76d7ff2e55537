package draft

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Constructors for the YAML of a scenario.

func text(s string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(s)
	return node
}

func integer(n int) *yaml.Node { return number(strconv.Itoa(n)) }

func number(s string) *yaml.Node {
	tag := "!!int"
	if strings.ContainsAny(s, ".eE") {
		tag = "!!float"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s}
}

func null() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} }

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
	node.Content = append(node.Content, text(name), value)
}

// member finds a member's value, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1]
		}
	}
	return nil
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
