package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/program"
)

// TestIsolateLaysAuthority: programs that read no variable, but only the system's bundle,
// are answered with --isolate; outside, the bundle stays what it is.
func TestIsolateLaysAuthority(t *testing.T) {
	const bundle = "/etc/ssl/certs/ca-certificates.crt"
	before, err := os.ReadFile(bundle)
	if err != nil {
		t.Skip("this system keeps its certificates elsewhere")
	}
	for name, program := range map[string][]string{
		"wget":   {"wget", "-q", "-O", "-", adele},
		"aria2c": {"aria2c", "-q", "--allow-overwrite=true", "--dir", ".", "--out", "adele.json", adele},
		"pycurl": {"/usr/bin/python3", "-c", "import pycurl, sys\nc = pycurl.Curl()\nc.setopt(c.URL, sys.argv[1])\nc.setopt(c.WRITEFUNCTION, lambda b: print(b.decode()))\nc.perform()", adele},
		"php": {"php", "-r", `$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, true); echo curl_exec($c); exit(curl_errno($c));`,
			adele},
		"curl without its variables": {"/usr/bin/env", "-u", "CURL_CA_BUNDLE", "-u", "SSL_CERT_FILE", "curl", "-sS", adele},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(program[0]); err != nil {
				t.Skip(program[0] + " is not installed")
			}
			if name == "pycurl" && exec.Command(program[0], "-c", "import pycurl").Run() != nil {
				t.Skip("python3-pycurl is not installed")
			}
			if name == "php" && exec.Command("php", "-r", "exit(function_exists('curl_init') ? 0 : 1);").Run() != nil {
				t.Skip("php-curl is not installed")
			}
			cmd, stdout, stderr := startExec(t, append([]string{"--isolate", "--"}, program...)...)
			err := cmd.Run()
			if refusedIsolation(err, stderr) {
				t.Skipf("this system does not allow it: %s", stderr)
			}
			got := stdout.String()
			if file, err := os.ReadFile(filepath.Join(cmd.Dir, "adele.json")); err == nil {
				got = string(file)
			}
			if err != nil || !strings.Contains(got, `"displayName":"Adele Vance"`) {
				t.Errorf("%v\n%s\n%s", err, got, stderr)
			}
			if after, err := os.ReadFile(bundle); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the system's bundle was changed: %v", err)
			}
		})
	}
}

// TestIsolationRefused: where there is no namespace to be had, nothing is run, and the
// status is the harness's.
func TestIsolationRefused(t *testing.T) {
	cmd, stdout, stderr := startExec(t, "--isolate", "--", "request", "GET", adele)
	none := exec.Command("unshare", append([]string{"--user", "--map-root-user", "sh", "-c", `echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)...)
	none.Dir, none.Env, none.Stdout, none.Stderr = cmd.Dir, cmd.Env, stdout, stderr
	err := none.Run()
	if !strings.Contains(stderr.String(), "graphvcr") {
		t.Skipf("a user namespace without others cannot be made here: %v %s", err, stderr)
	}
	if !refusedIsolation(err, stderr) || stdout.Len() > 0 {
		t.Errorf("%v\n%s\n%s", err, stdout, stderr)
	}
}

func refusedIsolation(err error, stderr *bytes.Buffer) bool {
	var failed *exec.ExitError
	return errors.As(err, &failed) && failed.ExitCode() == program.StatusHarness && strings.Contains(stderr.String(), "hint: namespaces of network and mounts need")
}
