package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/signin"
	"github.com/graphvcr/graphvcr/harness/report"
)

// execution is one run of a command.
type execution struct {
	std    streams
	args   []string
	flags  *execFlags
	up     *upstream
	dir    string // of the files that the environment names
	guard  *child.Guard
	take   *project.Take
	proxy  *proxy.Intercept
	inside *child.Isolated // nil: no --isolate
	env    []string
	caller caller
	asked  atomic.Int64 // requests, without those to sign in
	known  *hosts.Set   // what belongs to the cassettes, beside Graph
	others others       // hosts that the program asked for, beside Graph
	refuse report.Severity
}

// caller is what the token of a client tells of itself.
type caller struct {
	mu sync.Mutex
	as *cassette.Auth
}

func (c *caller) see(r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.as == nil {
		c.as = auth.ReadClaims(token).Auth()
	}
}

// prepare makes everything ready but the command.
func (x *execution) prepare(ctx context.Context, p *project.Project) error {
	f := x.flags
	if len(x.args) == 0 {
		return &fault.Error{Message: "exec: no command given", Hint: "graphvcr exec --cassette NAME -- COMMAND"}
	}
	if len(f.take.cassettes) == 0 {
		return &fault.Error{Message: "exec: no cassette given", Hint: "graphvcr exec --cassette NAME -- COMMAND"}
	}
	if f.take.mode == string(project.ModeReplay) {
		f.take.upstream = upstreamFlags{} // scripts may give the same flags to record and to replay
	}
	mode, live, err := f.take.open(ctx, x.std, "exec")
	if err != nil {
		return err
	}
	faults, err := parseFaults("exec", f.faults)
	if err != nil {
		return err
	}
	if len(faults) > 0 && mode != project.ModeReplay {
		return &fault.Error{Message: "exec: --fault is for replay: a recording keeps what the service answers", Hint: "leave out --fault, or record first and replay with it"}
	}
	if x.up, err = f.take.upstream.open("exec"); err != nil {
		return err
	}
	if x.up.isStandIn() {
		live.Meta.Origin = cassette.Emulator
	}
	authority, err := f.authority()
	if err != nil {
		return err
	}
	if err := x.know(p); err != nil {
		return err
	}
	if x.take, err = f.take.begin(p, mode, live); err != nil {
		return err
	}
	x.recorded(p, x.addAsked) // the take has the cassettes by now: they are read once
	options := x.onReplay(p, faults)
	if mode != project.ModeReplay {
		options = x.onRecord()
	}
	options.Authority = authority
	x.proxy = proxy.NewIntercept(options)
	return x.place(authority)
}

// onReplay answers everything here.
func (x *execution) onReplay(p *project.Project, faults proxy.Faults) proxy.InterceptOptions {
	said := signin.Options{}
	for _, name := range x.flags.take.cassettes {
		if c, err := p.Cassette(name); err == nil && c.Meta.Auth != nil {
			said.Scopes, said.Roles = c.Meta.Auth.Scopes, c.Meta.Auth.Roles
		}
	}
	host, carrier := signin.New(said), faults.Over(x.take.Transport())
	led := sync.OnceFunc(func() { x.recorded(p, x.addLed) })
	return proxy.InterceptOptions{
		Intercepts: func(host string) bool {
			if signin.IsHost(host) || x.known.Has(host) || graph.IsFileHost(host) {
				return true
			}
			led()
			return x.known.Has(host)
		},
		Refused: x.others.refuse,
		Handler: x.toPages(func(w http.ResponseWriter, r *http.Request) {
			if signin.IsHost(r.URL.Host) {
				host.ServeHTTP(w, r)
				return
			}
			x.asked.Add(1)
			proxy.Forward(w, r, carrier)
		}),
	}
}

// toPages answers pages of a browser in the place of Graph, its hosts for files and those to
// sign in with; of a host that was named, what it says to pages is recorded as all else.
func (x *execution) toPages(next http.HandlerFunc) http.Handler {
	return proxy.CORS(next, func(host string) bool { return !x.known.IsNamed(host) })
}

// onRecord answers for Graph and the hosts of files, and lets all else pass.
func (x *execution) onRecord() proxy.InterceptOptions {
	carrier := proxy.Learn(x.known, x.take.Transport())
	return proxy.InterceptOptions{
		Intercepts: func(host string) bool { return !signin.IsHost(host) && x.known.Has(host) },
		Handler: x.toPages(func(w http.ResponseWriter, r *http.Request) {
			x.caller.see(r)
			x.asked.Add(1)
			x.others.record(r.URL.Host)
			proxy.Forward(w, r, carrier)
		}),
		Dial:           x.up.tunnel,
		DialRedirected: x.up.dial,
	}
}

// authority is one of this run, whose key nobody else ever has, or the user's.
func (f *execFlags) authority() (*ca.Authority, error) {
	if f.keptCA {
		return openCA("")
	}
	return ca.New()
}

// place opens the listeners and makes the environment that leads to them.
func (x *execution) place(authority *ca.Authority) error {
	var listeners [2]net.Listener
	var err error
	if x.dir, err = os.MkdirTemp("", "graphvcr-exec-"); err != nil {
		return &fault.Error{Message: "exec: make a folder for the command's environment", Cause: err}
	}
	x.guard = child.NewGuard(x.dir)
	at := child.Place{Authority: authority.PEM(), Roots: x.up.pem, CopyProfiles: !x.take.Live()}
	if x.flags.isolate {
		bundle, err := at.Bundle(x.dir)
		if err != nil {
			return err
		}
		if x.inside, err = child.Isolate(bundle, x.std.in, x.std.out, x.std.err); err != nil {
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
	if !x.flags.isolate { // where nothing can be reached otherwise
		at.Direct = x.direct(os.Getenv)
	}
	if x.env, err = at.Environment(withoutOurs(os.Environ()), x.dir); err == nil {
		x.args, err = at.Command(x.args, x.dir)
	}
	return err
}

// program runs the command. It is the command that an interruption ends; only the second
// signal is ours.
func (x *execution) program(ctx context.Context) (status int, err error) {
	running, kill := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	defer kill()
	defer during(ctx, hold{what: "waiting for " + x.args[0] + " to end", theirs: child.SentToAll, last: func() {
		kill()
		select {
		case <-ended:
		case <-time.After(killed):
		}
		_ = os.RemoveAll(x.dir)
	}})()
	defer close(ended)
	p := child.Program{Args: x.args, Env: x.env, Stdin: x.std.in, Stdout: x.std.out, Stderr: x.std.err, Started: x.guard.Watch}
	if x.inside != nil {
		inside := x.inside
		x.inside = nil
		status, err = inside.Run(running, p)
	} else {
		status, err = child.Run(running, p)
	}
	if err != nil {
		err = &fault.Error{Message: "exec: run " + x.args[0], Cause: err, Hint: "a program's name or path, then its arguments; for a shell's command line: sh -c '...'"}
	}
	return status, err
}

// end lets requests under way end, and tells what there is to tell.
func (x *execution) end(ctx context.Context) report.Case {
	if x.take.Live() {
		defer keeping(ctx)()
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = x.proxy.Shutdown(patience) // what did not end in time is cut off
	x.caller.mu.Lock()
	x.take.SignedIn(x.caller.as)
	x.caller.mu.Unlock()
	told := x.take.End()
	if n := x.proxy.Pending(); n > 0 && x.take.Live() {
		told.Findings = append(told.Findings, report.Finding{
			Rule: ruleExecUnderWay, Severity: report.Error, Message: counted(int(n), "request") + " of a program that is over had no answer yet, and what comes is not recorded",
			Hint: "have the program wait for its answers before it ends",
		})
	}
	told.Findings = append(told.Findings, x.others.told(x.known, x.refuse)...)
	told.Findings = append(told.Findings, x.contacts()...)
	return told
}

// contacts tells of connections that came to nothing, and of a program that made no
// request, which would else pass for one that was answered.
func (x *execution) contacts() []report.Finding {
	broken := x.proxy.Broken()
	if len(broken) == 0 && x.proxy.Requests() == 0 {
		return []report.Finding{{
			Rule: ruleExecNothing, Severity: report.Error,
			Message: fmt.Sprintf("no request of %s came through the proxy", x.args[0]),
			Hint:    "graphvcr exec --help tells which runtimes heed their environment; the proxy's address is in GRAPHVCR_PROXY, for a client that has to be configured; graphvcr serve needs only a base URL",
		}}
	}
	var told []report.Finding
	for n, b := range broken {
		f := report.Finding{Rule: ruleExecHandshake, Severity: report.Warning, Message: b.String()}
		if x.asked.Load() == 0 {
			f.Severity, f.Message = report.Error, fmt.Sprintf("no request of %s came: %s", x.args[0], b)
		}
		if n == 0 { // it is the same for all of them
			f.Hint = child.TrustHint(x.args[0])
		}
		told = append(told, f)
	}
	return told
}

func (x *execution) close() error {
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
		return strings.HasPrefix(entry, cassette.SaltVariable+"=") || strings.HasPrefix(entry, "GRAPHVCR_TOKEN")
	})
}
