package schema

import (
	"embed"
	"io/fs"
)

// builtins are the schemas of what metadata does not declare, and every API has:
// the envelopes of errors (concepts/errors) and of $batch (concepts/json-batching),
// references, and OData's primitive types. A file of the folder with the same name
// takes its place.
//
//go:embed builtin
var builtins embed.FS

func builtinText(name string) (string, error) {
	text, err := builtins.ReadFile("builtin/" + name + ".json")
	return string(text), err
}

func isBuiltin(name string) bool {
	_, err := fs.Stat(builtins, "builtin/"+name+".json")
	return err == nil
}

// builtin reports whether the folder uses the built-in schema of a type.
func (f *folder) builtin(key typeKey) bool { return !f.types[key.api][key.name] && isBuiltin(key.name) }
