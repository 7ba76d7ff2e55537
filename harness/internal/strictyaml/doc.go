// Package strictyaml decodes hand-written YAML into typed structs and says where
// and how it is wrong: every error has a line and a column, an unknown key comes
// with the name that was probably meant, a duplicate key, an alias cycle or a
// value of the wrong kind is an error. Values can be asked for the line they
// stand on.
//
// A decoder reads values by key and reports no errors itself; what is missing or
// of the wrong kind gives a zero value, and the fault comes out of Decode:
//
//	rule, err := strictyaml.Decode("rules.yaml", data, func(v strictyaml.Value) Rule {
//		v.Only("the rule", []string{"on", "repeat"})
//		v.Require("the rule", "on")
//		return Rule{On: v.At("on").Text(), Repeat: v.At("repeat").Int()}
//	})
//
// Scalars are read as JSON has them, with their digits; see the table in
// scalar.go for YAML's odd ones. Anchors and aliases work, merge keys (<<) and
// tags do not.
//
// It is for files that people write (scenarios, rules). Cassettes have a reader
// of their own. All of it is safe for concurrent use with different files.
package strictyaml
