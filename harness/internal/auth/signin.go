package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// signIn is one credential being opened.
type signIn struct {
	Options
	identity  string
	cloud     graph.Cloud
	authority *url.URL
}

// client is how azidentity reaches the sign-in host; unknown says that the host is
// no cloud's own.
func (s *signIn) client() (o azcore.ClientOptions, unknown bool, err error) {
	if s.authority, err = address(authorityHost, cmp.Or(s.Getenv(authorityHost), "https://"+s.cloud.Login)); err != nil {
		return o, false, err
	}
	base := s.SignIn
	if base == nil {
		base = quiet.Over(http.DefaultTransport)
	}
	secure := *s.authority
	if secure.Scheme == "http" {
		base = plainHost{s.authority.Host, base}
		secure.Scheme = "https"
	}
	o.Cloud = azcloud.Configuration{ActiveDirectoryAuthorityHost: secure.String()}
	o.Transport = &http.Client{Transport: base, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a secret stays at the host that it was meant for
	}}
	o.Retry = policy.RetryOptions{MaxRetries: 2}
	_, known := graph.SignInCloud(s.authority.Host)
	return o, !known, nil
}

// doing is what an error says was being done.
func (s *signIn) doing(kind string) string {
	doing := "sign in"
	if s.identity != "" {
		doing += " as " + s.identity
	}
	if kind != "" {
		doing += " with " + kind
	}
	return doing
}

// atHost is an acquirer of a credential that make makes with how it reaches the sign-in host;
// unknown says that the host is no cloud's own.
func (s *signIn) atHost(kind string, make func(client azcore.ClientOptions, unknown bool) (azcore.TokenCredential, error), secrets ...string) (acquirer, error) {
	client, unknown, err := s.client()
	if err != nil {
		return nil, err
	}
	from, err := make(client, unknown)
	return s.acquirer(kind, from, err, secrets...)
}

// acquirer asks a credential of azidentity, or says why there is none. The errors of both carry
// requests and answers, so only what a person can act on is kept of them.
func (s *signIn) acquirer(kind string, from azcore.TokenCredential, err error, secrets ...string) (acquirer, error) {
	if err != nil {
		return nil, shorten(context.Background(), s.doing(kind), err, secrets...)
	}
	asked := policy.TokenRequestOptions{Scopes: []string{"https://" + s.cloud.Host + "/.default"}}
	return func(ctx context.Context) (azcore.AccessToken, error) {
		token, err := from.GetToken(ctx, asked)
		if err != nil {
			return azcore.AccessToken{}, shorten(ctx, s.doing(kind), err, secrets...)
		}
		return token, nil
	}, nil
}

func (s *signIn) secret() (acquirer, error) {
	secret := s.Getenv(clientSecret)
	return s.atHost("client-secret", func(client azcore.ClientOptions, unknown bool) (azcore.TokenCredential, error) {
		return azidentity.NewClientSecretCredential(s.Getenv(tenantID), s.Getenv(clientID), secret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: unknown})
	}, secret)
}

func (s *signIn) certificate() (acquirer, error) {
	password := s.Getenv(certificatePassword)
	certs, key, err := readCertificate(s.Getenv(certificatePath), password)
	if err != nil {
		return nil, err
	}
	return s.atHost("client-certificate", func(client azcore.ClientOptions, unknown bool) (azcore.TokenCredential, error) {
		return azidentity.NewClientCertificateCredential(s.Getenv(tenantID), s.Getenv(clientID), certs, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: unknown})
	}, password)
}

func readCertificate(path, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	what := "read the certificate of " + certificatePath
	data, err := plainfile.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", what, err)
	}
	certs, key, err := azidentity.ParseCertificates(data, []byte(password))
	if err != nil {
		f := shorten(context.Background(), what, err, password, string(data))
		f.Hint = "it has to hold the certificate and its private key, as PEM (key not encrypted) or PKCS#12 with a SHA-1 MAC; " +
			"openssl pkcs12 -in FILE -nodes -out cert.pem converts"
		return nil, nil, f
	}
	return certs, key, nil
}

// federated hands in the token of another issuer (Kubernetes, a CI system), which
// whoever wrote the file also renews.
func (s *signIn) federated() (acquirer, error) {
	path := s.Getenv(federatedTokenFile)
	assertion := func(context.Context) (string, error) {
		data, err := plainfile.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("read the token of %s: %w", federatedTokenFile, err)
		}
		return strings.TrimSpace(string(data)), nil
	}
	if _, err := assertion(context.Background()); err != nil {
		return nil, err
	}
	return s.atHost("federated", func(client azcore.ClientOptions, unknown bool) (azcore.TokenCredential, error) {
		return azidentity.NewClientAssertionCredential(s.Getenv(tenantID), s.Getenv(clientID), assertion,
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: unknown})
	})
}

func (s *signIn) deviceCode() (acquirer, error) {
	if s.Talk == nil {
		return nil, &fault.Error{Message: s.doing("device-code") + ": there is nobody to show the code to"}
	}
	return s.atHost("device-code", func(client azcore.ClientOptions, unknown bool) (azcore.TokenCredential, error) {
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: client, DisableInstanceDiscovery: unknown, ClientID: s.Getenv(clientID), TenantID: s.Getenv(tenantID),
			UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
				_, err := fmt.Fprintf(s.Talk, "auth: %s%s\n", asIdentity(s.identity), m.Message)
				return err
			},
		})
	})
}

func (s *signIn) azureCLI() (acquirer, error) {
	from, err := azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: s.Getenv(tenantID)})
	return s.acquirer("azure-cli", from, err) // az knows by itself where it signs in
}

// static uses the token of a variable as it is.
func (s *signIn) static(variable string) (*Credential, error) {
	if !variableName.MatchString(variable) {
		return nil, &fault.Error{Message: "env: is not followed by the name of a variable", Hint: "say env:NAME, with the token in NAME"}
	}
	token := strings.TrimSpace(s.Getenv(variable))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "bearer") {
		token = strings.TrimSpace(rest)
	}
	switch {
	case token == "":
		return nil, &fault.Error{Message: "the token variable " + variable + " is not set"}
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, &fault.Error{Message: "what " + variable + " holds is not a token: it has spaces or characters that no token has"}
	}
	expires := ReadClaims(token).Expires
	acquire := func(context.Context) (azcore.AccessToken, error) {
		if !expires.IsZero() && !time.Now().Before(expires) {
			return azcore.AccessToken{}, &fault.Error{
				Message: "the token in " + variable + " expired at " + expires.UTC().Format(time.RFC3339),
				Hint:    "get a new one, or sign in with a kind that renews its tokens (azure-cli, device-code, client-secret)",
			}
		}
		return azcore.AccessToken{Token: token, ExpiresOn: expires}, nil
	}
	return &Credential{shown: "the token in " + variable, acquire: acquire}, nil
}

// plainHost lets azidentity, which insists on https, sign in at a test server that
// speaks http on this machine: to it, host speaks https.
type plainHost struct {
	host string
	base http.RoundTripper
}

func (p plainHost) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.EqualFold(req.URL.Host, p.host) {
		return p.base.RoundTrip(req)
	}
	resp, err := wire.Send(p.base, req, func(sent *http.Request) { sent.URL.Scheme = "http" })
	if err != nil || !strings.HasSuffix(req.URL.Path, "/.well-known/openid-configuration") {
		return resp, err
	}
	// MSAL compares the issuer with the authority, scheme included.
	body, err := wire.Read(resp.Body, 1<<20, resp.ContentLength)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	wire.SetResponseBody(resp, bytes.ReplaceAll(body, []byte("http://"+p.host), []byte("https://"+p.host)))
	return resp, nil
}
