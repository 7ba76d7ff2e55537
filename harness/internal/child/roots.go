package child

import (
	"bytes"
	"crypto/sha1" // the format's, a checksum here
	"encoding/binary"
	"encoding/pem"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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

// systemRoots is the certificates that programs trust without us: those of the first of the
// named files that has any, else the system's; nil where it keeps them in no file, as Windows.
func systemRoots(named ...string) []byte {
	for _, file := range append(named, bundles[:]...) {
		if text := certificatesIn(file); text != nil {
			return text
		}
	}
	return nil
}

// certificatesIn is a file of certificates that ends in a line break; nil where there
// is none.
func certificatesIn(file string) []byte {

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

// runtimes are how programs come not to trust what their environment names, and how they
// do: the first word of each line is what they are called in the help of graphvcr exec.
var runtimes = [...]struct {
	names []string // of commands
	text  string
}{
	{[]string{"curl"}, `curl      without --cacert and --capath; or with --cacert "$CURL_CA_BUNDLE"`},
	{[]string{"node", "npm", "npx", "m365", "tsx"}, "Node      without the option ca; or with ca: fs.readFileSync(process.env.SSL_CERT_FILE)"},
	{[]string{"python", "py", "pytest"}, `Python    without verify and cafile; or with os.environ["SSL_CERT_FILE"]`},
	{[]string{"go"}, `Go        with tls.Config.RootCAs nil; or with the file os.Getenv("SSL_CERT_FILE") in it`},
	{[]string{"dotnet", "pwsh"}, "dotnet    without a callback or pinned roots: it reads SSL_CERT_FILE (Linux)"},
	{[]string{"wget", "aria2c", "onedrive"}, "others    that read only the system's bundle (wget, aria2c, pycurl, onedrive): with graphvcr exec --isolate"},
	{[]string{"php"}, "PHP       without CURLOPT_CAINFO; PHP_INI_SCAN_DIR names our curl.cainfo"},
	{[]string{"java", "mvn", "gradle"}, "Java      without a trust store or TrustManager of its own: JAVA_TOOL_OPTIONS names ours"},
}

// TrustHint says how a program is made to trust the proxy's certificates: for the
// runtime that a command is known to be, else for all of them.
func TrustHint(command string) string {
	const head = "it has to trust the authority in the file $GRAPHVCR_CA ($SSL_CERT_FILE: with the system's):\n"
	const foot = "\nelse      what trusts the system's store alone: trust the authority that graphvcr ca prints, and add --kept-ca; programs that pin certificates cannot be intercepted"
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(command)), ".exe")
	name = strings.TrimRight(name, "0123456789.") // python3.11
	var all []string
	for _, r := range runtimes {
		if slices.Contains(r.names, name) {
			return head + r.text + foot
		}
		all = append(all, r.text)
	}
	return head + strings.Join(all, "\n") + foot
}
