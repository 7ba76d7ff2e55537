package harness

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unheard are functions and variables that write to the program's own logger, or open
// connections of which net/http does.
var unheard = map[string][]string{
	"log":      {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Output", "Default", "Writer", "SetOutput", "SetFlags", "SetPrefix"},
	"slog":     {"Debug", "DebugContext", "Info", "InfoContext", "Warn", "WarnContext", "Error", "ErrorContext", "Log", "LogAttrs", "Default", "SetDefault", "With"},
	"http":     {"ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Transport"},
	"httputil": {"ReverseProxy", "NewSingleHostReverseProxy"},
}

// Nothing writes to the standard logger: what it prints may be what a peer sent, and it is
// the host program's. Servers have a log of their own, and connections are those of package quiet.
func TestNothingIsLogged(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "graphsdk" || name != ".." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || filepath.Base(filepath.Dir(name)) == "quiet" {
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, fault := range loggingOf(file) {
			t.Errorf("%v: %s", set.Position(fault.at), fault.text)
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}

type loggingFault struct {
	at   token.Pos
	text string
}

// loggingOf finds what a file has of that. Names of packages are taken to be theirs.
func loggingOf(file *ast.File) (faults []loggingFault) {
	allowed := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr: // what wire is given is copied
			if of, name := selected(n.Fun); of == "quiet" && (name == "Over" || name == "New") {
				for _, arg := range n.Args {
					ast.Inspect(arg, func(n ast.Node) bool { allowed[n] = true; return true })
				}
			}
			if of, name := selected(n.Fun); of == "log" && name == "SetOutput" && file.Name.Name == "main" {
				allowed[n.Fun] = true // a program may say where its logger writes
			}
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Clone" {
				ast.Inspect(s.X, func(n ast.Node) bool { allowed[n] = true; return true })
			}
		case *ast.StarExpr: // a type's name
			allowed[n.X] = true
		case *ast.CompositeLit:
			if of, name := selected(n.Type); of == "http" && name == "Server" && !sets(n, "ErrorLog") {
				faults = append(faults, loggingFault{n.Pos(), "an http.Server without ErrorLog"})
			}
		case *ast.SelectorExpr:
			if of, name := selected(n); slices.Contains(unheard[of], name) && !allowed[n] {
				faults = append(faults, loggingFault{n.Pos(), of + "." + name})
			}
		}
		return true
	})
	return faults
}

func selected(e ast.Expr) (of, name string) {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name, s.Sel.Name
		}
	}
	return "", ""
}

func sets(lit *ast.CompositeLit, field string) bool {
	return slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		key, ok := kv.Key.(*ast.Ident)
		return ok && key.Name == field
	})
}

func TestLoggingIsFound(t *testing.T) {
	for text, want := range map[string]int{
		`log.Printf("x")`: 1, `slog.Info("x")`: 1, `_ = &http.Server{Addr: ""}`: 1, `_ = http.Server{ErrorLog: l}`: 0, `_ = http.DefaultTransport`: 1,
		`_ = quiet.Over(http.DefaultTransport)`: 0, `_ = &http.Transport{}`: 1, `_ = quiet.New(&http.Transport{})`: 0, `http.Get("x")`: 1, `log.New(w, "", 0).Print()`: 0,
		`_ = http.DefaultTransport.(*http.Transport).Clone()`: 0, `log.SetOutput(w)`: 1,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() {\n"+text+"\n}", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := loggingOf(file); len(got) != want {
			t.Errorf("%s: %d faults, want %d", text, len(got), want)
		}
	}
}
