package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// goAnswers are those in a file of Go: texts of JSON, and maps that are written out.
func goAnswers(file, text string) (*contents, error) {
	if !strings.Contains(text, "odata.") {
		return &contents{}, nil
	}
	g := &golang{set: token.NewFileSet()}
	tree, err := parser.ParseFile(g.set, file, text, parser.SkipObjectResolution)
	var faults scanner.ErrorList
	if errors.As(err, &faults) && len(faults) > 0 {
		at := faults[0].Pos
		return nil, &fault.Error{Place: fault.Place{File: file, Line: at.Line, Column: at.Column}, Message: fmt.Sprintf("not Go: %.200s", faults[0].Msg)} // it quotes the file
	} else if err != nil {
		return nil, err
	}
	ast.Inspect(tree, g.visit)
	return &contents{answers: g.found}, nil
}

type golang struct {
	set   *token.FileSet
	found []answer
}

// visit keeps what is JSON, and does not look into it again.
func (g *golang) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit, *ast.BinaryExpr:
		text, exact, ok := constant(n.(ast.Expr))
		if ok {
			g.found = append(g.found, textAnswers(text, g.line(n), exact)...)
		}
		return !ok
	case *ast.CompositeLit:
		lines := map[string]int{}
		doc, ok := g.value(n, jsondoc.Root, lines)
		if !ok {
			return true
		}
		f := forms{code: true, line: func(path string) int { return jsondoc.Nearest(lines, path) }}
		f.whole(doc)
		g.found = append(g.found, f.found...)
		return len(f.found) == 0
	}
	return true
}

func (g *golang) line(n ast.Node) int { return g.set.Position(n.Pos()).Line }

// constant is a text that is written out, in one piece or several. Exact says that a line of
// it is a line of the file.
func constant(e ast.Expr) (text string, exact, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, strings.HasPrefix(e.Value, "`"), err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return constant(e.X)
	case *ast.BinaryExpr:
		left, _, ok := constant(e.X)
		right, _, also := constant(e.Y)
		return left + right, false, ok && also && e.Op == token.ADD
	}
	return "", false, false
}

// value is what a literal stands for as JSON. What is computed has none: such members and
// elements are left out.
func (g *golang) value(e ast.Expr, at string, lines map[string]int) (v any, ok bool) {
	lines[at] = g.line(e)
	switch e := e.(type) {
	case *ast.CompositeLit:
		return g.container(e, at, lines)
	case *ast.UnaryExpr:
		inner, ok := g.value(e.X, at, lines)
		number, isNumber := inner.(json.Number)
		return "-" + number, ok && isNumber && e.Op == token.SUB
	case *ast.Ident:
		switch e.Name {
		case "true", "false":
			return e.Name == "true", true
		case "nil":
			return nil, true
		}
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			return json.Number(e.Value), json.Valid([]byte(e.Value))
		}
	}
	text, _, ok := constant(e)
	return text, ok
}

// container is a map with texts for keys, or a list.
func (g *golang) container(e *ast.CompositeLit, at string, lines map[string]int) (v any, ok bool) {
	object, list := map[string]any{}, []any{}
	for _, element := range e.Elts {
		pair, isPair := element.(*ast.KeyValueExpr)
		if !isPair {
			if v, ok := g.value(element, jsondoc.AppendPath(at, len(list)), lines); ok {
				list = append(list, v)
			}
			continue
		}
		name, _, isText := constant(pair.Key)
		if !isText {
			return nil, false // a struct, or a map of something else
		}
		place := jsondoc.AppendPath(at, name)
		v, ok := g.value(pair.Value, place, lines)
		if lines[place] = g.line(pair); ok {
			object[name] = v
		}
	}
	switch _, isMap := e.Type.(*ast.MapType); {
	case len(object) > 0 && len(list) > 0:
		return nil, false
	case isMap || len(object) > 0:
		return object, true
	}
	return list, true
}
