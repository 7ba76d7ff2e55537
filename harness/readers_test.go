package harness

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readers are what reads files and bodies that somebody else made, with the fuzz target that
// gives it anything: a package below harness and a name.
var readers = []struct{ what, target string }{
	{"cassettes, of go-vcr too", "cassette FuzzFile"}, {"cassettes, by both of their readers", "cassette FuzzReadersAgree"}, {"the salt", "internal/saltfile FuzzSalt"},
	{"journals that a kill cut", "internal/journal FuzzKilledJournal"}, {"journals of any bytes", "internal/journal FuzzDamagedJournal"}, {"notes in a journal", "internal/redact FuzzNotes"},
	{"hand-written YAML", "internal/strictyaml FuzzDecode"}, {"scenarios", "internal/scenario FuzzParse"}, {"rules.yaml", "internal/project FuzzRules"}, {"drift-accept.yaml", "internal/drift FuzzAcceptances"},
	{"schemas", "schema FuzzSchemaFile"}, {"values that are judged by them", "schema FuzzAgainstBareLibrary"}, {"overlays", "internal/generate FuzzOverlay"}, {"index.json", "internal/route FuzzIndex"}, {"addresses and contexts, by the index", "internal/route FuzzResolve"},
	{"metadata", "internal/csdl FuzzCSDL"}, {"metadata that is compared", "internal/metadiff FuzzCompare"}, {"Microsoft's changelog", "internal/drift FuzzAnnouncements"}, {"pages of documentation", "internal/docs FuzzDocs"}, {"pages of documentation that are imported", "internal/importer FuzzDocs"},
	{"answers in files", "internal/check FuzzData"}, {"answers in tests in Go", "internal/check FuzzGo"}, {"answers in tests in JavaScript", "internal/check FuzzScript"}, {"Microsoft's permissions file", "internal/permissions FuzzOf"},
	{"HTTP archives", "internal/importer FuzzHAR"}, {"recordings of vcrpy", "internal/importer FuzzVCRPy"}, {"cassettes of Ruby's VCR", "internal/importer FuzzRubyVCR"}, {"mocks of Dev Proxy", "internal/importer FuzzDevProxy"}, {"recordings of AutoRest", "internal/importer FuzzAutoRest"},
	{"keys and certificates", "internal/ca FuzzAuthority"}, {"stores of certificates", "internal/child FuzzStore"}, {"tokens", "internal/auth FuzzReadClaims"}, {"answers to a sign-in that failed", "internal/auth FuzzRefused"},
	{"JSON", "internal/jsondoc FuzzScan"}, {"JSON, as a tree", "internal/jsondoc FuzzLaws"}, {"JSON that was cut", "internal/jsondoc FuzzMend"}, {"paths into JSON", "internal/jsondoc FuzzPath"},
	{"compressed bodies", "internal/wire FuzzDecode"}, {"charsets", "internal/wire FuzzText"}, {"addresses of Graph", "internal/graphurl FuzzStable"}, {"batches", "internal/graph FuzzBatch"},
	{"texts in messages: forms, parts, CSV, XML", "internal/place FuzzRewrite"}, {"bodies that are redacted", "internal/redact FuzzBodies"}, {"tables that are redacted", "internal/redact FuzzTables"},
	{"requests, as they are matched", "internal/match FuzzKey"}, {"links in answers", "internal/hosts FuzzLinks"}, {"exchanges that are judged", "conform FuzzConform"}, {"recordings that are compared", "internal/diff FuzzCompare"},
	{"exchanges that are drafted", "internal/draft FuzzScenario"}, {"answers of stand-ins", "internal/transport FuzzRebase"},
	{"requests to serve, and for sessions", "internal/proxy FuzzSurface"}, {"requests to exec", "internal/proxy FuzzIntercept"}, {"requests to sign in", "internal/signin FuzzHost"},
}

// readBesides are packages that open files, and read nothing of what is in them.
var readBesides = map[string]string{
	"cli":                "hands on what --body and a command's stdin hold",
	"internal/lint":      "asks the readers of others",
	"internal/runner":    "sends what bodyFile names",
	"internal/testkit":   "is for tests",
	"internal/upstream":  "hands certificates to crypto/x509",
	"internal/whatif":    "copies cassettes",
	"internal/words/gen": "is run by whoever makes the table of words",
}

var opensFiles = regexp.MustCompile(`plainfile\.(Open|Read)|os\.(ReadFile|Open)\(`)

// TestReadersAreFuzzed: whatever reads files or bodies has a fuzz target, which .ci/run --full
// runs, and a package that opens files is in the table.
func TestReadersAreFuzzed(t *testing.T) {
	var packages []string
	for _, r := range readers {
		folder, target, _ := strings.Cut(r.target, " ")
		packages = append(packages, folder)
		tests, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(tests, func(name string) bool { return strings.Contains(textOf(t, name), "\nfunc "+target+"(f *testing.F)") }) {
			t.Errorf("%s: there is no %s in %s", r.what, target, folder)
		}
	}
	eachSource(t, func(file string, lines []string) {
		folder := strings.TrimPrefix(path.Dir(file), "harness/")
		if !slices.ContainsFunc(lines, opensFiles.MatchString) || slices.Contains(packages, folder) || readBesides[folder] != "" || folder == "internal/plainfile" {
			return
		}
		t.Errorf("%s opens files: add what reads them to the table, with its fuzz target", file)
	})
}

func textOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
