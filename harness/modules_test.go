package harness_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A program that imports only this package compiles no SDK and no sign-in, and its
// go.mod and go.sum name none. Of its module graph, `go list -m all`, nothing is
// Microsoft's but the modules that the command graphvcr signs in with, listed
// because they are in graphvcr's go.mod and never fetched.
func TestProgramGainsNoSDK(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod": "module example.com/program\n\ngo 1.26.0\n\nrequire github.com/graphvcr/graphvcr v0.0.0\n\n" +
			"replace github.com/graphvcr/graphvcr => " + root + "\n",
		"go.sum": string(sums),
		"program_test.go": "package program\n\nimport (\n\t\"testing\"\n\n\t\"github.com/graphvcr/graphvcr/harness\"\n)\n\n" +
			"func TestGraph(t *testing.T) { harness.Open(t, \"users/list\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) string {
		t.Helper()
		cmd := testkit.Go(args...)
		cmd.Dir = dir
		cmd.Env = append(cmd.Env, "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := cmd.Output()
		if err != nil {
			stderr := ""
			if exit, ok := err.(*exec.ExitError); ok {
				stderr = string(exit.Stderr)
			}
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr)
		}
		return string(out)
	}

	command("mod", "tidy")
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if found := vendors(string(text)); len(found) > 0 {
			t.Errorf("%s names %q", name, found)
		}
	}
	if found := vendors(command("list", "-test", "-deps", "./...")); len(found) > 0 {
		t.Errorf("compiles %q", found)
	}
	signIn := "github.com/Azure/azure-sdk-for-go/sdk/azcore github.com/Azure/azure-sdk-for-go/sdk/azidentity " +
		"github.com/Azure/azure-sdk-for-go/sdk/internal github.com/AzureAD/microsoft-authentication-library-for-go"
	if found := strings.Join(vendors(command("list", "-m", "-f", "{{.Path}}", "all")), " "); found != signIn {
		t.Errorf("the module graph lists\n%s, want\n%s", found, signIn)
	}
}

// What this module comes to need, the module beside it needs too.
func TestGraphSDKIsTidy(t *testing.T) {
	cmd := testkit.Go("mod", "tidy", "-diff")
	cmd.Dir = "graphsdk"
	cmd.Env = append(cmd.Env, "GOPROXY=off", "GOWORK=off")
	switch out, err := cmd.CombinedOutput(); {
	case err == nil:
	case strings.Contains(string(out), "GOPROXY=off"):
		t.Skip("the module's modules are not here: go -C harness/graphsdk mod download")
	default:
		t.Errorf("run go -C harness/graphsdk mod tidy: %v\n%s", err, out)
	}
}

// vendors are the words of a text that name a package or module of Microsoft's.
func vendors(text string) []string {
	var found []string
	for _, word := range strings.Fields(text) {
		if lower := strings.ToLower(word); strings.Contains(lower, "microsoft") || strings.Contains(lower, "kiota") || strings.Contains(lower, "/azure") {
			found = append(found, word)
		}
	}
	return found
}
