package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/ingest"
	"github.com/graphvcr/graphvcr/harness/internal/project"
)

func newExport(std Streams, dirs *projectFlags) *cobra.Command {
	missing := fault.Error{Message: "export: what?", Hint: "graphvcr export har CASSETTE..."}
	return parent("export", "Write cassettes in the format of other tools", missing, newExportHAR(std, dirs))
}

type exportFlags struct {
	out   string
	force bool
}

func newExportHAR(std Streams, dirs *projectFlags) *cobra.Command {
	var opts exportFlags
	cmd := &cobra.Command{
		Use:   "har CASSETTE... [--out DIR]",
		Short: "Write cassettes as HTTP archives (HAR)",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: dirs.on(func(_ context.Context, p *project.Project, args []string) error {
			return opts.run(std, p, args)
		}),
	}
	cmd.Flags().StringVar(&opts.out, "out", "", "`folder` that gets NAME.har for each; without it one archive goes to stdout")
	cmd.Flags().BoolVar(&opts.force, "force", false, "overwrite files that exist")
	return cmd
}

func (f *exportFlags) run(std Streams, p *project.Project, names []string) error {
	if f.out == "" && len(names) > 1 {
		return &fault.Error{Message: fmt.Sprintf("export har: %d archives do not go to stdout", len(names)), Hint: "--out names the folder that gets them"}
	}
	var errs []error
	for _, name := range names {
		errs = append(errs, f.one(std, p, name))
	}
	return errors.Join(errs...)
}

// one exports a cassette. What fails costs the others nothing.
func (f *exportFlags) one(std Streams, p *project.Project, name string) error {
	c, err := p.Cassette(name)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := importer.WriteHAR(&archive, c, currentVersion()); err != nil {
		return &fault.Error{Message: "export har " + name, Cause: err}
	}
	if f.out == "" {
		_, err := std.Out.Write(archive.Bytes())
		return err
	}
	file := filepath.Join(f.out, f.name(p, c.File)+".har")
	if _, err := os.Lstat(file); !f.force && !errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Message: fmt.Sprintf("export har: %s exists", filepath.ToSlash(file)), Hint: "--force overwrites; another --out leaves it alone"}
	}
	err = os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = replaceFile(file, archive.Bytes())
	}
	if err != nil {
		return &fault.Error{Message: "export har", Cause: err}
	}
	fmt.Fprintf(std.Out, "%s: %s\n", filepath.ToSlash(file), fault.Count(len(c.Interactions), "interaction"))
	return nil
}

// name is a cassette's path below the folder of cassettes, or its file's name alone.
func (f *exportFlags) name(p *project.Project, file string) string {
	below, err := filepath.Rel(p.Dirs.Cassettes, file)
	if err != nil || !filepath.IsLocal(below) {
		below = filepath.Base(file)
	}
	return ingest.Name(below)
}
