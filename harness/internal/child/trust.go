package child

import (
	"path/filepath"
	"slices"
	"strings"
)

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
