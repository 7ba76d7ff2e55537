package ca_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func open(t testing.TB, dir string) *ca.Authority {
	t.Helper()
	a, err := ca.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAuthorityIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	first, second := open(t, dir), open(t, dir)
	if string(first.PEM()) != string(second.PEM()) || first.Fingerprint() != second.Fingerprint() {
		t.Error("a second opening gave another authority")
	}
	published, err := os.ReadFile(first.File())
	if err != nil || string(published) != string(first.PEM()) || strings.Contains(string(published), "PRIVATE") {
		t.Errorf("published %q, %v", published, err)
	}
	if err := os.Remove(first.File()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(open(t, dir).File()); err != nil {
		t.Error("the certificate was not written again")
	}
}

// TestKeyIsPrivate: nobody else may read the key, nor the folder that holds it, and a key
// that others may have read is not used.
func TestKeyIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "graphvcr")
	open(t, dir)
	secret := 0
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), "PRIVATE KEY") {
			return err
		}
		secret++
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %o, %v", name, info.Mode().Perm(), err)
		}
		return nil
	})
	if err != nil || secret != 1 {
		t.Errorf("%d files hold a key, %v", secret, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: mode %o, %v", info.Mode().Perm(), err)
	}
	if err := os.Chmod(filepath.Join(dir, "ca-key.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ca.Open(dir); err == nil || !strings.Contains(err.Error(), "may be read by others") {
		t.Errorf("a key that others may read: %v", err)
	}
}

func TestDamagedKeyIsTold(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca-key.pem"), []byte("-----BEGIN NOTHING"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ca.Open(dir)
	if !strings.Contains(fault.Hint(err), "remove it") {
		t.Errorf("error %v has no hint", err)
	}
}

// TestOneAuthority: whoever comes first, all have the same authority.
func TestOneAuthority(t *testing.T) {
	dir := t.TempDir()
	var all [8]string
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() {
			if a, err := ca.Open(dir); err != nil {
				t.Error(err)
			} else {
				all[i] = a.Fingerprint()
			}
		})
	}
	group.Wait()
	for _, one := range all {
		if one != all[0] {
			t.Fatalf("two authorities: %v", all)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v: want two files", entries, err)
	}
}

// TestHandshake: a client that trusts the authority, and only such a one, connects under
// any name, over HTTP/1.1 and HTTP/2.
func TestHandshake(t *testing.T) {
	a := open(t, t.TempDir())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{TLSConfig: a.TLSConfig(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { server.Close() })
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM())
	for _, name := range []string{"", "localhost", "graph.microsoft.com", "contoso-my.sharepoint.com"} {
		for _, h2 := range []bool{false, true} {
			carrier := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}, ForceAttemptHTTP2: h2}
			resp, err := (&http.Client{Transport: carrier}).Get("https://" + listener.Addr().String())
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			proto, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if want := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[h2]; string(proto) != want {
				t.Errorf("%q: %s, want %s", name, proto, want)
			}
			carrier.CloseIdleConnections()
		}
	}
	stranger := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}}
	if _, err := stranger.Get("https://" + listener.Addr().String()); err == nil {
		t.Error("a client that trusts nobody connected")
	}
}

func TestNoHost(t *testing.T) {
	a := open(t, t.TempDir())
	for _, host := range []string{"", "a..b", "*.com", "a b", "a/b", "x:1", strings.Repeat("a", 64) + ".com", strings.Repeat("a.", 200)} {
		if _, err := a.Certificate(host); err == nil {
			t.Errorf("a certificate for %q", host)
		}
	}
}
