package cli

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// aRefreshToken is one that the stand-in's sign-in host has given to a user.
func (g tlsGraph) aRefreshToken(t *testing.T) string {
	t.Helper()
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(g.ca)
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("read the authority: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).PostForm(g.LoginURL()+"/"+g.Tenant()+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"password"}, "username": {"u"}, "password": {"p"}, "scope": {"https://graph.microsoft.com/Files.ReadWrite.All offline_access"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var said struct {
		Refresh string `json:"refresh_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || said.Refresh == "" {
		t.Fatalf("no refresh token: %v", err)
	}
	return said.Refresh
}

// aDrive answers for a drive by its id with one file, to who has signed in.
func aDrive(r *http.Request, a *emulator.Answer) {
	if a.Status == http.StatusUnauthorized {
		return
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/root"):
		a.Status, a.Body = http.StatusOK, []byte(`{"id":"01ROOT","name":"root","root":{},"folder":{"childCount":1}}`)
	case strings.HasSuffix(r.URL.Path, "/children"):
		a.Status, a.Body = http.StatusOK, []byte(`{"value":[{"id":"01FILE","name":"a.txt","size":3,"file":{},"fileSystemInfo":{"lastModifiedDateTime":"2026-11-02T09:00:00Z"}}]}`)
	}
}

// TestRcloneKeepsItsConfiguration: rclone renews its token and writes its configuration
// while it records; a replay leaves the file as it was, byte for byte, and no copy.
func TestRcloneKeepsItsConfiguration(t *testing.T) {
	t.Parallel()
	rclone, err := exec.LookPath("rclone")
	if err != nil {
		missing(t, "rclone", "rclone is not installed")
	}
	g := startGraphWith(t, emulator.Options{Hosts: emulator.RealNames(), Alter: aDrive})
	dir, temp, file := projectWith(t, redacted), t.TempDir(), filepath.Join(t.TempDir(), "rclone.conf")
	config := fmt.Sprintf(`[od]
type = onedrive
client_id = a
client_secret = b
drive_id = b!aDrive
drive_type = business
token = {"access_token":"old","token_type":"Bearer","refresh_token":%q,"expiry":"2020-01-01T00:00:00Z"}
`, g.aRefreshToken(t))
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []string{rclone, "lsf", "od:", "--retries", "1", "--low-level-retries", "1"}
	run := func(flags ...string) string {
		return underExec(t, dir, list, append(trusting(g.ca), "RCLONE_CONFIG="+file, "TMPDIR="+temp), flags...)
	}
	named := func(option ...string) string {
		return underExec(t, dir, append(slices.Clone(list), option...), append(trusting(g.ca), "TMPDIR="+temp))
	}
	read := func() string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	expire := func() string {
		before, after, _ := strings.Cut(read(), `"expiry":"`)
		_, after, _ = strings.Cut(after, `"`)
		expired := before + `"expiry":"2020-01-01T00:00:00Z"` + after
		if err := os.WriteFile(file, []byte(expired), 0o600); err != nil {
			t.Fatal(err)
		}
		return expired
	}
	live := append(g.connectTo(t), "--mode", "record")
	listed := run(live...)
	if listed == "" || strings.Contains(read(), `"old"`) {
		t.Fatalf("recorded %q; its configuration is now\n%s", listed, read())
	}
	before := expire()
	for range 3 {
		if again := run(); strings.Count(again, "\n") != strings.Count(listed, "\n") {
			t.Errorf("replayed %q, want as many as in %q", again, listed)
		}
	}
	for _, again := range []string{named("--config", file), named("--config=" + file)} {
		if strings.Count(again, "\n") != strings.Count(listed, "\n") {
			t.Errorf("replayed %q, want as many as in %q", again, listed)
		}
	}
	if after := read(); after != before {
		t.Errorf("the replays have changed the configuration:\n%s\nit was:\n%s", after, before)
	}
	if left, err := os.ReadDir(temp); err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "graphvcr-exec-") }) {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if again := run(live...); again != listed {
		t.Errorf("live again %q, want %q", again, listed)
	}
}
