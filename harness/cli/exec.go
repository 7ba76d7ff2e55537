package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

const execLong = `Exec runs any program, unchanged, so that its requests to Microsoft Graph are answered
from a cassette, or recorded into one: an intercepting proxy on this machine answers for
Graph's hosts, and the program's environment leads there and trusts it.

On replay nothing that comes to the proxy leaves the machine: a request that was not
recorded gets 501 with an error that explains it, and hosts that are neither Graph's nor
in the cassette (telemetry, checks for versions) are refused, with a note. --also HOST, or
hosts: {record: [HOST]} in rules.yaml, names one that belongs to the cassette; refuse: error
makes the notes errors. What NO_PROXY names the program reaches itself.

Sign-in hosts are answered here too, with tokens that are good for nothing else. Nobody
has to sign in again afterwards: a cache of MSAL keeps its accounts and refresh tokens,
rclone works on a copy of its configuration (unless a script names it by --config), and a
new sign-in, by device code or in a browser, leaves no account. While recording, only
Graph, the hosts to which its responses lead (downloads, uploads) and those of --also are
intercepted; the program signs in with the real hosts, unread and unrecorded.

What works for which runtime (L Linux, M macOS, W Windows), and in brackets what was tried,
on Linux; the rest is what their documentation says:

  curl                    L M W*   (7.88)  W: the curl of Windows itself
  Node 18 and newer       L M W    (20: fetch, https, http2, axios, the Graph SDK, MSAL)
  Python                  L M W    (3.11: urllib, requests, httpx; aiohttp with trust_env=True)
  Go                      L M* W*  (1.26: net/http, azidentity)
  .NET, PowerShell        L M* W*
  Java 8 and newer        L M W    (17: HttpClient, URL)  with the JDK's proxy and trust store
  Ruby, Perl              L M W    (Net::HTTP, LWP, HTTP::Tiny)
  PHP                     L M W    (8.2: curl)  its streams take no proxy
  Deno, Bun               L M W    where they take HTTPS_PROXY and SSL_CERT_FILE
  rclone                  L M* W*  (1.60)
  wget, aria2c, pycurl    L+       (1.21, 1.36, 7.45)  and all that reads only the system's bundle
  onedrive                L+       (2.4.23)  a replay starts from the state that the recording started from
  browsers                -        use graphvcr serve

  *  takes no certificate from the environment: trust the one that graphvcr ca prints, and
     add --kept-ca. Else the authority is one of this run, whose key is in memory only.
  +  with --isolate.

Programs that pin certificates cannot be intercepted. Others find the proxy's address in
GRAPHVCR_PROXY, and the CA's file in GRAPHVCR_CA.

With --isolate (Linux) the program has a network of its own in which there is only
graphvcr: what does not heed its environment cannot leave either. The system's bundle of
certificates has the CA in it there, and nowhere else.
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
  0    clean: no finding at or above --fail-on. That something recorded was not
       asked for is a warning: --fail-on warning makes it a 1
  1    findings: a request without an answer, say, or no request at all, such as from a
       program that does not trust the proxy's certificates and does not say so
  125  graphvcr could not do its part: a cassette that does not load, a wrong flag
  126  the command cannot be run
  127  there is no such command
`

// killed is how long to wait for a command that was killed.
const killed = 200 * time.Millisecond

// statusHarness ends an exec whose harness could not run.
const statusHarness = 125

type execFlags struct {
	take    takeFlags
	report  reportFlags
	faults  []string
	isolate bool
	keptCA  bool
	also    alsoFlag
}

func newExec(std streams, dirs *projectFlags) *cobra.Command {
	var opts execFlags
	cmd := &cobra.Command{
		Use:     "exec --cassette NAME [flags] -- COMMAND [ARGUMENT]...",
		Short:   "Run any program, unchanged, against cassettes, or record it",
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
	flags.BoolVar(&opts.isolate, "isolate", false, "run the command in a network of its own, where the system trusts the proxy too (Linux)")
	flags.BoolVar(&opts.keptCA, "kept-ca", false, "sign with the authority that graphvcr ca prints, for commands that trust only the system's store")
	opts.also.register(flags)
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
	endsWith(ctx, statusHarness)
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
	status, err := x.program(ctx)
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
func helperStatus(args []string) int {
	err := child.Helper(args)
	var program *fs.PathError
	if errors.As(err, &program) {
		tell(os.Stderr, &fault.Error{Message: "exec: run " + program.Path, Cause: program.Err})
	}
	return child.StatusNotExecutable
}

// silent is where nothing is told.
type silent struct{}

func (silent) Write(b []byte) (int, error) { return len(b), nil }
