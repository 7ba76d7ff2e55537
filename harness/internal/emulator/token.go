package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	graphAppID    = "00000003-0000-0000-c000-000000000000"
	tokenLifetime = time.Hour
)

// tokens makes and checks access tokens. It keeps none: a token's signature tells
// that it was made here, though no public key would confirm it.
type tokens struct {
	site  *site
	known []string // all permissions that the routes ask for
	user  *user    // who signs in
}

// A caller is who sent a request, and what it may do.
type caller struct {
	oid       string
	delegated bool
	granted   []string
}

// may reports whether any one of the permissions was granted; the order is advice
// (docs' permission tables).
func (c caller) may(need string) bool {
	return need == "" || slices.ContainsFunc(strings.Fields(need), func(p string) bool {
		return slices.Contains(c.granted, p)
	})
}

type claims struct {
	Audience   string   `json:"aud"`
	Issuer     string   `json:"iss"`
	IssuedAt   int64    `json:"iat"`
	NotBefore  int64    `json:"nbf"`
	Expires    int64    `json:"exp"`
	AppName    string   `json:"app_displayname"`
	AppID      string   `json:"appid"`
	Kind       string   `json:"idtyp"`
	ObjectID   string   `json:"oid"`
	Roles      []string `json:"roles,omitempty"`
	Scopes     string   `json:"scp,omitempty"`
	Subject    string   `json:"sub"`
	Tenant     string   `json:"tid"`
	UniqueName string   `json:"unique_name,omitempty"`
	UPN        string   `json:"upn,omitempty"`
	TokenID    string   `json:"uti"`
	Version    string   `json:"ver"`
}

func (t *tokens) base() claims {
	now := t.site.now()
	return claims{
		Audience: t.site.hosts.Graph,
		Issuer:   "https://sts.windows.net/" + t.site.tenant + "/",
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(tokenLifetime).Unix(),
		AppName: "Stand-in client",
		AppID:   t.site.ids.fixedGUID("client"),
		Tenant:  t.site.tenant,
		TokenID: t.site.ids.base64url("token", "", 16),
		Version: "1.0",
	}
}

func (t *tokens) app(roles []string) string {
	c := t.base()
	c.Kind, c.ObjectID = "app", t.site.ids.fixedGUID("servicePrincipal")
	c.Subject = c.ObjectID
	c.Roles = firstList(roles, t.site.options.Roles, t.known)
	return t.sign(c)
}

func (t *tokens) delegated(scopes []string) string {
	c := t.base()
	c.Kind, c.ObjectID, c.Subject = "user", t.user.id, base64.RawURLEncoding.EncodeToString(t.site.ids.fixed("subject", 32))
	c.UPN = t.user.props.text("userPrincipalName")
	c.UniqueName = c.UPN
	c.Scopes = strings.Join(firstList(scopes, t.site.options.Scopes, t.known), " ")
	return t.sign(c)
}

// grant is what a user gets of the scopes that are asked for: what its token carries
// (those that are allowed, all of them for .default), and what the answer repeats, as it
// was asked for: a client takes a scope that is not repeated for declined (MSAL for Go,
// findDeclinedScopes). Scopes may be full (https://graph.microsoft.com/User.Read).
func (t *tokens) grant(asked []string) (carried, granted []string) {
	allowed := firstList(t.site.options.Scopes, t.known)
	carried = []string{}
	for _, scope := range asked {
		name := scope[strings.LastIndexByte(scope, '/')+1:]
		switch {
		case name == ".default":
			carried = allowed
		case slices.Contains(allowed, name):
			if !slices.Contains(carried, name) {
				carried = append(slices.Clip(carried), name)
			}
		default:
			continue
		}
		granted = append(granted, scope)
	}
	return carried, granted
}

func firstList(lists ...[]string) []string {
	for _, list := range lists {
		if list != nil {
			return list
		}
	}
	return nil
}

func (t *tokens) sign(claims any) string {
	header, _ := marshal(object{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", t.keyID()}}) // of strings: cannot fail
	payload, _ := marshal(claims)
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return signed + "." + base64.RawURLEncoding.EncodeToString(t.seal(signed))
}

func (t *tokens) keyID() string {
	return base64.RawURLEncoding.EncodeToString(t.site.ids.fixed("key", 20))
}

// seal is as long as an RSA signature, and none.
func (t *tokens) seal(signed string) []byte {
	key := binary.BigEndian.AppendUint64([]byte("seal"), t.site.ids.seed)
	var out []byte
	for block := byte(0); len(out) < 256; block++ {
		mac := hmac.New(sha256.New, key)
		mac.Write(append([]byte(signed), block))
		out = mac.Sum(out)
	}
	return out
}

// check reads a request's Authorization (error texts: I).
func (t *tokens) check(authorization string, now time.Time) (caller, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if token == "" || !strings.EqualFold(scheme, "bearer") {
		return caller{}, t.denied("Access token is empty.")
	}
	signed, signature, payload, ok := splitJWT(token)
	if !ok {
		return caller{}, t.denied("IDX14100: JWT is not well formed, there are no dots (.).")
	}
	if !hmac.Equal(signature, t.seal(signed)) {
		return caller{}, t.denied("IDX10511: Signature validation failed.")
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return caller{}, t.denied("IDX12723: Unable to decode the payload of the JWT.")
	}
	if now.Unix() >= c.Expires {
		return caller{}, t.denied("Lifetime validation failed, the token is expired.")
	}
	return caller{oid: c.ObjectID, delegated: c.Kind == "user", granted: append(c.Roles, strings.Fields(c.Scopes)...)}, nil
}

func splitJWT(token string) (signed string, signature, payload []byte, ok bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return "", nil, nil, false
	}
	_, middle, ok := strings.Cut(token[:dot], ".")
	if !ok {
		return "", nil, nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(middle)
	if err != nil {
		return "", nil, nil, false
	}
	signature, err = base64.RawURLEncoding.DecodeString(token[dot+1:])
	return token[:dot], signature, payload, err == nil
}

func (t *tokens) denied(message string) error {
	f := fail(401, "InvalidAuthenticationToken", "%s", message)
	f.header = http.Header{"Www-Authenticate": {`Bearer realm="", authorization_uri="` + t.site.hosts.Login +
		`/common/oauth2/authorize", client_id="` + graphAppID + `"`}}
	return f
}
