package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

//go:embed workflow
var workflowFiles embed.FS

// workflows are the jobs that graphvcr can write, by service, and where they belong: those
// that look for drift every night, and those that replay every change in shards.
var (
	driftWorkflows = map[string]string{
		"github": ".github/workflows/graph-drift.yml",
		"azure":  "azure-pipelines-graph-drift.yml",
	}
	replayWorkflows = map[string]string{
		"github": ".github/workflows/graph-replay.yml",
		"gitlab": "gitlab-graph-replay.yml",
		"azure":  "azure-pipelines-graph-replay.yml",
	}
)

func services() []string { return []string{"github", "gitlab", "azure"} }

func newWorkflow(std Streams) *cobra.Command {
	var replay bool
	cmd := &cobra.Command{
		Use:       "workflow github|gitlab|azure",
		Short:     "Write a job that looks for drift every night, or replays in shards",
		ValidArgs: services(),
		Args:      arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			files, embedded := driftWorkflows, args[0]
			if replay {
				files, embedded = replayWorkflows, "replay-"+args[0]
			}
			file, known := files[args[0]]
			if !known {
				return &fault.Error{
					Message: fmt.Sprintf("new workflow: unknown %q", args[0]),
					Hint:    "there is: " + strings.Join(slices.DeleteFunc(services(), func(s string) bool { return files[s] == "" }), ", "),
				}
			}
			info, _ := debug.ReadBuildInfo()
			version, pinned := installable(info)
			if err := writeWorkflow(embedded, file, version); err != nil {
				return &fault.Error{Message: "new workflow", Cause: err}
			}
			if !pinned {
				fmt.Fprintf(std.Err, "graphvcr: note: this build has no version, so the job runs @latest: replace it by a release in %s\n", file)
			}
			_, err := fmt.Fprintln(std.Out, "wrote "+file)
			return err
		},
	}
	cmd.Flags().BoolVar(&replay, "replay", false, "one that replays every change, in shards")
	return cmd
}

// writeWorkflow writes a job to a file that is not there yet.
func writeWorkflow(embedded, file, version string) error {
	text, err := workflowFiles.ReadFile("workflow/" + embedded + ".yml")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New(file + " exists")
	}
	if err != nil {
		return err
	}
	_, err = f.Write(bytes.ReplaceAll(text, []byte("{{version}}"), []byte(version)))
	return errors.Join(err, f.Close())
}
