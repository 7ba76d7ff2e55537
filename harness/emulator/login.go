package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// login is the sign-in host (identity platform; I throughout, and azidentity's and
// MSAL's requests as measured).
type login struct {
	site    *site
	tokens  *tokens
	mux     *http.ServeMux
	codes   map[string]authorization // authorization codes, used once
	devices map[string]*device       // device codes
	refresh map[string]string        // refresh tokens and their scopes
}

type authorization struct{ scope, redirect, challenge, nonce string }

type device struct {
	scope string
	polls int
}

// devicePolls is how many token requests find the user still busy with the code.
const devicePolls = 1

func newLogin(s *site, t *tokens) *login {
	l := &login{site: s, tokens: t, mux: http.NewServeMux(),
		codes: map[string]authorization{}, devices: map[string]*device{}, refresh: map[string]string{}}
	l.mux.HandleFunc("GET /common/discovery/instance", l.json(l.instances))
	l.mux.HandleFunc("GET /common/userrealm/{user}", l.json(l.realm))
	l.mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", l.json(l.configuration))
	l.mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", l.json(l.keys))
	l.mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", l.authorize)
	l.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", l.json(l.deviceCode))
	l.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", l.json(l.token))
	return l
}

func (l *login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("date", l.site.now().Format(http.TimeFormat))
	h.Set("cache-control", "no-store, no-cache")
	h.Set("strict-transport-security", "max-age=31536000; includeSubDomains")
	h.Set("x-ms-request-id", l.site.ids.guid("login", ""))
	if id := r.Header.Get("client-request-id"); id != "" {
		h.Set("client-request-id", id)
	}
	l.mux.ServeHTTP(w, r)
}

// json serves what a function of the request's form says.
func (l *login) json(answer func(r *http.Request) (int, object)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		status, o := http.StatusBadRequest, object(nil)
		if err := r.ParseForm(); err != nil {
			o = l.problem("invalid_request", "AADSTS900144: The request body is malformed.", 900144)
		} else {
			l.site.mu.Lock()
			status, o = answer(r)
			l.site.mu.Unlock()
		}
		body, err := marshal(o)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answerBytes(status, "application/json; charset=utf-8", body).send(w, r)
	}
}

func (l *login) problem(code, description string, number int) object {
	trace := l.site.ids.guid("trace", "")
	now := l.site.now().Format("2006-01-02 15:04:05Z")
	return object{
		{"error", code},
		{"error_description", description + " Trace ID: " + trace + " Correlation ID: " + trace + " Timestamp: " + now},
		{"error_codes", []int{number}}, {"timestamp", now}, {"trace_id", trace}, {"correlation_id", trace},
	}
}

func (l *login) instances(*http.Request) (int, object) {
	host := withoutScheme(l.site.hosts.Login)
	return 200, object{
		{"tenant_discovery_endpoint", l.site.hosts.Login + "/" + l.site.tenant + "/v2.0/.well-known/openid-configuration"},
		{"api-version", "1.1"},
		{"metadata", []object{{{"preferred_network", host}, {"preferred_cache", host}, {"aliases", []string{host}}}}},
	}
}

func (l *login) realm(*http.Request) (int, object) {
	return 200, object{{"ver", "1.0"}, {"account_type", "Managed"}, {"domain_name", domain}, {"cloud_instance_name", "microsoftonline.com"}}
}

func (l *login) configuration(r *http.Request) (int, object) {
	base := l.site.hosts.Login + "/" + r.PathValue("tenant")
	return 200, object{
		{"token_endpoint", base + "/oauth2/v2.0/token"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}},
		{"jwks_uri", base + "/discovery/v2.0/keys"},
		{"response_modes_supported", []string{"query", "fragment", "form_post"}},
		{"subject_types_supported", []string{"pairwise"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"response_types_supported", []string{"code", "id_token", "code id_token", "id_token token"}},
		{"scopes_supported", []string{"openid", "profile", "email", "offline_access"}},
		{"issuer", l.issuer()},
		{"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
		{"device_authorization_endpoint", base + "/oauth2/v2.0/devicecode"},
		{"end_session_endpoint", base + "/oauth2/v2.0/logout"},
		{"tenant_region_scope", "EU"},
		{"cloud_instance_name", "microsoftonline.com"},
		{"msgraph_host", withoutScheme(l.site.hosts.Graph)},
	}
}

func (l *login) issuer() string { return l.site.hosts.Login + "/" + l.site.tenant + "/v2.0" }

func (l *login) keys(*http.Request) (int, object) {
	modulus := base64.RawURLEncoding.EncodeToString(l.site.ids.fixed("modulus", 256))
	return 200, object{{"keys", []object{{
		{"kty", "RSA"}, {"use", "sig"}, {"kid", l.tokens.keyID()}, {"x5t", l.tokens.keyID()},
		{"n", modulus}, {"e", "AQAB"}, {"issuer", l.issuer()},
	}}}}
}

// authorize signs the user in without asking, and sends the browser back.
func (l *login) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Scheme == "" || q.Get("response_type") != "code" {
		http.Error(w, "AADSTS900144: redirect_uri and response_type=code are needed", http.StatusBadRequest)
		return
	}
	code := "0.A" + l.site.ids.base64url("code", "", 96)
	l.site.mu.Lock()
	l.codes[code] = authorization{q.Get("scope"), q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce")}
	l.site.mu.Unlock()
	back := redirect.Query()
	back.Set("code", code)
	if state := q.Get("state"); state != "" {
		back.Set("state", state)
	}
	redirect.RawQuery = back.Encode()
	w.Header().Set("Location", redirect.String())
	w.WriteHeader(http.StatusFound)
}

func (l *login) deviceCode(r *http.Request) (int, object) {
	code := "D" + l.site.ids.base64url("device", "", 64)
	user := strings.ToUpper(l.site.ids.hex("userCode", "", 9))
	l.devices[code] = &device{scope: r.PostForm.Get("scope")}
	return 200, object{
		{"user_code", user}, {"device_code", code}, {"verification_uri", l.site.hosts.Login + "/device"},
		{"expires_in", 900}, {"interval", 1},
		{"message", "To sign in, open " + l.site.hosts.Login + "/device and enter the code " + user + "."},
	}
}

// proves checks a PKCE verifier against its challenge.
func (a authorization) proves(verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return a.challenge == "" || a.challenge == verifier || a.challenge == base64.RawURLEncoding.EncodeToString(sum[:])
}

// idToken tells the client who signed in.
func (l *login) idToken(clientID, nonce string) string {
	now := l.site.now()
	u := l.tokens.user
	c := object{
		{"aud", clientID}, {"iss", l.issuer()}, {"iat", now.Unix()}, {"nbf", now.Unix()}, {"exp", now.Add(time.Hour).Unix()},
		{"name", u.props.text("displayName")}, {"oid", u.id}, {"preferred_username", u.props.text("userPrincipalName")},
		{"sub", base64.RawURLEncoding.EncodeToString(l.site.ids.fixed("subject", 32))}, {"tid", l.site.tenant}, {"ver", "2.0"},
	}
	if nonce != "" {
		c = append(c, member{"nonce", nonce})
	}
	return l.tokens.sign(c)
}
