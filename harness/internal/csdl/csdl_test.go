package csdl_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// counts are how much a model holds of what.
type counts struct {
	entity, complexes, enum              int
	abstract, open, derived              int // of entity types
	abstractC, openC, derivedC           int // of complex types
	flags, evolvable                     int
	actions, functions                   int
	sets, singletons                     int
	properties, collections, navigations int
}

func count(m *csdl.Model) counts {
	var c counts
	add := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	for _, t := range m.Types {
		switch t.Kind {
		case csdl.Entity:
			c.entity++
			add(&c.abstract, t.Abstract)
			add(&c.open, t.Open)
			add(&c.derived, t.Base != "")
		case csdl.Complex:
			c.complexes++
			add(&c.abstractC, t.Abstract)
			add(&c.openC, t.Open)
			add(&c.derivedC, t.Base != "")
		case csdl.Enum:
			c.enum++
			add(&c.flags, t.Flags)
			add(&c.evolvable, t.Evolvable())
		}
		for _, p := range t.Properties {
			add(&c.navigations, p.Navigation)
			add(&c.properties, !p.Navigation)
			add(&c.collections, !p.Navigation && p.Type.Collection)
		}
	}
	for _, overloads := range m.Operations {
		for _, o := range overloads {
			add(&c.actions, o.Action)
			add(&c.functions, !o.Action)
		}
	}
	for _, r := range m.Resources {
		add(&c.sets, r.Type.Collection)
		add(&c.singletons, !r.Type.Collection)
	}
	return c
}

// TestRealMetadata counts what four clouds declare; the numbers were made by
// another parser.
func TestRealMetadata(t *testing.T) {
	for name, want := range map[string]counts{
		"v1.0-Prod.csdl":  {1182, 1779, 861, 94, 60, 1152, 89, 475, 763, 64, 629, 857, 326, 41, 31, 10525, 884, 1432},
		"v1.0-USNat.csdl": {538, 758, 373, 39, 52, 521, 38, 55, 212, 35, 269, 655, 148, 36, 19, 4905, 480, 784},
		"beta-USNat.csdl": {722, 1044, 479, 49, 49, 696, 51, 68, 276, 56, 362, 705, 251, 58, 23, 6660, 623, 1064},
		"v1.0-GovSG.csdl": {91, 97, 22, 6, 20, 82, 4, 3, 13, 1, 20, 30, 12, 22, 6, 802, 106, 121},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := csdl.Load(testkit.Corpus(t, "metadata/"+name))
			if err != nil {
				t.Fatal(err)
			}
			if got := count(m); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			for _, w := range m.Warnings {
				t.Errorf("line %d: %s", w.Line, w.Message)
			}
		})
	}
}
