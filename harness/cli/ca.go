package cli

import (
	_ "embed" // for the hints
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
)

// trustHints say how clients are made to trust a certificate file. The paths and
// variables are those of the runtimes' documentation.
//
//go:embed help/trust.txt
var trustHints string

const caUsage = "`folder` in which the private certificate authority is kept, and made if there is none (default: graphvcr in your configuration folder)"

func newCA(std Streams) *cobra.Command {
	var pathOnly bool
	var dir string
	cmd := &cobra.Command{
		Use:   "ca",
		Short: "Print your private certificate authority, for clients to trust",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			authority, err := openCA(dir)
			if err != nil {
				return err
			}
			if pathOnly {
				_, err = fmt.Fprintln(std.Out, authority.File())
				return err
			}
			if _, err := std.Out.Write(authority.PEM()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.Err, "\n%s\nSHA-256 %s\nuntil %s\n\n%s", authority.File(), authority.Fingerprint(),
				authority.Ends().Format("2006-01-02"), strings.ReplaceAll(trustHints, "{file}", "\""+authority.File()+"\""))
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "ca", "", caUsage)
	cmd.Flags().BoolVar(&pathOnly, "path", false, "print the name of the certificate's file only")
	return cmd
}

// openCA opens the user's authority, or the one that is kept in a folder.
func openCA(dir string) (*ca.Authority, error) {
	if dir == "" {
		var err error
		if dir, err = ca.Dir(); err != nil {
			return nil, err
		}
	}
	return ca.Open(dir)
}
