package ca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

const (
	keyFile  = "ca-key.pem" // the key and its certificate, in one file: one rename makes both
	certFile = "ca.pem"     // the certificate alone
)

// Authority signs certificates for hosts.
type Authority struct {
	dir    string
	cert   *x509.Certificate
	pem    []byte // of cert
	key    *ecdsa.PrivateKey
	leaves leaves
}

// Dir is where the user's authority is kept.
func Dir() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", &fault.Error{Message: "find a place for the private certificate authority", Cause: err, Hint: "set HOME or XDG_CONFIG_HOME to a folder of yours"}
	}
	return filepath.Join(config, "graphvcr"), nil
}

// Open loads the authority that is kept in a folder, and makes it where there is none.
func Open(dir string) (*Authority, error) {
	a, err := load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(dir); err != nil {
			return nil, fmt.Errorf("make a certificate authority in %s: %w", dir, err)
		}
		a, err = load(dir)
	}
	if err != nil {
		return nil, err
	}
	return a, a.publish()
}

// New makes an authority whose key is nowhere but in memory: it ends with the process.
func New() (*Authority, error) {
	text, err := newKeyFile("graphvcr, this run only")
	if err != nil {
		return nil, fmt.Errorf("make a certificate authority: %w", err)
	}
	a, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("make a certificate authority: %w", err)
	}
	return a, nil
}

// PEM is the authority's certificate, without its key.
func (a *Authority) PEM() []byte { return bytes.Clone(a.pem) }

// File holds PEM, for clients that want the name of a file; one that New made has none.
func (a *Authority) File() string { return filepath.Join(a.dir, certFile) }

// Ends is when the authority's certificate expires.
func (a *Authority) Ends() time.Time { return a.cert.NotAfter }

// Fingerprint is the certificate's SHA-256, as trust stores show it.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.cert.Raw)
	return fmt.Sprintf("% X", sum[:])
}

// create writes a new key file whole or not at all. One that another process wrote
// meanwhile is left.
func create(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	host, _ := os.Hostname()
	text, err := newKeyFile("graphvcr private CA of " + host)
	if err != nil {
		return err
	}
	if err := wire.Create(filepath.Join(dir, keyFile), 0o600, wire.Whole(text)); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// newKeyFile is a key and its own certificate.
func newKeyFile(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name, Organization: []string{"graphvcr: for tests on this machine only"}},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(5, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...), nil
}

func serial() *big.Int {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[0] &= 0x7f    // RFC 5280: positive, at most 20 bytes
	return new(big.Int).SetBytes(b[:])
}

func load(dir string) (*Authority, error) {
	file := filepath.Join(dir, keyFile)
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, &fault.Error{
			Message: fmt.Sprintf("%s may be read by others (mode %o)", file, mode),
			Hint:    "anyone who has read it can pass for any site to those who trust it: remove it, and a new one is made, to be trusted again",
		}
	}
	text, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, err
	}
	a, err := parse(text)
	if err != nil {
		return nil, &fault.Error{
			Message: fmt.Sprintf("%s is not a certificate authority: %v", file, err),
			Hint:    "remove it, and a new one is made, to be trusted again",
		}
	}
	a.dir = dir
	return a, nil
}

// parse reads what newKeyFile made, or says what else it is.
func parse(text []byte) (*Authority, error) {
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, errors.New("it is not the key of an authority")
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		return nil, errors.New("its certificate ended on " + pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	a := &Authority{cert: pair.Leaf, key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})}
	a.leaves.byName = map[string]*tls.Certificate{}
	a.leaves.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return a, err
}

// publish writes the certificate beside the key, for clients.
func (a *Authority) publish() error {
	if text, err := plainfile.ReadFile(a.File()); err == nil && bytes.Equal(text, a.pem) {
		return nil
	}
	if err := wire.Replace(a.File(), 0o644, wire.Whole(a.pem)); err != nil {
		return fmt.Errorf("write the authority's certificate: %w", err)
	}
	return nil
}
