package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func TestSignInFailuresAreForPeople(t *testing.T) {
	tests := []struct{ kind, refusal, message, hint string }{
		{"client-secret", "AADSTS7000215: Invalid client secret provided for " + secret + ". Trace ID: 1 Correlation ID: 2",
			"sign in with client-secret: AADSTS7000215: Invalid client secret provided for [secret].", "not its id"},
		{"client-secret", "AADSTS700016: Application with identifier 'x' was not found.\r\nTrace ID: 1",
			"sign in with client-secret: AADSTS700016: Application with identifier 'x' was not found.", "check AZURE_TENANT_ID and AZURE_CLIENT_ID"},
		{"device-code", "AADSTS7000218: The request body must contain client_assertion or client_secret.",
			"sign in with device-code: AADSTS7000218: The request body must contain client_assertion or client_secret.", "Allow public client flows"},
		{"federated", "AADSTS700213: No matching federated identity record found for " + federatedToken + " here.",
			"sign in with federated: AADSTS700213: No matching federated identity record found for [secret] here.", "subject"},
		{"client-secret", "something new " + strings.Repeat("x y ", 200), "sign in with client-secret: something new", ""},
	}
	_, token := files(t)
	for _, tt := range tests {
		env := app(vars{clientSecret: secret, federatedTokenFile: token})
		c, err := New(tt.kind, Options{Getenv: env.get, SignIn: direct{&signInHost{refuse: tt.refusal}}, Talk: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Claims(t.Context())
		message, hint, _ := strings.Cut(told(err), " | ")
		if !strings.HasPrefix(message, tt.message) || len(message) > 400 || strings.Contains(message, "Trace") || strings.Contains(message, "\n") {
			t.Errorf("said %q, want %q", message, tt.message)
		}
		if tt.hint == "" && hint != "" || !strings.Contains(hint, tt.hint) {
			t.Errorf("hint %q, want %q", hint, tt.hint)
		}
	}
}

func TestShortenTakesTheSignInHostsWords(t *testing.T) {
	tests := []struct{ text, want string }{
		{`POST https://h/token: {"error": "invalid_grant", "error_description": "no\r\nTrace ID: 1"} more`, "doing: no"},
		{`{"error": "authorization_declined"}`, "doing: authorization_declined | the sign-in was declined; run again to get a new code"},
		{`{"other": 1}`, `doing: {"other": 1}`},
		{"a {broken} text. To troubleshoot, visit a page", "doing: a {broken} text."},
		{"} {", "doing: } {"},
		{"sent p%2Bw and p+w", "doing: sent [secret] and [secret]"},
		{"sent " + jwt(nil), "doing: sent [secret]"},
		{"sent EwAoA8l6BAAUO9chh8cJ", "doing: sent [secret]"},
		{"tenant " + tenant + " at login.microsoftonline.com", "doing: tenant " + tenant + " at login.microsoftonline.com"},
	}
	for _, tt := range tests {
		if got := told(shorten(t.Context(), "doing", errors.New(tt.text), "p+w", "")); got != tt.want {
			t.Errorf("%q: said %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSignInHostOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := roundTripper(func(req *http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: req.URL.Host, IsNotFound: true}}
		})
		c, err := New("client-secret", Options{Getenv: app(vars{clientSecret: secret}).get, SignIn: dead})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Claims(t.Context())
		if got := told(err); !strings.Contains(got, "login.microsoftonline.com") || !strings.Contains(got, "check the network") {
			t.Errorf("said %q", got)
		}
		gone, cancel := context.WithTimeoutCause(t.Context(), time.Nanosecond, context.DeadlineExceeded)
		defer cancel()
		if _, err = c.Claims(gone); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that ended: %v", err)
		}
	})
}

func TestOpeningFails(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	garbage := write(t, "garbage.pem", "-----BEGIN NONSENSE-----\n"+secret)
	tests := []struct {
		name, kind string
		options    Options
		want       string
	}{
		{"unknown kind", "client-sekret", Options{}, `unknown kind of sign-in "client-sekret" | ` + kindsHint},
		{"a token as kind", jwt(nil), Options{}, "unknown kind of sign-in | " + kindsHint},
		{"a token as variable", "env:" + jwt(nil), Options{}, "env: is not followed by the name of a variable | say env:NAME, with the token in NAME"},
		{"an opaque token as variable", "env:EwA" + strings.Repeat("a", 80), Options{}, "env: is not followed by the name of a variable | say env:NAME, with the token in NAME"},
		{"unset variable", "env:NOPE", Options{}, "the token variable NOPE is not set"},
		{"two words", "env:T", Options{Getenv: vars{"T": secret + " " + secret}.get}, "what T holds is not a token: it has spaces or characters that no token has"},
		{"header smuggling", "env:T", Options{Getenv: vars{"T": "a\r\nHost: b"}.get}, "what T holds is not a token: it has spaces or characters that no token has"},
		{"missing", "client-secret", Options{Getenv: vars{tenantID: tenant, clientSecret: secret}.get}, "sign in with client-secret: not set: AZURE_CLIENT_ID"},
		{"nobody reads", "device-code", Options{Getenv: app(nil).get}, "sign in with device-code: there is nobody to show the code to"},
		{"bad tenant", "client-secret", Options{Getenv: app(vars{tenantID: "a b", clientSecret: secret}).get}, "sign in with client-secret: invalid tenantID."},
		{"plain authority", "client-secret", Options{Getenv: app(vars{authorityHost: "http://login.example", clientSecret: secret}).get},
			"AZURE_AUTHORITY_HOST is not https: a token would cross the network in the clear"},
		{"authority with a password", "client-secret", Options{Getenv: app(vars{authorityHost: "https://a:" + secret + "@login.example", clientSecret: secret}).get},
			"AZURE_AUTHORITY_HOST is not an address"},
		{"plain base URL", "none", Options{GraphURL: "http://graph.example.com"}, "the base URL is not https"},
		{"no base URL", "none", Options{GraphURL: "graph.example.com"}, "the base URL is not an address"},
		{"no certificate", "client-certificate", Options{Getenv: app(vars{certificatePath: missing}).get}, "read the certificate of AZURE_CLIENT_CERTIFICATE_PATH: open " + missing},
		{"no certificate in it", "client-certificate", Options{Getenv: app(vars{certificatePath: garbage, certificatePassword: "hunter2"}).get}, "read the certificate of AZURE_CLIENT_CERTIFICATE_PATH: "},
		{"no token file", "federated", Options{Getenv: app(vars{federatedTokenFile: missing}).get}, "read the token of AZURE_FEDERATED_TOKEN_FILE: open " + missing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.options.Getenv == nil {
				tt.options.Getenv = vars{}.get
			}
			_, err := New(tt.kind, tt.options)
			got := told(err)
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			if strings.Contains(got, secret) || strings.Contains(got, "hunter2") {
				t.Errorf("shows a secret: %q", got)
			}
		})
	}
}

func TestExpiredStaticToken(t *testing.T) {
	c, err := New("env:TOKEN", Options{Getenv: vars{"TOKEN": "Bearer " + jwt(map[string]any{"exp": 1000000000})}.get})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Claims(t.Context())
	if got, want := told(err), "the token in TOKEN expired at 2001-09-09T01:46:40Z | get a new one"; !strings.HasPrefix(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestExplain(t *testing.T) {
	needs := &scenario.Permissions{Delegated: []string{"Chat.Create"}, Application: []string{"ChatSettings.Read.Chat", "Chat.Read.All"}}
	body := []byte(`{"error":{"code":"Forbidden","message":"..."}}`)
	tests := []struct {
		name   string
		status int
		claims Claims
		needs  *scenario.Permissions
		want   string
	}{
		{"fine", 200, Claims{}, needs, ""},
		{"not found", 404, Claims{}, needs, ""},
		{"no token", 401, Claims{}, needs, "Graph requires a token, and none was sent (Forbidden)"},
		{"expired", 401, ReadClaims(jwt(map[string]any{"exp": 1})), needs, "the token has expired (Forbidden)"},
		{"another service's", 401, ReadClaims(jwt(map[string]any{"aud": "https://management.azure.com/"})), needs, "the token is for another service than Microsoft Graph (Forbidden)"},
		{"Graph by its id", 401, ReadClaims(jwt(map[string]any{"aud": graphAppID})), needs, "Graph did not accept the token (Forbidden)"},
		{"opaque", 401, ReadClaims("EwA"), needs, "Graph did not accept the token (Forbidden)"},
		{"lacks", 403, Claims{Kind: Delegated}, needs, "the token lacks a permission: any one of Chat.Create (Forbidden)"},
		{"holds", 403, Claims{Kind: Delegated, Scopes: []string{"Chat.Create"}}, needs, "Graph did not allow the request, although the token holds Chat.Create (Forbidden)"},
		{"per resource", 403, Claims{Kind: Application}, needs, "Graph did not allow the request, and the token names none of ChatSettings.Read.Chat, Chat.Read.All (Forbidden)"},
		{"nothing listed", 403, Claims{Kind: Delegated}, nil, "Graph did not allow the request (Forbidden)"},
		{"other kind", 403, Claims{Kind: Delegated}, &scenario.Permissions{Application: []string{"A"}}, "Graph did not allow the request, and the step lists no delegated permission (Forbidden)"},
	}
	for _, tt := range tests {
		why, hint := Explain(tt.status, body, tt.claims, tt.needs)
		if why != tt.want || (hint == "") != (tt.want == "") {
			t.Errorf("%s: %q (hint %q), want %q", tt.name, why, hint, tt.want)
		}
	}
	if why, _ := Explain(401, []byte("<html>"), Claims{}, nil); why != "Graph requires a token, and none was sent" {
		t.Errorf("without a body: %q", why)
	}
}

// TestNothingShowsASecret prints everything in every way.
func TestNothingShowsASecret(t *testing.T) {
	token := jwt(map[string]any{"scp": "User.Read", "oid": "the-object-id", "upn": "ada@contoso.example"})
	env := app(vars{clientSecret: secret, "GRAPHVCR_TOKEN_USER": token})
	var talk, log bytes.Buffer
	o := Options{Getenv: env.get, SignIn: direct{&signInHost{token: token}}, Talk: &talk}
	set, err := OpenSet("auto", []string{"", "app", "user"}, o)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := set.Claims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refused, err := New("client-secret", Options{Getenv: env.get, SignIn: direct{&signInHost{refuse: token + secret}}})
	if err != nil {
		t.Fatal(err)
	}
	_, refusal := refused.Claims(t.Context())

	holder := struct {
		Shown  *Credential
		hidden *Credential
		claims Claims
		Claims map[string]Claims
	}{set["app"], set["user"], claims["user"], claims}
	for _, v := range []any{set, set["app"], set["user"], *set["user"], claims, claims["user"], &Transport{Credential: set["user"]}, refusal, holder, &holder} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%p", "%T"} {
			fmt.Fprintf(&log, verb+"\n", v)
		}
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(h).Info("value", "v", v)
		}
		text, err := json.Marshal(v)
		fmt.Fprintln(&log, string(text), err)
	}
	for name, text := range map[string]string{"log": log.String(), "talk": talk.String()} {
		for _, private := range []string{token, token[40:80], secret, "the-object-id", "ada@contoso", tenant} {
			if strings.Contains(text, private) {
				t.Errorf("%s shows %q", name, private)
			}
		}
	}
}

func TestAzureCLIFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for az is a shell script")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	c, err := New("azure-cli", Options{Getenv: vars{}.get})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Claims(t.Context())
	if got, want := told(err), "sign in with azure-cli: AzureCLICredential: ERROR: Please run 'az login' to setup account. | run az login (az cloud set first for a national cloud)"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}
