package cli

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// newDemoApp is the program that the demo tests: a client of Graph that lists users. It
// runs only under graphvcr exec, so that it reaches nothing but a cassette.
func newDemoApp(std Streams) *cobra.Command {
	broken := false
	cmd := &cobra.Command{
		Use:   "app",
		Short: "List the users of Microsoft Graph: the program that the demo tests",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			app, err := newListing()
			if err != nil {
				return err
			}
			if err := app.run(broken); err != nil {
				fmt.Fprintf(std.Err, "demo app: %v\n", err)
				return statusError(statusFindings)
			}
			_, err = fmt.Fprintf(std.Out, "demo app: %d users on %d pages; the first is %s\n", app.users, app.pages, app.first)
			return err
		},
	}
	cmd.Flags().BoolVar(&broken, "broken", false, "count pages with $skip instead of following @odata.nextLink")
	return cmd
}

// listing is one run of the program.
type listing struct {
	client       *http.Client
	users, pages int
	first        string
}

func newListing() (*listing, error) {
	proxy, err := url.Parse(os.Getenv("GRAPHVCR_PROXY"))
	if err != nil || proxy.Host == "" {
		return nil, &fault.Error{Message: "demo app: it runs under graphvcr exec only", Hint: "graphvcr exec --cassette users/list -- graphvcr demo app"}
	}
	pem, err := os.ReadFile(os.Getenv("GRAPHVCR_CA"))
	if err != nil {
		return nil, &fault.Error{Message: "demo app: read the proxy's certificate", Cause: err}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := quiet.New(&http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}})
	return &listing{client: &http.Client{Transport: transport}}, nil
}

const listed = graph.URL + "/v1.0/users?$select=id,displayName,jobTitle&$top=5"

func (l *listing) run(broken bool) error {
	for next := listed; next != ""; {
		page, err := l.get(next)
		if err != nil {
			return err
		}
		users, _ := page["value"].([]any)
		l.pages++
		l.users += len(users)
		if l.first == "" && len(users) > 0 {
			user, _ := users[0].(map[string]any)
			l.first, _ = user["displayName"].(string)
		}
		if next, _ = page[odata.NextLink].(string); broken && next != "" {
			next = fmt.Sprintf("%s&$skip=%d", listed, l.users)
		}
	}
	return nil
}

func (l *listing) get(address string) (page map[string]any, err error) {
	resp, err := l.client.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", address, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		return nil, fmt.Errorf("GET %s: %w", address, err)
	}
	return page, nil
}
