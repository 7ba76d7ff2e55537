package cli

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/permissions"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

type permissionsFlags struct {
	upstream upstreamFlags
	base     string
}

func newPermissions(std Streams, dirs *projectFlags) *cobra.Command {
	var f permissionsFlags
	cmd := &cobra.Command{
		Use:   "permissions fetch | permissions FILE",
		Short: "Keep Microsoft's permissions file, for lint --permissions",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: dirs.on(func(ctx context.Context, p *project.Project, args []string) error {
			read := permissions.Load
			if args[0] == "fetch" {
				read = func(string) (*permissions.Map, error) { return f.fetch(ctx) }
			}
			all, err := read(args[0])
			if err != nil {
				return err
			}
			return keepPermissions(std, p, all)
		}),
	}
	cmd.Flags().StringVar(&f.base, "base-url", permissions.Source, "`URL` of the file to fetch, if not that of Microsoft's repository on GitHub")
	cmd.Flags().Lookup("base-url").DefValue = "" // it is wider than a terminal
	f.upstream.register(cmd.Flags())
	return cmd
}

func (f *permissionsFlags) fetch(ctx context.Context) (*permissions.Map, error) {
	const command = "permissions fetch"
	up, err := f.upstream.open(command)
	if err != nil {
		return nil, err
	}
	carrier := up.Transport()
	defer carrier.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base, nil)
	if err != nil {
		return nil, &fault.Error{Message: command + ": --base-url", Cause: err}
	}
	resp, err := carrier.RoundTrip(req)
	if err != nil {
		return nil, &fault.Error{Message: command, Cause: err, Hint: "download it otherwise: graphvcr permissions FILE"}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &fault.Error{Message: fmt.Sprintf("%s: %s answers %s", command, f.base, resp.Status), Hint: "download it otherwise: graphvcr permissions FILE"}
	}
	return permissions.Read(resp.Body, f.base)
}

func keepPermissions(std Streams, p *project.Project, all *permissions.Map) error {
	file := filepath.Join(p.Dirs.Schemas, permissions.FileName)
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = wire.Replace(file, 0o644, all.Write)
	}
	if err != nil {
		return &fault.Error{Message: "permissions", Cause: err}
	}
	_, err = fmt.Fprintf(std.Out, "%s: %s, %s\n", filepath.ToSlash(file), fault.Count(all.Permissions(), "permission"), fault.Count(all.Paths(), "path"))
	return err
}
