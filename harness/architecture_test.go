package harness

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

const module = "github.com/graphvcr/graphvcr/"

// imports is the import law: package -> packages of this module that it may
// import. Imports run downwards only; a new edge is a line here, and reviewed.
var imports = map[string][]string{
	"cmd/graphvcr": {"harness/cli"},
	"harness/cli":  {"harness/report/render", "harness/internal/visible", "harness/internal/saltfile", "harness/internal/program", "harness/internal/whatif", "harness/internal/interrupt", "harness/internal/upstream", "harness/internal/live", "harness/internal/permissions", "harness/internal/check", "harness/internal/display", "harness/internal/emulator", "harness/internal/hosts", "harness/internal/graph", "harness/internal/graph/odata", "harness/internal/fault", "harness/internal/wire", "harness/internal/quiet", "harness/internal/child", "harness/internal/csdl", "harness/internal/generate", "harness/internal/drift", "harness/internal/diff", "harness/internal/auth", "harness/internal/ca", "harness/internal/proxy", "harness/internal/runner", "harness/internal/project", "harness/internal/lint", "harness/report", "harness/internal/importer", "harness/cassette", "harness/internal/scenario", "harness/internal/plainfile", "harness/internal/judge", "harness/internal/clean", "harness/internal/record", "harness/internal/replay", "harness/internal/session", "harness/internal/ingest"},
	"harness":      {"harness/report/render", "harness/internal/saltfile", "harness/internal/match", "harness/internal/proxy", "harness/internal/redact", "harness/internal/signin", "harness/internal/graph", "harness/internal/wire", "harness/internal/fault", "harness/internal/quiet", "harness/internal/project", "harness/report", "harness/cassette", "harness/internal/record", "harness/internal/replay", "harness/internal/session"},

	"harness/internal/ingest":    {"harness/internal/clean", "harness/internal/judge", "harness/internal/importer", "harness/internal/project", "harness/report", "harness/cassette", "harness/internal/wire", "harness/internal/fault"},
	"harness/internal/whatif":    {"harness/report/render", "harness/internal/program", "harness/internal/session", "harness/internal/replay", "harness/internal/project", "harness/internal/judge", "harness/internal/proxy", "harness/internal/upstream", "harness/internal/ca", "harness/internal/child", "harness/internal/diff", "harness/report", "harness/cassette", "harness/internal/plainfile", "harness/internal/fault"},
	"harness/internal/program":   {"harness/internal/saltfile", "harness/internal/session", "harness/internal/project", "harness/internal/upstream", "harness/internal/interrupt", "harness/internal/proxy", "harness/internal/child", "harness/internal/ca", "harness/internal/signin", "harness/internal/hosts", "harness/internal/graph", "harness/report", "harness/cassette", "harness/internal/fault"},
	"harness/internal/interrupt": {},
	"harness/internal/upstream":  {"harness/internal/proxy", "harness/internal/quiet", "harness/internal/wire", "harness/internal/plainfile", "harness/internal/fault"},

	"harness/internal/live":  {"harness/report/render", "harness/internal/display", "harness/internal/match", "harness/cassette", "harness/report"},
	"harness/internal/proxy": {"harness/report/render", "harness/internal/jsondoc", "harness/internal/hosts", "harness/internal/quiet", "harness/internal/ca", "harness/report", "harness/internal/transport", "harness/internal/match", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/wire", "harness/internal/ascii", "harness/internal/fault"},
	"harness/internal/ca":    {"harness/internal/wire", "harness/internal/plainfile", "harness/internal/fault"},

	"harness/internal/check":       {"harness/internal/diff", "harness/internal/runner", "harness/internal/scenario", "harness/internal/transport", "harness/internal/wire", "harness/conform", "harness/internal/importer", "harness/internal/project", "harness/report", "harness/cassette", "harness/schema", "harness/internal/graph", "harness/internal/graph/odata", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/ascii", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/csdl", "harness/internal/generate", "harness/internal/judge"},
	"harness/internal/permissions": {"harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/plainfile", "harness/internal/fault"},
	"harness/internal/lint":        {"harness/internal/saltfile", "harness/internal/permissions", "harness/internal/graphurl", "harness/internal/identity", "harness/internal/route", "harness/internal/drift", "harness/internal/importer", "harness/internal/redact", "harness/internal/project", "harness/report", "harness/cassette", "harness/internal/scenario", "harness/schema", "harness/conform", "harness/internal/graph", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/replay", "harness/internal/strictyaml"},
	"harness/internal/project":     {"harness/internal/visible", "harness/internal/hosts", "harness/conform", "harness/internal/csdl", "harness/internal/route", "harness/internal/diff", "harness/internal/redact", "harness/report", "harness/internal/scenario", "harness/schema", "harness/internal/match", "harness/cassette", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/strictyaml", "harness/internal/graph", "harness/internal/graph/odata", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/journal", "harness/internal/metadiff"},
	"harness/internal/docs":        {"harness/internal/graph", "harness/internal/graph/odata", "harness/internal/fault"},
	"harness/internal/importer":    {"harness/internal/strictyaml", "harness/internal/hosts", "harness/internal/docs", "harness/internal/draft", "harness/report", "harness/cassette", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/wire", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/scenario"},
	"harness/internal/draft":       {"harness/internal/strictyaml", "harness/internal/scenario", "harness/internal/fault", "harness/cassette", "harness/internal/identity", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/graph/async"},
	"harness/internal/runner":      {"harness/internal/display", "harness/internal/place/media", "harness/conform", "harness/internal/scenario", "harness/report", "harness/internal/match", "harness/cassette", "harness/internal/identity", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/async", "harness/internal/wire", "harness/internal/ascii", "harness/internal/plainfile", "harness/internal/fault"},
	"harness/internal/judge":       {"harness/internal/project", "harness/conform", "harness/schema", "harness/internal/diff", "harness/internal/route", "harness/report", "harness/cassette", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/fault", "harness/internal/graph/odata"},
	"harness/internal/session":     {"harness/internal/project", "harness/internal/record", "harness/internal/replay", "harness/internal/transport", "harness/internal/match", "harness/cassette", "harness/report", "harness/internal/wire", "harness/internal/fault"},
	"harness/internal/record":      {"harness/internal/saltfile", "harness/internal/draft", "harness/internal/clean", "harness/internal/replay", "harness/internal/project", "harness/internal/place", "harness/internal/redact", "harness/internal/runner", "harness/report", "harness/internal/scenario", "harness/internal/transport", "harness/internal/match", "harness/cassette", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/wire", "harness/internal/fault", "harness/internal/journal"},
	"harness/internal/clean":       {"harness/internal/saltfile", "harness/internal/replay", "harness/internal/project", "harness/internal/redact", "harness/report", "harness/cassette"},
	"harness/internal/replay":      {"harness/internal/project", "harness/internal/diff", "harness/internal/runner", "harness/report", "harness/internal/scenario", "harness/internal/transport", "harness/internal/match", "harness/cassette", "harness/internal/graph", "harness/internal/wire", "harness/internal/fault"},

	"harness/internal/transport": {"harness/internal/quiet", "harness/internal/match", "harness/cassette", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/wire", "harness/internal/journal"},
	"harness/internal/match":     {"harness/internal/redact", "harness/cassette", "harness/internal/place", "harness/internal/identity", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/odata", "harness/internal/graph/async", "harness/internal/wire", "harness/internal/ascii", "harness/internal/fault", "harness/internal/edit", "harness/internal/place/media"},
	"harness/internal/redact":    {"harness/internal/edit", "harness/internal/graph/odata", "harness/internal/wire", "harness/internal/saltfile", "harness/cassette", "harness/internal/place", "harness/internal/words", "harness/internal/identity", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/ascii", "harness/internal/fault", "harness/internal/identity/numbered", "harness/internal/place/media"},
	"harness/schema":             {"harness/internal/identity", "harness/internal/jsondoc", "harness/internal/fault", "harness/internal/ascii", "harness/internal/plainfile", "harness/internal/graph/odata"},
	"harness/internal/scenario":  {"harness/internal/ascii", "harness/internal/identity", "harness/internal/jsondoc", "harness/internal/strictyaml", "harness/internal/fault", "harness/internal/plainfile", "harness/internal/graph/odata"},
	"harness/cassette":           {"harness/internal/ascii", "harness/internal/saltfile", "harness/internal/strictyaml", "harness/internal/identity", "harness/internal/jsondoc", "harness/internal/fault", "harness/internal/wire", "harness/internal/plainfile"},

	"harness/internal/planted":  {"harness/cassette", "harness/internal/csdl"},
	"harness/internal/emulator": {"harness/internal/quiet", "harness/internal/signin", "harness/internal/graphurl", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/graph/async", "harness/internal/wire", "harness/internal/jsondoc"},
	"harness/internal/auth":     {"harness/internal/quiet", "harness/internal/scenario", "harness/cassette", "harness/report", "harness/internal/graph", "harness/internal/wire", "harness/internal/plainfile", "harness/internal/fault"},

	"harness/internal/quiet":  {},
	"harness/internal/child":  {"harness/internal/plainfile", "harness/internal/fault"},
	"harness/internal/signin": {"harness/internal/graph", "harness/internal/identity"},
	"harness/internal/drift":  {"harness/internal/saltfile", "harness/internal/display", "harness/internal/project", "harness/internal/metadiff", "harness/internal/csdl", "harness/internal/diff", "harness/cassette", "harness/report", "harness/internal/strictyaml", "harness/internal/wire", "harness/internal/jsondoc", "harness/internal/plainfile", "harness/internal/fault"},
	"harness/internal/diff":   {"harness/internal/display", "harness/internal/wire", "harness/internal/words", "harness/cassette", "harness/internal/identity", "harness/report", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/graph/async", "harness/internal/ascii", "harness/internal/fault"},

	"harness/internal/metadiff":          {"harness/internal/csdl", "harness/internal/diff", "harness/report"},
	"harness/internal/csdl":              {"harness/internal/fault", "harness/internal/plainfile", "harness/internal/graph/odata"},
	"harness/conform":                    {"harness/schema", "harness/internal/route", "harness/report", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/graph/async", "harness/internal/wire"},
	"harness/internal/generate":          {"harness/internal/csdl", "harness/internal/route", "harness/internal/identity", "harness/internal/jsondoc", "harness/internal/graph", "harness/internal/wire", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/graphurl"},
	"harness/internal/route":             {"harness/internal/ascii", "harness/internal/csdl", "harness/internal/graphurl", "harness/internal/plainfile", "harness/internal/fault", "harness/internal/graph/odata"},
	"harness/report":                     {"harness/internal/fault", "harness/internal/graph", "harness/internal/visible"},
	"harness/report/render":              {"harness/report", "harness/internal/fault", "harness/internal/graph", "harness/internal/jsondoc", "harness/internal/visible"},
	"harness/internal/visible":           {},
	"harness/internal/display":           {"harness/internal/visible", "harness/internal/match", "harness/cassette", "harness/internal/identity", "harness/internal/jsondoc", "harness/report"},
	"harness/internal/identity":          {"harness/internal/graph", "harness/internal/ascii", "harness/internal/identity/numbered", "harness/internal/edit"},
	"harness/internal/identity/numbered": {"harness/internal/ascii"},
	"harness/internal/ascii":             {},
	"harness/internal/edit":              {},
	"harness/internal/graphurl":          {"harness/internal/identity", "harness/internal/words", "harness/internal/graph", "harness/internal/ascii"},
	"harness/internal/jsondoc":           {},
	"harness/internal/journal":           {"harness/cassette", "harness/internal/fault", "harness/internal/wire", "harness/internal/plainfile"},
	"harness/internal/strictyaml":        {"harness/internal/fault"},
	"harness/internal/saltfile":          {"harness/internal/fault", "harness/internal/plainfile", "harness/internal/wire"},
	"harness/internal/fault":             {},
	"harness/internal/wire":              {},
	"harness/internal/graph":             {"harness/internal/ascii"},
	"harness/internal/graph/protocol":    {},
	"harness/internal/graph/odata":       {},
	"harness/internal/graph/async":       {},
	"harness/internal/hosts":             {"harness/internal/place/media", "harness/internal/graph", "harness/internal/graph/protocol", "harness/internal/graph/odata", "harness/internal/jsondoc", "harness/internal/fault", "harness/internal/ascii"},
	"harness/internal/testkit":           {},
	"harness/internal/plainfile":         {},
	"harness/internal/words":             {"harness/internal/graph", "harness/internal/graph/odata", "harness/internal/ascii"},
	"harness/internal/place":             {"harness/internal/graph/odata", "harness/internal/graph", "harness/internal/ascii", "harness/internal/edit", "harness/internal/jsondoc", "harness/internal/graph/protocol", "harness/internal/place/media"},
	"harness/internal/place/media":       {"harness/internal/ascii"},
	"harness/internal/laws":              {"harness/cassette", "harness/internal/match", "harness/internal/place"},
	"harness/internal/words/gen":         {"harness/internal/csdl", "harness/internal/words"},
}

// onlyImporter names the one package of this module that may import a library
// whose types must not spread, or what lies below that path.
var onlyImporter = map[string]string{
	"gopkg.in/dnaeon/go-vcr.v3/cassette":       "harness/cassette",
	"gopkg.in/dnaeon/go-vcr.v3/recorder":       "", // a contract to test against, never used
	"github.com/santhosh-tekuri/jsonschema/v5": "harness/schema",
	"github.com/ohler55/ojg/jp":                "harness/internal/jsondoc",
	"github.com/andybalholm/brotli":            "harness/internal/wire",
	"github.com/klauspost/compress":            "harness/internal/wire",
	"github.com/spf13/cobra":                   "harness/cli",
	"github.com/Azure":                         "harness/internal/auth",
	"github.com/AzureAD":                       "",            // azidentity's own
	module + "harness/internal/auth":           "harness/cli", // a program that tests offline links no sign-in
}

func TestImportLaw(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := imports[name]
		if !known {
			t.Errorf("package %s is not in the import law: add it, and to the map in harness/DESIGN.md", name)
			continue
		}
		for _, imported := range p.Imports {
			if inner, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, inner) {
				t.Errorf("package %s may not import %s", name, inner)
			}
			for library, only := range onlyImporter {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && only != name {
					t.Errorf("package %s may not import %s: that is for %q alone", name, imported, only)
				}
			}
			if imported == "testing" && name != "harness" && name != "harness/internal/testkit" {
				t.Errorf("package %s imports testing outside its tests", name)
			}
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	for _, p := range listPackages(t) {
		if len(p.Doc) < 20 {
			t.Errorf("package %s has no package comment that says what it is for", p.ImportPath)
		}
		if p.Name != "main" && !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("package %s has no doc.go", p.ImportPath)
		}
	}
}

// seesMachine is code that asks the machine what it is like; azidentity does.
var seesMachine = regexp.MustCompile(`"github.com/Azure/|\bos\.(Getenv|LookupEnv|Environ|ExpandEnv|UserHomeDir|UserConfigDir|UserCacheDir)\b|\bexec\.(Command|CommandContext|LookPath)\b`)

// Tests that can see the machine of whoever runs them run on one of their own: a package
// whose tests start a program, or that reads the environment, itself or through what it
// and its tests import, has a TestMain with testkit.On.
func TestTestsSeeNoMachine(t *testing.T) {
	byPath := map[string]listedPackage{}
	for _, p := range listPackages(t) {
		byPath[p.ImportPath] = p
	}
	holds := func(p listedPackage, files []string, what *regexp.Regexp) bool {
		return slices.ContainsFunc(files, func(name string) bool {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return what.Match(text)
		})
	}
	sees := map[string]bool{}
	for path, p := range byPath {
		sees[path] = path != module+"harness/internal/testkit" && holds(p, p.GoFiles, seesMachine)
	}
	var reaches func(imports []string, seen map[string]bool) bool
	reaches = func(imports []string, seen map[string]bool) bool {
		return slices.ContainsFunc(imports, func(path string) bool {
			if p, ours := byPath[path]; ours && !seen[path] {
				seen[path] = true
				return sees[path] || reaches(p.Imports, seen)
			}
			return false
		})
	}
	starts, on, n := regexp.MustCompile(`"github.com/Azure/|\bexec\.(Command|CommandContext|LookPath)\b`), regexp.MustCompile(`\btestkit\.On\(`), 0
	for path, p := range byPath {
		tests := slices.Concat(p.TestGoFiles, p.XTestGoFiles)
		if len(tests) == 0 || !holds(p, tests, starts) && !reaches(slices.Concat([]string{path}, p.TestImports, p.XTestImports), map[string]bool{}) {
			continue
		}
		if n++; !holds(p, tests, on) {
			t.Errorf("the tests of %s can see the machine that they run on: give it a TestMain with testkit.On", path)
		}
	}
	if n < 10 {
		t.Errorf("only %d packages can see the machine", n)
	}
}

type listedPackage struct {
	ImportPath, Name, Doc, Dir         string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := testkit.Go("list", "-json=ImportPath,Name,Doc,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "../...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	return packages
}
