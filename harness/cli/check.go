package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/check"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

const checkLong = `Check tells where fixtures, mocks and recordings are not Graph.

A PATH is a file, or a folder of which every file counts that may hold answers: JSON
(bodies, lists and maps of them, wrappers such as {StatusCode, Headers, Response}, parts
and answers of $batch, errors), recordings of any kind that graphvcr import reads,
cassettes, and JSON that is written out in Go, JavaScript and TypeScript. Each answer is
judged by the request that stands with it, else by its @odata.context, its @odata.type,
as an error, or as the type that --type names for those that say nothing. What cannot be
judged is counted and told; folders named node_modules and vendor are left out.

Answers are judged by the schemas of the project (graphvcr schema generate --all), or by
metadata that --csdl names. An undeclared property of an open type is a note, and told
once.
`

type checkFlags struct {
	report   reportFlags
	typ, api string
	metadata []string
}

func newCheck(std streams, dirs *projectFlags) *cobra.Command {
	var opts checkFlags
	cmd := &cobra.Command{
		Use:     "check PATH...",
		Short:   "Tell where fixtures, mocks and recordings are not Graph",
		Long:    checkLong,
		Example: "  graphvcr check testdata/graph\n  graphvcr check user.json --type microsoft.graph.user\n  graphvcr check mocks.json tests --csdl v1.0.csdl --csdl beta=beta.csdl",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.report.tell(std, dirs, func(p *project.Project, out *reporting) (*report.Suite, error) {
				remove, err := opts.judgeBy(p)
				if err != nil {
					return nil, err
				}
				defer remove()
				out.brief = true // a line for every file that is Graph would hide the others
				return check.Run(cmd.Context(), p, args, check.Options{Type: opts.typ, API: opts.api})
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.typ, "type", "", "full name of the `type` of answers that do not say theirs, or Collection(...) of a page")
	flags.StringVar(&opts.api, "api", "v1.0", "the `API` of answers that do not say theirs: v1.0 or beta")
	flags.StringArrayVar(&opts.metadata, "csdl", nil, "judge by a `[API=]FILE` of metadata (CSDL 4.0, XML); repeatable")
	opts.report.register(flags)
	opts.report.failOn, flags.Lookup("fail-on").DefValue = "warning", "warning"
	return cmd
}

// judgeBy has the project judge by the metadata that the flags name, if they do.
func (f *checkFlags) judgeBy(p *project.Project) (remove func(), err error) {
	files := map[string]string{}
	for _, named := range f.metadata {
		api, file, ok := strings.Cut(named, "=")
		if !ok || api != "v1.0" && api != "beta" {
			api, file = f.api, named
		}
		if files[api] != "" {
			return nil, &fault.Error{Message: fmt.Sprintf("check: --csdl %s: there is %s for %s already", file, files[api], api), Hint: "--csdl beta=FILE is for beta"}
		}
		files[api] = file
	}
	if len(files) == 0 {
		return func() {}, nil
	}
	return p.JudgeBy(files)
}
