package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what a program's run shows.
const (
	RuleHandshake report.Rule = "exec.handshake"
	RuleNothing   report.Rule = "exec.nothing"

	ruleRecorded report.Rule = "exec.recorded"
	ruleRefused  report.Rule = "exec.refused"
	ruleUnderWay report.Rule = "exec.underway"
)

// killed is how long to wait for a command that was killed.
const killed = 200 * time.Millisecond

// Options say what is run, and what answers its requests.
type Options struct {
	Args      []string // the command and its arguments
	In        io.Reader
	Out, Err  io.Writer
	Env       []string // in addition to the environment of this process
	Session   session.Options
	Faults    proxy.Faults // on replay
	Authority *ca.Authority
	Isolate   bool // in a network of its own (Linux)
	Upstream  *upstream.Upstream
	Hosts     *hosts.Set                         // belong to the cassettes, beside Graph
	Auth      func(bearer string) *cassette.Auth // on whose behalf a token is
}

// StatusHarness is the exit status where the program was not run.
const StatusHarness = 125

// Run runs a program so that its requests come here, and returns its exit status, and what there
// is to report once it has ended. With an error nothing is reported: the status is
// StatusHarness, or one of package child's where the program cannot be run.
func Run(ctx context.Context, p *project.Project, o Options) (status int, result report.Case, err error) {
	x := &run{Options: o}
	if err := x.prepare(p); err != nil {
		if x.session != nil {
			x.session.End() // of nothing
		}
		return StatusHarness, report.Case{}, errors.Join(err, x.close())
	}
	status, err = x.program(ctx)
	result = x.end(ctx)
	if err = errors.Join(err, x.close()); err != nil {
		status = max(status, 1)
	}
	return status, result, err
}

// run is one run of a program.
type run struct {
	Options
	env     []string
	dir     string // of the files that the environment names
	guard   *child.Guard
	session *session.Session
	proxy   *proxy.Intercept
	inside  *child.Isolated // nil: no --isolate
	traffic *traffic
}

// prepare makes everything ready but the command.
func (x *run) prepare(p *project.Project) (err error) {
	if x.session, err = session.Open(p, x.Session); err != nil {
		return err
	}
	x.traffic = &traffic{known: x.Hosts, auth: x.Auth, refusing: p.Rules.Hosts.Refuse}
	recorded := recordedIn(p, x.Options.Session.Cassettes) // the session has the cassettes by now: they are read once
	eachRecorded(recorded, func(u *url.URL, _ *cassette.Interaction) { x.traffic.known.Add(u.Host) })
	var options proxy.InterceptOptions
	if x.session.Live() {
		options = x.traffic.onRecord(x.session.Transport(), x.Upstream)
	} else {
		options = x.traffic.onReplay(x.Faults.Over(x.session.Transport()), recorded)
	}
	options.Authority = x.Authority
	x.proxy = proxy.NewIntercept(options)
	return x.place()
}

// recordedIn is what the cassettes hold; one that is yet to be recorded holds nothing.
func recordedIn(p *project.Project, names []string) []*cassette.Cassette {
	var all []*cassette.Cassette
	for _, name := range names {
		if c, err := p.Cassette(name); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// place opens the listeners and makes the environment that leads to them.
func (x *run) place() error {
	var listeners [2]net.Listener
	var err error
	if x.dir, err = os.MkdirTemp("", "graphvcr-exec-"); err != nil {
		return &fault.Error{
			Message: "exec: make a folder for the command's environment", Cause: err,
			Hint: "set TMPDIR to a folder that can be written to",
		}
	}
	x.guard = child.NewGuard(x.dir)
	at := child.Place{Authority: x.Authority.PEM(), Roots: x.Upstream.PEM(), CopyProfiles: !x.session.Live()}
	if x.Isolate {
		bundle, err := at.Bundle(x.dir)
		if err != nil {
			return err
		}
		if x.inside, err = child.Isolate(bundle, x.In, x.Out, x.Err); err != nil {
			return err
		}
		listeners = x.inside.Listeners
	} else {
		for i := range listeners {
			if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return &fault.Error{Message: "exec: listen on loopback", Cause: err}
			}
		}
	}
	go x.proxy.Serve(listeners[0]) // both end with the proxy
	go x.proxy.ServeTLS(listeners[1])
	at.Proxy, at.TLS = listeners[0].Addr().String(), listeners[1].Addr().String()
	if !x.Isolate { // where nothing can be reached otherwise
		at.Direct = x.traffic.direct(x.session.Live(), x.Upstream.Moved(), os.Getenv)
	}
	if x.env, err = at.Environment(withoutOurs(os.Environ()), x.dir); err == nil {
		x.env = append(x.env, x.Env...)
		x.Args, err = at.Command(x.Args, x.dir)
	}
	return err
}

// program runs the command. It is the command that an interruption ends; only the second
// signal is ours.
func (x *run) program(ctx context.Context) (status int, err error) {
	running, kill := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	defer kill()
	defer interrupt.During(ctx, interrupt.Work{What: "waiting for " + x.Args[0] + " to end", Theirs: child.SentToAll, Last: func() {
		kill()
		select {
		case <-ended:
		case <-time.After(killed):
		}
		_ = os.RemoveAll(x.dir)
	}})()
	defer close(ended)
	p := child.Program{Args: x.Args, Env: x.env, Stdin: x.In, Stdout: x.Out, Stderr: x.Err, Started: x.guard.Watch}
	if x.inside != nil {
		inside := x.inside
		x.inside = nil
		status, err = inside.Run(running, p)
	} else {
		status, err = child.Run(running, p)
	}
	if err != nil {
		err = &fault.Error{Message: "exec: run " + x.Args[0], Cause: err, Hint: "a program's name or path, then its arguments; for a shell's command line: sh -c '...'"}
	}
	return status, err
}

// end lets requests under way end, and reports what there is to report.
func (x *run) end(ctx context.Context) report.Case {
	if x.session.Live() {
		defer interrupt.Saving(ctx)()
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = x.proxy.Shutdown(patience) // what did not end in time is cut off
	if r := x.session.Recording(); r != nil {
		r.SignedIn(x.traffic.signedIn())
	}
	result := x.session.End()
	if n := x.proxy.Pending(); n > 0 && x.session.Live() {
		result.Findings = append(result.Findings, report.Finding{
			Rule: ruleUnderWay, Severity: report.Error, Message: fault.Count(int(n), "request") + " of a program that is over had no answer yet, and what comes is not recorded",
			Hint: "have the program wait for its answers before it ends",
		})
	}
	result.Findings = append(result.Findings, x.traffic.findings()...)
	result.Findings = append(result.Findings, contacts(x.proxy, x.Args[0], x.traffic.asked.Load() > 0)...)
	return result
}

func (x *run) close() error {
	defer x.guard.Release()
	if x.inside != nil {
		x.inside.Abandon()
	}
	if x.proxy != nil {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = x.proxy.Shutdown(ended) // it is over, or nobody has used it
	}
	if x.dir == "" {
		return nil
	}
	return os.RemoveAll(x.dir)
}

// withoutOurs is an environment without what is for this command alone: the salt, and the
// tokens that it signs in with (GRAPHVCR_TOKEN, GRAPHVCR_TOKEN_APP).
func withoutOurs(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool {
		return strings.HasPrefix(entry, saltfile.Variable+"=") || strings.HasPrefix(entry, "GRAPHVCR_TOKEN")
	})
}

// contacts reports connections that came to nothing, and a program that made no request, which
// would else pass for one that was answered.
func contacts(p *proxy.Intercept, command string, asked bool) []report.Finding {
	broken := p.Broken()
	if len(broken) == 0 && p.Requests() == 0 {
		return []report.Finding{{
			Rule: RuleNothing, Severity: report.Error,
			Message: fmt.Sprintf("no request of %s came through the proxy", command),
			Hint:    "graphvcr exec --help lists the runtimes that read their environment; the proxy's address is in GRAPHVCR_PROXY, for a client that has to be configured; graphvcr serve needs only a base URL",
		}}
	}
	var found []report.Finding
	for n, b := range broken {
		f := report.Finding{Rule: RuleHandshake, Severity: report.Warning, Message: b.String()}
		if !asked {
			f.Severity, f.Message = report.Error, fmt.Sprintf("no request of %s came: %s", command, b)
		}
		if n == 0 { // it is the same for all of them
			f.Hint = child.TrustHint(command)
		}
		found = append(found, f)
	}
	return found
}
