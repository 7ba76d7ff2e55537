package redact_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// TestOtherHostsAreSealed: what a tenant may show is Graph's; another host's answers are
// redacted in full.
func TestOtherHostsAreSealed(t *testing.T) {
	r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off, Unknown: redact.Off, Disable: []string{"content.ip"}}, redact.Options{Salt: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"displayName":"Adele Vance","mail":"adele@fabrikam.com","note":"a plain text","ipAddress":"20.190.7.9"}`
	for host, kept := range map[string]bool{
		"graph.microsoft.com": true, "graph.microsoft.us": true, "contoso-my.sharepoint.com": true,
		"management.azure.com": false, "backend.example": false, "graph.windows.net": false,
	} {
		stored := r.Interaction(&cassette.Interaction{
			Request:  cassette.Request{Method: "POST", URL: "https://" + host + "/v1.0/x", Host: host, Headers: http.Header{"Content-Type": {"application/json"}}, Body: body},
			Response: cassette.Response{Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: body},
		})
		for part, text := range map[string]string{"request": stored.Request.Body, "response": stored.Response.Body} {
			if kept && text != body {
				t.Errorf("%s: the %s became %s", host, part, text)
			}
			for _, value := range []string{"Adele", "fabrikam", "plain text", "20.190.7.9"} {
				if !kept && strings.Contains(text, value) {
					t.Errorf("%s: the %s holds %s: %s", host, part, value, text)
				}
			}
		}
	}
}
