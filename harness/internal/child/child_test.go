package child

import (
	"bytes"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestMain lets the test binary be the helper of Isolate, and a program that is run.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case HelperArg:
			io.WriteString(os.Stderr, Helper(os.Args[2:]).Error())
			os.Exit(StatusNotExecutable)
		case "get":
			resp, err := http.Get("http://" + os.Args[2])
			if err != nil {
				io.WriteString(os.Stdout, err.Error())
				os.Exit(3)
			}
			io.Copy(os.Stdout, resp.Body)
			os.Exit(0)
		}
	}
	os.Exit(testkit.On(m, "keytool", "sh").Run())
}

func environment(t *testing.T, base ...string) func(string) string {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	dir := filepath.Join(t.TempDir(), `a "b c`)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	env, err := Place{Proxy: "127.0.0.1:11", TLS: "127.0.0.1:12", Authority: authority, Direct: []string{"corp.example"}}.Environment(base, dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if names[name]++; names[name] > 1 {
			t.Errorf("%s is set twice", name)
		}
	}
	return lookup(env)
}

func TestEnvironment(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.pem")
	certificate := "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----"
	if err := os.WriteFile(own, []byte(certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	get := environment(t, "HOME=/h", "HTTPS_PROXY=http://old", "NO_PROXY=*", "NODE_OPTIONS=--trace-warnings", "NODE_EXTRA_CA_CERTS="+own, "JAVA_TOOL_OPTIONS=-Xmx1g")
	for name, want := range map[string]string{
		"HOME": "/h", "HTTPS_PROXY": "http://127.0.0.1:11", "https_proxy": "http://127.0.0.1:11", "http_proxy": "http://127.0.0.1:11",
		"NO_PROXY": "localhost,127.0.0.1,::1,corp.example", "NODE_USE_ENV_PROXY": "1", "PERL_LWP_ENV_PROXY": "1", "GRAPHVCR_TLS_PORT": "12",
	} {
		if get(name) != want {
			t.Errorf("%s=%s, want %s", name, get(name), want)
		}
	}
	if options := get("NODE_OPTIONS"); !strings.HasPrefix(options, `--trace-warnings --require "`) || !strings.Contains(options, `a \"b c/preload.cjs"`) {
		t.Errorf("NODE_OPTIONS %s", options)
	}
	if options := get("JAVA_TOOL_OPTIONS"); !strings.HasPrefix(options, "-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=11 ") || !strings.Contains(options, "corp.example'") {
		t.Errorf("JAVA_TOOL_OPTIONS %s", options)
	}
	for _, name := range []string{"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} {
		text, err := os.ReadFile(get(name))
		if err != nil || !bytes.Contains(text, []byte(certificate)) || bytes.Contains(text, []byte("PRIVATE")) {
			t.Errorf("%s: %v, without what was trusted before", name, err)
		}
	}
	if system, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt"); err == nil {
		if all, _ := os.ReadFile(get("SSL_CERT_FILE")); len(all) <= len(system) {
			t.Error("the system's certificates are missing")
		}
	}
}

// TestProfilesAreCopied: what a program keeps is found where it looks, and the copy is
// the user's alone.
func TestProfilesAreCopied(t *testing.T) {
	home, named := t.TempDir(), filepath.Join(t.TempDir(), "named.conf")
	for _, file := range []string{".rclone.conf", "x/rclone/rclone.conf", ".config/rclone/rclone.conf"} {
		at := filepath.Join(home, file)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(named, []byte("named"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		base []string
	}{
		{"named", []string{"HOME=" + home, "RCLONE_CONFIG=" + named}},
		{"x/rclone/rclone.conf", []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/x"}},
		{".config/rclone/rclone.conf", []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/none"}},
		{"", []string{"HOME=" + home, "RCLONE_CONFIG=" + named + ".none"}}, // the program's to make
		{"", []string{"HOME=" + t.TempDir()}},
	} {
		dir := t.TempDir()
		env, err := Place{Proxy: "127.0.0.1:11", TLS: "127.0.0.1:12", CopyProfiles: true}.Environment(c.base, dir)
		if err != nil {
			t.Fatal(err)
		}
		at := lookup(env)("RCLONE_CONFIG")
		if c.want == "" {
			if at != lookup(c.base)("RCLONE_CONFIG") {
				t.Errorf("%q: led to %s", c.base, at)
			}
			continue
		}
		info, err := os.Stat(at)
		text, readErr := os.ReadFile(at)
		if err != nil || readErr != nil || string(text) != c.want || filepath.Dir(at) != dir || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%q: %q, %v, %v; want a copy of %s", c.base, text, err, info, c.want)
		}
	}
	for _, c := range []struct{ args, want []string }{
		{[]string{"/usr/bin/rclone", "--config", named, "ls"}, []string{"/usr/bin/rclone", "--config", "COPY", "ls"}},
		{[]string{"rclone", "ls", "--config=" + named}, []string{"rclone", "ls", "--config=COPY"}},
		{[]string{"rclone", "ls", "--config"}, []string{"rclone", "ls", "--config"}},
		{[]string{"rclone", "--config=" + named + ".none"}, []string{"rclone", "--config=" + named + ".none"}},
		{[]string{"other", "--config", named}, []string{"other", "--config", named}},
	} {
		dir := t.TempDir()
		got, err := Place{CopyProfiles: true}.Command(c.args, dir)
		copied := filepath.Join(dir, "RCLONE_CONFIG.named")
		for i := range c.want {
			c.want[i] = strings.ReplaceAll(c.want[i], "COPY", copied)
		}
		if text, _ := os.ReadFile(copied); err != nil || !slices.Equal(got, c.want) || slices.Equal(c.args, c.want) != (text == nil) {
			t.Errorf("%q: got %q, %q, %v", c.args, got, text, err)
		}
	}
	env, err := Place{Proxy: "127.0.0.1:11", TLS: "127.0.0.1:12"}.Environment([]string{"RCLONE_CONFIG=" + named}, t.TempDir())
	if err != nil || lookup(env)("RCLONE_CONFIG") != named {
		t.Errorf("without copies: %v, %s", err, lookup(env)("RCLONE_CONFIG"))
	}
}

// TestJavaReadsTheStore asks the JDK's own tool.
func TestJavaReadsTheStore(t *testing.T) {
	keytool, err := exec.LookPath("keytool")
	if err != nil {
		t.Skip("there is no keytool here")
	}
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	one := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	store := filepath.Join(t.TempDir(), "store.jks")
	if err := os.WriteFile(store, javaStore(slices.Concat(one, one)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(keytool, "-list", "-keystore", store, "-storepass", storePassword).CombinedOutput()
	if err != nil || strings.Count(string(out), "trustedCertEntry") != 2 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestStatuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	for want, args := range map[int][]string{
		0: {sh, "-c", "exit 0"}, 7: {sh, "-c", "exit 7"}, 128 + 15: {sh, "-c", "kill -TERM $$"}, 128 + 13: {sh, "-c", "kill -PIPE $$"},
		StatusNotFound: {"no-such-program-here"}, StatusNotExecutable: {file},
	} {
		status, err := Run(t.Context(), Program{Args: args, Env: os.Environ()})
		if status != want || (err != nil) != (want == 126 || want == 127) {
			t.Errorf("%v: %d, %v, want %d", args, status, err, want)
		}
	}
}

// TestIsolated: the program reaches the listeners that it was given, and nothing else.
func TestIsolated(t *testing.T) {
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "outside") }))
	defer outside.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Place{}.Bundle(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	get := func(address func([2]net.Listener) string) (int, string) {
		var out bytes.Buffer
		i, err := Isolate(bundle, nil, &out, &out)
		if hint := fault.Hint(err); hint != "" {
			t.Skipf("this system does not allow it: %v (%s)", err, hint)
		} else if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "inside") })}
		for _, l := range i.Listeners {
			go server.Serve(l)
		}
		defer server.Close()
		status, err := i.Run(t.Context(), Program{Args: []string{self, "get", address(i.Listeners), ""}, Env: append(os.Environ(), "EMPTY=")})
		if err != nil {
			t.Fatal(err)
		}
		return status, out.String()
	}
	for n := range 2 {
		if status, out := get(func(l [2]net.Listener) string { return l[n].Addr().String() }); status != 0 || !strings.HasSuffix(out, "inside") {
			t.Errorf("listener %d: %d %s", n, status, out)
		}
	}
	if status, out := get(func([2]net.Listener) string { return outside.Listener.Addr().String() }); status != 3 || strings.Contains(out, "outside") {
		t.Errorf("outside: %d %s", status, out)
	}
}
