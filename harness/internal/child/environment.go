package child

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// Place is where a program's connections are to come.
type Place struct {
	Proxy     string // address of the proxy
	TLS       string // address that takes connections by their TLS server name
	Authority []byte // PEM that the proxy's certificates can be verified with
	Roots     []byte // further PEM to trust
	// Direct are the hosts that are reached without the proxy, as NO_PROXY spells them,
	// beside this machine's own names.
	Direct []string
	// CopyProfiles has programs that keep tokens and their ends in a file of their own
	// work on a copy of it, which ends with them.
	CopyProfiles bool
}

//go:embed preload.cjs
var preload []byte

// own are the names of this machine, which no proxy is to be asked for.
var own = [...]string{"localhost", "127.0.0.1", "::1"}

// Bundle writes a file into dir that holds what the system trusts, and what the place adds:
// Isolate lays it over the system's.
func (p Place) Bundle(dir string) (file string, err error) {
	file = filepath.Join(dir, "bundle.pem")
	all := slices.Concat(systemRoots(), p.Roots, p.Authority)
	if err := os.WriteFile(file, all, 0o644); err != nil { // whoever the program becomes may read it
		return "", fmt.Errorf("prepare the program's certificates: %w", err)
	}
	return file, os.Chmod(file, 0o644) // whatever the umask
}

// Environment is base with what brings a program to the place. It writes files for it
// into dir, which has to last as long as the program, and may hold secrets of the user's
// where profiles are copied.
func (p Place) Environment(base []string, dir string) ([]string, error) {
	get := lookup(base)
	extra := slices.Concat(certificatesIn(get("NODE_EXTRA_CA_CERTS")), p.Roots, p.Authority)
	all := slices.Concat(systemRoots(get("SSL_CERT_FILE"), get("REQUESTS_CA_BUNDLE"), get("CURL_CA_BUNDLE")), extra)
	in := func(name string) string { return filepath.ToSlash(filepath.Join(dir, name)) }
	files := map[string][]byte{
		"roots.pem": all, "extra.pem": extra, "preload.cjs": preload, "roots.jks": javaStore(all),
		"php/graphvcr.ini": fmt.Appendf(nil, "curl.cainfo=%q\nopenssl.cafile=%[1]q\n", in("roots.pem")),
	}
	if err := os.MkdirAll(in("php"), 0o700); err != nil {
		return nil, fmt.Errorf("prepare the program's environment: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, fmt.Errorf("prepare the program's environment: %w", err)
		}
	}
	_, proxyPort, errProxy := net.SplitHostPort(p.Proxy)
	_, tlsPort, errTLS := net.SplitHostPort(p.TLS)
	if err := cmp.Or(errProxy, errTLS); err != nil {
		return nil, fmt.Errorf("prepare the program's environment: %w", err)
	}
	set := map[string]string{
		"NODE_USE_ENV_PROXY":   "1", // Node 22.21 and 24
		"NODE_OPTIONS":         joined(get("NODE_OPTIONS"), "--require "+quoted(in("preload.cjs"))),
		"NODE_EXTRA_CA_CERTS":  in("extra.pem"),
		"JAVA_TOOL_OPTIONS":    joined(get("JAVA_TOOL_OPTIONS"), javaOptions(proxyPort, in("roots.jks"), p.Direct)),
		"GRAPHVCR_PROXY":       "http://" + p.Proxy,
		"GRAPHVCR_PROXY_PORT":  proxyPort,
		"GRAPHVCR_TLS_PORT":    tlsPort,
		"GRAPHVCR_CA":          in("extra.pem"),
		"PERL_LWP_ENV_PROXY":   "1",
		"PERL_LWP_SSL_CA_FILE": in("roots.pem"),
		"PHP_INI_SCAN_DIR":     get("PHP_INI_SCAN_DIR") + string(os.PathListSeparator) + in("php"), // "" is PHP's own folder
	}
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"} {
		set[name] = in("roots.pem")
	}
	for name, value := range map[string]string{
		"http_proxy": "http://" + p.Proxy, "https_proxy": "http://" + p.Proxy, "all_proxy": "http://" + p.Proxy,
		"no_proxy": strings.Join(append(own[:], p.Direct...), ","),
	} {
		set[name] = value
		set[strings.ToUpper(name)] = value
	}
	if p.CopyProfiles {
		copies, err := copyProfile(get, dir)
		if err != nil {
			return nil, err
		}
		maps.Copy(set, copies)
	}
	return with(base, set), nil
}

// joined appends an option to others.
func joined(options, option string) string { return strings.TrimSpace(options + " " + option) }

// quoted is a file's name as one word of NODE_OPTIONS.
func quoted(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// javaOptions are the properties that the JDK's own clients go by. A name with a space
// is quoted (JAVA_TOOL_OPTIONS knows no other escape).
func javaOptions(port, store string, direct []string) string {
	hosts := []string{"localhost", "127.*", "[::1]"}
	for _, host := range direct { // NO_PROXY's names stand for what is below them too
		host = strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")
		hosts = append(hosts, host, "*."+host)
	}
	options := []string{
		"-Dhttp.proxyHost=127.0.0.1", "-Dhttp.proxyPort=" + port, "-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=" + port,
		"'-Dhttp.nonProxyHosts=" + strings.Join(hosts, "|") + "'",
		"'-Djavax.net.ssl.trustStore=" + store + "'", "-Djavax.net.ssl.trustStoreType=JKS", "-Djavax.net.ssl.trustStorePassword=" + storePassword,
	}
	return strings.Join(options, " ")
}

// lookup reads a list of NAME=value; the last one counts, as in os/exec.
func lookup(env []string) func(name string) string {
	return func(name string) string {
		for _, entry := range slices.Backward(env) {
			if key, value, ok := strings.Cut(entry, "="); ok && sameName(key, name) {
				return value
			}
		}
		return ""
	}
}

// sameName compares names of variables, which have no letter case on Windows.
func sameName(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// with sets variables in a list of NAME=value, in which each name is then once.
func with(base []string, set map[string]string) []string {
	env := slices.Clone(base)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		env = append(env, name+"="+set[name])
	}
	return (&exec.Cmd{Env: env}).Environ()
}

// rclone keeps its tokens, together with when they end, in a file of its own: it believes what
// it reads there, and writes it again when it has renewed a token. (MSAL's caches need no copy,
// nor do files that hold a refresh token only: package signin gives back what was sent.)
const (
	rclone       = "rclone"
	rcloneConfig = "RCLONE_CONFIG" // names the file
	rcloneOption = "--config"      // names it before the variable does
)

// rcloneFiles are where rclone looks for its file if nothing names it, below the folders that
// variables name.
var rcloneFiles = [...]struct{ base, file string }{
	{"APPDATA", "rclone/rclone.conf"}, {"XDG_CONFIG_HOME", "rclone/rclone.conf"}, {"HOME", ".config/rclone/rclone.conf"}, {"HOME", ".rclone.conf"},
}

// copyProfile makes a copy of rclone's file in dir, to which the variables lead that it
// returns: none where there is no file.
func copyProfile(get func(string) string, dir string) (map[string]string, error) {
	var files []string
	for _, at := range rcloneFiles {
		if base := get(at.base); base != "" {
			files = append(files, filepath.Join(base, filepath.FromSlash(at.file)))
		}
	}
	if named := get(rcloneConfig); named != "" {
		files = []string{named}
	}
	to := filepath.Join(dir, rcloneConfig)
	for _, file := range files {
		if copied, err := copyFile(rcloneConfig, file, to); copied || err != nil {
			return map[string]string{rcloneConfig: to}, err
		}
	}
	return nil, nil
}

// copyFile copies a profile that something names, unless it is not there: then it is the
// program's to make.
func copyFile(name, from, to string) (copied bool, err error) {
	text, err := plainfile.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		return false, fmt.Errorf("copy the profile that %s names: %w", name, err)
	}
	return true, nil
}

// Command is args with a copy in dir in place of the profile that they name, where
// profiles are copied. It does not see what a script passes to the programs that it runs.
func (p Place) Command(args []string, dir string) ([]string, error) {
	args = slices.Clone(args)
	if !p.CopyProfiles || len(args) == 0 || strings.TrimSuffix(filepath.Base(args[0]), ".exe") != rclone {
		return args, nil
	}
	to := filepath.Join(dir, rcloneConfig+".named")
	for i := range args {
		prefix, file := "", args[i]
		if value, joined := strings.CutPrefix(args[i], rcloneOption+"="); joined {
			prefix, file = rcloneOption+"=", value
		} else if i == 0 || args[i-1] != rcloneOption {
			continue
		}
		copied, err := copyFile(rcloneOption, file, to)
		if err != nil {
			return nil, err
		}
		if copied {
			args[i] = prefix + to
		}
	}
	return args, nil
}
