package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/project"
)

// longestPart is how long a part of a cassette's name may be: file systems allow 255 bytes,
// with what is added to it.
const longestPart = 120

// nameOf is the cassette of a test that names none: the test's own name, below the folder
// of its package as seen from the project. Where the cassettes lie with the package that
// folder says nothing, and is left out.
func nameOf(test string, dirs project.Dirs) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = plain(part)
	}
	return path.Join(packageFolder(dirs), strings.Join(parts, "/"))
}

// packageFolder is the working directory, which is the test's package, below the project.
func packageFolder(dirs project.Dirs) string {
	here, err1 := filepath.Abs(".")
	root, err2 := filepath.Abs(dirs.Root)
	cassettes, err3 := filepath.Abs(dirs.Cassettes)
	if err1 != nil || err2 != nil || err3 != nil {
		return ""
	}
	if below, err := filepath.Rel(here, cassettes); err == nil && filepath.IsLocal(below) {
		return ""
	}
	below, err := filepath.Rel(root, here)
	if err != nil || !filepath.IsLocal(below) || below == "." {
		return ""
	}
	return filepath.ToSlash(below)
}

// plain is a part of a test's name that may be a file's on any system. Two that differ stay
// different.
func plain(part string) string {
	is := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=+,.()#@", r) || r > 0xa0 {
			return r
		}
		return '-'
	}, part)
	is = strings.Trim(is, ".")
	if len(is) > longestPart {
		is = strings.ToValidUTF8(is[:longestPart], "")
	}
	for _, end := range []string{".yaml", ".yml"} { // would be a file's name
		is = strings.TrimSuffix(is, end)
	}
	if is == part && filepath.IsLocal(part) {
		return part
	}
	sum := sha256.Sum256([]byte(part))
	return strings.TrimPrefix(is+"-"+hex.EncodeToString(sum[:4]), "-")
}
