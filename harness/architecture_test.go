package harness

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/graphvcr/graphvcr/"

// imports is the import law: package -> packages of this module that it may
// import. Imports run downwards only; a new edge is a line here, and reviewed.
var imports = map[string][]string{
	"cmd/graphvcr": {"harness/quiet", "harness/child", "harness/signin", "harness/csdl", "harness/generate", "harness/drift", "harness/diff", "harness/auth", "harness/ca", "harness/proxy", "harness/runner", "harness/draft", "harness/project", "harness/lint", "harness/report", "harness/importer", "harness/cassette", "harness/scenario"},
	"harness":      {"harness/quiet", "harness/project", "harness/report", "harness/cassette"},

	"harness/proxy": {"harness/quiet", "harness/ca", "harness/report", "harness/transport", "harness/match", "harness/cassette", "harness/internal/graphurl"},
	"harness/ca":    {},

	"harness/lint":     {"harness/route", "harness/drift", "harness/importer", "harness/redact", "harness/project", "harness/report", "harness/cassette", "harness/scenario", "harness/schema", "harness/match"},
	"harness/project":  {"harness/conform", "harness/csdl", "harness/generate", "harness/route", "harness/diff", "harness/redact", "harness/runner", "harness/report", "harness/scenario", "harness/schema", "harness/transport", "harness/match", "harness/cassette", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/strictyaml"},
	"harness/docs":     {},
	"harness/importer": {"harness/docs", "harness/draft", "harness/report", "harness/cassette", "harness/internal/graphurl", "harness/internal/jsondoc"},
	"harness/draft":    {"harness/cassette", "harness/format", "harness/internal/graphurl", "harness/internal/jsondoc"},
	"harness/runner":   {"harness/conform", "harness/scenario", "harness/schema", "harness/report", "harness/transport", "harness/match", "harness/cassette", "harness/format", "harness/internal/graphurl", "harness/internal/jsondoc"},

	"harness/transport": {"harness/quiet", "harness/match", "harness/cassette"},
	"harness/match":     {"harness/cassette", "harness/format", "harness/internal/graphurl", "harness/internal/jsondoc"},
	"harness/redact":    {"harness/cassette", "harness/format", "harness/internal/graphurl", "harness/internal/jsondoc"},
	"harness/schema":    {"harness/format", "harness/internal/jsondoc", "harness/internal/typo"},
	"harness/scenario":  {"harness/format", "harness/internal/graphurl", "harness/internal/jsondoc", "harness/internal/strictyaml", "harness/internal/typo"},
	"harness/cassette":  {"harness/internal/jsondoc", "harness/internal/typo"},

	"harness/planted":  {"harness/cassette"},
	"harness/emulator": {"harness/quiet", "harness/signin", "harness/internal/graphurl"},
	"harness/auth":     {"harness/quiet", "harness/scenario", "harness/cassette"},

	"harness/quiet":  {},
	"harness/child":  {},
	"harness/signin": {},
	"harness/drift":  {"harness/project", "harness/csdl", "harness/diff", "harness/cassette", "harness/report", "harness/internal/strictyaml"},
	"harness/diff":   {"harness/cassette", "harness/format", "harness/report", "harness/internal/graphurl", "harness/internal/jsondoc"},

	"harness/csdl":                {"harness/internal/typo"},
	"harness/conform":             {"harness/schema", "harness/route", "harness/report", "harness/internal/graphurl", "harness/internal/jsondoc"},
	"harness/generate":            {"harness/csdl", "harness/route", "harness/format", "harness/internal/jsondoc"},
	"harness/route":               {"harness/csdl", "harness/internal/graphurl"},
	"harness/report":              {},
	"harness/format":              {},
	"harness/internal/graphurl":   {"harness/format"},
	"harness/internal/jsondoc":    {},
	"harness/internal/strictyaml": {"harness/internal/typo"},
	"harness/internal/typo":       {},
	"harness/internal/words":      {},
	"harness/internal/words/gen":  {"harness/csdl", "harness/internal/words"},
}

// onlyImporter names the one package of this module that may import a library
// whose types must not spread, or what lies below that path.
var onlyImporter = map[string]string{
	"gopkg.in/dnaeon/go-vcr.v3/cassette":       "harness/cassette",
	"gopkg.in/dnaeon/go-vcr.v3/recorder":       "", // a contract to test against, never used
	"github.com/santhosh-tekuri/jsonschema/v5": "harness/schema",
	"github.com/ohler55/ojg/jp":                "harness/internal/jsondoc",
	"github.com/spf13/cobra":                   "cmd/graphvcr",
	"github.com/Azure":                         "harness/auth",
	"github.com/AzureAD":                       "",             // azidentity's own
	module + "harness/auth":                    "cmd/graphvcr", // a program that tests offline links no sign-in
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
			if imported == "testing" && name != "harness" {
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

type listedPackage struct {
	ImportPath, Name, Doc string
	GoFiles, Imports      []string
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Doc,GoFiles,Imports", "../...")
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
