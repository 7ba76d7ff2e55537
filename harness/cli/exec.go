package cli

import (
	"context"
	_ "embed" // for the exit statuses
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/child"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/program"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/session"
	"github.com/graphvcr/graphvcr/harness/report"
)

//go:embed help/exec-exit.txt
var execExit string

type execFlags struct {
	client  clientFlags
	report  reportFlags
	faults  []string
	isolate bool
	keptCA  bool
	also    alsoFlag
}

func newExec(std Streams, dirs *projectFlags) *cobra.Command {
	var opts execFlags
	cmd := &cobra.Command{
		Use:   "exec --cassette NAME [flags] -- COMMAND [ARGUMENT]...",
		Short: "Run any program, unchanged, against cassettes, or record it",
		RunE: func(cmd *cobra.Command, args []string) error {
			status, err := opts.run(cmd.Context(), std, dirs, args)
			if err != nil {
				printError(std.Err, err)
			}
			if status != statusClean {
				return statusError(status)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what comes after the command is the command's
	opts.client.register(flags)
	flags.StringArrayVar(&opts.faults, "fault", nil, "`fault` to inject on replay; repeatable (graphvcr serve --help)")
	flags.BoolVar(&opts.isolate, "isolate", false, "run the command in a network of its own, where the system trusts the proxy too (Linux)")
	flags.BoolVar(&opts.keptCA, "kept-ca", false, "sign with the authority that graphvcr ca prints, for commands that trust only the system's store")
	opts.also.register(flags)
	opts.report.register(flags)
	opts.client.auth = "none" // the program signs in itself
	flags.Lookup("auth").DefValue = opts.client.auth
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		printError(std.Err, flagError(cmd, err))
		return statusError(program.StatusHarness)
	})
	cmd.SetHelpTemplate(cmd.HelpTemplate() + execExit)
	return cmd
}

// run runs the command and returns exec's exit status; an error is yet to be printed.
func (f *execFlags) run(ctx context.Context, std Streams, dirs *projectFlags, args []string) (int, error) {
	talk := Streams{In: std.In, Out: std.Err, Err: io.Discard} // stdout is the command's, and each thing is reported once
	interrupt.EndsWith(ctx, program.StatusHarness)
	out, err := f.report.parse(talk)
	if err != nil {
		return program.StatusHarness, err
	}
	p, err := dirs.open()
	if err != nil {
		return program.StatusHarness, err
	}
	options, err := f.options(ctx, std, p, args)
	if err != nil {
		return program.StatusHarness, err
	}
	status, result, err := program.Run(ctx, p, options)
	if err != nil || status == child.StatusNotFound || status == child.StatusNotExecutable {
		return status, err
	}
	err = out.finish(&report.Suite{Command: "exec", Cases: []report.Case{result}})
	var found statusError
	switch {
	case err != nil && !errors.As(err, &found):
		return program.StatusHarness, err
	case status != 0:
		return status, nil
	case int(found) > statusFindings:
		return program.StatusHarness, nil
	}
	return int(found), nil
}

func (f *execFlags) options(ctx context.Context, std Streams, p *project.Project, args []string) (o program.Options, err error) {
	switch {
	case len(args) == 0:
		return o, &fault.Error{Message: "exec: no command given", Hint: "graphvcr exec --cassette NAME -- COMMAND"}
	case len(f.client.Cassettes) == 0:
		return o, &fault.Error{Message: "exec: no cassette given", Hint: "graphvcr exec --cassette NAME -- COMMAND"}
	case f.client.Mode == session.Replay:
		f.client.upstream = upstreamFlags{} // scripts may give the same flags to record and to replay
	}
	o = program.Options{
		Args: args, In: std.In, Out: std.Out, Err: std.Err, Isolate: f.isolate,
		Auth: func(token string) *cassette.Auth { return auth.ReadClaims(token).Auth() },
	}
	if o.Session, err = f.client.open(ctx, std, "exec"); err != nil {
		return o, err
	}
	if o.Faults, err = parseFaults("exec", f.faults, o.Session.Mode); err != nil {
		return o, err
	}
	if o.Upstream, err = f.client.upstream.open("exec"); err != nil {
		return o, err
	}
	if o.Upstream.IsLocal() {
		o.Session.Live.Meta.Origin = cassette.Emulator
	}
	o.Authority, err = ca.New() // its key is nobody else's, and ends with the run
	if f.keptCA {
		o.Authority, err = openCA("")
	}
	if err != nil {
		return o, err
	}
	o.Hosts, err = f.also.set("exec", p)
	return o, err
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
		return nil, &fault.Error{Message: command + ": --also", Cause: err}
	}
	return set, nil
}

// helperStatus becomes the program of exec --isolate, or says why it cannot.
func helperStatus(args []string) int {
	err := child.Helper(args)
	var program *fs.PathError
	if errors.As(err, &program) {
		printError(os.Stderr, &fault.Error{Message: "exec: run " + program.Path, Cause: program.Err})
	}
	return child.StatusNotExecutable
}
