package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

func newReport(std Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Put reports of several runs together",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReportMerge(std))
	return cmd
}

func newReportMerge(std Streams) *cobra.Command {
	var opts reportFlags
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Make one report of the JSON reports of all shards",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			out, err := opts.parse(std)
			if err != nil {
				return err
			}
			suite, err := merged(files)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("fail-on") {
				out.failOn = suite.FailOn
			}
			return out.finish(suite)
		},
	}
	opts.register(cmd.Flags())
	failOn := cmd.Flags().Lookup("fail-on")
	failOn.Usage, failOn.DefValue = failOn.Usage+"; default: the shards'", ""
	return cmd
}

func merged(files []string) (*report.Suite, error) {
	var sources []render.Source
	for _, name := range files {
		file, err := plainfile.Open(name)
		if err != nil {
			return nil, fault.In("read", name, 0, fault.Reason(err).Error(), "name the files that --report json=FILE wrote")
		}
		suite, err := render.Read(file)
		file.Close()
		if err != nil {
			return nil, &fault.Error{Message: fmt.Sprintf("read %s", name), Cause: err, Hint: "it has to be what --report json=FILE wrote"}
		}
		sources = append(sources, render.Source{Name: name, Suite: suite})
	}
	suite, err := render.Merge(sources)
	if err != nil {
		return nil, &fault.Error{Message: "report merge", Cause: err}
	}
	return suite, nil
}
