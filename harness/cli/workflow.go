package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/spf13/cobra"
)

//go:embed workflow
var workflowFiles embed.FS

// workflows are the jobs that graphvcr can write, and where they belong.
var workflows = map[string]string{
	"github": ".github/workflows/graph-drift.yml",
	"azure":  "azure-pipelines-graph-drift.yml",
}

func newWorkflow(std streams) *cobra.Command {
	return &cobra.Command{
		Use:       "workflow github|azure",
		Short:     "Write a job that looks for drift every night",
		Long:      "Writes a workflow of GitHub Actions, or a pipeline of Azure DevOps, that runs graphvcr\ndrift every night and opens a pull request where the API changed. The job runs the version\nof graphvcr that wrote it. A file that exists is never overwritten.\n",
		Example:   "  graphvcr new workflow github",
		ValidArgs: []string{"github", "azure"},
		Args:      arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			file, known := workflows[args[0]]
			if !known {
				return &fault.Error{Message: fmt.Sprintf("new workflow: unknown %q", args[0]), Hint: "there is: github, azure"}
			}
			text, err := workflowFiles.ReadFile("workflow/" + args[0] + ".yml")
			if err != nil {
				return err
			}
			version, pinned := ownVersion()
			text = bytes.ReplaceAll(text, []byte("{{version}}"), []byte(version))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return &fault.Error{Message: "new workflow", Cause: err}
			}
			f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return &fault.Error{Message: "new workflow: " + file + " exists"}
			}
			if err == nil {
				_, err = f.Write(text)
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				return &fault.Error{Message: "new workflow", Cause: err}
			}
			if !pinned {
				fmt.Fprintf(std.err, "graphvcr: note: this build has no version, so the job runs @latest: replace it by a release in %s\n", file)
			}
			_, err = fmt.Fprintln(std.out, "wrote "+file)
			return err
		},
	}
}
