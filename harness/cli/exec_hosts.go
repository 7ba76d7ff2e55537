package cli

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/signin"
	"github.com/graphvcr/graphvcr/harness/report"
)

// know begins with the hosts that rules.yaml and --also name. What --connect-to moves does
// not belong for that.
func (x *execution) know(p *project.Project) (err error) {
	x.refuse = p.Rules.Hosts.Refuse
	x.known, err = x.flags.also.set("exec", p)
	return err
}

// alsoFlag are the hosts that --also names.
type alsoFlag []string

func (f *alsoFlag) register(flags *pflag.FlagSet) {
	flags.StringArrayVar((*[]string)(f), "also", nil, "`HOST` that belongs to the cassette too, such as management.azure.com, *.vault.azure.net; repeatable")
}

// set is the hosts that rules.yaml and --also name.
func (f alsoFlag) set(command string, p *project.Project) (*hosts.Set, error) {
	set := p.Rules.Hosts.Set()
	if err := set.Name(f...); err != nil {
		return nil, &fault.Error{Message: command + ": --also", Cause: err, Hint: fault.Hint(err)}
	}
	return set, nil
}

// recorded goes through what the cassettes hold; one that is yet to be recorded holds nothing.
func (x *execution) recorded(p *project.Project, see func(i *cassette.Interaction)) {
	for _, name := range x.flags.client.cassettes {
		if c, err := p.Cassette(name); err == nil {
			for _, i := range c.Interactions {
				see(i)
			}
		}
	}
}

// addAsked adds the host that a recorded request was sent to.
func (x *execution) addAsked(i *cassette.Interaction) {
	if u, err := url.Parse(i.Request.URL); err == nil {
		x.known.Add(u.Host)
	}
}

// addLed adds the hosts to which a recorded answer leads: what a program asks there and was
// not recorded is a miss.
func (x *execution) addLed(i *cassette.Interaction) {
	if u, err := url.Parse(i.Request.URL); err == nil {
		x.known.Learn(i.Request.Method, u, i.Response.Headers, i.Response.Body)
	}
}

// direct are the hosts that NO_PROXY of the environment names, which are reached without a
// proxy under exec too, but for those that belong to the cassette. While recording they
// are those at which --connect-to lies too, and the machine's own identity service.
func (x *execution) direct(getenv func(string) string) []string {
	here := append(graph.Hosts(), x.known.Names()...) // whatever NO_PROXY says
	here = append(here, x.up.Moved()...)
	var kept []string
	if x.session.Live() {
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
			if bare != "" && !slices.ContainsFunc(here, covers) && !x.known.Has(bare) && !graph.IsFileHost("x."+bare) && !slices.Contains(kept, entry) {
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

// others counts what a program asked of hosts beside Graph.
type others struct {
	mu                sync.Mutex
	refused, recorded map[string]int
}

// mostOthers bounds the hosts that are told of by name.
const mostOthers = 20

func (o *others) refuse(host string) { o.count(&o.refused, host) }

// record notes a request that is recorded.
func (o *others) record(host string) {
	if !graph.IsHost(host) {
		o.count(&o.recorded, host)
	}
}

func (o *others) count(in *map[string]int, host string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if *in == nil {
		*in = map[string]int{}
	}
	if (*in)[host] > 0 || len(*in) < 50*mostOthers {
		(*in)[host]++
	}
}

// told says which hosts were recorded beside Graph, and why, and which were refused.
func (o *others) told(known *hosts.Set, severity report.Severity) []report.Finding {
	o.mu.Lock()
	defer o.mu.Unlock()
	var told []report.Finding
	for host, n := range sorted(o.recorded) {
		told = append(told, report.Finding{Rule: ruleExecRecorded, Severity: report.Note, Message: fmt.Sprintf("recorded %s to %s: %s", counted(n, "request"), host, known.Because(host))})
	}
	for host, n := range sorted(o.refused) {
		f := report.Finding{Rule: ruleExecRefused, Severity: severity, Message: fmt.Sprintf("refused %s to %s: %s", counted(n, "connection"), host, hosts.Why(host))}
		if len(told) == 0 || told[len(told)-1].Rule != ruleExecRefused { // it is the same for all of them
			f.Hint = hosts.Advice + "; NO_PROXY names those that it is to reach itself"
		}
		told = append(told, f)
	}
	return told
}

// sorted goes through counts by host; those beyond what is told are one.
func sorted(counts map[string]int) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		names, more := slices.Sorted(maps.Keys(counts)), 0
		for i, host := range names {
			if i >= mostOthers {
				more += counts[host]
			} else if !yield(host, counts[host]) {
				return
			}
		}
		if more > 0 {
			yield(fmt.Sprintf("%d more hosts", len(names)-mostOthers), more)
		}
	}
}
