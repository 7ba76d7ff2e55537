package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/spf13/cobra"
)

func newVersion(std streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  graphvcr version",
		Args:    arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			if _, err := fmt.Fprintln(std.out, versionLine(info)); err != nil {
				return &fault.Error{Message: "write the version", Cause: err}
			}
			return nil
		},
	}
}

// versionLine tells what the binary was built from, as far as it is known.
func versionLine(info *debug.BuildInfo) string {
	commit, modified := "unknown", ""
	if info != nil {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return fmt.Sprintf("graphvcr %s (commit %s%s, %s, %s/%s)",
		versionOf(info), commit, modified, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionOf(info *debug.BuildInfo) string {
	if info == nil || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// versionFact is what pages say of what made them.
func versionFact() string {
	info, _ := debug.ReadBuildInfo()
	return "graphvcr " + versionOf(info)
}
