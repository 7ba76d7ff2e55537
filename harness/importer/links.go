package importer

import (
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// linkedHosts are hosts that answers of Graph point to: upload and download
// addresses lie elsewhere and belong to the recording all the same.
type linkedHosts map[string]bool

func (l linkedHosts) has(host string) bool { return l[strings.ToLower(host)] }

// note remembers the hosts of the links that lead a client on. Other addresses in
// a body (a web page, a profile) do not make their host part of a recording.
func (l linkedHosts) note(resp cassette.Response) {
	links := resp.Headers.Values("Location")
	links = append(links, resp.Headers.Values("Operation-Location")...)
	for _, name := range []string{`"uploadUrl"`, `"@microsoft.graph.downloadUrl"`} {
		for rest := resp.Body; ; {
			_, after, ok := strings.Cut(rest, name)
			if !ok {
				break
			}
			if value, ok := strings.CutPrefix(strings.TrimLeft(after, ": \t\r\n"), `"`); ok {
				link, _, _ := strings.Cut(value, `"`)
				links = append(links, strings.ReplaceAll(link, `\/`, "/"))
			}
			rest = after
		}
	}
	for _, link := range links {
		if u, err := url.Parse(link); err == nil && u.Host != "" {
			l[strings.ToLower(u.Host)] = true
		}
	}
}
