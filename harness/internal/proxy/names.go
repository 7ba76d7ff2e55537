package proxy

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// names are those under which a server may be addressed, beside loopback's.
type names struct {
	own    []string
	beyond bool // any IP address too
}

// refuse says what is wrong with a request by itself.
func (n *names) refuse(req *http.Request) *Failure {
	switch {
	case req.Method == http.MethodConnect:
		return denied(http.StatusMethodNotAllowed, "this is a reverse proxy, which opens no tunnels: give the client its address as base URL, or run the client under graphvcr exec")
	case req.URL.Host != "":
		return denied(http.StatusBadRequest, "this is a reverse proxy: give the client its address as base URL, not as its proxy, or run the client under graphvcr exec")
	case !n.has(req.Host):
		return denied(http.StatusMisdirectedRequest, "nothing is served under the name %q: use the address that graphvcr printed, or add --host", req.Host)
	case !strings.HasPrefix(req.URL.Path, "/"):
		return denied(http.StatusBadRequest, "the path does not begin with a slash")
	case strings.Contains(req.URL.Path, "/.") && hasDotSegment(req.URL.EscapedPath()):
		return denied(http.StatusBadRequest, "the path holds the segment . or .., which clients resolve before they send it: write %%2E for a dot that is meant")
	}
	return nil
}

func hasDotSegment(path string) bool {
	path += "/"
	return strings.Contains(path, "/./") || strings.Contains(path, "/../")
}

// has reports whether a Host header names this server.
func (n *names) has(host string) bool {
	if host == "" { // HTTP/1.0
		return true
	}
	if !ascii.All(host, func(c byte) bool { return ascii.IsHostPort(c) || c == '[' || c == ']' }) {
		return false
	}
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	if name == "127.0.0.1" || name == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return ip.IsLoopback() || n.beyond && ip != nil || strings.HasSuffix(name, ".localhost") ||
		slices.ContainsFunc(n.own, func(own string) bool { return strings.EqualFold(own, name) })
}
