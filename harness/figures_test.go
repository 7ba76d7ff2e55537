package harness

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFigures prints the figures: go test -count=1 -v -run TestFigures ./harness
func TestFigures(t *testing.T) {
	f, err := measure("..")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", f)
	for _, s := range f.Files {
		if s.Lines > 400 {
			t.Errorf("%s has %d lines, at most 400 are the budget", s.Place, s.Lines)
		}
	}
	for _, s := range f.over(60) {
		t.Errorf("%s: %s has %d lines, at most 60 are the budget", s.Place, s.Name, s.Lines)
	}
}

// figures are the sizes of a tree of Go code, so that its budgets can be held by a test and
// told in a sentence. What is shipped counts: no tests, no testdata. Places are "folder/file.go:line".
type figures struct {
	Lines     int            // lines of all files
	ByPackage map[string]int // lines by the folder of a package, slashes, "." for the root
	Files     []sized        // largest first
	Functions []sized        // longest first
	Types     []typeSize     // most methods first
	Maps      []string       // places of `case map[string]any` in type switches
}

// sized is something that takes lines.
type sized struct {
	Name  string // a file, or Receiver.function
	Place string
	Lines int
	Table bool // most of it is a list
}

// typeSize is a type that is declared in the tree.
type typeSize struct {
	Name            string // package.Type
	Place           string
	Methods, Fields int
}

// measure reads every Go file below root that is shipped. An error is a file that cannot
// be read or is no Go.
func measure(root string) (*figures, error) {
	f := &figures{ByPackage: map[string]int{}}
	types := map[string]*typeSize{}
	methods := map[string]int{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch base := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_'):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return f.file(name, filepath.ToSlash(rel), types, methods)
	})
	if err != nil {
		return nil, err
	}
	for name, t := range types {
		t.Methods = methods[name]
		f.Types = append(f.Types, *t)
	}
	largest := func(a, b sized) int {
		return cmp.Or(cmp.Compare(b.Lines, a.Lines), cmp.Compare(a.Place, b.Place))
	}
	slices.SortFunc(f.Files, largest)
	slices.SortFunc(f.Functions, largest)
	slices.SortFunc(f.Types, func(a, b typeSize) int {
		return cmp.Or(cmp.Compare(b.Methods, a.Methods), cmp.Compare(a.Place, b.Place))
	})
	return f, nil
}

func (f *figures) file(name, rel string, types map[string]*typeSize, methods map[string]int) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, rel, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := filepath.ToSlash(filepath.Dir(rel))
	lines := bytes.Count(text, []byte("\n"))
	f.Lines += lines
	f.ByPackage[folder] += lines
	f.Files = append(f.Files, sized{Name: rel, Place: rel + ":1", Lines: lines})
	place := func(n ast.Node) string { return fmt.Sprintf("%s:%d", rel, fset.Position(n.Pos()).Line) }
	span := func(n ast.Node) int { return fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1 }
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			receiver := receiverOf(n)
			if receiver != "" {
				methods[folder+"."+receiver]++
				receiver += "."
			}
			f.Functions = append(f.Functions, sized{Name: receiver + n.Name.Name, Place: place(n), Lines: span(n), Table: isTable(n, span)})
		case *ast.TypeSpec:
			t := &typeSize{Name: tree.Name.Name + "." + n.Name.Name, Place: place(n)}
			if s, ok := n.Type.(*ast.StructType); ok {
				t.Fields = s.Fields.NumFields()
			}
			types[folder+"."+n.Name.Name] = t
		case *ast.CaseClause:
			for _, e := range n.List {
				if m, ok := e.(*ast.MapType); ok && isIdent(m.Key, "string") && isIdent(m.Value, "any") {
					f.Maps = append(f.Maps, place(n))
				}
			}
		}
		return true
	})
	return nil
}

// receiverOf returns the name of a method's type, or "".
func receiverOf(n *ast.FuncDecl) string {
	if n.Recv == nil || len(n.Recv.List) == 0 {
		return ""
	}
	t := n.Recv.List[0].Type
	for {
		switch inner := t.(type) {
		case *ast.StarExpr:
			t = inner.X
		case *ast.IndexExpr:
			t = inner.X
		case *ast.IndexListExpr:
			t = inner.X
		case *ast.Ident:
			return inner.Name
		default:
			return ""
		}
	}
}

// isTable tells whether more than half of a function stands in composite literals and
// short function literals: then it is a list, however long.
func isTable(n *ast.FuncDecl, span func(ast.Node) int) bool {
	listed := 0
	ast.Inspect(n, func(inner ast.Node) bool {
		switch inner := inner.(type) {
		case *ast.CompositeLit:
			listed += span(inner)
			return false
		case *ast.FuncLit:
			if span(inner) <= 10 {
				listed += span(inner)
				return false
			}
		}
		return true
	})
	return 2*listed > span(n)
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// over returns the functions of more than limit lines, tables aside, longest first.
func (f *figures) over(limit int) []sized {
	var over []sized
	for _, s := range f.Functions {
		if s.Lines > limit && !s.Table {
			over = append(over, s)
		}
	}
	return over
}

// busy returns the types with more than limit methods, most methods first.
func (f *figures) busy(limit int) []typeSize {
	i := slices.IndexFunc(f.Types, func(t typeSize) bool { return t.Methods <= limit })
	if i < 0 {
		return f.Types
	}
	return f.Types[:i]
}

// outside returns the folders of packages that anybody can import: not below an internal
// folder, and not the command itself.
func (f *figures) outside() []string {
	var outside []string
	for folder := range f.ByPackage {
		if !slices.Contains(strings.Split(folder, "/"), "internal") && !strings.HasPrefix(folder, "cmd/") {
			outside = append(outside, folder)
		}
	}
	slices.Sort(outside)
	return outside
}

// String is a line a figure.
func (f *figures) String() string {
	without := f.Lines
	for _, folder := range []string{"emulator", "planted"} {
		without -= f.ByPackage["harness/internal/"+folder] + f.ByPackage["harness/"+folder]
	}
	lengths := make([]int, 0, len(f.Functions))
	for _, s := range f.Functions {
		lengths = append(lengths, s.Lines)
	}
	slices.Sort(lengths)
	at := func(percent int) int {
		if len(lengths) == 0 {
			return 0
		}
		return lengths[(len(lengths)-1)*percent/100]
	}
	var b strings.Builder
	row := func(name string, format string, values ...any) {
		fmt.Fprintf(&b, "%-38s "+format+"\n", append([]any{name}, values...)...)
	}
	row("lines", "%d", f.Lines)
	row("lines without emulator and planted", "%d", without)
	row("packages", "%d", len(f.ByPackage))
	row("packages outside internal", "%d", len(f.outside()))
	row("files over 400 lines", "%d", countOver(f.Files, 400))
	row("functions", "%d (median %d lines, p90 %d)", len(f.Functions), at(50), at(90))
	row("functions over 60 lines, tables aside", "%d", len(f.over(60)))
	row("types over 12 methods", "%d", len(f.busy(12)))
	row("types over 15 methods", "%d", len(f.busy(15)))
	row("switches with case map[string]any", "%d", len(f.Maps))
	return b.String()
}

func countOver(sized []sized, limit int) (n int) {
	for _, s := range sized {
		if s.Lines > limit {
			n++
		}
	}
	return n
}
