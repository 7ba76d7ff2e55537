package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// management is a cassette of what az asks when it signs in, and of Graph.
const management = `---
version: 2
interactions:
  - id: 0
    request: {method: GET, url: "https://management.azure.com/subscriptions?api-version=2019-11-01"}
    response:
      code: 200
      headers: {Content-Type: [application/json]}
      body: '{"value":[{"id":"/subscriptions/c0c0c0c0-0000-4000-8000-000000000001","subscriptionId":"c0c0c0c0-0000-4000-8000-000000000001","tenantId":"b0b0b0b0-0000-4000-8000-000000000001","displayName":"Sub","state":"Enabled","subscriptionPolicies":{},"managedByTenants":[]}]}'
      duration: 0s
  - id: 1
    request: {method: GET, url: "https://graph.microsoft.com/v1.0/me"}
    response:
      code: 200
      headers: {Content-Type: [application/json]}
      body: '{"displayName":"Adele Vance"}'
      duration: 0s
graphvcr: {format: 1, origin: docs}
`

// TestAzLogsInOffline: a program that talks to Azure Resource Manager beside Graph is
// answered from a cassette that has both, and its telemetry and checks fail nothing.
func TestAzLogsInOffline(t *testing.T) {
	const az = "/usr/bin/az" // Debian's: no other is asked
	if _, err := os.Stat(az); err != nil || !thorough() {
		t.Skip("azure-cli is not installed, or GRAPHVCR_CLIENTS, which .ci/run sets, is not set")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.test\n", "cassettes/arm.yaml": management} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const tenant = "b0b0b0b0-0000-4000-8000-000000000001"
	cmd := graphvcr(t, dir, "exec", "--cassette", "arm", "--", "/bin/sh", "-c",
		az+" login --service-principal -u 11111111-0000-4000-8000-000000000001 -p secret --tenant "+tenant+" && "+az+" rest --method get --url https://graph.microsoft.com/v1.0/me")
	cmd.Env = append(cmd.Env, "AZURE_CONFIG_DIR="+t.TempDir(), "PATH=/usr/bin:/bin")
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil || !strings.Contains(out.String(), `"name": "Sub"`) || !strings.Contains(out.String(), `"displayName": "Adele Vance"`) {
		t.Errorf("%v\n%s\n%s", err, out.String(), talk.String())
	}
	if strings.Contains(talk.String(), "error:") {
		t.Errorf("it fails a replay:\n%s", talk.String())
	}
}
