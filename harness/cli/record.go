package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/report"
)

const recordLong = `Record runs scenarios against a live service and keeps its responses, redacted, in
their cassettes. A scenario that does not pass leaves its old cassette alone. Every
exchange is on disk before its response is used: an interrupted recording leaves a
journal, and --recover makes a cassette of it.

With a METHOD and a PATH it records one request that has no scenario yet, and drafts
one from the recording: scenarios/requests/get-me-chats.yaml. The name is the
request's template and holds none of its values (get-users-id); another request of that
template is get-users-id-2, and the same one again is recorded over its own cassette.
--name chooses another. Where the recording holds a pseudonym, the draft has a variable
that reads the environment, so that it can be run live again.

--twice runs each scenario a second time, keeps the first recording, and reports what
differs: in requests with a match rule that ignores it, in responses with its path. It
does not write the rule.

The first recording of a project asks, on a terminal, whether the tenant holds real people,
and writes cassettes/rules.yaml by the answer; elsewhere everything is replaced (graphvcr
help redaction). At the end a note names the members that were replaced only because
nothing says that they are harmless, and the line of the rules that keeps them.

Before the first request it signs in and reports which step lacks a permission. A
scenario that writes needs --allow-writes, or a yes at the prompt. Under CI=true
recording also needs GRAPHVCR_RECORD_IN_CI=1.

How to sign in (--auth):
  auto                the first of these that is configured
  none                no token
  env:NAME            a token from the variable NAME (auto: GRAPHVCR_TOKEN)
  client-secret       AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
  client-certificate  AZURE_CLIENT_CERTIFICATE_PATH instead of the secret
  federated           AZURE_FEDERATED_TOKEN_FILE instead of the secret
  device-code         AZURE_CLIENT_ID; the code is shown here
  azure-cli           the user who ran az login
Steps with "as: NAME" sign in by GRAPHVCR_AUTH_NAME.
`

type recordFlags struct {
	report          reportFlags
	live            liveFlags
	recover, twice  bool
	api, body, name string
	headers         []string
}

const recordExample = `  graphvcr record teams/get-operation --auth azure-cli
  graphvcr record users --base-url https://graph.microsoft.us
  graphvcr record GET '/me/chats?$top=5'
  graphvcr record POST /me/getMemberGroups --body groups.json
  graphvcr record teams/create-chat --twice --allow-writes
  graphvcr record --recover`

func newRecord(std streams, dirs *projectFlags) *cobra.Command {
	var opts recordFlags
	cmd := &cobra.Command{
		Use:     "record SCENARIO... | METHOD PATH",
		Short:   "Run scenarios live and record them",
		Long:    recordLong,
		Example: recordExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.run(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				suite := &report.Suite{Command: "record"}
				return suite, opts.run(cmd.Context(), std, p, args, suite)
			})
		},
	}
	flags := cmd.Flags()
	opts.live.register(flags)
	flags.BoolVar(&opts.twice, "twice", false, "run each scenario twice and report what is not the same again, with rules for it")
	flags.BoolVar(&opts.recover, "recover", false, "make cassettes of journals that interrupted recordings left")
	flags.StringVar(&opts.api, "api", "v1.0", "API `version` of METHOD PATH")
	flags.StringVar(&opts.body, "body", "", "`file` that METHOD PATH sends; - is stdin")
	flags.StringVar(&opts.name, "name", "", "`name` of what METHOD PATH records and drafts: its path below the folders, without .yaml")
	flags.StringArrayVar(&opts.headers, "header", nil, "header that METHOD PATH sends, as `'NAME: VALUE'`; repeatable")
	opts.report.register(flags)
	return cmd
}

// run does what the flags ask for and adds the cases.
func (f *recordFlags) run(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	switch {
	case f.recover:
		return f.recoverAll(p, args, suite)
	case len(args) == 0:
		return &fault.Error{Message: "record: name at least one scenario", Hint: "graphvcr record SCENARIO..."}
	case mustReplay():
		return &fault.Error{Message: "record: CI=true: tests in CI replay, they do not record", Hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record"}
	case isRequest(args) && f.twice:
		return &fault.Error{Message: "record: --twice goes with scenarios", Hint: "record the request first: that drafts a scenario"}
	case !isRequest(args) && (f.body != "" || len(f.headers) > 0 || f.name != ""):
		return &fault.Error{Message: "record: --body, --header and --name go with METHOD PATH", Hint: "a scenario says itself what its steps send"}
	}
	if err := askFirst(std, p); err != nil {
		return err
	}
	if isRequest(args) {
		return f.recordOne(ctx, std, p, args, suite)
	}
	return f.recordAll(ctx, std, p, args, suite)
}

func (f *recordFlags) recoverAll(p *project.Project, names []string, suite *report.Suite) error {
	journals, err := record.Journals(p, names...)
	suite.Cases = append(project.NotFound(pathRule("record"), err), project.Each(ruleRecordRecover, journals, func(file string) (report.Case, error) { return record.Recover(p, file) })...)
	if len(suite.Cases) == 0 {
		what := ""
		if len(names) > 0 {
			what = " of " + strings.Join(names, ", ")
		}
		return &fault.Error{Message: "record --recover: there is no journal" + what + " in " + p.Dirs.Cassettes, Hint: "nothing was interrupted, or it was recovered already"}
	}
	return nil
}

func (f *recordFlags) recordAll(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	scenarios, service, err := f.live.ready(std, p, args, suite)
	if err != nil {
		return err
	}
	for _, sc := range scenarios {
		result, err := f.live.run(ctx, std, f.report.quiet, service, sc, func(live record.Live) (report.Case, error) {
			return record.Scenario(ctx, p, sc, live, record.Options{Twice: f.twice})
		})
		switch {
		case err != nil && len(scenarios)+len(suite.Cases) == 1:
			return err
		case err != nil: // what the others did is worth telling
			result = project.CouldNotRun(sc.Name, sc.File, ruleRecordFailed, err)
		}
		suite.Cases = append(suite.Cases, result)
		if ctx.Err() != nil {
			break
		}
	}
	return nil
}
