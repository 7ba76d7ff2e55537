package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/auth"
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/project"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/runner"
	"github.com/graphvcr/graphvcr/harness/scenario"
)

const recordLong = `Record runs scenarios against a live service and keeps what it answers, redacted, in
their cassettes. A scenario that does not pass leaves its old cassette alone. Every
exchange is on disk before its answer is used: an interrupted recording leaves a
journal, and --recover makes a cassette of it.

With a METHOD and a PATH it records one request that has no scenario yet, and drafts
one from the recording: scenarios/requests/get-me-chats.yaml.

Before the first request it signs in and says which step lacks a permission. A
scenario that writes needs --allow-writes, or a yes at the prompt. Under CI=true
recording also needs GRAPHVCR_RECORD_IN_CI=1.

Who signs in (--auth):
  auto                the first that is configured, in this order
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
	writes, recover     bool
}

func newRecord(std streams, dirs *projectFlags) *cobra.Command {
	var opts recordFlags
	cmd := &cobra.Command{
		Use:     "record SCENARIO... | METHOD PATH",
		Short:   "Run scenarios live and record them",
		Long:    recordLong,
		Example: "  graphvcr record teams/get-operation --auth azure-cli\n  graphvcr record users --base-url https://graph.microsoft.us\n  graphvcr record GET '/me/chats?$top=5'\n  graphvcr record --recover",
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.tell(std, dirs, func(p *project.Project, _ *reporting) (*report.Suite, error) {
				suite := &report.Suite{Command: "record"}
				switch {
				case opts.recover:
					return suite, opts.recoverAll(p, args, suite)
				case isRequest(args):
					return suite, opts.recordOne(cmd.Context(), std, p, args, suite)
				}
				return suite, opts.record(cmd.Context(), std, p, args, suite)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.baseURL, "base-url", "", "`URL` of the service (default https://graph.microsoft.com)")
	flags.StringVar(&opts.upstreamCA, "upstream-ca", "", "`file` of PEM certificates to trust beside the system's")
	flags.StringVar(&opts.api, "api", "v1.0", "API `version` of METHOD PATH")
	flags.StringVar(&opts.auth, "auth", "auto", "`kind` of sign-in")
	flags.BoolVar(&opts.writes, "allow-writes", false, "run scenarios that change the tenant")
	flags.BoolVar(&opts.recover, "recover", false, "make cassettes of journals that interrupted recordings left")
	opts.report.register(flags)
	return cmd
}

func (f *recordFlags) recoverAll(p *project.Project, names []string, suite *report.Suite) error {
	journals, err := p.Journals()
	if err != nil {
		return err
	}
	for _, journal := range journals {
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool {
			return strings.HasSuffix(strings.TrimSuffix(journal, ".yaml.journal"), strings.TrimSuffix(n, ".yaml"))
		}) {
			continue
		}
		told, err := p.Recover(journal)
		if err != nil {
			return err
		}
		suite.Cases = append(suite.Cases, told)
	}
	if len(suite.Cases) == 0 {
		return &failure{message: "record --recover: there is no journal in " + p.Dirs.Cassettes, hint: "nothing was interrupted, or it was recovered already"}
	}
	return nil
}

func (f *recordFlags) record(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	if len(args) == 0 {
		return &failure{message: "record: which scenario?", hint: "graphvcr record SCENARIO..."}
	}
	if os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1" {
		return &failure{message: "record: CI=true: tests in CI replay, they do not record", hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record"}
	}
	files, err := p.Files(args...)
	if err != nil {
		return err
	}
	scenarios := make([]*scenario.Scenario, len(files))
	for i, file := range files {
		if scenarios[i], err = p.Scenario(file); err != nil {
			return err
		}
	}
	service, err := f.service()
	if err != nil {
		return err
	}
	if err := f.agree(std, service.base, scenarios); err != nil {
		return err
	}
	for i, file := range files {
		live, findings, err := service.live(ctx, std, f, scenarios[i])
		if err != nil {
			return err
		}
		told, err := p.Record(ctx, file, live)
		if err != nil {
			return err
		}
		told.Findings = append(told.Findings, findings...)
		suite.Cases = append(suite.Cases, told)
		if ctx.Err() != nil {
			break
		}
	}
	return nil
}

// agree asks before scenarios write to a tenant.
func (f *recordFlags) agree(std streams, base *url.URL, scenarios []*scenario.Scenario) error {
	if f.writes || base != nil && isLoopback(base.Hostname()) {
		return nil
	}
	var writing []string
	for _, sc := range scenarios {
		for _, step := range append(slices.Clone(sc.Steps), sc.Cleanup...) {
			if step.Request.Method != http.MethodGet && step.Request.Method != http.MethodHead {
				writing = append(writing, fmt.Sprintf("%s: step %s: %s", sc.File, step.Name, step.Request.Method))
			}
		}
	}
	if len(writing) == 0 {
		return nil
	}
	refused := &failure{message: "record: this may change the tenant: " + writing[0], hint: "--allow-writes runs it"}
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

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// service is where a recording goes.
type service struct {
	base      *url.URL // nil: Graph's global cloud
	transport *http.Transport
}

func (f *recordFlags) service() (*service, error) {
	s := &service{transport: http.DefaultTransport.(*http.Transport).Clone()}
	if f.baseURL != "" {
		u, err := url.Parse(f.baseURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && !isLoopback(u.Hostname()) {
			return nil, &failure{message: fmt.Sprintf("record: --base-url %q is no https address", f.baseURL), hint: "e.g. https://graph.microsoft.us; http is for this machine's loopback only"}
		}
		s.base = u
	}
	roots, err := trusted("record", f.upstreamCA)
	if err != nil {
		return nil, err
	}
	if roots != nil {
		s.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return s, nil
}

// live signs in for a scenario and says what its tokens lack.
func (s *service) live(ctx context.Context, std streams, f *recordFlags, sc *scenario.Scenario) (project.Live, []report.Finding, error) {
	steps := append(slices.Clone(sc.Steps), sc.Cleanup...)
	identities := []string{""}
	for _, step := range steps {
		identities = append(identities, step.As)
	}
	options := auth.Options{Talk: std.err}
	if s.base != nil {
		options.GraphURL = s.base.String()
	}
	set, err := auth.OpenSet(f.auth, identities, options)
	if err != nil {
		return project.Live{}, nil, err
	}
	claims, err := set.Claims(ctx)
	if err != nil {
		return project.Live{}, nil, err
	}
	var findings []report.Finding
	for _, found := range auth.Check(steps, claims) {
		severity := report.Note
		if found.Severity == "warning" {
			severity = report.Warning
		}
		findings = append(findings, report.Finding{
			Rule: found.Rule, Severity: severity, Step: found.Step, Place: report.Place{File: sc.File, Line: found.Line},
			Message: found.Message, Hint: found.Hint,
		})
	}
	meta := cassette.Meta{Origin: cassette.Recorded, Client: "graphvcr"}
	if s.base != nil {
		meta.Cloud = s.base.Hostname()
		if isLoopback(s.base.Hostname()) {
			meta.Origin, meta.Cloud = cassette.Emulator, ""
		}
	}
	if c, ok := claims[""]; ok {
		meta.Auth = c.Auth()
	}
	return project.Live{
		BaseURL: s.base, Meta: meta,
		Carrier: func(identity string) http.RoundTripper {
			return &auth.Transport{
				Credential: set[identity], Base: s.transport,
				Without: func(r *http.Request) bool { return runner.IsWithoutAuth(r.Context()) },
			}
		},
	}, findings, nil
}
