package metadiff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// hostile are documents that make much of one thing, by how much.
var hostile = map[string]func(n int) (old, new string){
	"properties that all values might have": func(n int) (string, string) {
		derived := many(n, `<ComplexType Name="d%d" BaseType="a.base"/>`)
		return `<ComplexType Name="base" Abstract="true">` + many(n, `<Property Name="p%d" Type="Edm.String"/>`) + `</ComplexType>` + derived,
			`<ComplexType Name="base" Abstract="true"/>`
	},
	"a chain of bases": func(n int) (string, string) {
		chain := func(property string) string {
			return `<ComplexType Name="t0"/>` + many(n, `<ComplexType Name="t%[2]d" BaseType="a.t%[1]d"><Property Name="`+property+`" Type="Edm.String"/></ComplexType>`)
		}
		return chain("p"), chain("q")
	},
	"ways to what is gone": func(n int) (string, string) {
		gone := many(n, `<ComplexType Name="g%d"><Property Name="next" Type="a.g0"/></ComplexType>`)
		return `<EntityType Name="root">` + many(n, `<NavigationProperty Name="n%d" Type="a.g%[1]d"/>`) + `</EntityType>` + gone, `<EntityType Name="root"/>`
	},
	"members with other values": func(n int) (string, string) {
		return `<EnumType Name="e">` + many(n, `<Member Name="m%d" Value="0"/>`) + `</EnumType>`, `<EnumType Name="e">` + many(n, `<Member Name="m%d" Value="1"/>`) + `</EnumType>`
	},
	"overloads": func(n int) (string, string) {
		all := func(parameter string) string {
			return `<ComplexType Name="t"/>` + many(n, `<Function Name="f" IsBound="true"><Parameter Name="b" Type="a.t"/><Parameter Name="`+parameter+`%d" Type="Edm.String"/></Function>`)
		}
		return all("p"), all("q")
	},
	"spellings": func(n int) (string, string) {
		return `<ComplexType Name="t">` + many(n, `<Property Name="p%d" Type="Edm.String"/>`) + `</ComplexType>`, `<ComplexType Name="t">` + many(n, `<Property Name="P%d" Type="Edm.String"/>`) + `</ComplexType>`
	},
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.TrimSuffix(fmt.Sprintf(format, i, i+1), fmt.Sprintf("%%!(EXTRA int=%d)", i+1)))
	}
	return b.String()
}

// TestHostile asks that time grows with the documents: of eight times as much it takes not
// much more than eight times as long, where pairs of things would take 64 times.
func TestHostile(t *testing.T) {
	for name, documents := range hostile {
		measure := func(n int) time.Duration {
			old, new := documents(n)
			was, is := parse(t, `<Schema Namespace="a">`+old+`</Schema>`), parse(t, `<Schema Namespace="a">`+new+`</Schema>`)
			best := time.Hour
			for range 3 {
				began := time.Now()
				metadiff.Compare(was, is)
				best = min(best, time.Since(began))
			}
			return best
		}
		n := testkit.Sized(1000, 100)
		if small, large := measure(n), measure(8*n); large > 24*small+time.Second {
			t.Errorf("%s: %s, and %s of eight times as much", name, small, large)
		}
	}
}

// FuzzCompare compares whatever is metadata: with itself there is no difference, and what is
// gone one way is new the other.
func FuzzCompare(f *testing.F) {
	for _, documents := range hostile {
		old, new := documents(3)
		f.Add(old, new)
	}
	f.Fuzz(func(t *testing.T, old, new string) {
		var models [2]*csdl.Model
		for i, text := range []string{old, new} {
			m, err := csdl.Parse(strings.NewReader(`<edmx:Edmx Version="4.0" xmlns:edmx="x"><edmx:DataServices><Schema Namespace="a">`+text+`</Schema></edmx:DataServices></edmx:Edmx>`), "m")
			if err != nil {
				return
			}
			models[i] = m
		}
		metadiff.Compare(models[0], models[1])
		metadiff.Compare(models[1], models[0])
		for _, m := range models {
			if changes := metadiff.Compare(m, m); len(changes) > 0 {
				t.Errorf("differs from itself:\n%s", list(changes))
			}
		}
	})
}
