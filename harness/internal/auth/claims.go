package auth

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A TokenKind says on whose behalf a token is.
type TokenKind string

const (
	Delegated   TokenKind = "delegated"   // of an app for a user; its permissions are scopes
	Application TokenKind = "application" // of an app alone; its permissions are roles
	Unknown     TokenKind = "unknown"     // a token that cannot be read, or none
)

// Claims are what a token says of itself, but for whose it is; nobody has verified it.
type Claims struct {
	Kind     TokenKind
	Scopes   []string  // scp, sorted
	Roles    []string  // roles, sorted
	Expires  time.Time // zero when unknown
	audience string    // the service that it is for; "" when unknown
}

// ReadClaims reads a token without verifying it. What is no JWT (the opaque EwA...
// tokens of consumer accounts, concepts/auth/auth-concepts; an encrypted token) is
// of Unknown kind.
func ReadClaims(token string) Claims {
	var said map[string]any
	if parts := strings.Split(token, "."); len(parts) == 3 {
		payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
		if err != nil || json.Unmarshal(payload, &said) != nil {
			said = nil
		}
	}
	c := Claims{Kind: kindOf(said), Scopes: namesIn(said["scp"]), Roles: namesIn(said["roles"])}
	c.audience, _ = said["aud"].(string)
	if seconds, ok := said["exp"].(float64); ok && seconds > 0 && seconds < 1e11 {
		c.Expires = time.Unix(int64(seconds), 0)
	}
	return c
}

// kindOf goes by idtyp where the token has it, by scp, which only delegated tokens
// have, by roles, and for an app without a single role by sub, which is then its
// object id (I).
func kindOf(said map[string]any) TokenKind {
	text := func(name string) string { s, _ := said[name].(string); return s }
	switch {
	case text("idtyp") == "app":
		return Application
	case text("idtyp") == "user", len(namesIn(said["scp"])) > 0, text("upn") != "":
		return Delegated
	case len(namesIn(said["roles"])) > 0:
		return Application
	case text("oid") != "" && text("oid") == text("sub"):
		return Application
	}
	return Unknown
}

// namesIn reads a list of names and a text of names alike.
func namesIn(claim any) []string {
	var names []string
	switch claim := claim.(type) {
	case string:
		names = strings.Fields(claim)
	case []any:
		for _, item := range claim {
			if name, ok := item.(string); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Auth is what a cassette keeps of the token; nil when the kind is unknown.
func (c Claims) Auth() *cassette.Auth {
	if c.Kind != Delegated && c.Kind != Application {
		return nil
	}
	return &cassette.Auth{Kind: string(c.Kind), Scopes: slices.Clone(c.Scopes), Roles: slices.Clone(c.Roles)}
}

// held are the permissions of the token's kind, those of signing in aside.
func (c Claims) held() []string {
	if c.Kind == Application {
		return c.Roles
	}
	return slices.DeleteFunc(slices.Clone(c.Scopes), func(name string) bool {
		return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, strings.ToLower(name))
	})
}

// String says the kind and the permissions.
func (c Claims) String() string {
	return strings.Join(append([]string{string(cmp.Or(c.Kind, Unknown))}, c.held()...), " ")
}
