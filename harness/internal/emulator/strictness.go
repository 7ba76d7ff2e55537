package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/signin"
)

// strictness refuses codes and refresh tokens that were not handed out here, and another
// secret than the emulator's; a device code is pending at first; a sign-in is answered with
// a refresh token and who signed in.
type strictness struct {
	site   *site
	tokens *tokens

	mu      sync.Mutex
	codes   map[string]url.Values // authorization codes, used once, and what they were asked for with
	devices map[string]int        // device codes, and how often they were asked about
	refresh map[string]string     // refresh tokens and their scopes
}

func newStrictness(s *site, t *tokens) *strictness {
	return &strictness{site: s, tokens: t, codes: map[string]url.Values{}, devices: map[string]int{}, refresh: map[string]string{}}
}

// devicePolls is how many requests for a token find the user still busy with the code.
const devicePolls = 1

// mostKept bounds what is remembered of each kind.
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

// Issued implements signin.Strict.
func (s *strictness) Issued(r *http.Request, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		remember(s.codes, code, r.URL.Query())
	} else {
		remember(s.devices, code, 0)
	}
}

// Refused implements signin.Strict.
func (s *strictness) Refused(r *http.Request) (status int, code, description string, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	form := r.PostForm
	switch form.Get("grant_type") {
	case "client_credentials":
		secret, want := form.Get("client_secret"), s.site.options.ClientSecret
		if want != "" && secret != "" && secret != want && form.Get("client_assertion") == "" {
			return 401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", 7000215
		}
	case "authorization_code":
		return s.redeem(form)
	case signin.DeviceGrant, "device_code":
		return s.pollDevice(form.Get("device_code"))
	case "refresh_token":
		scope, known := s.refresh[form.Get("refresh_token")]
		if !known {
			return 400, "invalid_grant", "AADSTS9002313: Invalid request. The refresh token is malformed or unknown.", 9002313
		}
		complete(form, "scope", scope) // as much as was granted before
	}
	return 0, "", "", 0
}

// complete sets what a form leaves out.
func complete(form url.Values, name, value string) {
	if form.Get(name) == "" {
		form.Set(name, value)
	}
}

func (s *strictness) redeem(form url.Values) (status int, code, description string, number int) {
	asked, known := s.codes[form.Get("code")]
	delete(s.codes, form.Get("code"))
	switch {
	case !known:
		return 400, "invalid_grant", "AADSTS70008: The provided authorization code is invalid or has expired.", 70008
	case asked.Get("redirect_uri") != form.Get("redirect_uri"):
		return 400, "invalid_grant", "AADSTS50011: The redirect URI specified in the request does not match.", 50011
	case !proves(asked.Get("code_challenge"), form.Get("code_verifier")):
		return 400, "invalid_grant", "AADSTS50148: The code_verifier does not match the code_challenge supplied in the authorization request.", 50148
	}
	form.Set("nonce", asked.Get("nonce"))
	return 0, "", "", 0
}

// proves checks a PKCE verifier against its challenge.
func proves(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return challenge == "" || challenge == verifier || challenge == base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *strictness) pollDevice(device string) (status int, code, description string, number int) {
	polls, known := s.devices[device]
	switch {
	case !known:
		return 400, "bad_verification_code", "AADSTS70019: Verification code expired or unknown.", 70019
	case polls < devicePolls:
		s.devices[device] = polls + 1
		return 400, "authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.", 70016
	}
	delete(s.devices, device)
	return 0, "", "", 0
}

// Granted implements signin.Strict: it adds a refresh token and an id token by scope, and
// client_info where MSAL asks for it.
func (s *strictness) Granted(r *http.Request, scope string, said map[string]any) {
	for asked := range strings.FieldsSeq(scope) {
		switch asked {
		case "offline_access":
			token := "0.A" + base64.RawURLEncoding.EncodeToString(s.site.ids.draw("refresh", "", 300))
			s.mu.Lock()
			remember(s.refresh, token, scope)
			s.mu.Unlock()
			said["refresh_token"] = token
		case "openid":
			said["id_token"] = s.idToken(r.PostForm)
		}
	}
	if r.PostForm.Get("client_info") == "1" {
		said["client_info"] = base64.RawURLEncoding.EncodeToString([]byte(`{"uid":"` + s.tokens.user.id + `","utid":"` + s.site.tenant + `"}`))
	}
}

// idToken says who signed in.
func (s *strictness) idToken(form url.Values) string {
	now, u := s.site.now(), s.tokens.user
	subject := sha256.Sum256([]byte(u.id))
	claims := map[string]any{
		"aud": form.Get("client_id"), "iss": s.site.hosts.Login + "/" + s.site.tenant + "/v2.0", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"name": u.props.text("displayName"), "oid": u.id, "preferred_username": u.props.text("userPrincipalName"),
		"sub": base64.RawURLEncoding.EncodeToString(subject[:]), "tid": s.site.tenant, "ver": "2.0",
	}
	if nonce := form.Get("nonce"); nonce != "" {
		claims["nonce"] = nonce
	}
	return s.tokens.sign(claims)
}
