package csdl_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

func TestModel(t *testing.T) {
	m, err := csdl.Load("testdata/model.csdl")
	if err != nil {
		t.Fatal(err)
	}
	deprecated := &csdl.Revision{Version: "2024-01", Kind: "Deprecated", Date: "2024-04-10", RemovalDate: "2026-04-10"}
	things := csdl.Ref{Name: "n.one.thing", Collection: true}
	want := &csdl.Model{
		Types: map[string]*csdl.Type{
			"n.one.color": {Name: "n.one.color", Kind: csdl.Enum, Flags: true, Members: []csdl.Member{{"red", "1"}, {"unknownFutureValue", "2"}}, Line: 7},
			"n.one.entity": {Name: "n.one.entity", Kind: csdl.Entity, Abstract: true, Line: 8,
				Properties: []csdl.Property{{Name: "id", Type: csdl.Ref{Name: "Edm.String"}, Line: 8}}},
			"n.one.thing": {Name: "n.one.thing", Kind: csdl.Entity, Base: "n.one.entity", Open: true, Line: 9,
				AlternateKeys: [][]string{{"first", "second"}},
				Properties: []csdl.Property{
					{Name: "colors", Type: csdl.Ref{Name: "n.one.color", Collection: true}, Line: 11},
					{Name: "size", Type: csdl.Ref{Name: "Edm.Int32"}, Nullable: true, Computed: true, Line: 12},
					{Name: "parts", Type: csdl.Ref{Name: "n.two.part", Collection: true}, Nullable: true, Navigation: true, Line: 10},
				}},
			"n.two.part": {Name: "n.two.part", Kind: csdl.Complex, Line: 38,
				Properties: []csdl.Property{{Name: "lost", Type: csdl.Ref{Name: "n.two.gone"}, Nullable: true, Line: 38}}},
		},
		Operations: map[string][]*csdl.Operation{
			"n.one.paint": {
				{Name: "n.one.paint", Action: true, Bound: true, Binding: csdl.Ref{Name: "n.one.thing"}, Line: 23, Deprecated: deprecated,
					Parameters: []csdl.Parameter{{Name: "with", Type: csdl.Ref{Name: "n.one.color"}, Optional: true}}},
				{Name: "n.one.paint", Action: true, Bound: true, Binding: things, Returns: &things, Line: 24},
			},
			"n.one.all": {{Name: "n.one.all", Composable: true, Returns: &csdl.Ref{Name: "Edm.String", Collection: true}, Line: 25}},
		},
		Resources: map[string]*csdl.Resource{
			"things": {Name: "things", Type: things, Line: 27},
			"me":     {Name: "me", Type: csdl.Ref{Name: "n.one.thing"}, Line: 28},
			"all":    {Name: "all", Operation: "n.one.all", Line: 29},
		},
		Warnings: []csdl.Warning{
			{22, "unknown element Singularity in Schema"},
			{38, `n.two.part/lost has the type "n.two.gone", which is not declared`},
			{38, "unknown element Thing in complex type n.two.part"},
		},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

const head = `<edmx:Edmx Version="4.0" xmlns:edmx="x"><edmx:DataServices><Schema Namespace="n" Alias="a">`
const tail = `</Schema></edmx:DataServices></edmx:Edmx>`

func TestBadMetadata(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "read metadata x: line 1: not metadata: there is no element"},
		{"another document", "<html></html>", `read metadata x: line 1: the document is "html", not Edmx`},
		{"another version", `<Edmx Version="3.0"></Edmx>`, `read metadata x: line 1: version "3.0" of the language`},
		{"no schema", `<Edmx Version="4.0"></Edmx>`, "read metadata x: line 1: not metadata: there is no schema"},
		{"JSON", `{"error": {}}`, "read metadata x: line 1: not metadata: there is no element"},
		{"cut in a tag", head + "\n<EntityType Na", "read metadata x: line 2: the text ends in the middle"},
		{"cut between tags", head + `<EntityType Name="t">`, "read metadata x: line 1: the text ends in the middle"},
		{"no namespace", `<Edmx Version="4.0"><DataServices><Schema></Schema></DataServices></Edmx>`, `read metadata x: line 1: a schema's namespace is ""`},
		{"crossed tags", head + "\n<EntityType Name='t'></ComplexType>" + tail, "read metadata x: line 2: not XML: element <EntityType> closed by </ComplexType>"},
		{"a name that leaves the folder", head + `<EntityType Name="../t"/>` + tail, `read metadata x: line 1: the name of EntityType is "../t"`},
		{"entity expansion", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + head + tail, "read metadata x: line 1: a document type declaration is refused"},
		{"an entity", head + `<EntityType Name="&b;"/>` + tail, "read metadata x: line 1: not XML: invalid character entity &b;"},
		{"twice", head + "<EnumType Name='t'/>\n<EntityType Name='t'/>" + tail, "read metadata x: line 2: type n.t is declared twice, first in line 1"},
		{"itself", head + "\n<EntityType Name='t' BaseType='n.t'/>" + tail, "read metadata x: line 2: type n.t derives from itself"},
		{"a cycle", head + "<EntityType Name='r' BaseType='n.s'/>\n<EntityType Name='s' BaseType='a.t'/>\n<EntityType Name='t' BaseType='n.s'/>" + tail, "read metadata x: line 1: type n.r derives from itself"},
		{"another kind", head + "<EntityType Name='r'/>\n<ComplexType Name='s' BaseType='n.r'/>" + tail, "read metadata x: line 2: complex type n.s derives from a type of another kind, n.r"},
		{"nesting", head + strings.Repeat("<x>", 1000), "read metadata x: line 1: elements nested more than 64 deep"},
		{"nesting in an annotation", head + `<EntityType Name="t"><Annotation Term="a.Revisions">` + strings.Repeat("<Record><PropertyValue>", 1000), "read metadata x: line 1: elements nested more than 64 deep"},
		{"text behind the end", head + tail + "<more>", "read metadata x: line 1: the text ends in the middle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := csdl.Parse(strings.NewReader(c.text), "x")
			if m != nil || err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if err != nil && fault.Find(err) == nil {
				t.Errorf("%T", err)
			}
		})
	}
	if _, err := csdl.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// endless repeats a text after a beginning, up to a size.
type endless struct {
	head, again string
	left        int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(b, e.head)
	e.head = e.head[n:]
	if n == 0 {
		for n+len(e.again) <= len(b) {
			n += copy(b[n:], e.again)
		}
	}
	e.left -= n
	return n, nil
}

// TestMemoryIsBounded reads 200 MB each of what a careless reader keeps.
func TestMemoryIsBounded(t *testing.T) {
	for _, c := range []struct{ name, head, again, want string }{
		{"nesting", head, "<deeper>", "nested more than 64 deep"},
		{"one attribute", head + `<EntityType Name="`, "aaaaaaaa", "a tag or text of more than 1048576 bytes"},
		{"one comment", head + `<!-- `, "aaaaaaaa", "a tag or text of more than 1048576 bytes"},
		{"one text", head, "aaaaaaaa", "a tag or text of more than 1048576 bytes"},
		{"one declaration", `<!DOCTYPE `, "aaaaaaaa", "a tag or text of more than 1048576 bytes"},
		{"unknown elements", head, `<x a="` + strings.Repeat("a", 1000) + `"/>`, "more than 32 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := csdl.Parse(&endless{c.head, c.again, 200 << 20}, "x")
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if held := int64(after.HeapSys) - int64(before.HeapSys); held > 64<<20 {
				t.Errorf("the heap grew by %d MB", held>>20)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestReadErrorIsTold(t *testing.T) {
	if _, err := csdl.Parse(failing{}, "x"); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Error(err)
	}
}

// TestEveryCut cuts real metadata in many places: each is an error that says so.
func TestEveryCut(t *testing.T) {
	text, err := os.ReadFile(testkit.Corpus(t, "metadata/v1.0-GovSG.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndexByte(text, '<')
	for at := 0; at <= end; at += 997 {
		if _, err := csdl.Parse(bytes.NewReader(text[:at]), "x"); err == nil {
			t.Fatalf("cut at %d of %d: no error", at, len(text))
		}
	}
}

// FuzzCSDL: no text makes the reader fail otherwise than by an error; what it
// accepts is the same every time, and every chain of bases ends.
func FuzzCSDL(f *testing.F) {
	for _, file := range []string{"testdata/model.csdl"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
		f.Add(string(text[:len(text)/2]))
	}
	f.Add(head + "<EntityType Name='r' BaseType='a.s'/><EntityType Name='s' BaseType='n.r'/>" + tail)
	f.Add(head + "<TypeDefinition Name='d' UnderlyingType='n.d'/><ComplexType Name='c'><Property Name='p' Type='Collection(n.d)'/></ComplexType>" + tail)
	f.Add(`<!DOCTYPE x [<!ENTITY a "&a;">]>` + head + tail)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := csdl.Parse(strings.NewReader(text), "x")
		again, errAgain := csdl.Parse(strings.NewReader(text), "x")
		if fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("%v, then %v", err, errAgain)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Fatal(diff)
		}
		for name, typ := range m.Types {
			n := 0
			for base := typ; base != nil; base = m.Types[base.Base] {
				if n++; n > len(m.Types) {
					t.Fatalf("the bases of %s do not end", name)
				}
			}
			for _, p := range typ.Properties {
				if strings.ContainsAny(p.Name, `/\ `) {
					t.Fatalf("property %q", p.Name)
				}
			}
		}
	})
}
