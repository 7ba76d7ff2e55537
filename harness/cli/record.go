package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

type recordFlags struct {
	report          reportFlags
	live            liveFlags
	recover, twice  bool
	api, body, name string
	headers         []string
}

func newRecord(std Streams, dirs *projectFlags) *cobra.Command {
	var opts recordFlags
	cmd := &cobra.Command{
		Use:   "record SCENARIO... | METHOD PATH",
		Short: "Run scenarios live and record them",
		RunE: opts.report.on(std, dirs, func(ctx context.Context, t *task) (*report.Suite, error) {
			suite := &report.Suite{Command: "record"}
			return suite, opts.run(ctx, t, suite)
		}),
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
func (f *recordFlags) run(ctx context.Context, t *task, suite *report.Suite) error {
	switch {
	case f.recover:
		return f.recoverAll(t.project, t.args, suite)
	case len(t.args) == 0:
		return &fault.Error{Message: "record: name at least one scenario", Hint: "graphvcr record SCENARIO..."}
	case mustReplay():
		return &fault.Error{Message: "record: CI=true: tests in CI replay, they do not record", Hint: "set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record"}
	case isRequest(t.args) && f.twice:
		return &fault.Error{Message: "record: --twice goes with scenarios", Hint: "record the request first: that drafts a scenario"}
	case !isRequest(t.args) && (f.body != "" || len(f.headers) > 0 || f.name != ""):
		return &fault.Error{Message: "record: --body, --header and --name go with METHOD PATH", Hint: "a scenario says itself what its steps send"}
	}
	if err := askFirst(t.std, t.project); err != nil {
		return err
	}
	if isRequest(t.args) {
		return f.recordOne(ctx, t, suite)
	}
	return f.recordAll(ctx, t, suite)
}

func (f *recordFlags) recoverAll(p *project.Project, names []string, suite *report.Suite) error {
	journals, err := record.Journals(p, names...)
	suite.Cases = append(project.NotFound(pathRule("record"), err), project.Each(ruleRecordRecover, journals, func(file string) (report.Case, error) { return record.Recover(p, file) })...)
	if len(suite.Cases) == 0 {
		return &fault.Error{Message: "record --recover: there is no journal" + namedOnly(names) + " in " + p.Dirs.Cassettes, Hint: "nothing was interrupted, or it was recovered already"}
	}
	return nil
}

func (f *recordFlags) recordAll(ctx context.Context, t *task, suite *report.Suite) error {
	scenarios, service, err := f.live.ready(t, suite)
	if err != nil {
		return err
	}
	for _, sc := range scenarios {
		result, err := f.live.run(ctx, t, service, sc, func(live record.Live) (report.Case, error) {
			return record.Scenario(ctx, t.project, sc, live, record.Options{Twice: f.twice})
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

const firstQuestion = `This is the first recording of a project without %s.
Does the tenant hold real people, or anything that they wrote? Then names, addresses, ids
and texts are replaced. In a developer tenant everybody is invented: answer n, and
recordings replay byte for byte. Secrets are always replaced.
Real people? [Y/n] `

// askFirst asks before the first recording of a project, on a terminal, whether its tenant
// holds real people, and writes the rules by the answer. Nobody is asked elsewhere, nor where
// there are rules or recordings: all is replaced then, unless the rules say otherwise.
func askFirst(std Streams, p *project.Project) error {
	if !record.IsFirst(p) {
		return nil
	}
	answer, answered := prompt(std, fmt.Sprintf(firstQuestion, p.Dirs.Rules))
	if !answered {
		return nil // all is replaced
	}
	invented := false
	switch answer {
	case "", "y", "yes":
	case "n", "no":
		invented = true
	default:
		return &fault.Error{Message: fmt.Sprintf("record: %q is neither yes nor no", answer), Hint: "nothing was recorded; run it again"}
	}
	if err := record.WriteRules(p, invented); err != nil {
		return &fault.Error{Message: "record: write the rules", Cause: err}
	}
	fmt.Fprintf(std.Err, "graphvcr: wrote %s\n", p.Dirs.Rules)
	return nil
}

// prompt asks a question on a terminal and reads the line, in lower case; elsewhere, and where
// nobody answers, there is none.
func prompt(std Streams, question string) (answer string, answered bool) {
	if in, ok := std.In.(*os.File); !ok || !isTerminal(in) {
		return "", false
	}
	fmt.Fprint(std.Err, question)
	line, err := bufio.NewReader(std.In).ReadString('\n')
	return strings.ToLower(strings.TrimSpace(line)), err == nil
}

// isRequest reports whether the arguments are a method and a path, not scenarios.
func isRequest(args []string) bool {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodHead}
	return len(args) > 0 && slices.Contains(methods, args[0])
}

// recordOne records a single request that has no scenario yet, and then drafts one from the
// recording.
func (f *recordFlags) recordOne(ctx context.Context, t *task, suite *report.Suite) error {
	if len(t.args) != 2 {
		return &fault.Error{Message: "record: want a method and one path", Hint: "graphvcr record GET '/me/chats?$top=5'"}
	}
	method, path := t.args[0], t.args[1]
	if !strings.HasPrefix(path, "/") {
		return &fault.Error{Message: fmt.Sprintf("record: want a path below the version, not %q", path), Hint: record.WantedLine(method, path)}
	}
	request := record.Request{Method: method, Path: path, API: f.api, Name: f.name}
	var err error
	if request.Header, err = f.sentHeaders(); err != nil {
		return err
	}
	if request.Body, err = f.sentBody(t.std); err != nil {
		return err
	}
	sc, options, err := request.Scenario(t.project)
	if err != nil {
		return err
	}
	service, err := f.live.service()
	if err != nil {
		return err
	}
	if err := f.live.agree(t.std, service.base, []*scenario.Scenario{sc}); err != nil {
		return err
	}
	result, err := f.live.run(ctx, t, service, sc, func(live record.Live) (report.Case, error) {
		return record.Scenario(ctx, t.project, sc, live, options)
	})
	if err == nil {
		suite.Cases = append(suite.Cases, result)
	}
	return err
}

func (f *recordFlags) sentHeaders() (http.Header, error) {
	headers := http.Header{}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if !ok || name == "" {
			return nil, &fault.Error{Message: "record: --header wants 'NAME: VALUE'", Hint: "e.g. --header 'Prefer: outlook.timezone=\"UTC\"'"}
		}
		headers[name] = append(headers[name], strings.TrimSpace(value))
	}
	return headers, nil
}

// mostSent bounds the body of a request; Graph takes 4 MB and less outside upload
// sessions (concepts/best-practices-concept).
const mostSent = 4 << 20

func (f *recordFlags) sentBody(std Streams) ([]byte, error) {
	if f.body == "" {
		return nil, nil
	}
	in := std.In
	if f.body != "-" {
		file, err := plainfile.Open(f.body)
		if err != nil {
			return nil, &fault.Error{Message: "record: --body", Cause: err}
		}
		defer file.Close()
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, mostSent+1))
	if err != nil {
		return nil, &fault.Error{Message: "record: --body", Cause: err}
	}
	if len(body) > mostSent {
		return nil, &fault.Error{Message: fmt.Sprintf("record: --body %s is larger than %d MB", f.body, mostSent>>20), Hint: "larger files go through an upload session: write a scenario with bodyFile"}
	}
	return body, nil
}
