package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A client is a program that uses Graph through some SDK and prints what it was
// answered; testdata/clients/README.md tells of them.
type client struct {
	name    string
	sdk     bool                        // it is one of Microsoft's
	command func(t *testing.T) []string // skips the test where something is missing
}

func clients() []client {
	all := []client{
		{"go", true, goProgram("go")},
		{"node", true, script("node", "node", "node/client.mjs")},
		{"curl", false, script("curl", "bash", "curl/client.sh")},
		{"python", false, script("python3", "python3", "python/client.py")},
	}
	if required("gosdk") { // minutes and gigabytes: for .ci/run --full
		all = append(all, client{"gosdk", true, goProgram("gosdk")})
	}
	return all
}

// sdks are the clients that are Microsoft's, which do what no author foresees.
func sdks() []client {
	return slices.DeleteFunc(clients(), func(c client) bool { return !c.sdk })
}

// signIns are the programs that sign in with a client secret and read one page.
func signIns() []client {
	return []client{
		{"azidentity", true, goProgram("go", "sign-in")},
		{"msal-node", true, script("node", "node", "node/signin.mjs")},
	}
}

const clientsDir = "testdata/clients"

// script is a client that an interpreter runs, and that needs a program.
func script(need, interpreter, file string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		for _, program := range []string{need, interpreter} {
			if _, err := exec.LookPath(program); err != nil {
				missing(t, need, program+" is not installed")
			}
		}
		if _, err := os.Stat(filepath.Join(clientsDir, "node", "node_modules")); need == "node" && err != nil {
			missing(t, need, "the client's packages are not here: (cd harness/cli/"+clientsDir+"/node && npm ci)")
		}
		at, err := filepath.Abs(filepath.Join(clientsDir, file))
		if err != nil {
			t.Fatal(err)
		}
		return []string{interpreter, at}
	}
}

// goProgram is a client in Go, a module of its own. It is built without asking the module
// proxy for anything, for go test ./... is to need only what this module needs.
func goProgram(dir string, args ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		b := builds[dir]()
		switch {
		case b.err == nil:
			return append([]string{b.file}, args...)
		case strings.Contains(b.out, "GOPROXY=off"):
			missing(t, dir, "the client's modules are not here: go -C harness/cli/"+clientsDir+"/"+dir+" mod download")
		default:
			t.Fatalf("build %s: %v\n%s", dir, b.err, b.out)
		}
		return nil
	}
}

// built is a client's program, or what the build said.
type built struct {
	file, out string
	err       error
}

// builds build each client once, for it takes seconds to link, into the tests' HOME.
var builds = map[string]func() built{
	"go":    sync.OnceValue(func() built { return build("go") }),
	"gosdk": sync.OnceValue(func() built { return build("gosdk") }),
}

func build(dir string) built {
	file := filepath.Join(os.Getenv("HOME"), "client-"+dir)
	cmd := testkit.Go("build", "-o", file, ".")
	cmd.Dir = filepath.Join(clientsDir, dir)
	cmd.Env = append(cmd.Env, "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return built{file, string(out), err}
}

// missing skips a test that needs a program which is not here, unless
// GRAPHVCR_CLIENTS, which .ci/run sets, says that it has to be.
func missing(t *testing.T, need, why string) {
	t.Helper()
	if required(need) {
		t.Fatal(why)
	}
	t.Skip(why)
}

func required(need string) bool {
	return slices.Contains(strings.Fields(os.Getenv("GRAPHVCR_CLIENTS")), need)
}

const (
	clientTimeout = 10 * time.Minute // where much else runs
	lastLines     = 12               // of a transcript, shown when its client fails
)

// transcript is what a command prints; names is what its addresses are called there. It
// may be called from any goroutine.
func transcript(t *testing.T, command, env []string, names *strings.Replacer) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		lines := strings.Split(stdout.String(), "\n")
		t.Errorf("%q: %v\n%s\nafter:\n%s", command, err, stderr.String(), strings.Join(lines[max(0, len(lines)-lastLines):], "\n"))
	}
	return masked(names.Replace(stdout.String()))
}

var (
	linkToken = regexp.MustCompile(`([?&]tempauth=)[^&\s"<>]*`)
	changing  = regexp.MustCompile(`(?m)(^request-id: |"(?:client-)?request-id": ?"|"innerError": ?\{"date": ?")[^"\n]*`)
)

// masked takes out of a transcript what no two runs share: tokens of links, and what
// changes with every call.
func masked(text string) string {
	return changing.ReplaceAllString(linkToken.ReplaceAllString(text, "$1*"), "$1*")
}

// One seed gives a client one transcript, whatever names the stand-in bears.
func TestClientsStraight(t *testing.T) {
	t.Parallel()
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			command := c.command(t)
			var before string
			for range 2 {
				g := startGraph(t)
				text := transcript(t, command, g.clientEnv(g.GraphURL()), g.names(""))
				if before != "" && text != before {
					t.Errorf("two transcripts of one seed differ:\n%s", difference(before, text))
				}
				before = text
			}
			for _, sign := range everything {
				if !strings.Contains(before, sign) {
					t.Errorf("the transcript lacks %q", sign)
				}
			}
			if t.Failed() || os.Getenv("GRAPHVCR_TRANSCRIPT") != "" {
				t.Logf("\n%s", before)
			}
		})
	}
}

// everything is what the answers to a client's whole script hold.
var everything = []string{
	"$skiptoken=", "\n< 202\n", `"status":"succeeded"`, `"responses":`, "$deltatoken=", "\n< 302\n", "\n< 404\n", "\n< 412\n", "/onenote/pages/",
}

// A sign-in program gets its token where the authority's name leads.
func TestSignInsStraight(t *testing.T) {
	t.Parallel()
	for _, c := range signIns() {
		t.Run(c.name, func(t *testing.T) {
			g := startGraph(t)
			env := append(trusting(g.ca), "GRAPH_BASE="+g.GraphURL(), "AZURE_AUTHORITY_HOST="+g.LoginURL())
			text := transcript(t, c.command(t), append(env, appOf(g.Tenant())...), g.names(""))
			if !strings.HasSuffix(text, "\n2 users\n") {
				t.Errorf("transcript:\n%s", text)
			}
		})
	}
}

// appOf are the variables of an app that signs in to a tenant.
func appOf(tenant string) []string {
	return []string{"AZURE_TENANT_ID=" + tenant, "AZURE_CLIENT_ID=5c1e2f0a-7d3b-4b8e-9c64-2f1a0b9d8e7c", "AZURE_CLIENT_SECRET=kept~to.itself"}
}
