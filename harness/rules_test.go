package harness

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// ruleTypes are the types of ids of rules: an id is a constant of one, declared once.
var ruleTypes = []string{module + "harness/report.Rule", module + "harness/internal/diff.ID", module + "harness/schema.Rule", module + "harness/internal/redact.ID"}

// ruleMakers may make ids of another vocabulary: that of diff, of schemas, of redaction and
// the kinds of notes and tokens; and they read ids that users write, and those of reports.
var ruleMakers = []string{
	"harness/cli.pathRule", "harness/internal/lint.permissionsRule", "harness/internal/whatif.ruleOf", "harness/conform.SchemaRule", "harness/conform.requestRule", "harness/internal/diff.Rule",
	"harness/internal/importer.docsRule", "harness/internal/lint.leakRule", "harness/internal/project.decodeDiff", "harness/report.finding", "harness/schema.leaf",
}

// TestRulesAreConstants type-checks every package: a literal where an id of a rule is
// wanted could be misspelt, so none stands anywhere but in a constant's declaration.
func TestRulesAreConstants(t *testing.T) {
	declared, used := map[string]token.Position{}, map[string]bool{}
	var constants []types.Object
	for _, p := range typeCheck(t) {
		for _, file := range p.files {
			for _, decl := range file.Decls {
				p.checkDecl(t, decl, declared)
			}
		}
		for id, object := range p.info.Defs {
			c, isConstant := object.(*types.Const)
			if !isConstant || !isRule(c.Type()) || p.aliases[id] {
				continue
			}
			constants = append(constants, object)
			key := c.Type().String() + " " + constant.StringVal(c.Val())
			if at, twice := declared[key]; twice {
				t.Errorf("%s: %s is declared at %s too", p.fset.Position(id.Pos()), key, at)
			}
			declared[key] = p.fset.Position(id.Pos())
		}
		for _, object := range p.info.Uses {
			if object.Pkg() != nil {
				used[object.Pkg().Path()+"."+object.Name()] = true
			}
		}
	}
	for _, c := range constants {
		if !used[c.Pkg().Path()+"."+c.Name()] {
			t.Errorf("the rule %s.%s is used nowhere", c.Pkg().Path(), c.Name())
		}
	}
	if len(declared) < 150 {
		t.Errorf("found only %d rules", len(declared))
	}
	checkDocumented(t, declared)
}

func isRule(typ types.Type) bool { return typ != nil && slices.Contains(ruleTypes, typ.String()) }

// checkDecl looks for literals and conversions that become rules outside of constants.
func (p *checkedPackage) checkDecl(t *testing.T, decl ast.Decl, declared map[string]token.Position) {
	function, isFunction := decl.(*ast.FuncDecl)
	if general, ok := decl.(*ast.GenDecl); ok && general.Tok == token.CONST {
		for _, spec := range general.Specs {
			for i, value := range spec.(*ast.ValueSpec).Values {
				if _, literal := value.(*ast.BasicLit); !literal {
					p.aliases[spec.(*ast.ValueSpec).Names[i]] = true
				}
			}
		}
		return
	}
	made := isFunction && slices.Contains(ruleMakers, p.name+"."+function.Name.Name)
	isTable := !isFunction && p.name == "harness/internal/redact" // whose table is by constants of its own
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			switch typ := p.info.TypeOf(n); {
			case !isRule(typ) || n.Value == `""` || made:
			case isTable:
				declared[typ.String()+" "+strings.Trim(n.Value, `"`)] = p.fset.Position(n.Pos())
			default:
				t.Errorf("%s: %s is no constant of a rule", p.fset.Position(n.Pos()), n.Value)
			}
		case *ast.Ident:
			if c, ok := p.info.Uses[n].(*types.Const); ok && isRule(p.info.TypeOf(n)) && !isRule(c.Type()) {
				t.Errorf("%s: the constant %s has no type", p.fset.Position(n.Pos()), n.Name)
			}
		case *ast.CallExpr:
			if of := p.info.Types[n.Fun]; of.IsType() && isRule(of.Type) && !made {
				t.Errorf("%s: a text is made a rule", p.fset.Position(n.Pos()))
			}
		}
		return true
	})
}

// checkDocumented holds what readers are told of rules against those that there are.
func checkDocumented(t *testing.T, declared map[string]token.Position) {
	t.Helper()
	known, families := map[string]bool{}, map[string]bool{}
	for key := range declared {
		typ, id, _ := strings.Cut(strings.TrimPrefix(key, module), " ")
		prefix := map[string][]string{"harness/report.Rule": {""}, "harness/internal/diff.ID": {"", "drift.", "whatif."}, "harness/schema.Rule": {"schema.", "request."}, "harness/internal/redact.ID": {"", "leak."}}[typ]
		for _, p := range prefix {
			known[p+id] = true
			family, _, _ := strings.Cut(p+id, ".")
			families[family] = true
		}
	}
	var schema struct {
		Properties struct {
			Diff struct{ Properties map[string]any }
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "schemas", "graphvcr", "rules.json"))
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	for id := range schema.Properties.Diff.Properties {
		if _, ok := declared[module+"harness/internal/diff.ID "+id]; !ok {
			t.Errorf("rules.json names the rule %s, which does not exist", id)
		}
	}
	for key := range declared {
		if id, ok := strings.CutPrefix(key, module+"harness/internal/diff.ID "); ok && schema.Properties.Diff.Properties[id] == nil {
			t.Errorf("rules.json lacks the rule %s", id)
		}
	}
	named := regexp.MustCompile(`(?:^|[^\w./$-])([a-z]+)\.([a-z][A-Za-z-]+(?:\.[a-z-]+)*)`)
	found := 0
	pages, err := filepath.Glob("cli/help/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there are no help topics: %v", err)
	}
	for _, file := range append(pages, "../README.md", "DESIGN.md", "../schemas/graphvcr/report.json") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			id := string(m[1]) + "." + string(m[2])
			switch {
			case !families[string(m[1])] || slices.Contains([]string{".go", ".yaml", ".json", ".md", ".html"}, filepath.Ext(id)):
			case known[id]:
				found++
			default:
				t.Errorf("%s names the rule %s, which does not exist", file, id)
			}
		}
	}
	if found < 8 {
		t.Errorf("the documents name only %d rules", found)
	}
}

type checkedPackage struct {
	name    string
	fset    *token.FileSet
	files   []*ast.File
	info    *types.Info
	types   *types.Package
	aliases map[*ast.Ident]bool // constants that are another one's value
}

// typeCheck checks the packages of this module, each with what the compiler exported of
// those that it imports.
func typeCheck(t *testing.T) []*checkedPackage {
	t.Helper()
	out, err := testkit.Go("list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles", "../...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	type listed struct {
		ImportPath, Export, Dir string
		GoFiles                 []string
	}
	exports := map[string]string{}
	var own []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, module) {
			own = append(own, p)
		}
	}
	fset := token.NewFileSet()
	compiled := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var checked []*checkedPackage
	for _, p := range own {
		c := &checkedPackage{name: strings.TrimPrefix(p.ImportPath, module), fset: fset, aliases: map[*ast.Ident]bool{}}
		c.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			c.files = append(c.files, file)
		}
		config := types.Config{Importer: compiled}
		if c.types, err = config.Check(p.ImportPath, fset, c.files, c.info); err != nil {
			t.Fatal(err)
		}
		checked = append(checked, c)
	}
	return checked
}
