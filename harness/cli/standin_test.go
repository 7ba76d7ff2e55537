package cli

import (
	"cmp"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// A standIn is Graph as the command meets it: Graph at an address of its own,
// and behind a proxy the files host by its real name.
type standIn struct {
	emulator *emulator.Emulator
	env      []string
	trust    string // a file of PEM
}

// recordingDay is when the clock of a stand-in starts; it goes on with every request.
var recordingDay = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// startStandIn starts a stand-in, with tokens that hold the given permissions, or all.
func startStandIn(t *testing.T, o emulator.Options, scopes, roles []string) *standIn {
	t.Helper()
	var ticks atomic.Int64
	var open atomic.Bool
	o.Seed, o.Hosts = cmp.Or(o.Seed, 20261102), emulator.RealNames()
	day := recordingDay
	if o.Now != nil {
		day = o.Now()
	}
	o.Now = func() time.Time {
		if !open.Load() {
			return time.Now() // tokens are valid by the command's clock
		}
		return day.Add(time.Duration(ticks.Add(1)) * 370 * time.Millisecond)
	}
	e, err := emulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ca.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	secure := httptest.NewUnstartedServer(e.Handler())
	secure.TLS = authority.TLSConfig()
	secure.StartTLS()
	proxy := httptest.NewServer(tunnelTo(secure.Listener.Addr().String()))
	t.Cleanup(func() {
		proxy.Close()
		secure.Close()
		e.Close()
	})
	s := &standIn{emulator: e, trust: authority.File(), env: []string{
		"HTTPS_PROXY=" + proxy.URL, "NO_PROXY=", "CI=", "NO_COLOR=1",
		"GRAPHVCR_TOKEN=" + e.UserToken(scopes...), "APP_TOKEN=" + e.AppToken(roles...), "GRAPHVCR_AUTH_APP=env:APP_TOKEN",
	}}
	open.Store(true)
	return s
}

// tunnelTo is a proxy that leads every CONNECT to one address.
func tunnelTo(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "for CONNECT only", http.StatusMethodNotAllowed)
			return
		}
		there, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer there.Close()
		w.WriteHeader(http.StatusOK)
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		go func() {
			defer there.Close()
			io.Copy(there, buffered)
		}()
		io.Copy(here, there)
	})
}

// command is graphvcr with the stand-in for its service: this test's binary by another
// name, which TestMain heeds.
func (s *standIn) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append(args, "--base-url", s.emulator.GraphURL(), "--upstream-ca", s.trust)...)
	cmd.Args[0] = "graphvcr"
	for _, v := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(v), "GRAPHVCR_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, s.env...)
	return cmd
}
