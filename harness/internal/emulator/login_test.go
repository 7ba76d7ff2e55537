package emulator_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

func (c *client) post(status int, endpoint string, pairs ...string) reply {
	c.t.Helper()
	form := url.Values{"client_id": {"11111111-1111-4111-8111-111111111111"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.want(status, "POST "+c.e.LoginURL()+"/"+c.e.Tenant()+"/oauth2/v2.0/"+endpoint, form.Encode(), formType)
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

func TestClientCredentials(t *testing.T) {
	c := start(t, emulator.Options{ClientSecret: "right", Roles: []string{"User.Read.All"}})
	const scope = "https://graph.microsoft.com/.default openid offline_access profile"
	r := c.post(200, "token", "grant_type", "client_credentials", "client_secret", "right", "scope", scope)
	claims := claimsOf(t, r.text("access_token"))
	equal(t, "roles", toJSON(claims["roles"]), `["User.Read.All"]`)
	equal(t, "tid", claims["tid"].(string), c.e.Tenant())
	equal(t, "scp", claims["scp"], nil)
	app := c.as(r.text("access_token"))
	app.want(200, "GET /v1.0/users", "")
	app.fails(403, "Authorization_RequestDenied", "GET /v1.0/groups", "")
	for _, bad := range [][]string{
		{"401", "invalid_client", "client_secret", "wrong", "scope", scope},
		{"401", "invalid_client", "scope", scope},
		{"401", "invalid_client", "client_assertion", "x", "scope", scope},
		{"400", "invalid_scope", "client_secret", "right", "scope", "User.Read"},
	} {
		status := map[string]int{"400": 400, "401": 401}[bad[0]]
		equal(t, strings.Join(bad, " "), c.post(status, "token", append(bad[2:], "grant_type", "client_credentials")...).text("error"), bad[1])
	}
	c.post(200, "token", "grant_type", "client_credentials", "client_assertion", "a.b.c", "scope", scope)
	equal(t, "error", c.post(400, "token", "grant_type", "magic").text("error"), "unsupported_grant_type")
}

func TestAuthorizationCodeAndRefresh(t *testing.T) {
	c := start(t, emulator.Options{})
	const redirect = "http://localhost:1/cb"
	scope := "openid offline_access https://graph.microsoft.com/User.Read Nonsense.Read"
	authorize := url.Values{"response_type": {"code"}, "redirect_uri": {redirect}, "scope": {scope}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}} // of an empty verifier
	back := c.want(302, "GET "+c.e.LoginURL()+"/common/oauth2/v2.0/authorize?"+authorize.Encode(), "").Header.Get("location")
	u, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, redirect+"?") || u.Query().Get("state") != "s" {
		t.Fatalf("sent back to %s", back)
	}
	code := u.Query().Get("code")
	r := c.post(200, "token", "grant_type", "authorization_code", "code", code, "redirect_uri", redirect, "client_info", "1")
	equal(t, "scope", r.text("scope"), "https://graph.microsoft.com/User.Read openid") // as it was asked for, else MSAL takes it for declined
	equal(t, "nonce", claimsOf(t, r.text("id_token"))["nonce"].(string), "n")
	equal(t, "scp", claimsOf(t, r.text("access_token"))["scp"].(string), "User.Read")
	if r.text("client_info") == "" {
		t.Error("no client_info")
	}
	c.as(r.text("access_token")).want(200, "GET /v1.0/me", "")
	c.as(r.text("access_token")).want(403, "GET /v1.0/users", "")
	equal(t, "the code again", c.post(400, "token", "grant_type", "authorization_code", "code", code, "redirect_uri", redirect).text("error"), "invalid_grant")
	renewed := c.post(200, "token", "grant_type", "refresh_token", "refresh_token", r.text("refresh_token"))
	c.as(renewed.text("access_token")).want(200, "GET /v1.0/me", "")
	c.post(400, "token", "grant_type", "refresh_token", "refresh_token", "old")
}

func TestDeviceCode(t *testing.T) {
	c := start(t, emulator.Options{})
	r := c.post(200, "devicecode", "scope", "https://graph.microsoft.com/.default")
	const grant = "urn:ietf:params:oauth:grant-type:device_code"
	poll := []string{"grant_type", grant, "device_code", r.text("device_code")}
	equal(t, "first poll", c.post(400, "token", poll...).text("error"), "authorization_pending")
	r = c.post(200, "token", poll...)
	equal(t, "scope", r.text("scope"), "https://graph.microsoft.com/.default")
	c.as(r.text("access_token")).want(200, "GET /v1.0/me", "")
	c.post(400, "token", poll...)
}

func TestDiscovery(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames()})
	config := c.want(200, "GET "+c.e.LoginURL()+"/"+c.e.Tenant()+"/v2.0/.well-known/openid-configuration?", "", "client-request-id: 1")
	equal(t, "token_endpoint", config.text("token_endpoint"), "https://login.microsoftonline.com/"+c.e.Tenant()+"/oauth2/v2.0/token")
	equal(t, "client-request-id", config.Header.Get("client-request-id"), "1")
	equal(t, "keys", c.want(200, "GET "+config.text("jwks_uri"), "").value("keys.#").(int), 1)
	instance := c.want(200, "GET "+c.e.LoginURL()+"/common/discovery/instance?api-version=1.1&authorization_endpoint=x", "")
	equal(t, "alias", instance.text("metadata.0.aliases.0"), "login.microsoftonline.com")
	password := c.post(200, "token", "grant_type", "password", "username", "u", "password", "p", "scope", ".default")
	c.as(password.text("access_token")).want(200, "GET /v1.0/me", "")
}

// MSAL for Go takes a scope that the answer does not repeat for declined.
func TestAzidentityDeviceCode(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames(), Now: time.Now})
	credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: c.http}, TenantID: c.e.Tenant(), ClientID: "11111111-1111-4111-8111-111111111111",
		UserPrompt: func(context.Context, azidentity.DeviceCodeMessage) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	c.as(token.Token).want(200, "GET /v1.0/me", "")
}
