package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/interrupt"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
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
  azure-cli           whoever ran az login
Steps with "as: NAME" sign in by GRAPHVCR_AUTH_NAME.
`

type recordFlags struct {
	report              reportFlags
	baseURL, upstreamCA string
	auth, api           string
	writes              bool
	recover, twice      bool
	body, name          string
	headers             []string
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
	opts.registerLive(flags)
	flags.BoolVar(&opts.twice, "twice", false, "run each scenario twice and report what is not the same again, with rules for it")
	flags.BoolVar(&opts.recover, "recover", false, "make cassettes of journals that interrupted recordings left")
	flags.StringVar(&opts.api, "api", "v1.0", "API `version` of METHOD PATH")
	flags.StringVar(&opts.body, "body", "", "`file` that METHOD PATH sends; - is stdin")
	flags.StringVar(&opts.name, "name", "", "`name` of what METHOD PATH records and drafts: its path below the folders, without .yaml")
	flags.StringArrayVar(&opts.headers, "header", nil, "header that METHOD PATH sends, as `'NAME: VALUE'`; repeatable")
	opts.report.register(flags)
	return cmd
}

// registerLive registers what every command takes that runs scenarios live.
func (f *recordFlags) registerLive(flags *pflag.FlagSet) {
	flags.StringVar(&f.baseURL, "base-url", "", "`URL` of the service (default https://graph.microsoft.com); one on this machine is written to without --allow-writes")
	flags.StringVar(&f.upstreamCA, "upstream-ca", "", "`file` of PEM certificates to trust in addition to the system's")
	flags.StringVar(&f.auth, "auth", "auto", "`kind` of sign-in")
	flags.BoolVar(&f.writes, "allow-writes", false, "run scenarios that change the tenant")
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

// ready loads scenarios that are to run live and finds the service, which whoever gave the
// command agrees to change. Those that do not load are cases of the suite, unless none does.
func (f *recordFlags) ready(std streams, p *project.Project, args []string, suite *report.Suite) ([]*scenario.Scenario, *service, error) {
	files, err := p.Files(args...)
	errs := []error{err}
	suite.Cases = append(suite.Cases, project.NotFound(pathRule(suite.Command), err)...)
	var scenarios []*scenario.Scenario
	for _, file := range files {
		sc, err := p.Scenario(file)
		if err != nil {
			errs = append(errs, err)
			suite.Cases = append(suite.Cases, project.CouldNotRun(file, file, project.RuleScenarioLoad, err))
			continue
		}
		scenarios = append(scenarios, sc)
	}
	if len(scenarios) == 0 {
		return nil, nil, errors.Join(errs...)
	}
	service, err := f.service()
	if err != nil {
		return nil, nil, err
	}
	return scenarios, service, f.agree(std, service.base, scenarios)
}

// mustReplay reports whether this is a CI job that nobody meant to run live.
func mustReplay() bool {
	return os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1"
}

func (f *recordFlags) recordAll(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	scenarios, service, err := f.ready(std, p, args, suite)
	if err != nil {
		return err
	}
	for _, sc := range scenarios {
		result, err := f.recordWith(ctx, std, service, sc, func(live record.Live) (report.Case, error) {
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

// recordWith signs in for a scenario, has it recorded, and adds what the tokens say.
func (f *recordFlags) recordWith(ctx context.Context, std streams, s *service, sc *scenario.Scenario, run func(record.Live) (report.Case, error)) (report.Case, error) {
	who, err := s.signIn(ctx, std, f.auth, sc)
	if err != nil {
		return report.Case{}, err
	}
	defer interrupt.Saving(ctx)()
	bar := newProgress(std, f.report.quiet)
	result, err := run(s.live(who, func(p record.Progress) {
		who.step = p.Step
		bar.step(p)
	}))
	bar.clear()
	if err != nil {
		return result, who.explained(err)
	}
	result.Findings = append(result.Findings, who.findings(sc, &result)...)
	return result, nil
}

// agree asks before scenarios write to a tenant.
func (f *recordFlags) agree(std streams, base *url.URL, scenarios []*scenario.Scenario) error {
	if f.writes || base != nil && upstream.IsLoopback(base.Hostname()) {
		return nil
	}
	var writing []string
	for _, sc := range scenarios {
		for _, step := range stepsOf(sc) {
			if step.Request.Method != http.MethodGet && step.Request.Method != http.MethodHead {
				writing = append(writing, fmt.Sprintf("%s: step %s: %s", sc.File, step.Name, step.Request.Method))
			}
		}
	}
	if len(writing) == 0 {
		return nil
	}
	refused := &fault.Error{Message: "record: this may change the tenant: " + writing[0], Hint: "--allow-writes runs it"}
	if in, ok := std.in.(*os.File); !ok || !isTerminal(in) {
		return refused
	}
	fmt.Fprintf(std.err, "This may change the tenant:\n  %s\nGo on? [y/N] ", strings.Join(writing, "\n  "))
	answer, _ := bufio.NewReader(std.in).ReadString('\n')
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return refused
	}
	return nil
}
