package cli

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// programReplays is how often a real program is replayed: five times where .ci/run asks for
// programs; azure-cli, which takes most of a minute each time, where it runs --full.
func programReplays(program string) int {
	if required("programs") && (program != "azure-cli" || required("full")) {
		return 5
	}
	return 1
}

// wantClosed wants nothing to listen where a stand-in did: who replays has nobody to ask.
func wantClosed(t *testing.T, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			t.Fatalf("something still listens at %s", address)
		}
	}
}

// A oneDrive is the lab's stand-in for OneDrive for Business, a program of its own.
type oneDrive struct {
	graph, files string // where it listens
	ca           string // the file of the authority to trust for it
	lab          string // where its scripts lie
	cmd          *exec.Cmd
}

// startOneDrive builds and starts it, or skips the test where the lab is absent.
func startOneDrive(t *testing.T) *oneDrive {
	t.Helper()
	d := &oneDrive{lab: testkit.Shared(t, "lab/onedrive")}
	dir := t.TempDir()
	build := testkit.Go("build", "-o", filepath.Join(dir, "lab-onedrive"), ".")
	build.Dir = d.lab
	build.Env = append(build.Env, "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the lab's OneDrive: %v\n%s", err, out)
	}
	d.ca = filepath.Join(dir, "ca.pem")
	d.cmd = exec.Command(filepath.Join(dir, "lab-onedrive"))
	d.cmd.Dir = dir
	out, err := d.cmd.StdoutPipe()
	if err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.stop() })
	for lines := bufio.NewScanner(out); (d.graph == "" || d.files == "") && lines.Scan(); {
		switch what, address, _ := strings.Cut(lines.Text(), " "); what {
		case "graph":
			d.graph = address
		case "content":
			d.files = address
		}
	}
	if d.graph == "" || d.files == "" {
		t.Fatal("the lab's OneDrive does not say where it listens")
	}
	go io.Copy(io.Discard, out)
	return d
}

func (d *oneDrive) stop() {
	d.cmd.Process.Kill()
	d.cmd.Wait()
}

// secrets are the tokens that it has handed out or was sent.
func (d *oneDrive) secrets(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.cmd.Dir, "sec.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// wantNone wants none of some texts in a file.
func wantNone(t *testing.T, file string, texts ...string) {
	t.Helper()
	held, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if strings.Contains(string(held), text) {
			t.Errorf("%s holds %q", filepath.Base(file), text)
		}
	}
}

// recording are the flags with which graphvcr records it.
func (d *oneDrive) recording() []string {
	return []string{
		"--mode", "record", "--upstream-ca", d.ca, "--connect-to", "graph.microsoft.com=" + d.graph,
		"--connect-to", "login.microsoftonline.com=" + d.graph, "--connect-to", "contoso-my.sharepoint.com=" + d.files,
	}
}
