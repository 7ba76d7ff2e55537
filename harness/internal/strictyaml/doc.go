// Package strictyaml decodes hand-written YAML into typed structs and says where
// and how it is wrong: every error has a line and a column, an unknown key comes
// with the name that was probably meant, a duplicate key, an alias cycle or a
// value of the wrong kind is an error. Values can be asked for the line they
// stand on.
//
// It is for files that people write (scenarios, rules). Cassettes have a reader
// of their own.
package strictyaml
