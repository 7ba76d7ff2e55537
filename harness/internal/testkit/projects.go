package testkit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Lay writes the files of a txtar archive below a folder of their own.
func Lay(t testing.TB, files string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := txtar.Write(txtar.Parse([]byte(files)), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Scenario is one with one GET a path.
func Scenario(name, cassette string, paths ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\napi: beta\n", name)
	if cassette != "" {
		fmt.Fprintf(&b, "cassette: %s\n", cassette)
	}
	b.WriteString("steps:\n")
	for _, path := range paths {
		fmt.Fprintf(&b, "  - {name: get, request: {method: GET, path: %q}, expect: {status: 200}}\n", path)
	}
	return b.String()
}

// Cassette is one that answers a GET of each path with {}.
func Cassette(paths ...string) string {
	var b strings.Builder
	b.WriteString("version: 2\ninteractions:\n")
	for i, path := range paths {
		fmt.Fprintf(&b, "  - id: %d\n    request: {method: GET, url: \"https://graph.microsoft.com/beta%s\"}\n", i, path)
		b.WriteString("    response: {code: 200, headers: {Content-Type: [application/json]}, body: \"{}\", duration: 0s}\n")
	}
	return b.String()
}
