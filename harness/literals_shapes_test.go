package harness

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shapes says which one package may do what: what is done twice drifts. A pattern is
// looked for in each line of Go that is neither a test nor a comment. More homes than one
// need a reason, which stands behind them.
var shapes = []struct {
	what, pattern string
	packages      []string // below the module
}{
	{"decoding gzip, deflate, br and zstd", `(gzip|zlib|flate|brotli|zstd)\.NewReader`, []string{"harness/internal/wire"}},
	{"the mark of gzip", `(?i)0x1f\b.*0x8b|\\x1f\\x8b`, []string{"harness/internal/wire"}},
	{"charsets", `golang\.org/x/text/encoding`, []string{"harness/internal/wire"}},
	{"replacing a file", `os\.Rename\(`, []string{"harness/internal/wire"}},
	{"a temporary file beside another", `os\.CreateTemp\([^"]`, []string{"harness/internal/wire"}},
	{"a copy of a request", `\b(req|r|request)\.Clone\(`, []string{"harness/internal/wire", "harness/internal/transport"}}, // which reads the body along
	{"a body that can be sent again", `\.GetBody = `, []string{"harness/internal/wire", "harness/internal/transport"}},     // the same
	{"an error with a place", `type Error struct`, []string{"harness/internal/fault"}},
	{"the spelling of a place", `%s:%d:%d`, []string{"harness/internal/fault"}},
	{"asking for a hint", `[{ ]Hint\(\) string`, []string{"harness/internal/fault"}},
	{"asking what was meant", `did you mean`, []string{"harness/internal/fault"}},
	{"tokens of JSON", `json\.Delim|decoder\.Token\(|dec\.Token\(`, []string{"harness/internal/jsondoc", "harness/internal/importer"}}, // archives of gigabytes, from their file
	{"the grammar of JSON", `a backslash must begin one of`, []string{"harness/internal/jsondoc"}},
	{"the class of a byte", `func ([iI]s(Hex|Alnum)|[uU]nhex)\(`, []string{"harness/internal/ascii"}},
	{"hexadecimal digits", `- 'a' \+ 10`, []string{"harness/internal/ascii"}},
	{"work side by side", `next\.Add\(1\)\) - 1`, []string{"harness/internal/wire"}},
}

// TestShapesHaveOneHome holds that what has a home is done there.
func TestShapesHaveOneHome(t *testing.T) {
	found := make([]int, len(shapes))
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git" || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", file)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(rel))
		for n, shape := range shapes {
			pattern := regexp.MustCompile(shape.pattern)
			for i, line := range strings.Split(string(text), "\n") {
				code, _, _ := strings.Cut(line, "//")
				switch {
				case !pattern.MatchString(code):
				case slices.Contains(shape.packages, pkg):
					found[n]++
				default:
					t.Errorf("%s:%d: %s: that is for %s alone\n\t%s", rel, i+1, shape.what, strings.Join(shape.packages, ", "), strings.TrimSpace(line))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, shape := range shapes {
		if found[n] == 0 {
			t.Errorf("%s: %s stands nowhere, so the row holds nothing", shape.what, shape.pattern)
		}
	}
}
