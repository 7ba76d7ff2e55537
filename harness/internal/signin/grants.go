package signin

import (
	"cmp"
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
type grants struct{ voice }

// authorize signs the user in without asking, and sends the browser back.
func (g grants) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Scheme == "" || q.Get("response_type") != "code" {
		http.Error(w, "AADSTS900144: redirect_uri and response_type=code are needed", http.StatusBadRequest)
		return
	}
	back := redirect.Query()
	back.Set("code", g.code(r, "0.A"+g.draw("code", 96), q.Get("scope")))
	if state := q.Get("state"); state != "" {
		back.Set("state", state)
	}
	redirect.RawQuery = back.Encode()
	w.Header().Set("Location", redirect.String())
	w.WriteHeader(http.StatusFound)
}

// scopeMark stands in a code of ours before its scope, and in none of the real hosts'.
const scopeMark = "~"

// code makes a code that brings the scope with it which it was asked for with.
func (g grants) code(r *http.Request, begins, scope string) string {
	code := begins + scopeMark + base64.RawURLEncoding.EncodeToString([]byte(scope))
	if g.opts.Strict != nil {
		g.opts.Strict.Issued(r, code)
	}
	return code
}

// scopeOf is the scope that a code of ours brings with it; any other brings none.
func scopeOf(code string) string {
	_, packed, _ := strings.Cut(code, scopeMark)
	scope, _ := base64.RawURLEncoding.DecodeString(packed)
	return string(scope)
}

func (v voice) draw(kind string, n int) string {
	return base64.RawURLEncoding.EncodeToString(v.opts.Draw(kind, n))
}

func (g grants) deviceCode(r *http.Request) (int, fields) {
	code := g.code(r, "D"+g.draw("device", 64), r.PostForm.Get("scope"))
	user := strings.ToUpper(fmt.Sprintf("%x", g.opts.Draw("userCode", 5))[:9])
	page := g.base(r) + "/device"
	return http.StatusOK, fields{
		"user_code": user, "device_code": code, "verification_uri": page, "expires_in": 900, "interval": 1,
		"message": "To sign in, open " + page + " and enter the code " + user + ".",
	}
}

// token answers the token endpoint. The statuses are the identity platform's: 401
// for a client that is not believed, 400 for the rest.
func (g grants) token(r *http.Request) (int, fields) {
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
	if g.opts.Strict != nil {
		if status, code, description, number := g.opts.Strict.Refused(r); status != 0 {
			return status, g.problem(code, description, number)
		}
	}
	scope := form.Get("scope")
	switch form.Get("grant_type") {
	case "client_credentials":
		return g.clientCredentials(r)
	case "authorization_code":
		return g.granted(r, cmp.Or(scope, scopeOf(form.Get("code"))))
	case DeviceGrant, "device_code":
		return g.granted(r, cmp.Or(scopeOf(form.Get("device_code")), scope))
	case "refresh_token": // as much as is asked for, else all of the resource
		return g.granted(r, cmp.Or(scope, g.ask(r, "").Resource+"/.default"))
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if strings.Count(form.Get("assertion"), ".") != 2 {
			return 400, g.problem("invalid_grant", "AADSTS50027: JWT token is invalid or malformed.", 50027)
		}
		return g.granted(r, scope)
	case "password":
		if form.Get("username") == "" || form.Get("password") == "" {
			return 400, g.problem("invalid_grant", "AADSTS50126: Error validating credentials due to invalid username or password.", 50126)
		}
		return g.granted(r, scope)
	}
	return 400, g.problem("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.", 70003)
}

func (g grants) clientCredentials(r *http.Request) (int, fields) {
	form := r.PostForm
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	switch {
	case secret == "" && assertion == "":
		return 401, g.problem("invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 7000218)
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
func (g grants) machineToken(r *http.Request) (int, fields) {
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

// granted is the answer to a user's sign-in: an access token, and what goes with it. A
// strict host hands out new tokens, any other leaves the client's cache as it is.
func (g grants) granted(r *http.Request, scope string) (int, fields) {
	token, granted, lifetime := g.opts.Tokens.User(g.ask(r, scope))
	said := tokenFields(token, lifetime)
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "openid", "profile", "email":
			granted = append(granted, asked)
		}
	}
	said["scope"] = strings.Join(granted, " ")
	if g.opts.Strict != nil {
		g.opts.Strict.Granted(r, scope, said)
	} else {
		keep(r, said)
	}
	if said["refresh_token"] != nil && family[strings.ToLower(r.PostForm.Get("client_id"))] {
		said["foci"] = "1"
	}
	return http.StatusOK, said
}

func tokenFields(token string, lifetime time.Duration) fields {
	seconds := int(lifetime.Seconds()) - 1
	return fields{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
}

// ask reads what a token is wanted for. Scopes of Graph need not name it.
func (g grants) ask(r *http.Request, scope string) Ask {
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
