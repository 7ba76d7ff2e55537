package signin

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// unsigned makes tokens that nobody signed, for replay.
type unsigned struct {
	now           func() time.Time
	user          User
	scopes, roles []string
}

// Tokens of a replay are kept in the caches of clients, where the next live run finds
// them, and the service refuses them. MSAL and azcore do not use what ends within five
// minutes. Programs that trust expiry to the end (rclone) get theirs with a refresh
// token.
const (
	lifetime        = 299 * time.Second
	renewalLifetime = time.Minute
)

func (a Ask) lifetime() time.Duration {
	if a.Renewal {
		return renewalLifetime
	}
	return lifetime
}

// skew lets a token be used by a client whose clock is behind.
const skew = 5 * time.Minute

func (t *unsigned) claims(a Ask) map[string]any {
	now := t.now()
	return map[string]any{
		"aud": a.Resource, "iss": "https://sts.windows.net/" + a.Tenant + "/", "tid": a.Tenant, "appid": a.ClientID,
		"iat": now.Add(-skew).Unix(), "nbf": now.Add(-skew).Unix(), "exp": now.Add(a.lifetime()).Unix(),
		"app_displayname": "graphvcr stand-in", "ver": "1.0",
	}
}

func (t *unsigned) App(a Ask) (string, time.Duration) {
	c := t.claims(a)
	c["idtyp"], c["oid"], c["sub"] = "app", inventedTenant, inventedTenant
	if t.roles != nil {
		c["roles"] = t.roles
	}
	return t.Sign(c), a.lifetime()
}

func (t *unsigned) User(a Ask) (string, []string, time.Duration) {
	c := t.claims(a)
	c["idtyp"], c["oid"], c["sub"], c["upn"], c["unique_name"] = "user", t.user.ID, t.user.ID, t.user.PrincipalName, t.user.PrincipalName
	var carried []string
	for _, asked := range a.Scopes {
		name := asked[strings.LastIndexByte(asked, '/')+1:]
		if name == ".default" {
			carried = append(carried, t.scopes...)
		} else {
			carried = append(carried, name)
		}
	}
	c["scp"] = strings.Join(carried, " ")
	return t.Sign(c), a.Scopes, a.lifetime()
}

func (t *unsigned) Sign(claims map[string]any) string {
	payload, _ := json.Marshal(claims) // of strings and numbers: cannot fail
	const header = `{"alg":"none","typ":"JWT"}`
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode(payload) + "."
}
