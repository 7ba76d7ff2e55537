package ca

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// maxLeaves bounds the certificates that are kept: a client may ask for any name.
const maxLeaves = 1000

// leaves are the certificates made so far. All share one key.
type leaves struct {
	mu     sync.Mutex
	byName map[string]*tls.Certificate
	key    *ecdsa.PrivateKey
}

// Certificate is one for a host, a name or an IP address without a port.
func (a *Authority) Certificate(host string) (*tls.Certificate, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if net.ParseIP(host) == nil && !isName(host) {
		return nil, fmt.Errorf("make a certificate: %q is not a host", host)
	}
	a.leaves.mu.Lock()
	defer a.leaves.mu.Unlock()
	if made := a.leaves.byName[host]; made != nil {
		return made, nil
	}
	made, err := a.sign(host)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for %s: %w", host, err)
	}
	if len(a.leaves.byName) >= maxLeaves {
		clear(a.leaves.byName)
	}
	a.leaves.byName[host] = made
	return made, nil
}

// sign makes a certificate for a host. That of a host on this machine is good for all
// of loopback's names.
func (a *Authority) sign(host string) (*tls.Certificate, error) {
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: host[:min(len(host), 64)]}, // ub-common-name, RFC 5280
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(0, 0, 397), // Apple refuses more than 398 days
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost" || ip.IsLoopback():
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		if ip != nil && !ip.Equal(template.IPAddresses[0]) && !ip.Equal(template.IPAddresses[1]) {
			template.IPAddresses = append(template.IPAddresses, ip)
		}
	case ip != nil:
		template.IPAddresses = []net.IP{ip}
	default:
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.leaves.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.leaves.key, Leaf: leaf}, nil
}

// TLSConfig serves each client a certificate for the name that it asks for, or for the
// address that it came to where it names none. HTTP/2 is offered.
func (a *Authority) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			host := hello.ServerName
			if host == "" && hello.Conn != nil {
				host, _, _ = net.SplitHostPort(hello.Conn.LocalAddr().String())
			}
			return a.Certificate(host)
		},
	}
}

// isName reports whether a host is a DNS name, or what passes for one in practice.
func isName(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
