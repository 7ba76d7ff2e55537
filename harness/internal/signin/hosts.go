package signin

import (
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// IsHost reports whether a host, with or without its port, is one that clients sign
// in with, and for which a Host can stand in.
func IsHost(host string) bool {
	_, known := graph.SignInCloud(host)
	return known || host == graph.MachineHost
}

// Hosts lists the hosts that clients sign in with.
func Hosts() []string { return append(slices.Concat(groups()...), graph.MachineHost) }

// groups are the sign-in hosts that stand for one another, the preferred first.
func groups() [][]string {
	var all [][]string
	for _, c := range graph.Clouds() {
		for _, group := range c.SignIn {
			if !slices.ContainsFunc(all, func(known []string) bool { return known[0] == group[0] }) {
				all = append(all, group) // two clouds share one
			}
		}
	}
	return all
}
