package signin_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/signin"
)

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

// A client that kept real codes and tokens signs in too; a code of ours brings its scope.
func TestOldTokensAreGood(t *testing.T) {
	host := signin.New(signin.Options{})
	const scope = "User.Read openid offline_access"
	_, issued := post(t, host, "/common/oauth2/v2.0/devicecode", url.Values{"scope": {scope}})
	w := httptest.NewRecorder()
	asked := url.Values{"response_type": {"code"}, "redirect_uri": {"http://localhost"}, "scope": {scope}}
	host.ServeHTTP(w, httptest.NewRequest("GET", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?"+asked.Encode(), nil))
	back, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []url.Values{
		{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "scope": {scope}},
		{"grant_type": {"authorization_code"}, "code": {"0.real"}, "scope": {scope}},
		{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}},
		{"grant_type": {"device_code"}, "device_code": {"real"}, "scope": {scope}},
		{"grant_type": {"device_code"}, "device_code": {issued["device_code"].(string)}},
	} {
		status, said := post(t, host, "/common/oauth2/v2.0/token", form)
		if status != 200 || said["access_token"] == nil || said["scope"] != "User.Read openid" {
			t.Errorf("%v: %d %v", form, status, said)
		}
	}
}

func post(t *testing.T, host http.Handler, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	return postFor(t, host, path, form, "")
}

// postFor posts a form for an account.
func postFor(t *testing.T, host http.Handler, path string, form url.Values, mailbox string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest("POST", "https://login.microsoftonline.com"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if mailbox != "" {
		r.Header.Set("X-AnchorMailbox", mailbox)
	}
	w := httptest.NewRecorder()
	host.ServeHTTP(w, r)
	var said map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return w.Code, said
}

// What a client keeps of its user is worth after a replay what it was before: in none of
// the grants comes a refresh token that was not sent, an account that was not named, or
// an access token that MSAL would use again.
func TestSignInsCostNothing(t *testing.T) {
	host := signin.New(signin.Options{Scopes: []string{"User.Read"}})
	const all = "User.Read openid profile offline_access"
	const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	for name, c := range map[string]struct {
		form    url.Values
		mailbox string
		most    float64 // seconds
		want    map[string]any
	}{
		"refresh token": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "scope": {all}, "client_info": {"1"}}, "", 60, map[string]any{"refresh_token": "0.real"}},
		"refresh token without scope": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}}, "", 60,
			map[string]any{"refresh_token": "0.real", "scope": "https://graph.microsoft.com/.default"}},
		"refresh token, version 1": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "resource": {"https://graph.microsoft.com"}}, "", 60, map[string]any{"refresh_token": "0.real"}},
		"refresh token of a family": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "scope": {all}, "client_id": {azureCLI}}, "", 60,
			map[string]any{"refresh_token": "0.real", "foci": "1"}},
		"refresh token of an account": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "scope": {all}, "client_info": {"1"}}, "Oid:user.1@tenant", 60,
			map[string]any{"refresh_token": "0.real", "client_info": base64.RawURLEncoding.EncodeToString([]byte(`{"uid":"user.1","utid":"tenant"}`))}},
		"refresh token of a name":   {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"0.real"}, "scope": {all}, "client_info": {"1"}}, "UPN:user@contoso.example", 60, map[string]any{"refresh_token": "0.real"}},
		"no refresh token":          {url.Values{"grant_type": {"refresh_token"}, "scope": {all}}, "", 60, nil},
		"code":                      {url.Values{"grant_type": {"authorization_code"}, "code": {"0.real"}, "scope": {all}, "client_info": {"1"}}, "Oid:user@tenant", 299, nil},
		"device code":               {url.Values{"grant_type": {"device_code"}, "device_code": {"0.real"}, "scope": {all}, "client_info": {"1"}}, "", 299, nil},
		"password":                  {url.Values{"grant_type": {"password"}, "username": {"u"}, "password": {"p"}, "scope": {all}, "client_info": {"1"}}, "UPN:u", 299, nil},
		"on behalf of":              {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"a.b.c"}, "scope": {all}, "client_info": {"1"}}, "", 299, nil},
		"secret":                    {url.Values{"grant_type": {"client_credentials"}, "client_secret": {"s"}, "scope": {"https://graph.microsoft.com/.default"}}, "", 299, nil},
		"refresh token in a secret": {url.Values{"grant_type": {"client_credentials"}, "client_secret": {"s"}, "refresh_token": {"0.real"}, "scope": {"https://graph.microsoft.com/.default"}}, "", 299, nil},
	} {
		t.Run(name, func(t *testing.T) {
			status, said := postFor(t, host, "/common/oauth2/v2.0/token", c.form, c.mailbox)
			if status != 200 {
				t.Fatalf("%d %v", status, said)
			}
			for _, member := range []string{"refresh_token", "client_info", "id_token", "foci", "refresh_in"} {
				if said[member] != c.want[member] {
					t.Errorf("%s: got %v, want %v", member, said[member], c.want[member])
				}
			}
			if want := c.want["scope"]; want != nil && said["scope"] != want {
				t.Errorf("scope: got %v, want %v", said["scope"], want)
			}
			ends := time.Unix(int64(claimsOf(t, said["access_token"].(string))["exp"].(float64)), 0)
			if said["expires_in"].(float64) > c.most || said["ext_expires_in"].(float64) > c.most || time.Until(ends) > time.Duration(c.most)*time.Second {
				t.Errorf("it lives for %v, %v, until %v: want %v s at most", said["expires_in"], said["ext_expires_in"], ends, c.most)
			}
		})
	}
}

// The versions of the endpoints that ADAL knows, and grants that few use.
func TestOlderEndpoints(t *testing.T) {
	host := signin.New(signin.Options{})
	status, said := post(t, host, "/contoso.com/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_secret": {"x"}, "resource": {"https://graph.microsoft.com/"}})
	if claims := claimsOf(t, said["access_token"].(string)); status != 200 || claims["aud"] != "https://graph.microsoft.com" {
		t.Errorf("%d %v", status, said)
	}
	status, said = post(t, host, "/common/oauth2/v2.0/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"a.b.c"}, "scope": {"https://graph.microsoft.com/User.Read"}})
	if status != 200 || said["scope"] != "https://graph.microsoft.com/User.Read" {
		t.Errorf("on behalf of: %d %v", status, said)
	}
	status, said = post(t, host, "/no/such/thing", nil)
	if status != 404 || said["error"] == nil {
		t.Errorf("unknown: %d %v", status, said)
	}
}

// Personal accounts sign in at addresses of their own (OneDrive's msa-oauth).
func TestPersonalAccounts(t *testing.T) {
	host := signin.New(signin.Options{})
	_, device := post(t, host, "/oauth20_connect.srf", url.Values{"scope": {"onedrive.readwrite"}})
	w := httptest.NewRecorder()
	asked := url.Values{"response_type": {"code"}, "redirect_uri": {"https://login.live.com/oauth20_desktop.srf"}, "scope": {"onedrive.readwrite offline_access"}}
	host.ServeHTTP(w, httptest.NewRequest("GET", "https://login.live.com/oauth20_authorize.srf?"+asked.Encode(), nil))
	back, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []url.Values{
		{"grant_type": {"refresh_token"}, "refresh_token": {"M.C5_real"}, "scope": {"onedrive.readwrite"}},
		{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}},
		{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {device["device_code"].(string)}},
	} {
		if status, said := post(t, host, "/oauth20_token.srf", form); status != 200 || said["scope"] != "onedrive.readwrite" {
			t.Errorf("%v: %d %v", form, status, said)
		}
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"login.microsoftonline.com": true, "LOGIN.microsoftonline.com:443": true, "login.microsoftonline.com.": true, "login.microsoftonline.us": true,
		"login.live.com": true, "169.254.169.254": true, "graph.microsoft.com": false, "login.microsoftonline.com.evil": false, "login.microsoftonline.com:8443": false, "": false,
	} {
		if signin.IsHost(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
	for _, host := range signin.Hosts() {
		if !signin.IsHost(host) {
			t.Errorf("%s is listed and not known", host)
		}
	}
}

func FuzzHost(f *testing.F) {
	f.Add("POST", "/common/oauth2/v2.0/token", "grant_type=password&username=u&password=p&scope=.default%20openid&client_info=1")
	f.Add("GET", "/common/oauth2/v2.0/authorize?response_type=code&redirect_uri=http://x/%zz&scope=/", "")
	f.Add("GET", "/%2e%2e/discovery/instance?authorization_endpoint=://%zz", "")
	f.Add("POST", "/t/oauth2/token", "grant_type=client_credentials&client_assertion=..&scope=//.default")
	f.Fuzz(func(t *testing.T, method, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") {
			t.Skip()
		}
		r := &http.Request{Method: method, URL: u, Host: "login.microsoftonline.com", RequestURI: target, Body: http.NoBody,
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
		if body != "" {
			r.Body = readCloser{strings.NewReader(body)}
		}
		w := httptest.NewRecorder()
		signin.New(signin.Options{}).ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
