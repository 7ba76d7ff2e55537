package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func newVersion(std Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if _, err := fmt.Fprintln(std.Out, thisVersion()); err != nil {
				return &fault.Error{Message: "write the version", Cause: err}
			}
			return nil
		},
	}
}

func builtVersion(info *debug.BuildInfo) string {
	if info == nil {
		return "(devel)"
	}
	return cmp.Or(info.Main.Version, "(devel)")
}

func currentVersion() string {
	info, _ := debug.ReadBuildInfo()
	return builtVersion(info)
}

func thisVersion() string {
	info, _ := debug.ReadBuildInfo()
	return versionLine(info)
}

// versionLine says what the binary was built from, as far as it is known.
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
		builtVersion(info), commit, modified, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// installable is the release or the commit that a program was built from. A build with
// changes of its own is that of the commit below them: nothing else can be installed.
func installable(info *debug.BuildInfo) (version string, known bool) {
	if info == nil {
		return "latest", false
	}
	if version, _, _ := strings.Cut(info.Main.Version, "+"); version != "" && version != "(devel)" {
		return version, true
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && s.Value != "" {
			return s.Value, true
		}
	}
	return "latest", false
}
