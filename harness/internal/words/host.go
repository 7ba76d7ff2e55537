package words

import "strings"

// IsHost reports whether a host, without port, is one of Microsoft's services' that says
// nothing about a tenant: contoso.sharepoint.com and contoso.onmicrosoft.com do.
func IsHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	t := load()
	if host == "" || host[0] == '.' || len(host) > longest {
		return false
	}
	if t.has(listHosts, host) {
		return true
	}
	for i := range len(host) {
		if host[i] == '.' && t.has(listHosts, host[i:]) {
			return !strings.Contains(host, "@")
		}
	}
	return false
}
