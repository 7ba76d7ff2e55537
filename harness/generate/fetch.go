package generate

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Clouds are the services that publish metadata, by name (concepts/deployments).
func Clouds() map[string]string {
	return map[string]string{
		"global":     "https://graph.microsoft.com",
		"us-gov":     "https://graph.microsoft.us",
		"us-gov-dod": "https://dod-graph.microsoft.us",
		"china":      "https://microsoftgraph.chinacloudapi.cn",
	}
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
	temporary, err := os.CreateTemp(filepath.Dir(file), ".metadata.*")
	if err != nil {
		return nil, fmt.Errorf("fetch metadata: %w", err)
	}
	defer os.Remove(temporary.Name()) // nothing is there once it is renamed
	model, err := csdl.Parse(io.TeeReader(resp.Body, temporary), address)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return nil, err
	}
	return model, nil
}
