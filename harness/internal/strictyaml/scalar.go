package strictyaml

import (
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// How a plain scalar is read. YAML 1.1, YAML 1.2 and every library differ on the
// odd ones, so a file may hold none of those that could be read as a number:
//
//	null Null NULL ~ (nothing)        null
//	true True TRUE false False FALSE  a truth value
//	12 -1 1.0 1E+2                    a number, if JSON has that spelling; its digits are kept
//	0777 0x1F 1_000 +5 .5 .inf .nan   a fault: quote it, or write it as JSON does
//	yes no on off y n                 text
//	2026-11-24 12:30:45 v1.0          text
var (
	nullWords = []string{"", "~", "null", "Null", "NULL"}
	boolWords = map[string]bool{
		"true": true, "True": true, "TRUE": true,
		"false": false, "False": false, "FALSE": false,
	}
	jsonNumber    = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	foreignNumber = regexp.MustCompile(`^[-+]?(` +
		`[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?` + // 0777 1_000 +5 5.
		`|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?` + // .5
		`|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+` +
		`|\.(inf|Inf|INF))$|^\.(nan|NaN|NAN)$`)
)

// IsForeignNumber reports whether a plain scalar is a number to a YAML reader and
// not to JSON.
func IsForeignNumber(text string) bool {
	if text == "" || text[0] > '9' {
		return false
	}
	return foreignNumber.MatchString(text) && !jsonNumber.MatchString(text)
}

// isPlain reports whether a node is a scalar without quotes, block style or tag.
func isPlain(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style == 0
}

func kindOf(n *yaml.Node) Kind {
	switch n.Kind {
	case yaml.MappingNode:
		return Mapping
	case yaml.SequenceNode:
		return List
	}
	if !isPlain(n) {
		return String
	}
	if _, ok := boolWords[n.Value]; ok {
		return Bool
	}
	switch {
	case slices.Contains(nullWords, n.Value):
		return Null
	case jsonNumber.MatchString(n.Value):
		return Number
	}
	return String
}
