package graphurl_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

func TestHostClass(t *testing.T) {
	for host, want := range map[string]string{
		"graph.microsoft.com":             "graph",
		"Graph.Microsoft.COM.":            "graph",
		"graph.microsoft.com:443":         "graph",
		"graph.microsoft.com.:80":         "graph",
		"graph.microsoft.us":              "graph",
		"dod-graph.microsoft.us":          "graph",
		"microsoftgraph.chinacloudapi.cn": "graph",
		"graph.microsoft.de":              "graph",
		"graph":                           "graph",
		"graph.microsoft.com:8443":        "graph.microsoft.com:8443",
		"graph.windows.net":               "graph.windows.net",
		"login.microsoftonline.com":       "login.microsoftonline.com",
		"graph.microsoft.com.evil":        "graph.microsoft.com.evil",
		"127.0.0.1:8080":                  "127.0.0.1:8080",
		"LocalHost:80":                    "localhost",
		"[::1]:443":                       "[::1]",
		"[::1]":                           "[::1]",
		"[::1]:8080":                      "[::1]:8080",
		"::1":                             "::1",
		"[::":                             "[::",
		"":                                "",
		":":                               "",
	} {
		if got := graphurl.HostClass(host); got != want {
			t.Errorf("HostClass(%q) = %q, want %q", host, got, want)
		}
	}
}
