package emulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// token answers the token endpoint. The statuses are the identity platform's: 401
// for a client that is not believed, 400 for the rest (I).
func (l *login) token(r *http.Request) (int, object) {
	form := r.PostForm
	if _, secret, ok := r.BasicAuth(); ok && form.Get("client_secret") == "" {
		form.Set("client_secret", secret)
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		return l.clientCredentials(form)
	case "authorization_code":
		return l.redeem(form)
	case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
		return l.pollDevice(form)
	case "refresh_token":
		return l.renew(form)
	case "password":
		if form.Get("username") == "" || form.Get("password") == "" {
			return 400, l.problem("invalid_grant", "AADSTS50126: Error validating credentials due to invalid username or password.", 50126)
		}
		return l.granted(form, form.Get("scope"), "")
	}
	return 400, l.problem("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.", 70003)
}

func (l *login) clientCredentials(form url.Values) (int, object) {
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	switch want := l.site.options.ClientSecret; {
	case secret == "" && assertion == "":
		return 401, l.problem("invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 7000218)
	case want != "" && assertion == "" && secret != want:
		return 401, l.problem("invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215)
	case assertion != "" && strings.Count(assertion, ".") != 2:
		return 401, l.problem("invalid_client", "AADSTS50027: JWT token is invalid or malformed.", 50027)
	case !strings.Contains(form.Get("scope"), "/.default"):
		return 400, l.problem("invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.", 1002012)
	}
	lifetime := int(tokenLifetime.Seconds()) - 1
	return 200, object{{"token_type", "Bearer"}, {"expires_in", lifetime}, {"ext_expires_in", lifetime}, {"access_token", l.tokens.app(nil)}}
}

func (l *login) redeem(form url.Values) (int, object) {
	code := form.Get("code")
	a, known := l.codes[code]
	delete(l.codes, code)
	switch {
	case !known:
		return 400, l.problem("invalid_grant", "AADSTS70008: The provided authorization code is invalid or has expired.", 70008)
	case a.redirect != form.Get("redirect_uri"):
		return 400, l.problem("invalid_grant", "AADSTS50011: The redirect URI specified in the request does not match.", 50011)
	case !a.proves(form.Get("code_verifier")):
		return 400, l.problem("invalid_grant", "AADSTS50148: The code_verifier does not match the code_challenge supplied in the authorization request.", 50148)
	}
	scope := form.Get("scope")
	if scope == "" {
		scope = a.scope
	}
	return l.granted(form, scope, a.nonce)
}

func (l *login) pollDevice(form url.Values) (int, object) {
	d := l.devices[form.Get("device_code")]
	if d == nil {
		return 400, l.problem("bad_verification_code", "AADSTS70019: Verification code expired or unknown.", 70019)
	}
	if d.polls++; d.polls <= devicePolls {
		return 400, l.problem("authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.", 70016)
	}
	delete(l.devices, form.Get("device_code"))
	return l.granted(form, d.scope, "")
}

func (l *login) renew(form url.Values) (int, object) {
	scope, known := l.refresh[form.Get("refresh_token")]
	if !known {
		return 400, l.problem("invalid_grant", "AADSTS9002313: Invalid request. The refresh token is malformed or unknown.", 9002313)
	}
	if asked := form.Get("scope"); asked != "" {
		scope = asked
	}
	return l.granted(form, scope, "")
}

// granted is the answer to a user's sign-in: an access token, and by scope a
// refresh token and an id token; client_info where MSAL asks for it.
func (l *login) granted(form url.Values, scope, nonce string) (int, object) {
	scopes := l.tokens.grant(scope)
	if scopes == nil {
		scopes = []string{}
	}
	lifetime := int(tokenLifetime.Seconds()) - 1
	o := object{
		{"token_type", "Bearer"}, {"scope", strings.Join(scopes, " ")}, {"expires_in", lifetime}, {"ext_expires_in", lifetime},
		{"access_token", l.tokens.delegated(scopes)},
	}
	asked := strings.Fields(scope)
	for _, s := range asked {
		switch s {
		case "offline_access":
			token := "0.A" + l.site.ids.base64url("refresh", "", 300)
			l.refresh[token] = scope
			o = append(o, member{"refresh_token", token})
		case "openid":
			o = append(o, member{"id_token", l.idToken(form.Get("client_id"), nonce)})
		}
	}
	if form.Get("client_info") == "1" {
		info, _ := marshal(object{{"uid", l.tokens.user.id}, {"utid", l.site.tenant}}) // of strings: cannot fail
		o = append(o, member{"client_info", base64.RawURLEncoding.EncodeToString(info)})
	}
	return http.StatusOK, o
}
