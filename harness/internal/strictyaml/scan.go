package strictyaml

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

const (
	maxDepth   = 200    // levels of nesting, far above what a person writes
	maxAliased = 10_000 // nodes reached through aliases, so that no file expands without bound
)

// scan checks what holds for every file and reports whether the tree is safe to
// walk, that is, whether following its aliases ends soon.
func scan(root *yaml.Node, found *faults) bool {
	s := &scanner{found: found, above: map[*yaml.Node]bool{}}
	s.walk(root, 0, false)
	return !s.stopped
}

type scanner struct {
	found   *faults
	above   map[*yaml.Node]bool // the nodes that enclose the present one
	aliased int
	stopped bool
}

// walk visits n. Below an alias it only counts: the content is checked where its
// anchor stands.
func (s *scanner) walk(n *yaml.Node, depth int, aliased bool) {
	if aliased {
		s.aliased++
	}
	switch {
	case s.stopped:
		return
	case depth > maxDepth:
		s.stop(n, "nested more than %d levels deep", maxDepth)
		return
	case s.aliased > maxAliased:
		s.stop(n, "the aliases of this file stand for more than %d values", maxAliased)
		return
	case s.above[n]:
		s.stop(n, "the anchor &%s is used inside itself", n.Anchor)
		return
	}
	if !aliased {
		s.check(n)
	}
	if n.Kind == yaml.AliasNode {
		s.walk(n.Alias, depth+1, true)
		return
	}
	s.above[n] = true
	first, step := 0, 1
	if n.Kind == yaml.MappingNode {
		first, step = 1, 2 // checkKeys sees to the keys
	}
	for i := first; i < len(n.Content); i += step {
		s.walk(n.Content[i], depth+1, aliased)
	}
	delete(s.above, n)
}

func (s *scanner) stop(n *yaml.Node, message string, args ...any) {
	s.stopped = true
	s.found.at(n, "", message, args...)
}

func (s *scanner) check(n *yaml.Node) {
	switch {
	case n.Style&yaml.TaggedStyle != 0 && !allowedTag(n):
		s.found.at(n, "remove the tag", "the tag %s is not supported", n.ShortTag())
	case n.Kind == yaml.MappingNode:
		s.checkKeys(n)
	case isPlain(n) && IsForeignNumber(n.Value):
		s.found.at(n, "quote it if it is text, else write the number as JSON does",
			"%s is a number in YAML and not in JSON", n.Value)
	}
}

// allowedTag reports whether an explicit tag says no more than what the value is
// anyway, or that it is text.
func allowedTag(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.ShortTag() == "!!str"
	case yaml.SequenceNode:
		return n.ShortTag() == "!!seq"
	case yaml.MappingNode:
		return n.ShortTag() == "!!map"
	}
	return false
}

func (s *scanner) checkKeys(mapping *yaml.Node) {
	lines := map[string]int{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := resolved(mapping.Content[i])
		switch {
		case key.Kind != yaml.ScalarNode:
			s.found.at(mapping.Content[i], "quote it", "a key must be text, not %s", kindOf(key))
			continue
		case isMergeKey(key):
			s.found.at(key, "write the keys out", "the merge key << is not supported")
		case key.Value == "" && isPlain(key):
			s.found.at(key, "", "a key is missing before the colon")
		case lines[key.Value] != 0:
			s.found.at(key, "", "duplicate key %q, first on line %d", key.Value, lines[key.Value])
			continue
		}
		lines[key.Value] = key.Line
		if value := mapping.Content[i+1]; mapping.Style&yaml.FlowStyle != 0 && isPlain(value) && value.Value == "" {
			s.found.at(key, fmt.Sprintf("quote it if it is text: \"{%s}\"", key.Value), "the key %q in braces has no value", key.Value)
		}
	}
}

func isMergeKey(key *yaml.Node) bool { return key.Value == "<<" && isPlain(key) }
