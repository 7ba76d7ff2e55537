package draft

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// Constructors for the YAML of a scenario.

// text is a text of any kind: as a block where lines are kept as they are.
func text(s string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case s == "<<", strictyaml.IsForeignNumber(s): // a merge, or a number, unless it is in quotes
		node.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n"):
		if node.Style = yaml.LiteralStyle; !isBlock(s) {
			node.Style = yaml.DoubleQuotedStyle
		}
	}
	return node
}

// isBlock reports whether a block of YAML gives a text back: one that begins with white
// space loses some, and breaks other than \n become those.
func isBlock(s string) bool {
	return !strings.ContainsAny(s[:1], " \t\n") && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff
	})
}

func integer(n int) *yaml.Node { return number(strconv.Itoa(n)) }

// number has no tag, which the encoder would write where YAML has no such number.
func number(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// list is a sequence of values of one kind.
func list[T any](values []T, node func(T) *yaml.Node) *yaml.Node {
	all := sequence()
	for _, value := range values {
		all.Content = append(all.Content, node(value))
	}
	return all
}

// mapping is one of names and nodes in turn.
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

// addFilled adds a mapping or sequence that holds something.
func addFilled(node *yaml.Node, name string, value *yaml.Node) {
	if len(value.Content) > 0 {
		add(node, name, value)
	}
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
			node.Content = slices.Delete(node.Content, i, i+2)
			return
		}
	}
}
