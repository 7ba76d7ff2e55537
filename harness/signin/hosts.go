package signin

import (
	"net"
	"strings"
)

// instance is a cloud's sign-in hosts. The first is the one to use.
type instance struct {
	hosts []string
	graph string
	name  string
}

// instances are the clouds that MSAL knows (its instance metadata).
var instances = [...]instance{
	{[]string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}, "graph.microsoft.com", "microsoftonline.com"},
	{[]string{"login.microsoftonline.us", "login.usgovcloudapi.net"}, "graph.microsoft.us", "microsoftonline.us"},
	{[]string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}, "microsoftgraph.chinacloudapi.cn", "partner.microsoftonline.cn"},
	{[]string{"login.microsoftonline.de"}, "graph.microsoft.de", "microsoftonline.de"},
	{[]string{"login-us.microsoftonline.com"}, "graph.microsoft.com", "microsoftonline.com"},
}

// machine is where programs on a virtual machine in Azure get the tokens of its managed
// identity, over plain HTTP.
const machine = "169.254.169.254"

// IsHost reports whether a host, with or without its port, is one that clients sign
// in with.
func IsHost(host string) bool {
	_, known := instanceOf(host)
	return known || host == machine
}

// Hosts lists the hosts that clients sign in with.
func Hosts() []string {
	all := []string{machine}
	for _, i := range instances {
		all = append(all, i.hosts...)
	}
	return all
}

// instanceOf is the cloud of a host, the global one for a host of no cloud.
func instanceOf(host string) (instance, bool) {
	if name, port, err := net.SplitHostPort(host); err == nil && port == "443" {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, i := range instances {
		for _, name := range i.hosts {
			if name == host {
				return i, true
			}
		}
	}
	return instances[0], false
}
