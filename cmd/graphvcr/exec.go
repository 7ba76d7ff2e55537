package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/auth"
	"github.com/graphvcr/graphvcr/harness/ca"
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/child"
	"github.com/graphvcr/graphvcr/harness/project"
	"github.com/graphvcr/graphvcr/harness/proxy"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/signin"
)

const execLong = `Exec runs any program, unchanged, so that its requests to Microsoft Graph are answered
from a cassette, or recorded into one: an intercepting proxy on this machine stands in
for Graph's hosts, and the program's environment leads there and trusts it.

On replay nothing that comes to the proxy leaves the machine: a host or a request that
was not recorded gets 501 with an error that explains it. The hosts to sign in with are
stood in for, with tokens that are good for nothing else. That costs no sign-in: a cache
of MSAL keeps its accounts and refresh tokens, rclone works on a copy of its
configuration (unless --config names one), and a sign-in anew, by device code or in a
browser, leaves no account. While recording, only Graph and the hosts to which its
answers lead (downloads, uploads) are intercepted; the program signs in with the real
hosts, unread and unrecorded.

What works for which runtime (L Linux, M macOS, W Windows):

  curl                        L M W*  W: the curl of Windows itself wants the CA trusted
  Node 18 and newer           L M W   fetch, https, http2, axios, the Graph SDK, MSAL
  Python                      L M W   urllib, requests, httpx; aiohttp with trust_env=True
  Go                          L M* W* M, W: the CA trusted
  .NET, PowerShell            L M* W* M, W: the CA trusted
  Java 8 and newer            L M W   clients that use the JDK's proxy and trust store
  Ruby, Perl, PHP, Deno, Bun  L M W   where they take HTTPS_PROXY and SSL_CERT_FILE
  browsers                    -       use graphvcr serve

  "the CA trusted": these take no certificate from the environment; graphvcr ca tells
  how to make the system trust yours. Programs that pin certificates cannot be intercepted.
  Others find the proxy's address in GRAPHVCR_PROXY, and the CA's file in GRAPHVCR_CA.

With --isolate (Linux) the program has a network of its own in which there is only
graphvcr: what does not heed its environment cannot leave either.
`

const execExample = `  graphvcr exec --cassette users/list -- curl -s https://graph.microsoft.com/v1.0/users
  graphvcr exec --cassette users/list -- node app.js
  graphvcr exec --cassette users/list -- python3 app.py
  graphvcr exec --cassette users/list -- dotnet test
  graphvcr exec --cassette users/list -- go test ./...
  graphvcr exec --mode record --cassette users/list -- node app.js`

const execExit = `
Exit status:
  the command's own, if that is not 0
  0    clean: no finding at or above --fail-on
  1    findings: a request without an answer, say, or no request at all, such as from a
       program that does not trust the proxy's certificates and does not say so
  125  graphvcr could not do its part: a cassette that does not load, a wrong flag
  126  the command cannot be run
  127  there is no such command
`

// statusHarness ends an exec whose harness could not run.
const statusHarness = 125

type execFlags struct {
	take    takeFlags
	report  reportFlags
	faults  []string
	isolate bool
}

func newExec(std streams, dirs *projectFlags) *cobra.Command {
	var opts execFlags
	cmd := &cobra.Command{
		Use:     "exec --cassette NAME [flags] -- COMMAND [ARGUMENT]...",
		Short:   "Run any program against cassettes, or record it, through an intercepting proxy",
		Long:    execLong,
		Example: execExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			status, err := opts.run(cmd.Context(), std, dirs, args)
			if err != nil {
				tell(std.err, err)
			}
			if status != statusClean {
				return statusError(status)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what comes after the command is the command's
	opts.take.register(flags)
	flags.StringArrayVar(&opts.faults, "fault", nil, "`fault` to inject on replay; repeatable (graphvcr serve --help)")
	flags.BoolVar(&opts.isolate, "isolate", false, "run the command in a network of its own (Linux)")
	opts.report.register(flags)
	opts.take.auth = "none" // the program signs in itself
	flags.Lookup("auth").DefValue = opts.take.auth
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		tell(std.err, flagError(cmd, err))
		return statusError(statusHarness)
	})
	cmd.SetHelpTemplate(cmd.HelpTemplate() + execExit)
	return cmd
}

// run runs the command and returns exec's exit status; an error is yet to be told.
func (f *execFlags) run(ctx context.Context, std streams, dirs *projectFlags, args []string) (int, error) {
	talk := streams{in: std.in, out: std.err} // stdout is the command's, and each thing is told once
	talk.err = silent{}
	out, err := f.report.parse(talk)
	if err != nil {
		return statusHarness, err
	}
	p, err := dirs.open()
	if err != nil {
		return statusHarness, err
	}
	x := &execution{std: std, args: args, flags: f}
	if err := x.prepare(ctx, p); err != nil {
		if x.take != nil {
			x.take.End() // of nothing
		}
		return statusHarness, errors.Join(err, x.close())
	}
	status, err := x.program()
	told := x.end(ctx)
	if err := errors.Join(err, x.close()); err != nil || status == child.StatusNotFound || status == child.StatusNotExecutable {
		return max(status, 1), err
	}
	err = out.finish(&report.Suite{Command: "exec", Cases: []report.Case{told}})
	var found statusError
	switch {
	case err != nil && !errors.As(err, &found):
		return statusHarness, err
	case status != 0:
		return status, nil
	case int(found) > statusFindings:
		return statusHarness, nil
	}
	return int(found), nil
}

// helperStatus becomes the program of exec --isolate, or tells why it cannot.
func helperStatus() int {
	err := child.Helper()
	var program *fs.PathError
	if errors.As(err, &program) {
		tell(os.Stderr, &failure{message: "exec: run " + program.Path, err: program.Err})
	}
	return child.StatusNotExecutable
}

// silent is where nothing is told.
type silent struct{}

func (silent) Write(b []byte) (int, error) { return len(b), nil }

// execution is one run of a command.
type execution struct {
	std    streams
	args   []string
	flags  *execFlags
	up     *upstream
	dir    string // of the files that the environment names
	take   *project.Take
	proxy  *proxy.Intercept
	inside *child.Isolated // nil: no --isolate
	env    []string
	caller caller
	asked  atomic.Int64 // requests, without those to sign in
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
		return &failure{message: "exec: which command?", hint: "graphvcr exec --cassette NAME -- COMMAND"}
	}
	if len(f.take.cassettes) == 0 {
		return &failure{message: "exec: which cassette?", hint: "graphvcr exec --cassette NAME -- COMMAND"}
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
		return &failure{message: "exec: --fault is for replay: a recording keeps what the service answers", hint: "leave out --fault, or record first and replay with it"}
	}
	if x.up, err = f.take.upstream.open("exec"); err != nil {
		return err
	}
	if x.up.isStandIn() {
		live.Meta.Origin = cassette.Emulator
	}
	authority, err := openCA()
	if err != nil {
		return err
	}
	if x.take, err = f.take.begin(p, mode, live); err != nil {
		return err
	}
	options := x.onReplay(p, faults)
	if mode != project.ModeReplay {
		options = x.onRecord(p)
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
	return proxy.InterceptOptions{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if signin.IsHost(r.URL.Host) {
			host.ServeHTTP(w, r)
			return
		}
		x.asked.Add(1)
		proxy.Forward(w, r, carrier)
	})}
}

// onRecord answers for Graph and the hosts of files, and lets all else pass.
func (x *execution) onRecord(p *project.Project) proxy.InterceptOptions {
	var hosts []string
	for host := range x.up.places {
		hosts = append(hosts, host)
	}
	if c, err := p.Cassette(x.flags.take.cassettes[0]); err == nil {
		for _, i := range c.Interactions {
			if u, err := url.Parse(i.Request.URL); err == nil {
				hosts = append(hosts, u.Host)
			}
		}
	}
	known := proxy.NewKnown(hosts...)
	carrier := known.Learn(x.take.Transport())
	return proxy.InterceptOptions{
		Takes: func(host string) bool { return !signin.IsHost(host) && known.Takes(host) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			x.caller.see(r)
			x.asked.Add(1)
			proxy.Forward(w, r, carrier)
		}),
		Dial:           x.up.tunnel,
		DialRedirected: x.up.dial,
	}
}

// place opens the listeners and makes the environment that leads to them.
func (x *execution) place(authority *ca.Authority) error {
	var listeners [2]net.Listener
	var err error
	if x.flags.isolate {
		if x.inside, err = child.Isolate(x.std.in, x.std.out, x.std.err); err != nil {
			return err
		}
		listeners = x.inside.Listeners
	} else {
		for i := range listeners {
			if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return &failure{message: "exec: listen on loopback", err: err}
			}
		}
	}
	go x.proxy.Serve(listeners[0]) // both end with the proxy
	go x.proxy.ServeTLS(listeners[1])
	if x.dir, err = os.MkdirTemp("", "graphvcr-exec-"); err != nil {
		return &failure{message: "exec: make a folder for the command's environment", err: err}
	}
	at := child.Place{Proxy: listeners[0].Addr().String(), TLS: listeners[1].Addr().String(), Authority: authority.PEM(), Roots: x.up.pem, CopyProfiles: !x.take.Live()}
	if x.take.Live() {
		at.Direct = x.up.direct(os.Getenv)
	}
	x.env, err = at.Environment(os.Environ(), x.dir)
	return err
}

// program runs the command.
func (x *execution) program() (status int, err error) {
	p := child.Program{Args: x.args, Env: x.env, Stdin: x.std.in, Stdout: x.std.out, Stderr: x.std.err}
	if x.inside != nil {
		inside := x.inside
		x.inside = nil
		status, err = inside.Run(p)
	} else {
		status, err = child.Run(p)
	}
	if err != nil {
		err = &failure{message: "exec: run " + x.args[0], err: err, hint: "a program's name or path, then its arguments; for a shell's command line: sh -c '...'"}
	}
	return status, err
}

// end lets requests under way end, and tells what there is to tell.
func (x *execution) end(ctx context.Context) report.Case {
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = x.proxy.Shutdown(patience) // what did not end in time is cut off
	x.caller.mu.Lock()
	x.take.SignedIn(x.caller.as)
	x.caller.mu.Unlock()
	told := x.take.End()
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
			Hint:    "graphvcr exec --help tells which runtimes heed their environment; the proxy's address is in GRAPHVCR_PROXY, for a client that has to be told; graphvcr serve needs only a base URL",
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
