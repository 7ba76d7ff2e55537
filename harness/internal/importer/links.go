package importer

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// linkedHosts are hosts that answers of Graph point to: upload and download
// addresses lie elsewhere and belong to the recording all the same.
type linkedHosts map[string]bool

func (l linkedHosts) has(host string) bool { return l[strings.ToLower(host)] }

// note remembers the hosts of the links that lead a client on. Other addresses in
// a body (a web page, a profile) do not make their host part of a recording.
func (l linkedHosts) note(resp cassette.Response) {
	links := graph.FindLinks(resp.Body)
	for name, values := range resp.Headers {
		for _, value := range values {
			links = append(links, graph.HeaderLinks(name, value)...)
		}
	}
	for _, link := range links {
		if link.Host != "" {
			l[strings.ToLower(link.Host)] = true
		}
	}
}
