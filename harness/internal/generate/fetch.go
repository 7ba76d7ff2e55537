package generate

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Clouds are the services that publish metadata, by name (concepts/deployments).
func Clouds() map[string]string {
	services := map[string]string{}
	for _, c := range graph.Clouds() {
		if !c.Closed {
			services[c.Name] = "https://" + c.Host
		}
	}
	return services
}

// Fetch gets the metadata of an API ("v1.0") from a service into a file, and reads
// it. The file is replaced only by metadata that is whole. The service asks for no
// sign-in. Redirects are not followed: metadata lies nowhere else.
func Fetch(ctx context.Context, carrier http.RoundTripper, service, api, file string) (*csdl.Model, error) {
	address := strings.TrimSuffix(service, "/") + "/" + api + "/$metadata"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch metadata: %w", err)
	}
	req.Header.Set("Accept", "application/xml")
	resp, err := carrier.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("fetch metadata: GET %s: %w", address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("generate schemas: %w", &fault.Error{Place: fault.Place{File: address}, Message: "the answer is " + resp.Status, Hint: "download it otherwise, and generate --csdl FILE"})
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("fetch metadata: %w", err)
	}
	var model *csdl.Model
	err = wire.Replace(file, 0o644, func(out io.Writer) (err error) {
		model, err = csdl.Parse(io.TeeReader(resp.Body, out), address)
		return err
	})
	return model, err
}
