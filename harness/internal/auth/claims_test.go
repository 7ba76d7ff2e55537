package auth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

func TestReadClaims(t *testing.T) {
	tests := []struct {
		name, token string
		want        string // kind and permissions
	}{
		{"delegated", jwt(map[string]any{"scp": "User.Read openid Chat.Create profile"}), "delegated Chat.Create User.Read"},
		{"application", jwt(map[string]any{"roles": []string{"Chat.Read.All", "Group.Read.All"}}), "application Chat.Read.All Group.Read.All"},
		{"delegated with roles", jwt(map[string]any{"scp": "User.Read", "roles": []string{"Approver"}}), "delegated User.Read"},
		{"app without a role", jwt(map[string]any{"oid": "o", "sub": "o"}), "application"},
		{"app by idtyp", jwt(map[string]any{"idtyp": "app"}), "application"},
		{"user without a scope", jwt(map[string]any{"idtyp": "user", "oid": "o", "sub": "s"}), "delegated"},
		{"scopes as a list", jwt(map[string]any{"scp": []string{"User.Read"}}), "delegated User.Read"},
		{"user by name", jwt(map[string]any{"upn": "a@b"}), "delegated"},
		{"neither", jwt(nil), "unknown"},
		{"claims of wrong types", jwt(map[string]any{"scp": 1, "roles": map[string]any{}, "tid": 2, "exp": "soon"}), "unknown"},
		{"opaque", "EwAoA8l6BAAUO9chh8cJscQLmU+LSWpbnr0vmwwAAQ==", "unknown"},
		{"encrypted", "eyJhbGciOiJSU0EifQ.a.b.c.d", "unknown"},
		{"empty", "", "unknown"},
		{"no JSON", "a." + base64.RawURLEncoding.EncodeToString([]byte("null")) + ".c", "unknown"},
		{"no base64", "a.%.c", "unknown"},
	}
	for _, tt := range tests {
		if got := ReadClaims(tt.token).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestClaimsDoNotKeepWhoseTheyAre(t *testing.T) {
	expires := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	c := ReadClaims(jwt(map[string]any{"oid": "object-id", "upn": "ada@contoso.example", "scp": "User.Read", "exp": expires.Unix()}))
	if !c.Expires.Equal(expires) {
		t.Errorf("it expires at %v, want %v", c.Expires, expires)
	}
	shown := fmt.Sprintf("%#v", c)
	for _, whose := range []string{tenant, "object-id", "ada@contoso.example"} {
		if strings.Contains(shown, whose) {
			t.Errorf("%q is in %s", whose, shown)
		}
	}
	if diff := cmp.Diff(&cassette.Auth{Kind: "delegated", Scopes: []string{"User.Read"}}, c.Auth()); diff != "" {
		t.Error(diff)
	}
	if got := (Claims{}).Auth(); got != nil {
		t.Errorf("claims of no token make %v", got)
	}
}

// FuzzReadClaims: any text is read without a panic, and never shown.
func FuzzReadClaims(f *testing.F) {
	f.Add(jwt(map[string]any{"scp": "User.Read"}))
	f.Add("EwAoA8l6BAAUO9chh8cJscQLmU")
	f.Add("..")
	f.Add("a.bnVsbA.c")
	f.Add("a.eyJleHAiOjFlOTl9.c")
	f.Fuzz(func(t *testing.T, token string) {
		c := ReadClaims(token)
		if len(token) > 40 && strings.Contains(c.String(), token) {
			t.Errorf("shown: %q", c.String())
		}
		if c.Kind == Unknown && c.Auth() != nil {
			t.Error("a cassette would keep an unknown kind")
		}
	})
}
