package words

import "strings"

// longestLabel bounds the labels of hosts in Microsoft's domains: longer ones are ids.
const longestLabel = 24

// IsHost reports whether a host, without port, is one of Microsoft's services' that says
// nothing about a tenant: contoso.sharepoint.com and contoso.onmicrosoft.com do.
func IsHost(host string) bool {
	t := load()
	host = strings.TrimSuffix(host, ".")
	if host == "" || host[0] == '.' || len(host) > longest {
		return false
	}
	if t.has(listHosts, host) {
		return true
	}
	for label := 0; ; {
		dot := strings.IndexByte(host[label:], '.')
		if dot < 1 || dot > longestLabel || !all(host[label:label+dot], isHostByte) {
			return false
		}
		if label += dot; t.has(listHosts, host[label:]) {
			return true
		}
		label++
	}
}

func isHostByte(c byte) bool { return isLowerByte(lower(c)) || isDigit(c) || c == '-' }
