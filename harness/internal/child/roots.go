package child

import (
	"bytes"
	"crypto/sha1" // the format's, a checksum here
	"encoding/binary"
	"encoding/pem"
	"strconv"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// bundles are where systems keep the certificates that they trust (crypto/x509, and
// what OpenSSL of each distribution reads).
var bundles = [...]string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Alpine, Arch
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, Red Hat
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem", // openSUSE
	"/etc/ssl/cert.pem",      // macOS, BSD
}

// systemRoots is the certificates that programs trust without us: those that the
// environment names, else the system's. Windows keeps them in no file.
func systemRoots(get func(string) string) []byte {
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} {
		if text := certificatesIn(get(name)); text != nil {
			return text
		}
	}
	return systemBundle()
}

// systemBundle is the system's certificates; nil where it keeps them in no file.
func systemBundle() []byte {
	for _, file := range bundles {
		if text := certificatesIn(file); text != nil {
			return text
		}
	}
	return nil
}

// certificatesIn is a file of certificates that ends in a line break; nil where there
// is none.
func certificatesIn(file string) []byte {
	if file == "" {
		return nil
	}
	text, err := plainfile.ReadFile(file)
	if err != nil || !bytes.Contains(text, []byte("-----BEGIN CERTIFICATE-----")) {
		return nil
	}
	return append(bytes.TrimRight(text, "\n"), '\n')
}

// storePassword protects nothing: a store of certificates holds no secret, and the
// format wants a word for its checksum.
const storePassword = "changeit"

// javaStore is a key store in Java's own format ("JKS", as JDK's JavaKeyStore reads it)
// of the certificates in a PEM file.
func javaStore(certificates []byte) []byte {
	var entries bytes.Buffer
	count := uint32(0)
	for rest := certificates; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		count++
		put32(&entries, 2) // a trusted certificate
		putText(&entries, "ca"+strconv.Itoa(int(count)))
		entries.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixMilli())))
		putText(&entries, "X.509")
		put32(&entries, uint32(len(block.Bytes)))
		entries.Write(block.Bytes)
	}
	var store bytes.Buffer
	put32(&store, 0xfeedfeed)
	put32(&store, 2)
	put32(&store, count)
	store.Write(entries.Bytes())
	sum := sha1.New()
	for _, c := range storePassword {
		sum.Write([]byte{0, byte(c)})
	}
	sum.Write([]byte("Mighty Aphrodite"))
	sum.Write(store.Bytes())
	return sum.Sum(store.Bytes())
}

func put32(b *bytes.Buffer, n uint32) { b.Write(binary.BigEndian.AppendUint32(nil, n)) }

func putText(b *bytes.Buffer, s string) {
	b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(s))))
	b.WriteString(s)
}
