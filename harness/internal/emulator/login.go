package emulator

import (
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/signin"
)

// newLogin is the sign-in host, which refuses what the real one would.
func newLogin(s *site, t *tokens) *signin.Host {
	u := t.user
	return signin.New(signin.Options{
		URL: s.hosts.Login, GraphHost: withoutScheme(s.hosts.Graph), Tenant: s.tenant,
		User:   signin.User{ID: u.id, Name: u.props.text("displayName"), PrincipalName: u.props.text("userPrincipalName")},
		Tokens: issuer{t}, KeyID: t.keyID(), Now: s.now,
		Draw:   func(kind string, n int) []byte { return s.ids.draw(kind, "", n) },
		Strict: newStrictness(s, t),
	})
}

// issuer hands out the tokens.
type issuer struct{ tokens *tokens }

func (i issuer) App(signin.Ask) (string, time.Duration) {
	i.tokens.site.mu.Lock()
	defer i.tokens.site.mu.Unlock()
	return i.tokens.app(nil), tokenLifetime
}

func (i issuer) User(a signin.Ask) (string, []string, time.Duration) {
	i.tokens.site.mu.Lock()
	defer i.tokens.site.mu.Unlock()
	carried, granted := i.tokens.grant(a.Scopes)
	return i.tokens.delegated(carried), granted, tokenLifetime
}

func (i issuer) Sign(claims map[string]any) string { return i.tokens.sign(claims) }
