package program

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/signin"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
	"github.com/graphvcr/graphvcr/harness/report"
)

// traffic is what comes to the proxy of a program.
type traffic struct {
	known    *hosts.Set // what belongs to the cassettes, beside Graph
	auth     func(bearer string) *cassette.Auth
	refusing report.Severity // how bad it is that a host is refused
	asked    atomic.Int64    // requests, without those to sign in

	mu                sync.Mutex
	as                *cassette.Auth // what the first token says of itself
	refused, recorded map[string]int // what was asked of hosts beside Graph
}

// onReplay answers everything here.
func (t *traffic) onReplay(carrier http.RoundTripper, recorded []*cassette.Cassette) proxy.InterceptOptions {
	var granted signin.Options
	for _, c := range recorded {
		if c.Meta.Auth != nil {
			granted.Scopes, granted.Roles = c.Meta.Auth.Scopes, c.Meta.Auth.Roles
		}
	}
	host := signin.New(granted)
	led := sync.OnceFunc(func() { // what a program asks where answers lead, and was not recorded, is a miss
		eachRecorded(recorded, func(u *url.URL, i *cassette.Interaction) {
			t.known.Learn(i.Request.Method, u, i.Response.Headers, i.Response.Body)
		})
	})
	return proxy.InterceptOptions{
		Intercepts: func(host string) bool {
			if signin.IsHost(host) || t.known.Has(host) || graph.IsFileHost(host) {
				return true
			}
			led()
			return t.known.Has(host)
		},
		Refused: t.refuse,
		Handler: t.toPages(func(w http.ResponseWriter, r *http.Request) {
			if signin.IsHost(r.URL.Host) {
				host.ServeHTTP(w, r)
				return
			}
			t.asked.Add(1)
			proxy.Forward(w, r, carrier)
		}),
	}
}

// toPages answers pages of a browser in the place of Graph, its hosts for files and those to
// sign in with; of a host that was named, what it says to pages is recorded as all else.
func (t *traffic) toPages(next http.HandlerFunc) http.Handler {
	return proxy.CORS(next, func(host string) bool { return !t.known.IsNamed(host) })
}

// onRecord answers for Graph and the hosts of files, and lets all else pass.
func (t *traffic) onRecord(carrier http.RoundTripper, up *upstream.Upstream) proxy.InterceptOptions {
	carrier = proxy.Learn(t.known, carrier)
	return proxy.InterceptOptions{
		Intercepts: func(host string) bool { return !signin.IsHost(host) && t.known.Has(host) },
		Handler: t.toPages(func(w http.ResponseWriter, r *http.Request) {
			t.see(r)
			t.asked.Add(1)
			t.record(r.URL.Host)
			proxy.Forward(w, r, carrier)
		}),
		Dial:           up.Tunnel,
		DialRedirected: up.Dial,
	}
}

// see notes on whose behalf a request is.
func (t *traffic) see(r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.as == nil {
		t.as = t.auth(token)
	}
}

// signedIn is on whose behalf the program asked, nil where that is not known.
func (t *traffic) signedIn() *cassette.Auth {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.as
}

// eachRecorded shows what cassettes hold, with its addresses.
func eachRecorded(all []*cassette.Cassette, see func(u *url.URL, i *cassette.Interaction)) {
	for _, c := range all {
		for _, i := range c.Interactions {
			if u, err := url.Parse(i.Request.URL); err == nil {
				see(u, i)
			}
		}
	}
}

// direct are the hosts that NO_PROXY of the environment names, which are reached without a
// proxy under exec too, but for those that belong to the cassette. While recording they
// are those at which --connect-to lies too, and the machine's own identity service.
func (t *traffic) direct(live bool, moved []string, getenv func(string) string) []string {
	here := append(graph.Hosts(), t.known.Names()...) // whatever NO_PROXY says
	here = append(here, moved...)
	var kept []string
	if live {
		kept = append(kept, graph.MachineHost)
	} else {
		here = append(here, signin.Hosts()...)
	}
	for _, variable := range []string{"NO_PROXY", "no_proxy"} {
		for entry := range strings.SplitSeq(getenv(variable), ",") {
			entry = strings.TrimSpace(entry)
			bare := bareHost(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(entry), "*"), "."))
			covers := func(host string) bool {
				host = bareHost(strings.TrimPrefix(host, "*."))
				return host == bare || strings.HasSuffix(host, "."+bare)
			}
			if bare != "" && !slices.ContainsFunc(here, covers) && !t.known.Has(bare) && !graph.IsFileHost("x."+bare) && !slices.Contains(kept, entry) {
				kept = append(kept, entry)
			}
		}
	}
	return kept
}

// bareHost is a host without its port.
func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// mostHosts bounds the hosts that are reported by name.
const mostHosts = 20

func (t *traffic) refuse(host string) { t.count(&t.refused, host) }

// record notes a request that is recorded.
func (t *traffic) record(host string) {
	if !graph.IsHost(host) {
		t.count(&t.recorded, host)
	}
}

func (t *traffic) count(in *map[string]int, host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if *in == nil {
		*in = map[string]int{}
	}
	if (*in)[host] > 0 || len(*in) < 50*mostHosts {
		(*in)[host]++
	}
}

// findings say which hosts were recorded beside Graph, and why, and which were refused.
func (t *traffic) findings() []report.Finding {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []report.Finding
	for host, n := range sorted(t.recorded) {
		found = append(found, report.Finding{Rule: ruleRecorded, Severity: report.Note, Message: fmt.Sprintf("recorded %s to %s: %s", fault.Count(n, "request"), host, t.known.Because(host))})
	}
	for host, n := range sorted(t.refused) {
		f := report.Finding{Rule: ruleRefused, Severity: t.refusing, Message: fmt.Sprintf("refused %s to %s: %s", fault.Count(n, "connection"), host, hosts.Why(host))}
		if len(found) == 0 || found[len(found)-1].Rule != ruleRefused { // it is the same for all of them
			f.Hint = hosts.Advice + "; NO_PROXY names those that it is to reach itself"
		}
		found = append(found, f)
	}
	return found
}

// sorted goes through counts by host; those beyond the bound are one.
func sorted(counts map[string]int) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		names, more := slices.Sorted(maps.Keys(counts)), 0
		for i, host := range names {
			if i >= mostHosts {
				more += counts[host]
			} else if !yield(host, counts[host]) {
				return
			}
		}
		if more > 0 {
			yield(fmt.Sprintf("%d more hosts", len(names)-mostHosts), more)
		}
	}
}
