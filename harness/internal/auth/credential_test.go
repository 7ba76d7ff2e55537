package auth

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestKindsSignIn takes every kind that talks to a sign-in host through its flow.
func TestKindsSignIn(t *testing.T) {
	certificate, federated := files(t)
	tests := []struct {
		kind string
		env  vars
		form map[string]string // what the token endpoint gets
	}{
		{"client-secret", app(vars{clientSecret: secret}),
			map[string]string{"grant_type": "client_credentials", "client_secret": secret}},
		{"client-certificate", app(vars{certificatePath: certificate}),
			map[string]string{"grant_type": "client_credentials", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
		{"federated", app(vars{federatedTokenFile: federated}),
			map[string]string{"grant_type": "client_credentials", "client_assertion": federatedToken}},
		{"device-code", app(nil), map[string]string{"device_code": "device-code-secret"}},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			host := &signInHost{token: jwt(map[string]any{"roles": []string{"Chat.Read.All"}})}
			server := httptest.NewTLSServer(host)
			defer server.Close()
			tt.env[authorityHost] = server.URL
			var talk bytes.Buffer
			c, err := New(tt.kind, Options{Getenv: tt.env.get, SignIn: server.Client().Transport, Talk: &talk})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(host.asked); got != 0 {
				t.Errorf("%d requests before a token was needed", got)
			}
			for range 2 { // the second time from memory
				claims, err := c.Claims(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got, want := claims.String(), "application Chat.Read.All"; got != want {
					t.Errorf("claims %q, want %q", got, want)
				}
			}
			forms := host.tokenRequests()
			if len(forms) != 1 {
				t.Fatalf("%d token requests, want 1", len(forms))
			}
			if got := forms[0].Get("scope"); !strings.Contains(got, "https://graph.microsoft.com/.default") {
				t.Errorf("scope %q", got)
			}
			if got := forms[0].Get("client_id"); got != client {
				t.Errorf("client_id %q", got)
			}
			for name, want := range tt.form {
				if got := forms[0].Get(name); got != want {
					t.Errorf("form field %s: %q, want %q", name, got, want)
				}
			}
			if !strings.HasPrefix(talk.String(), "auth: "+tt.kind+" (") {
				t.Errorf("said %q", talk.String())
			}
		})
	}
}

// TestDeviceCodeWaitsForThePerson polls while the user has not entered the code.
func TestDeviceCodeWaitsForThePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &signInHost{token: jwt(map[string]any{"scp": "Chat.Create"}), busy: 5}
		var talk bytes.Buffer
		c, err := New("device-code", Options{Getenv: app(nil).get, SignIn: direct{host}, Talk: &talk})
		if err != nil {
			t.Fatal(err)
		}
		claims, err := c.Claims(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if claims.Kind != Delegated {
			t.Errorf("kind %s", claims.Kind)
		}
		if got := len(host.tokenRequests()); got != 6 {
			t.Errorf("%d token requests, want 6", got)
		}
		if want := "auth: open the page and enter ABCD\n"; !strings.HasSuffix(talk.String(), want) {
			t.Errorf("said %q, want %q", talk.String(), want)
		}
	})
}

func TestSignInOverPlainHTTPOnLoopback(t *testing.T) {
	host := &signInHost{token: jwt(map[string]any{"roles": []string{"Chat.Read.All"}})}
	server := httptest.NewServer(host)
	defer server.Close()
	env := app(vars{clientSecret: secret, authorityHost: server.URL})
	c, err := New("client-secret", Options{Getenv: env.get})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claims(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(host.tokenRequests()); got != 1 {
		t.Errorf("%d token requests, want 1", got)
	}
}

func TestCloudsHaveTheirOwnSignIn(t *testing.T) {
	tests := []struct{ graph, login, scope string }{
		{"", "login.microsoftonline.com", "https://graph.microsoft.com/.default"},
		{"https://graph.microsoft.com/", "login.microsoftonline.com", "https://graph.microsoft.com/.default"},
		{"https://GRAPH.microsoft.us:443", "login.microsoftonline.us", "https://graph.microsoft.us/.default"},
		{"https://dod-graph.microsoft.us", "login.microsoftonline.us", "https://dod-graph.microsoft.us/.default"},
		{"https://microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default"},
		{"https://graph.microsoft.de", "login.microsoftonline.de", "https://graph.microsoft.de/.default"},
		{"http://127.0.0.1:8080", "login.microsoftonline.com", "https://graph.microsoft.com/.default"},
	}
	for _, tt := range tests {
		t.Run(tt.graph, func(t *testing.T) {
			host := &signInHost{token: jwt(nil)}
			env := app(vars{clientSecret: secret})
			c, err := New("client-secret", Options{Getenv: env.get, SignIn: direct{host}, GraphURL: tt.graph})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Claims(t.Context()); err != nil {
				t.Fatal(err)
			}
			last := host.asked[len(host.asked)-1]
			if last.host != tt.login || !strings.Contains(last.form.Get("scope"), tt.scope) {
				t.Errorf("asked %s for %q, want %s for %q", last.host, last.form.Get("scope"), tt.login, tt.scope)
			}
		})
	}
}

func TestAzureCLI(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for az is a shell script")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '{\"accessToken\": \"" + jwt(map[string]any{"scp": "User.Read"}) + "\", \"expires_on\": 4102444800}'\n"
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, env := range []vars{{}, {authorityHost: "login.microsoftonline.us"}} { // which az does not look at
		c, err := New("auto", Options{Getenv: env.get})
		if err != nil {
			t.Fatal(err)
		}
		claims, err := c.Claims(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.String()+" "+claims.String(), "azure-cli delegated User.Read"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestOneSignInForAll asks from many goroutines; one signs in, the others wait, and
// no longer than their context.
func TestOneSignInForAll(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	host := &signInHost{token: jwt(nil)}
	slow := roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/token") {
			close(entered)
			<-leave
		}
		return direct{host}.RoundTrip(req)
	})
	c, err := New("client-secret", Options{Getenv: app(vars{clientSecret: secret}).get, SignIn: slow})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if _, err := c.Claims(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	<-entered
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Claims(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that ended: %v", err)
	}
	close(leave)
	wait.Wait()
	if got := len(host.tokenRequests()); got != 1 {
		t.Errorf("%d token requests, want 1", got)
	}
}

func TestTokensAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &signInHost{token: jwt(nil)}
		c, err := New("client-secret", Options{Getenv: app(vars{clientSecret: secret}).get, SignIn: direct{host}})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 1, 2} {
			if _, err := c.Claims(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(host.tokenRequests()); got != want {
				t.Errorf("%d token requests, want %d", got, want)
			}
			time.Sleep(31 * time.Minute)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestTransportSendsTokensToGraphOnly is the promise that no other host sees a token.
func TestTransportSendsTokensToGraphOnly(t *testing.T) {
	token := jwt(map[string]any{"scp": "Files.Read"})
	env := vars{"TOKEN": token}
	tests := []struct {
		base, url string
		with      bool
	}{
		{"", "https://graph.microsoft.com/v1.0/me", true},
		{"", "https://GRAPH.Microsoft.com:443/v1.0/me", true},
		{"", "http://graph.microsoft.com/v1.0/me", false},
		{"", "https://graph.microsoft.com:8443/v1.0/me", false},
		{"", "https://graph.microsoft.com@evil.example/v1.0/me", false},
		{"", "https://graph.microsoft.com.evil.example/v1.0/me", false},
		{"", "https://evilgraph.microsoft.com/v1.0/me", false},
		{"", "https://graph.microsoft.us/v1.0/me", false},
		{"", "https://graph.microsoft.de/v1.0/me", false},
		{"", "https://contoso.sharepoint.com/_layouts/15/download.aspx?tempauth=x", false},
		{"", "https://sn3302.up.1drv.com/up/x", false},
		{"", "https://login.microsoftonline.com/x/oauth2/v2.0/token", false},
		{"https://graph.microsoft.us", "https://graph.microsoft.us/v1.0/me", true},
		{"https://graph.microsoft.us", "https://graph.microsoft.com/v1.0/me", false},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1.0/me", true},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8081/upload", false},
		{"http://127.0.0.1:8080/", "https://127.0.0.1:8080/v1.0/me", false},
		{"http://127.0.0.1:8080/", "https://graph.microsoft.com/v1.0/me", true},
		{"https://graph.example.com:8443", "https://graph.example.com:8443/v1.0/me", true},
	}
	for _, tt := range tests {
		c, err := New("env:TOKEN", Options{Getenv: env.get, GraphURL: tt.base})
		if err != nil {
			t.Fatal(err)
		}
		if got := authorization(t, &Transport{Credential: c}, tt.url, ""); (got == "Bearer "+token) != tt.with || !tt.with && got != "" {
			t.Errorf("base %q, %s: with a token %v, want %v", tt.base, tt.url, got != "", tt.with)
		}
	}
}

// authorization is what the host gets; the request and what comes back stay clean.
func authorization(t *testing.T, rt *Transport, url, own string) string {
	t.Helper()
	var got string
	rt.Base = roundTripper(func(req *http.Request) (*http.Response, error) {
		got = req.Header.Get("Authorization")
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req}, nil
	})
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if own != "" {
		req.Header.Set("Authorization", own)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if now := req.Header.Get("Authorization"); now != own {
		t.Errorf("the client's request was changed: %q", now)
	}
	if resp.Request != req {
		t.Error("the response shows another request than the client's")
	}
	return got
}

func TestTransportLeavesOthersAlone(t *testing.T) {
	const me = "https://graph.microsoft.com/v1.0/me"
	c, err := New("env:TOKEN", Options{Getenv: vars{"TOKEN": "EwAopaque"}.get})
	if err != nil {
		t.Fatal(err)
	}
	none, err := New("none", Options{Getenv: vars{}.get})
	if err != nil {
		t.Fatal(err)
	}
	marked := func(*http.Request) bool { return true }
	for _, tt := range []struct {
		name, own, want string
		rt              *Transport
	}{
		{"a token", "", "Bearer EwAopaque", &Transport{Credential: c}},
		{"marked", "", "", &Transport{Credential: c, Without: marked}},
		{"its own", "Bearer mine", "Bearer mine", &Transport{Credential: c}},
		{"none", "", "", &Transport{Credential: none}},
		{"no credential", "", "", &Transport{}},
	} {
		if got := authorization(t, tt.rt, me, tt.own); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTransportClosesTheBodyOfARequestItCannotSign(t *testing.T) {
	c, err := New("env:TOKEN", Options{Getenv: vars{"TOKEN": jwt(map[string]any{"exp": 1})}.get})
	if err != nil {
		t.Fatal(err)
	}
	body := &closing{Reader: strings.NewReader("x")}
	req, err := http.NewRequest("POST", "https://graph.microsoft.com/v1.0/chats", body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&Transport{Credential: c}).RoundTrip(req); err == nil || !body.closed {
		t.Errorf("error %v, body closed %v", err, body.closed)
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }
