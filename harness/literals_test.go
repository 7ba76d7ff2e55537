package harness

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// homes says which one package may write down what: a fact that stands twice drifts. A
// pattern is looked for in each line of Go that is neither a test nor a comment. More
// homes than one need a reason, which stands behind them.
var homes = []struct {
	what, pattern string
	packages      []string // below the module
}{
	{"the Graph hosts of national clouds", `"(https://)?(dod-)?graph\.microsoft\.(us|de)"|microsoftgraph\.chinacloudapi\.cn`, facts},
	{"the host of Graph", `"(https://)?graph\.microsoft\.com/?"`, append([]string{"harness/internal/planted", "harness/internal/redact"}, facts...)}, // recordings that are made; domains of no tenant
	{"sign-in hosts", `"(https://)?(login\.(microsoftonline|chinacloudapi|partner\.microsoftonline|windows|live|usgovcloudapi)\.[a-z]+|login-us\.[a-z.]+|sts\.windows\.net)"`, facts},
	{"Azure AD Graph's host", `graph\.windows\.net`, facts},
	{"the host of managed identities", `169\.254\.169\.254`, facts},
	{"the hosts of files", `"\.?(1drv\.com|onedrive\.com|reports\.office\.com|print\.microsoft\.com)"`, facts},
	{"the hosts of conversations", `"@?(thread\.(v2|tacv2|skype)|unq\.gbl\.spaces)"`, facts},
	{"states of operations", `(?i)"(not_?started|in_?progress|partially_?succeeded|delete_?pending|delete_?failed)"`, facts},
	{"where operations lie", `(?i)"exportJobs"`, facts},
	{"the links of pages", `"@odata\.(nextLink|deltaLink)"`, append([]string{"harness/internal/planted"}, facts...)},
	{"the members whose links clients follow", `(?i)"(@microsoft\.graph\.|@content\.)?(uploadUrl|downloadUrl|azureStorageUri)"`,
		append([]string{"harness/internal/redact", "harness/internal/match", "harness/internal/planted", "harness/internal/emulator"}, facts...)}, // which of them hold secrets; recordings that are made
	{"the headers that say where an operation is", `"(Operation-Location|Azure-Async[oO]peration)"`, append([]string{"harness/internal/diff"}, facts...)}, // which headers it compares
	{"the parts of a batch", `\["(requests|responses|dependsOn)"\]`, facts},
	{"the segment of batches", `"/?\$batch"`,
		append([]string{"harness/internal/graphurl", "harness/internal/route", "harness/internal/emulator"}, facts...)}, // the words of the grammar; metadata has no batch; the stand-in's routes
	{"the actions that only read", `(?i)"(get_?by_?ids|check_?member_?groups|get_?schedule|find_?meeting_?times|translate_?exchange_?ids)"`, facts},
	{"the statuses that ask to come again", `StatusGatewayTimeout|[^.\dx]509\b`, append([]string{"harness/internal/proxy"}, facts...)}, // a host that is not reached in time
	{"the code of throttling", `"TooManyRequests"`, facts},
	{"how a collection's type is written", `"#?Collection\(`, append([]string{"harness/internal/identity"}, facts...)}, // examples of formats
	{"the headers that give access", `"Authorization", "(Proxy-Authorization|Cookie)"`, facts},
	{"what a request selects", `case "\$?expand"`, append([]string{"harness/conform", "harness/internal/graphurl"}, "harness/internal/diff")}, // the judge; the grammar; options that stay in a name
}

var facts = []string{"harness/internal/graph", "harness/internal/graph/async", "harness/internal/graph/odata", "harness/internal/graph/protocol"}

// TestLiteralsHaveOneHome holds that facts stand where they belong.
func TestLiteralsHaveOneHome(t *testing.T) {
	found := make([]int, len(homes))
	patterns := make([]*regexp.Regexp, len(homes))
	for n, home := range homes {
		patterns[n] = regexp.MustCompile(home.pattern)
	}
	eachSource(t, func(file string, lines []string) {
		pkg := filepath.ToSlash(filepath.Dir(file))
		for n, home := range homes {
			for i, line := range lines {
				if !patterns[n].MatchString(line) {
					continue
				}
				if slices.Contains(home.packages, pkg) {
					found[n]++
				} else {
					t.Errorf("%s:%d: %s: that stands in %s alone\n\t%s", file, i+1, home.what, strings.Join(home.packages, ", "), strings.TrimSpace(line))
				}
			}
		}
	})
	for n, home := range homes {
		if found[n] == 0 {
			t.Errorf("%s: %s stands nowhere, so the row holds nothing", home.what, home.pattern)
		}
	}
}

// eachSource gives the lines of the module's Go files, without tests and comments.
func eachSource(t *testing.T, see func(file string, lines []string)) {
	t.Helper()
	files := 0
	for _, top := range []string{"harness", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if d.Name() == "testdata" {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			name, _ := filepath.Rel("..", path)
			see(filepath.ToSlash(name), withoutComments(t, path, text))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Fatalf("only %d files were looked at", files)
	}
}

// withoutComments blanks the comments of a file, line by line.
func withoutComments(t *testing.T, name string, text []byte) []string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	blank := func(c *ast.Comment) {
		for i := set.Position(c.Pos()).Offset; i < set.Position(c.End()).Offset; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			blank(c)
		}
	}
	return strings.Split(string(text), "\n")
}
