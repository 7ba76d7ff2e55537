package hosts

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// A Set is the hosts that belong to a recording beside Graph's own.
type Set struct {
	mu    sync.Mutex
	hosts map[string]bool // whether the user named it
	ends  []string        // of names; *.example.com is .example.com
}

// most bounds a set: answers may name any number.
const most = 10_000

// NewSet knows Graph's hosts only.
func NewSet() *Set { return &Set{hosts: map[string]bool{}} }

// Check says why what a user writes names no hosts: want a name, *.name for what lies
// below it, either with a port unless that is the scheme's own.
func Check(named string) error {
	bare := strings.TrimPrefix(named, "*.")
	name := (&url.URL{Host: bare}).Hostname()
	hint := "e.g. management.azure.com, *.vault.azure.net or api.example.com:8443"
	switch {
	case len(bare) > LongestHost || !ascii.All(name, ascii.IsHostPort):
		return &fault.Error{Message: fmt.Sprintf("%q is not a host", named), Hint: hint}
	case IsHere(bare):
		return &fault.Error{Message: named + " is this machine, which programs reach without a proxy", Hint: hint}
	case graph.IsSignInHost(bare):
		return &fault.Error{Message: named + " is a host to sign in with, which is never recorded", Hint: "leave it out: on replay graphvcr stands in for it"}
	}
	return nil
}

// Name adds hosts that a user names, as Check wants them.
func (s *Set) Name(named ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range named {
		if err := Check(one); err != nil {
			return err
		}
		if end, below := strings.CutPrefix(strings.ToLower(one), "*"); below {
			s.ends = append(s.ends, graph.BareHost(end))
		} else {
			s.hosts[graph.BareHost(one)] = true
		}
	}
	return nil
}

// Add adds hosts that were recorded, or to which an answer leads.
func (s *Set) Add(hosts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, host := range hosts {
		bare := graph.BareHost(host)
		if _, known := s.hosts[bare]; !known && len(s.hosts) < most && !isNobodys(bare) {
			s.hosts[bare] = false
		}
	}
}

// Learn adds the hosts to which the answer to a request leads. The content of a file leads
// nowhere, but for what a host has that the user named: that is an API of its own.
func (s *Set) Learn(method string, asked *url.URL, header http.Header, body string) {
	var links []Link
	for name, values := range header {
		for _, value := range values {
			links = append(links, HeaderLinks(name, value)...)
		}
	}
	isData := IsFile(method, asked) && !s.IsNamed(asked.Host)
	if !isData && (IsLinked(header.Get("Content-Type")) || header.Get("Content-Type") == "") {
		links = append(links, Links(body)...)
	}
	for _, l := range links {
		s.Add(l.Host)
	}
}

// Has reports whether a host, with its port unless that is the scheme's own, belongs.
func (s *Set) Has(host string) bool {
	s.mu.Lock()
	_, known := s.hosts[graph.BareHost(host)]
	s.mu.Unlock()
	return known || graph.IsHost(host) || s.IsNamed(host)
}

// IsNamed reports whether the user named a host that is not Graph's: what is recorded of
// it is none of Graph's.
func (s *Set) IsNamed(host string) bool {
	if graph.IsHost(host) || isNobodys(host) {
		return false
	}
	bare := graph.BareHost(host)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts[bare] || slices.ContainsFunc(s.ends, func(end string) bool { return strings.HasSuffix(bare, end) })
}

// Names lists the hosts other than Graph's, sorted, with what was named as it was.
func (s *Set) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Collect(maps.Keys(s.hosts))
	for _, end := range s.ends {
		all = append(all, "*"+end)
	}
	slices.Sort(all)
	return all
}

// IsHere reports whether a host is this machine, or none.
func IsHere(host string) bool {
	name := strings.TrimRight(strings.ToLower((&url.URL{Host: host}).Hostname()), ".")
	ip := net.ParseIP(name)
	return name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || ip.IsLoopback() || ip.IsUnspecified()
}

// isNobodys reports whether a host belongs to no recording, whatever names it.
func isNobodys(host string) bool { return IsHere(host) || graph.IsSignInHost(host) }

// Because says why a host belongs that is not Graph's.
func (s *Set) Because(host string) string {
	if s.IsNamed(host) {
		return "--also or rules.yaml names it"
	}
	return "an answer led there, or it is in the cassette"
}

// Advice is what makes a host belong that does not.
const Advice = "a host that the program needs is recorded with --also HOST, or hosts: {record: [HOST]} in rules.yaml"

// Why says why a host does not belong.
func Why(host string) string {
	switch {
	case host == graph.LegacyHost:
		return "Azure AD Graph is another API, retired, and not Microsoft Graph"
	case graph.IsSignInHost(host):
		return "sign-in is not part of a cassette"
	}
	return "not a host of Microsoft Graph, and no earlier answer links to it"
}
