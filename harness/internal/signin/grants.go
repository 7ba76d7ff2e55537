package signin

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// grants answers who asks for tokens.
type grants struct {
	voice
	codes   map[string]authorization // authorization codes, used once
	devices map[string]*device       // device codes
	refresh map[string]string        // refresh tokens and their scopes
}

// authorization is what an authorization code was handed out for.
type authorization struct{ scope, redirect, challenge, nonce string }

// proves checks a PKCE verifier against its challenge.
func (a authorization) proves(verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return a.challenge == "" || a.challenge == verifier || a.challenge == base64.RawURLEncoding.EncodeToString(sum[:])
}

type device struct {
	scope string
	polls int
}

// devicePolls is how many token requests find the user still busy with the code,
// where the host is strict.
const devicePolls = 1

// mostKept bounds the codes and the refresh tokens that are remembered of each kind.
const mostKept = 10_000

// remember adds to one of them; when it is full, something else is forgotten.
func remember[V any](kept map[string]V, code string, v V) {
	for other := range kept {
		if len(kept) < mostKept {
			break
		}
		delete(kept, other)
	}
	kept[code] = v
}

// authorize signs the user in without asking, and sends the browser back.
func (h *Host) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Scheme == "" || q.Get("response_type") != "code" {
		http.Error(w, "AADSTS900144: redirect_uri and response_type=code are needed", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	code := h.grants.code(authorization{q.Get("scope"), q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce")})
	h.mu.Unlock()
	back := redirect.Query()
	back.Set("code", code)
	if state := q.Get("state"); state != "" {
		back.Set("state", state)
	}
	redirect.RawQuery = back.Encode()
	w.Header().Set("Location", redirect.String())
	w.WriteHeader(http.StatusFound)
}

// code is a new authorization code.
func (g *grants) code(a authorization) string {
	code := "0.A" + g.draw("code", 96)
	remember(g.codes, code, a)
	return code
}

func (v voice) draw(kind string, n int) string {
	return base64.RawURLEncoding.EncodeToString(v.opts.Draw(kind, n))
}

func (g *grants) deviceCode(r *http.Request) (int, fields) {
	code := "D" + g.draw("device", 64)
	user := strings.ToUpper(fmt.Sprintf("%x", g.opts.Draw("userCode", 5))[:9])
	remember(g.devices, code, &device{scope: r.PostForm.Get("scope")})
	page := g.base(r) + "/device"
	return http.StatusOK, fields{
		"user_code": user, "device_code": code, "verification_uri": page, "expires_in": 900, "interval": 1,
		"message": "To sign in, open " + page + " and enter the code " + user + ".",
	}
}

// token answers the token endpoint. The statuses are the identity platform's: 401
// for a client that is not believed, 400 for the rest.
func (g *grants) token(r *http.Request) (int, fields) {
	form := r.PostForm
	if id, secret, ok := r.BasicAuth(); ok && form.Get("client_secret") == "" {
		form.Set("client_secret", secret)
		if form.Get("client_id") == "" {
			form.Set("client_id", id)
		}
	}
	if resource := form.Get("resource"); resource != "" && form.Get("scope") == "" { // version 1
		form.Set("scope", strings.TrimSuffix(resource, "/")+"/.default")
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		return g.clientCredentials(r)
	case "authorization_code":
		return g.redeem(r)
	case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
		return g.pollDevice(r)
	case "refresh_token":
		return g.renew(r)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return g.onBehalfOf(r)
	case "password":
		if form.Get("username") == "" || form.Get("password") == "" {
			return 400, g.problem("invalid_grant", "AADSTS50126: Error validating credentials due to invalid username or password.", 50126)
		}
		return g.granted(r, form.Get("scope"), "")
	}
	return 400, g.problem("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.", 70003)
}

func (g *grants) clientCredentials(r *http.Request) (int, fields) {
	form := r.PostForm
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	switch want := g.opts.ClientSecret; {
	case secret == "" && assertion == "":
		return 401, g.problem("invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 7000218)
	case want != "" && assertion == "" && secret != want:
		return 401, g.problem("invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
	case assertion != "" && strings.Count(assertion, ".") != 2:
		return 401, g.problem("invalid_client", "AADSTS50027: JWT token is invalid or malformed.", 50027)
	case !strings.Contains(form.Get("scope"), "/.default"):
		return 400, g.problem("invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.", 1002012)
	}
	token, lifetime := g.opts.Tokens.App(g.ask(r, form.Get("scope")))
	return http.StatusOK, tokenFields(token, lifetime)
}

// machineToken is the token of a managed identity. azidentity first asks without the
// header that a request has to bear, and reads the refusal as a sign of life.
func (g *grants) machineToken(r *http.Request) (int, fields) {
	resource := strings.TrimSuffix(r.Form.Get("resource"), "/")
	if r.Header.Get("Metadata") != "true" || resource == "" {
		return 400, g.problem("bad_request_102", "Required metadata header not specified", 0)
	}
	token, lifetime := g.opts.Tokens.App(Ask{Tenant: g.tenant(r), ClientID: r.Form.Get("client_id"), Resource: resource, Scopes: []string{resource + "/.default"}})
	said := tokenFields(token, lifetime)
	seconds := int(lifetime.Seconds()) - 1
	said["expires_in"], said["ext_expires_in"] = strconv.Itoa(seconds), strconv.Itoa(seconds) // strings here
	said["expires_on"] = strconv.FormatInt(g.opts.Now().Unix()+int64(seconds), 10)
	said["resource"] = resource
	return http.StatusOK, said
}

func (g *grants) redeem(r *http.Request) (int, fields) {
	form := r.PostForm
	a, known := g.codes[form.Get("code")]
	delete(g.codes, form.Get("code"))
	switch {
	case !g.opts.Strict:
	case !known:
		return 400, g.problem("invalid_grant", "AADSTS70008: The provided authorization code is invalid or has expired.", 70008)
	case a.redirect != form.Get("redirect_uri"):
		return 400, g.problem("invalid_grant", "AADSTS50011: The redirect URI specified in the request does not match.", 50011)
	case !a.proves(form.Get("code_verifier")):
		return 400, g.problem("invalid_grant", "AADSTS50148: The code_verifier does not match the code_challenge supplied in the authorization request.", 50148)
	}
	return g.granted(r, cmp.Or(form.Get("scope"), a.scope), a.nonce)
}

func (g *grants) pollDevice(r *http.Request) (int, fields) {
	code := r.PostForm.Get("device_code")
	d := g.devices[code]
	switch {
	case d == nil && g.opts.Strict:
		return 400, g.problem("bad_verification_code", "AADSTS70019: Verification code expired or unknown.", 70019)
	case d == nil:
		d = &device{scope: r.PostForm.Get("scope")}
	}
	if d.polls++; g.opts.Strict && d.polls <= devicePolls {
		return 400, g.problem("authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.", 70016)
	}
	delete(g.devices, code)
	return g.granted(r, d.scope, "")
}

func (g *grants) renew(r *http.Request) (int, fields) {
	form := r.PostForm
	scope, known := g.refresh[form.Get("refresh_token")]
	if !known && g.opts.Strict {
		return 400, g.problem("invalid_grant", "AADSTS9002313: Invalid request. The refresh token is malformed or unknown.", 9002313)
	}
	// As much as was granted before, or, where nobody here knows that, all of the resource.
	scope = cmp.Or(form.Get("scope"), scope, g.ask(r, "").Resource+"/.default")
	return g.granted(r, scope, "")
}

func (g *grants) onBehalfOf(r *http.Request) (int, fields) {
	if strings.Count(r.PostForm.Get("assertion"), ".") != 2 {
		return 400, g.problem("invalid_grant", "AADSTS50027: JWT token is invalid or malformed.", 50027)
	}
	return g.granted(r, r.PostForm.Get("scope"), "")
}

// granted is the answer to a user's sign-in: an access token, and what goes with it. A
// strict host hands out new tokens, any other leaves the client's cache as it is.
func (g *grants) granted(r *http.Request, scope, nonce string) (int, fields) {
	token, granted, lifetime := g.opts.Tokens.User(g.ask(r, scope))
	said := tokenFields(token, lifetime)
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "openid", "profile", "email":
			granted = append(granted, asked)
		}
	}
	said["scope"] = strings.Join(granted, " ")
	if g.opts.Strict {
		g.introduce(r, scope, nonce, said)
	} else {
		keep(r, said)
	}
	return http.StatusOK, said
}

// introduce adds a refresh token and an id token by scope, and client_info where MSAL
// asks for it.
func (g *grants) introduce(r *http.Request, scope, nonce string, said fields) {
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "offline_access":
			token := "0.A" + g.draw("refresh", 300)
			remember(g.refresh, token, scope)
			said["refresh_token"] = token
			inFamily(r, said)
		case "openid":
			said["id_token"] = g.idToken(r, nonce)
		}
	}
	if r.PostForm.Get("client_info") == "1" {
		said["client_info"] = clientInfo(g.opts.User.ID, g.tenant(r))
	}
}

func tokenFields(token string, lifetime time.Duration) fields {
	seconds := int(lifetime.Seconds()) - 1
	return fields{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
}

// ask reads what a token is wanted for. Scopes of Graph need not name it.
func (g *grants) ask(r *http.Request, scope string) Ask {
	cloud, _ := graph.SignInCloud(r.Host)
	a := Ask{Tenant: g.tenant(r), ClientID: r.PostForm.Get("client_id"), Resource: "https://" + cloud.Host, Renewal: r.PostForm.Get("grant_type") == "refresh_token"}
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "openid", "profile", "email", "offline_access":
			continue
		}
		if slash := strings.LastIndexByte(asked, '/'); slash > 0 {
			a.Resource = strings.TrimSuffix(asked[:slash], "/")
		}
		a.Scopes = append(a.Scopes, asked)
	}
	return a
}

// idToken says who signed in.
func (g *grants) idToken(r *http.Request, nonce string) string {
	now, u := g.opts.Now(), g.opts.User
	subject := sha256.Sum256([]byte(u.ID))
	claims := map[string]any{
		"aud": r.PostForm.Get("client_id"), "iss": g.issuer(r), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"name": u.Name, "oid": u.ID, "preferred_username": u.PrincipalName,
		"sub": base64.RawURLEncoding.EncodeToString(subject[:]), "tid": g.tenant(r), "ver": "2.0",
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return g.opts.Tokens.Sign(claims)
}
