package graphurl

import "strings"

// graphClass is the host class of Graph in every cloud.
const graphClass = "graph"

// HostClass folds a host (with or without port). Hosts are case-insensitive; the
// default ports of http and https and the dot of a rooted name are dropped.
func HostClass(host string) string {
	name, port := lowerASCII(host), ""
	// A colon in brackets, or one of several, is part of an IPv6 address.
	if i := strings.LastIndexByte(name, ':'); i >= 0 && (name[:i] != "" && name[i-1] == ']' || strings.IndexByte(name, ':') == i) {
		name, port = name[:i], name[i:]
	}
	name = strings.TrimRight(name, ".")
	switch port {
	case "", ":", ":80", ":443":
	default:
		return name + port
	}
	switch name {
	// concepts/deployments
	case "graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us",
		"microsoftgraph.chinacloudapi.cn", "graph.microsoft.de":
		return graphClass
	}
	return name
}

// IsGraphHost reports whether host is the Graph host of a cloud.
func IsGraphHost(host string) bool { return HostClass(host) == graphClass }
