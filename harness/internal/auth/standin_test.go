package auth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/graphvcr/graphvcr/harness/internal/signin"
)

// What stands in for the sign-in hosts is tested with azidentity here, where it is at home:
// a test beside signin would put it into the go.sum of every program that imports harness.

const tenant = "11111111-2222-4333-8444-555555555555"

// inMemory takes requests to the sign-in hosts to a handler, and refuses all others.
type inMemory struct {
	t    *testing.T
	host http.Handler
}

func (m inMemory) Do(r *http.Request) (*http.Response, error) {
	if !signin.IsHost(r.URL.Host) {
		m.t.Errorf("a request left for %s", r.URL.Host)
	}
	received := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), r.Body)
	received.Header = r.Header.Clone()
	w := httptest.NewRecorder()
	m.host.ServeHTTP(w, received)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (m inMemory) options() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: m, Retry: policy.RetryOptions{MaxRetries: -1}}
}

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token %q has %d parts", token, len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func graphToken(ctx context.Context, t *testing.T, c azcore.TokenCredential, scope string) map[string]any {
	t.Helper()
	token, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		t.Fatal(err)
	}
	// azcore and MSAL do not use a token in the last five minutes of its life.
	if left := time.Until(token.ExpiresOn); left <= 0 || left >= 5*time.Minute {
		t.Errorf("expires on %s", token.ExpiresOn)
	}
	return claimsOf(t, token.Token)
}

func TestAzidentitySignsIn(t *testing.T) {
	m := inMemory{t, signin.New(signin.Options{Roles: []string{"User.Read.All"}, Scopes: []string{"User.Read"}})}
	app, err := azidentity.NewClientSecretCredential(tenant, "client", "any secret", &azidentity.ClientSecretCredentialOptions{ClientOptions: m.options()})
	if err != nil {
		t.Fatal(err)
	}
	claims := graphToken(t.Context(), t, app, "https://graph.microsoft.com/.default")
	if claims["tid"] != tenant || claims["aud"] != "https://graph.microsoft.com" || claims["appid"] != "client" || claims["idtyp"] != "app" {
		t.Errorf("app: %v", claims)
	}
	if roles, _ := claims["roles"].([]any); len(roles) != 1 || roles[0] != "User.Read.All" {
		t.Errorf("roles %v", claims["roles"])
	}

	prompted := ""
	person, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: m.options(), TenantID: tenant, ClientID: "client",
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error { prompted = m.Message; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	claims = graphToken(t.Context(), t, person, "https://graph.microsoft.com/.default")
	if claims["scp"] != "User.Read" || !strings.Contains(prompted, "login.microsoftonline.com/device") {
		t.Errorf("device code: %v, prompt %q", claims, prompted)
	}
	claims = graphToken(t.Context(), t, person, "https://graph.microsoft.com/Mail.Read") // by another device code: nobody is signed in
	if claims["scp"] != "Mail.Read" {
		t.Errorf("another scope: %v", claims)
	}
}

func TestAzidentitySignsInToOtherClouds(t *testing.T) {
	m := inMemory{t, signin.New(signin.Options{})}
	o := m.options()
	o.Cloud = cloud.AzureGovernment
	app, err := azidentity.NewClientSecretCredential(tenant, "client", "any secret", &azidentity.ClientSecretCredentialOptions{ClientOptions: o})
	if err != nil {
		t.Fatal(err)
	}
	claims := graphToken(t.Context(), t, app, "https://graph.microsoft.us/.default")
	if claims["aud"] != "https://graph.microsoft.us" {
		t.Errorf("%v", claims)
	}
}

func TestManagedIdentitySignsIn(t *testing.T) {
	m := inMemory{t, signin.New(signin.Options{})}
	c, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: m.options()})
	if err != nil {
		t.Fatal(err)
	}
	if claims := graphToken(t.Context(), t, c, "https://graph.microsoft.com/.default"); claims["aud"] != "https://graph.microsoft.com" || claims["idtyp"] != "app" {
		t.Errorf("%v", claims)
	}
}
