package harness

import (
	"go/types"
	"slices"
	"strings"
	"testing"
)

// public are the packages that programs elsewhere may import. graphsdk, a module of its
// own, is the seventh.
var public = []string{"harness", "harness/cassette", "harness/cli", "harness/conform", "harness/report", "harness/report/render", "harness/schema"}

// TestPublicPackages holds which packages lie outside internal, and that what they export
// can be named by those who import them: no type of an internal package is in it.
func TestPublicPackages(t *testing.T) {
	var outside []string
	for _, p := range typeCheck(t) {
		if strings.Contains(p.name, "internal") || p.types.Name() == "main" {
			continue
		}
		outside = append(outside, p.name)
		scope := p.types.Scope()
		for _, name := range scope.Names() {
			if object := scope.Lookup(name); object.Exported() {
				exports := &exported{t: t, of: p.name + "." + name, seen: map[types.Type]bool{}}
				exports.look(object.Type())
			}
		}
	}
	if slices.Sort(outside); !slices.Equal(outside, public) {
		t.Errorf("outside internal lie %v, want %v", outside, public)
	}
}

// exported looks through all types that an exported name leads to.
type exported struct {
	t    *testing.T
	of   string
	seen map[types.Type]bool
}

func (e *exported) look(typ types.Type) {
	if typ == nil || e.seen[typ] {
		return
	}
	e.seen[typ] = true
	switch typ := typ.(type) {
	case *types.Named:
		object := typ.Obj()
		if object.Pkg() == nil || !strings.HasPrefix(object.Pkg().Path(), module) {
			return
		}
		if strings.Contains(object.Pkg().Path(), "/internal/") {
			e.t.Errorf("%s leads to %s, which nobody outside can name", e.of, typ)
			return
		}
		for method := range typ.Methods() {
			if method.Exported() {
				e.look(method.Type())
			}
		}
		e.look(typ.Underlying())
	case *types.Alias:
		e.look(types.Unalias(typ))
	case *types.Struct:
		for field := range typ.Fields() {
			if field.Exported() {
				e.look(field.Type())
			}
		}
	case *types.Signature:
		for v := range typ.Params().Variables() {
			e.look(v.Type())
		}
		for v := range typ.Results().Variables() {
			e.look(v.Type())
		}
	case *types.Interface:
		for method := range typ.Methods() {
			e.look(method.Type())
		}
	case *types.Map:
		e.look(typ.Key())
		e.look(typ.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		e.look(typ.Elem())
	}
}
