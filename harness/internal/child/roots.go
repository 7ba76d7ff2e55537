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
	var entries []byte
	count := uint32(0)
	for block, rest := pem.Decode(certificates); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		count++
		entries = binary.BigEndian.AppendUint32(entries, 2) // a trusted certificate
		entries = appendText(entries, "ca"+strconv.Itoa(int(count)))
		entries = binary.BigEndian.AppendUint64(entries, uint64(time.Now().UnixMilli()))
		entries = appendText(entries, "X.509")
		entries = binary.BigEndian.AppendUint32(entries, uint32(len(block.Bytes)))
		entries = append(entries, block.Bytes...)
	}
	store := binary.BigEndian.AppendUint64(nil, 0xfeedfeed_00000002) // what it is, and the version
	store = append(binary.BigEndian.AppendUint32(store, count), entries...)
	sum := sha1.New()
	for _, c := range storePassword {
		sum.Write([]byte{0, byte(c)})
	}
	sum.Write([]byte("Mighty Aphrodite"))
	sum.Write(store)
	return sum.Sum(store)
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
