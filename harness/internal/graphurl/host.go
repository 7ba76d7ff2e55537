package graphurl

import "github.com/graphvcr/graphvcr/harness/internal/graph"

// graphClass is the host class of Graph in every cloud.
const graphClass = "graph"

// HostClass folds a host (with or without port). Hosts are case-insensitive; the
// default ports of http and https and the dot of a rooted name are dropped.
func HostClass(host string) string {
	name := graph.BareHost(host)
	if graph.IsHost(name) {
		return graphClass
	}
	return name
}
