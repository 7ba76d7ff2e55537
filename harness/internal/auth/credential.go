package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
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

// An origin is where a request goes: scheme and host, lower case, without a
// scheme's own port.
type origin struct{ scheme, host string }

func originOf(u *url.URL) origin {
	o := origin{strings.ToLower(u.Scheme), strings.ToLower(u.Host)}
	switch o.scheme {
	case "https":
		o.host = strings.TrimSuffix(o.host, ":443")
	case "http":
		o.host = strings.TrimSuffix(o.host, ":80")
	}
	return o
}

// private reports whether what goes there can be read by nobody on the way.
func (o origin) private() bool {
	return o.scheme == "https" || o.scheme == "http" && isLoopback(o.host)
}

func isLoopback(host string) bool { return wire.IsLoopback((&url.URL{Host: host}).Hostname()) }

// address parses a base URL that a person gave, and insists on privacy.
func address(what, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &fault.Error{Message: what + " is not an address of the form https://HOST"}
	}
	if !originOf(u).private() {
		return nil, &fault.Error{
			Message: what + " is not https: a token would cross the network in the clear",
			Hint:    "use https; http is for test services on 127.0.0.1, ::1 and localhost",
		}
	}
	return u, nil
}

// A Set is the credentials of a run by identity; "" is the default one.
type Set map[string]*Credential

// OpenSet opens the credentials of the identities that a run needs. kind is
// --auth: it decides the default identity's, and none is none for all. Everything that
// is not configured is reported at once.
func OpenSet(kind string, identities []string, o Options) (Set, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	set := Set{}
	var problems []error
	for _, identity := range slices.Compact(slices.Sorted(slices.Values(identities))) {
		of := kind
		if identity != "" && kind != "none" {
			of = cmp.Or(o.Getenv(kindVariable(identity)), "auto")
		}
		c, err := open(identity, of, o)
		set[identity], problems = c, append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return set, nil
}

// Claims signs every identity in, one after the other, and reads the tokens. A run does
// it before its first request, because a device code takes a person minutes. An
// identity without a token is left out.
func (s Set) Claims(ctx context.Context) (map[string]Claims, error) {
	all := map[string]Claims{}
	for _, identity := range sortedKeys(s) {
		if s[identity].acquire == nil {
			continue
		}
		claims, err := s[identity].Claims(ctx)
		if err != nil {
			return nil, err
		}
		all[identity] = claims
	}
	return all, nil
}

// Transport adds the token of a credential to the requests that may have it:
// those to the credential's Graph and base URL. It belongs below the recorder, which
// then cannot record the token. A request that brings its own Authorization keeps it.
type Transport struct {
	Credential *Credential
	Base       http.RoundTripper // sends the request
	// Without reports whether a request must carry no token; nil is none of them.
	Without func(*http.Request) bool
}

// RoundTrip signs in if need be, which may take as long as a person does; the
// request's context bounds it.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.takes(req) {
		return t.Base.RoundTrip(req)
	}
	token, err := t.Credential.token(req.Context())
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	if token == "" {
		return t.Base.RoundTrip(req)
	}
	// The response names req: what the client holds shows no token.
	return wire.Send(t.Base, req, func(sent *http.Request) { sent.Header.Set("Authorization", "Bearer "+token) })
}

func (t *Transport) takes(req *http.Request) bool {
	return t.Credential != nil && req.URL != nil && t.Credential.places[originOf(req.URL)] &&
		req.Header.Get("Authorization") == "" && (t.Without == nil || !t.Without(req))
}
