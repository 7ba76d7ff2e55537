package strictyaml

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Kind is what a value is, in JSON's terms.
type Kind int

// The kinds of value. Unset is the kind of a value that is not in the file.
const (
	Unset Kind = iota
	Null
	Bool
	Number
	String
	List
	Mapping
)

// String names the kind as a message does: "must be text, not a list".
func (k Kind) String() string {
	return [...]string{"unset", "empty", "true or false", "a number", "text", "a list", "a mapping"}[k]
}

// Value is one value of a file at its place. The zero Value is unset: it stands
// for a key that is not there, and every method of it gives a zero result without
// a fault. The methods that read (Text, Int, Items, Members, ...) report a fault when the
// value is of another kind.
type Value struct {
	node  *yaml.Node
	found *faults
	name  string // for messages: `"status"`
}

func value(n *yaml.Node, found *faults, name string) Value {
	return Value{node: resolved(n), found: found, name: name}
}

// resolved follows an alias. yaml.v3 never lets one alias stand for another.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// IsSet reports whether the value is in the file.
func (v Value) IsSet() bool { return v.node != nil }

// Kind is what the value is.
func (v Value) Kind() Kind {
	if v.node == nil {
		return Unset
	}
	return kindOf(v.node)
}

// Line is the line on which the value begins, 0 when it is unset.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return max(v.node.Line, 1)
}

// Fault reports that something is wrong with the value. The advice may be "".
func (v Value) Fault(advice, message string, args ...any) {
	if v.node != nil {
		v.found.at(v.node, advice, message, args...)
	}
}

// Only checks that the value is a mapping and has no other keys than these. what
// names the mapping in messages (`unknown key "x" in step "wait"`).
func (v Value) Only(what string, keys []string) bool {
	if !want(v, Mapping) {
		return false
	}
	for key, at := range keysOf(v) {
		if v.found.full() {
			break
		}
		if !slices.Contains(keys, key) {
			memberAt(v, at).KeyFault(fault.Suggest(key, keys), "unknown key %q in %s", key, what)
		}
	}
	return true
}

// Require checks that the mapping has all of these keys.
func (v Value) Require(what string, keys ...string) {
	for _, key := range keys {
		if v.Kind() == Mapping && !v.At(key).IsSet() && !v.Misspelt(key) {
			v.Fault("", "missing key %q in %s", key, what)
		}
	}
}

// Misspelt reports whether Only has reported a key that was probably meant to be this
// one, so that nobody needs to hear that it is missing.
func (v Value) Misspelt(key string) bool {
	for name, at := range keysOf(v) {
		if name != key && fault.Nearest(name, []string{key}) != "" && v.found.has(v.node.Content[at]) {
			return true
		}
	}
	return false
}

// At is the value of a key, unset when there is none or v is no mapping.
func (v Value) At(key string) Value {
	for name, at := range keysOf(v) {
		if name == key {
			return memberAt(v, at).Value
		}
	}
	return Value{}
}

// Member is a value with the place of its key.
type Member struct {
	Value
	key *yaml.Node
}

// KeyFault reports that something is wrong with the key.
func (m Member) KeyFault(advice, message string, args ...any) {
	m.found.at(m.key, advice, message, args...)
}

// Key is the key, to report faults about a part of its text.
func (m Member) Key() Value { return value(m.key, m.found, "the key") }

// KeyLine is the line of the key.
func (m Member) KeyLine() int { return max(m.key.Line, 1) }

// Members are the keys of a mapping and their values in the order of the file. A
// key is always text, even 200 or true.
func (v Value) Members() iter.Seq2[string, Member] {
	want(v, Mapping)
	return func(yield func(string, Member) bool) {
		for name, at := range keysOf(v) {
			if !yield(name, memberAt(v, at)) {
				return
			}
		}
	}
}

// memberAt is the member whose key stands there among the nodes of a mapping.
func memberAt(v Value, at int) Member {
	name := strconv.Quote(resolved(v.node.Content[at]).Value)
	return Member{value(v.node.Content[at+1], v.found, name), v.node.Content[at]}
}

// keysOf are the keys of a mapping, and where they stand among its nodes: nothing for a value
// of another kind.
func keysOf(v Value) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		if v.Kind() != Mapping {
			return
		}
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			key := resolved(v.node.Content[i])
			if key.Kind != yaml.ScalarNode || isMergeKey(key) {
				continue // scan has reported it
			}
			if !yield(key.Value, i) {
				return
			}
		}
	}
}

// Items are the elements of a list.
func (v Value) Items() []Value {
	if !want(v, List) {
		return nil
	}
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = value(n, v.found, fmt.Sprintf("item %d of %s", i+1, v.name))
	}
	return items
}

// Text is the value of a text. A number or a word like true must be quoted to be
// one.
func (v Value) Text() string {
	if !want(v, String) {
		return ""
	}
	return v.node.Value
}

// Bool is the value of true or false.
func (v Value) Bool() bool {
	return want(v, Bool) && boolWords[v.node.Value]
}

// Int is the value of a whole number.
func (v Value) Int() int {
	if !want(v, Number) {
		return 0
	}
	n, err := strconv.Atoi(v.node.Value)
	if err != nil {
		v.Fault("", "%s must be a whole number, not %s", v.name, v.node.Value)
	}
	return n
}

// Number is the text of a number, as it is spelled.
func (v Value) Number() json.Number {
	if !want(v, Number) {
		return ""
	}
	return json.Number(v.node.Value)
}

// Tree is the value as a JSON document: map[string]any, []any, nil, bool, [json.Number] or
// string.
func (v Value) Tree() any {
	switch v.Kind() {
	case List:
		list := []any{}
		for _, item := range v.Items() {
			list = append(list, item.Tree())
		}
		return list
	case Mapping:
		members := map[string]any{}
		for name, m := range v.Members() {
			members[name] = m.Tree()
		}
		return members
	case Bool:
		return boolWords[v.node.Value]
	case Number:
		return json.Number(v.node.Value)
	case String:
		return v.node.Value
	}
	return nil
}

// want reports whether the value has the kind, and a fault when it is set and
// has not.
func want(v Value, kind Kind) bool {
	got := v.Kind()
	if got == kind || got == Unset {
		return got == kind
	}
	advice := ""
	if kind == String && (got == Number || got == Bool) {
		advice = "quote it: " + strconv.Quote(v.node.Value)
	}
	v.Fault(advice, "%s must be %s, not %s", v.name, kind, got)
	return false
}
