package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// tlsGraph is a Graph over TLS, and the file that holds the authority to trust for it.
type tlsGraph struct {
	*emulator.Emulator
	ca string
}

// clock is one for all stand-ins of a run, so that one seed gives one transcript.
var clock = time.Now().UTC().Truncate(time.Second)

// startGraph starts a stand-in whose links bear its listeners' own names.
func startGraph(t *testing.T) tlsGraph { return startGraphWith(t, emulator.Options{}) }

// startGraphAsNamed starts one whose links bear the public names.
func startGraphAsNamed(t *testing.T) tlsGraph {
	return startGraphWith(t, emulator.Options{Hosts: emulator.RealNames()})
}

func startGraphWith(t *testing.T, o emulator.Options) tlsGraph {
	t.Helper()
	var ca string
	o.TLS, ca = certified(t)
	o.Seed, o.Now = 11, func() time.Time { return clock }
	e, err := emulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return tlsGraph{e, ca}
}

// clientEnv is what a client is told, to find Graph at a base URL and trust it.
func (g tlsGraph) clientEnv(base string) []string {
	return append(trusting(g.ca), "GRAPH_BASE="+base, "GRAPH_TOKEN="+g.UserToken())
}

// trusting is how runtimes are told of an authority.
func trusting(ca string) []string {
	return []string{"SSL_CERT_FILE=" + ca, "NODE_EXTRA_CA_CERTS=" + ca, "CURL_CA_BUNDLE=" + ca}
}

// names calls this stand-in's addresses, and a base URL that stood for Graph's, by the
// public names.
func (g tlsGraph) names(base string) *strings.Replacer {
	public := emulator.RealNames()
	pairs := []string{g.GraphURL(), public.Graph, g.FilesURL(), public.Files, g.LoginURL(), public.Login}
	if base != "" {
		pairs = append([]string{base + "/_graphvcr/hosts/", "https://", base, public.Graph}, pairs...)
	}
	return strings.NewReplacer(pairs...)
}

// connectTo are the flags that tell graphvcr where the public names really are.
func (g tlsGraph) connectTo(t *testing.T) []string {
	t.Helper()
	flags := []string{"--upstream-ca", g.ca}
	public := emulator.RealNames()
	for n, name := range []string{public.Graph, public.Files, public.Login} {
		flags = append(flags, "--connect-to", hostOf(t, name)+"="+g.addresses(t)[n])
	}
	return flags
}

// addresses are where Graph, its files and its sign-in listen.
func (g tlsGraph) addresses(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, own := range []string{g.GraphURL(), g.FilesURL(), g.LoginURL()} {
		_, port, err := net.SplitHostPort(hostOf(t, own))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, net.JoinHostPort("127.0.0.1", port))
	}
	return all
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// certified is a certificate for the public names and for loopback, and its authority's file.
func certified(t *testing.T) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "graphvcr's tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "graph.microsoft.com", "contoso-my.sharepoint.com", "login.microsoftonline.com"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}

// difference shows two transcripts line by line.
func difference(want, got string) string {
	return cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n"))
}
