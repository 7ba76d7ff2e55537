package auth

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// Options are what signing in needs beside the kind.
type Options struct {
	// Getenv looks a variable up; nil is os.Getenv.
	Getenv func(name string) string
	// GraphURL is where the run sends its requests (--base-url); "" is
	// https://graph.microsoft.com.
	GraphURL string
	// SignIn carries the requests to the sign-in host; nil is as http.DefaultTransport.
	SignIn http.RoundTripper
	// Talk is where a person reads which credential is used and which device code
	// to enter: stderr. With nil nothing is said, and device-code is impossible.
	Talk io.Writer
}

// A Credential gets tokens for Graph and keeps the current one in memory. It
// shows neither: whatever prints it prints what String returns.
type Credential struct {
	shown   string                    // to people: its kind, for auto the one that was found
	places  map[origin]bool           // that its tokens may be sent to
	acquire acquirer                  // nil: no token at all
	turn    chan struct{}             // held by who reads or gets the token
	current func() azcore.AccessToken // nil: none yet; a closure, because fmt looks through pointers
}

type acquirer func(ctx context.Context) (azcore.AccessToken, error)

// renewal is how long before its end a token is replaced, so that no request is
// under way with one that ends.
const renewal = 2 * time.Minute

// open opens a credential of a kind (see the package's list) for an identity. It reads
// variables and files but signs in only when the first token is needed.
func open(identity, kind string, o Options) (*Credential, error) {
	base, err := address("the base URL", cmp.Or(o.GraphURL, graph.URL))
	if err != nil {
		return nil, err
	}
	s := &signIn{Options: o, identity: identity, cloud: graph.CloudOf(base.Host)}
	c, err := s.open(kind)
	if err != nil {
		return nil, err
	}
	c.places = map[origin]bool{{"https", s.cloud.Host}: true, originOf(base): true}
	c.turn = make(chan struct{}, 1)
	if o.Talk != nil && c.acquire != nil {
		fmt.Fprintf(o.Talk, "auth: %s%s\n", asIdentity(identity), c)
	}
	return c, nil
}

func asIdentity(identity string) string {
	if identity == "" {
		return ""
	}
	return "as " + identity + ": "
}

// String says what it is, never what it holds.
func (c *Credential) String() string { return c.shown }

// Format is String for every verb: %+v and %#v would look inside.
func (c *Credential) Format(s fmt.State, _ rune) { io.WriteString(s, c.shown) }

// LogValue is String.
func (c *Credential) LogValue() slog.Value { return slog.StringValue(c.shown) }

// Claims signs in if need be and reads the token.
func (c *Credential) Claims(ctx context.Context) (Claims, error) {
	token, err := c.token(ctx)
	if err != nil {
		return Claims{}, err
	}
	return ReadClaims(token), nil
}

// allows reports whether a token of c may be sent to u.
func (c *Credential) allows(u *url.URL) bool { return c.places[originOf(u)] }

// token is the current token or a new one. Those who come while somebody signs in
// wait for it, no longer than their context.
func (c *Credential) token(ctx context.Context) (string, error) {
	if c.acquire == nil {
		return "", nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return "", &fault.Error{Message: "wait for the sign-in with " + c.shown, Cause: context.Cause(ctx)}
	}
	if c.current != nil && time.Until(c.current().ExpiresOn) > renewal {
		return c.current().Token, nil
	}
	token, err := c.acquire(ctx)
	if err != nil {
		return "", err
	}
	c.current = func() azcore.AccessToken { return token }
	return token.Token, nil
}
