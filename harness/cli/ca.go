package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
)

const caLong = `Ca prints the certificate of your private certificate authority, which serve, and exec
with --kept-ca, use for https, and makes it if there is none yet. It is kept in your configuration
folder, its key readable by you alone. Trust it in the clients under test only.
`

// trustHints say how clients are made to trust a certificate file. The paths and
// variables are those of the runtimes' documentation.
const trustHints = `curl              curl --cacert {file} ...              or CURL_CA_BUNDLE={file}
Node              NODE_EXTRA_CA_CERTS={file}
Python            SSL_CERT_FILE={file} (urllib, httpx)  REQUESTS_CA_BUNDLE={file} (requests)
Go                SSL_CERT_FILE={file} (Linux)
.NET              SSL_CERT_FILE={file} (Linux); elsewhere the system's store
Java              keytool -importcert -noprompt -file {file} -alias graphvcr -keystore trust.jks -storepass changeit
                  JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=trust.jks
PowerShell        the system's store

The system's store, to be undone after the tests:
Debian, Ubuntu    sudo cp {file} /usr/local/share/ca-certificates/graphvcr.crt && sudo update-ca-certificates
Fedora, RHEL      sudo cp {file} /etc/pki/ca-trust/source/anchors/graphvcr.pem && sudo update-ca-trust
macOS             security add-trusted-cert -k ~/Library/Keychains/login.keychain-db {file}
Windows           certutil -user -addstore Root {file}

Variables like SSL_CERT_FILE replace the system's certificates in some runtimes: the
client then trusts nobody else. graphvcr exec sets all of them, with the system's added.
`

const caUsage = "`folder` in which the private certificate authority is kept, and made if there is none (default: graphvcr in your configuration folder)"

func newCA(std streams) *cobra.Command {
	var pathOnly bool
	var dir string
	cmd := &cobra.Command{
		Use:     "ca",
		Short:   "Print your private certificate authority, for clients to trust",
		Long:    caLong,
		Example: "  graphvcr ca > graphvcr.pem\n  curl --cacert \"$(graphvcr ca --path)\" https://127.0.0.1:8443/v1.0/me",
		Args:    arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			authority, err := openCA(dir)
			if err != nil {
				return err
			}
			if pathOnly {
				_, err = fmt.Fprintln(std.out, authority.File())
				return err
			}
			if _, err := std.out.Write(authority.PEM()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.err, "\n%s\nSHA-256 %s\nuntil %s\n\n%s", authority.File(), authority.Fingerprint(),
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

// indented puts two spaces before the further lines of a text.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n  ") + "\n" }
