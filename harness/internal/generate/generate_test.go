package generate_test

import (
	"encoding/xml"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/schema"
)

func load(t testing.TB, file string) *csdl.Model {
	t.Helper()
	m, err := csdl.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t testing.TB, dir string, files []generate.File, force bool) *generate.Result {
	t.Helper()
	r, err := generate.Write(dir, files, force)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// contents reads a folder of files.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(text)
	}
	return all
}

// TestRules generates testdata/*.txtar: metadata, perhaps overlays, and what is
// written.
func TestRules(t *testing.T) {
	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, script *testkit.Archive) {
		dir := filepath.Join(t.TempDir(), "v1.0")
		var metadata string
		want := map[string]string{}
		for _, f := range script.Files {
			switch name := f.Name; {
			case name == "metadata":
				metadata = string(f.Data)
			case strings.HasPrefix(name, "have/"):
				target := filepath.Join(dir, strings.TrimPrefix(name, "have/"))
				if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(target, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				want[name] = string(f.Data)
			}
		}
		m, err := csdl.Parse(strings.NewReader(metadata), "metadata")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, generate.Schemas(m), false)
		got := contents(t, dir)
		for _, name := range slices.Sorted(maps.Keys(got)) {
			script.Want(t, name, got[name])
			delete(want, name)
		}
		if len(want) > 0 {
			t.Errorf("there is no %q", slices.Sorted(maps.Keys(want)))
		}
		compile(t, dir, m)
	})
}

// compile makes package schema, and so the JSON Schema library, compile every
// type.
func compile(t testing.TB, dir string, m *csdl.Model) {
	t.Helper()
	set, err := schema.Open(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	for name := range m.Types {
		if _, err := set.Validate(filepath.Base(dir), name, map[string]any{}, schema.Options{}); err != nil {
			t.Error(err)
		}
	}
}

// TestAllOfRealMetadata generates everything that four clouds declare: a schema for
// each type, all compile, and a second run writes the same bytes.
func TestAllOfRealMetadata(t *testing.T) {
	for name, want := range map[string]map[csdl.Kind]int{
		"v1.0-Prod.csdl":  {csdl.Entity: 1182, csdl.Complex: 1779, csdl.Enum: 861},
		"v1.0-USNat.csdl": {csdl.Entity: 538, csdl.Complex: 758, csdl.Enum: 373},
		"beta-USNat.csdl": {csdl.Entity: 722, csdl.Complex: 1044, csdl.Enum: 479},
		"v1.0-GovSG.csdl": {csdl.Entity: 91, csdl.Complex: 97, csdl.Enum: 22},
	} {
		if name != "v1.0-USNat.csdl" && name != "v1.0-GovSG.csdl" && !testkit.Slow() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			file := testkit.Corpus(t, "metadata/"+name)
			dirs := [2]string{filepath.Join(t.TempDir(), "v1.0"), filepath.Join(t.TempDir(), "v1.0")}
			for _, dir := range dirs {
				write(t, dir, generate.Schemas(load(t, file)), false)
			}
			first := contents(t, dirs[0])
			if diff := cmp.Diff(first, contents(t, dirs[1])); diff != "" {
				t.Fatalf("two runs differ: %.1000s", diff)
			}
			got := map[csdl.Kind]int{}
			for name, text := range first {
				if doc, _ := parse(t, text).(map[string]any); name != "index.json" {
					facts, _ := doc["x-graph"].(map[string]any)
					kind, _ := facts["kind"].(string)
					got[csdl.Kind(kind)]++
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			compile(t, dirs[0], load(t, file))
			again := write(t, dirs[0], generate.Schemas(load(t, file)), false)
			if again.Written != 0 || again.Same != len(first) {
				t.Errorf("a second run wrote %d files, and left %d", again.Written, again.Same)
			}
		})
	}
}

func parse(t testing.TB, text string) any {
	t.Helper()
	doc, err := jsondoc.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestHandMadeStays: what people wrote is neither replaced nor lost.
func TestHandMadeStays(t *testing.T) {
	m, err := csdl.Parse(strings.NewReader(`<Edmx Version="4.0"><DataServices><Schema Namespace="n"><ComplexType Name="a"/><ComplexType Name="b"/></Schema></DataServices></Edmx>`), "x")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mine := "{\"title\": \"mine\"}\n"
	for name, text := range map[string]string{"n.a.json": mine, "n.mine.json": mine} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := write(t, dir, generate.Schemas(m), false)
	if diff := cmp.Diff([]string{"n.a.json"}, r.Kept); diff != "" {
		t.Error(diff)
	}
	if got := contents(t, dir); got["n.a.json"] != mine || got["n.mine.json"] != mine || got["n.b.json"] == "" {
		t.Error(got)
	}
	write(t, dir, generate.Schemas(m), true)
	if got := contents(t, dir); got["n.a.json"] == mine || got["n.mine.json"] != mine {
		t.Error("force replaces what metadata declares, and nothing else")
	}
}

func TestBadOverlay(t *testing.T) {
	for text, want := range map[string]string{
		"{\n]":  ":2: not JSON: ",
		"[1]":   ":1: not a JSON object",
		"\"x\"": ":1: not a JSON object",
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "overlay"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "overlay", "n.a.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := generate.Write(dir, nil, false)
		if err == nil || !strings.Contains(err.Error(), "overlay/n.a.json"+want) || fault.Hint(err) == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// BenchmarkAll measures what generating everything costs, files aside that are
// written anyway, as a multiple of what cannot be avoided: reading the XML with
// encoding/xml alone, and compiling the schemas.
func BenchmarkAll(b *testing.B) {
	file := testkit.Corpus(b, "metadata/v1.0-Prod.csdl")
	var bare, ours, compiling time.Duration
	var peak uint64
	for b.Loop() {
		start := time.Now()
		readXML(b, file)
		bare += time.Since(start)

		dir := filepath.Join(b.TempDir(), "v1.0")
		runtime.GC()
		start = time.Now()
		m := load(b, file)
		write(b, dir, generate.Schemas(m), false)
		ours += time.Since(start)
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		peak = max(peak, memory.Sys)

		start = time.Now()
		compile(b, dir, m)
		compiling += time.Since(start)
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(memory.Sys)/(1<<20), "MB-with-compiling")
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/generate")
	b.ReportMetric(bare.Seconds()/float64(b.N), "s/bare-xml")
	b.ReportMetric(compiling.Seconds()/float64(b.N), "s/compile")
	b.ReportMetric(float64(ours+compiling)/float64(bare+compiling), "x-of-xml-and-compile")
	b.ReportMetric(float64(peak)/(1<<20), "MB")
}

func readXML(b *testing.B, file string) {
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for decoder := xml.NewDecoder(f); ; {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}
