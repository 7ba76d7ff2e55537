package importer

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// includesOf reads what a page includes, by its place beside the page. Nothing outside the
// documentation that the page is in is read, whatever a page names, and nothing but files of
// Markdown.
func includesOf(file string) docs.Includes {
	root, page := rootOf(file)
	return func(name string) (string, bool) {
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		if !strings.HasSuffix(name, ".md") || strings.Contains(name, "://") || path.IsAbs(name) {
			return "", false
		}
		text, err := plainfile.ReadBelow(root, path.Join(path.Dir(page), name))
		return strings.ToValidUTF8(string(text), "\ufffd"), err == nil
	}
}

// rootOf is the folder that documentation lies in, of which api-reference and concepts are
// parts, else the folder of the page; and the page's path in it.
func rootOf(file string) (root, page string) {
	file = filepath.ToSlash(filepath.Clean(file))
	parts := strings.Split(file, "/")
	for i, part := range slices.Backward(parts[:len(parts)-1]) {
		if part == "api-reference" || part == "concepts" {
			root = strings.Join(parts[:i], "/")
			if root == "" && strings.HasPrefix(file, "/") {
				root = "/"
			}
			return filepath.FromSlash(cmp.Or(root, ".")), strings.Join(parts[i:], "/")
		}
	}
	return filepath.FromSlash(path.Dir(file)), path.Base(file)
}
