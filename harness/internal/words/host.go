package words

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

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
		if dot < 1 || dot > longestLabel || !ascii.All(host[label:label+dot], isHostByte) {
			return false
		}
		if label += dot; t.has(listHosts, host[label:]) {
			return true
		}
		label++
	}
}

func isHostByte(c byte) bool { return ascii.IsAlnum(c) || c == '-' }

// companies are those that Microsoft's documentation made up, in small letters.
var companies = strings.Fields(`contoso fabrikam adatum northwind litware woodgrove tailspin wingtip proseware relecloud adventureworks adventure-works
	lucerne margie treyresearch alpineski humongous blueyonder fourthcoffee`)

// IsInvented reports whether a text in small letters has the name of a company in it that
// Microsoft's documentation made up.
func IsInvented(text string) bool {
	return slices.ContainsFunc(companies, func(name string) bool { return strings.Contains(text, name) })
}

// IsInventedDomain reports whether a domain is nobody's: of a company that Microsoft's
// documentation made up, of its demonstration tenants (M365x214355), or reserved (RFC 2606).
func IsInventedDomain(domain string) bool {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if IsInvented(domain) {
		return true
	}
	labels := strings.Split(domain, ".")
	last := labels[len(labels)-1]
	if last == "example" || last == "test" || last == "invalid" || last == "localhost" {
		return true
	}
	if len(labels) > 1 && labels[len(labels)-2] == "example" && (last == "com" || last == "org" || last == "net") {
		return true
	}
	number, isDemo := strings.CutPrefix(labels[0], "m365x")
	return isDemo && number != "" && ascii.All(number, ascii.IsDigit)
}
