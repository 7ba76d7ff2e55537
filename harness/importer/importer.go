package importer

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Result is one imported recording.
type Result struct {
	Cassette *cassette.Cassette
	Scenario []byte         // a drafted scenario file
	Rejected map[string]int // interactions left out, by host
	Findings []report.Finding
}

// Error is a file that is no recording of the expected kind.
type Error struct {
	File    string
	Line    int // from 1; 0 when unknown
	Message string
	Advice  string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("import %s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("import %s: line %d: %s", e.File, e.Line, e.Message)
}

// Hint is what to do about it; "" when nothing better can be said.
func (e *Error) Hint() string { return e.Advice }

// credentialHeaders never leave the recording they stand in.
var credentialHeaders = []string{
	"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Ms-Authorization-Auxiliary",
}

// transportHeaders describe the bytes on the wire, not the decoded body that a
// cassette stores.
var transportHeaders = []string{"Transfer-Encoding", "Content-Encoding", "Connection", "Keep-Alive"}

func dropHeaders(h http.Header, names []string) {
	for _, name := range names {
		h.Del(name)
	}
}

// rejectedFindings says which hosts were left out, in sorted order.
func (r *Result) rejectedFindings(file string) {
	for _, host := range slices.Sorted(maps.Keys(r.Rejected)) {
		n := r.Rejected[host]
		r.Findings = append(r.Findings, report.Finding{
			Rule:     "import.host",
			Severity: report.Warning,
			Place:    report.Place{File: file},
			Message:  fmt.Sprintf("left out %s of %s: %s", count(n, "interaction"), host, hostReason(host)),
		})
	}
}

func hostReason(host string) string {
	switch host {
	case "graph.windows.net":
		return "Azure AD Graph is another API, retired, and not Microsoft Graph"
	case "login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn", "login.microsoftonline.de":
		return "sign-in is not part of a cassette"
	}
	return "not a host of Microsoft Graph, and no earlier answer links to it"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
