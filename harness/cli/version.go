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
			if _, err := fmt.Fprintln(std.Out, versionLine(buildInfo())); err != nil {
				return &fault.Error{Message: "write the version", Cause: err}
			}
			return nil
		},
	}
}

// currentVersion is the version that this program was built from.
func currentVersion() string { return builtVersion(buildInfo()) }

// buildInfo says what this program was built from; it is empty where nothing is known.
func buildInfo() *debug.BuildInfo {
	info, _ := debug.ReadBuildInfo()
	return cmp.Or(info, &debug.BuildInfo{})
}

func builtVersion(info *debug.BuildInfo) string { return cmp.Or(info.Main.Version, "(devel)") }

// versionLine says what the binary was built from, as far as it is known.
func versionLine(info *debug.BuildInfo) string {
	commit, modified := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		}
	}
	return fmt.Sprintf("graphvcr %s (commit %s%s, %s, %s/%s)",
		builtVersion(info), commit, modified, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// installable is the release or the commit that a program was built from. A build with
// changes of its own is that of the commit below them: nothing else can be installed.
func installable(info *debug.BuildInfo) (version string, known bool) {
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
