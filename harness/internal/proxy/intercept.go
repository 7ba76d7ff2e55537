package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ca"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
)

// A Dialer opens connections, as net.Dialer's DialContext does.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// InterceptOptions say what an intercepting proxy does with which host.
type InterceptOptions struct {
	// Authority signs the certificates of intercepted hosts.
	Authority *ca.Authority
	// Handler answers the requests to them. They name scheme and host in their URL.
	Handler http.Handler
	// Intercepts reports whether a host is intercepted: a name in lower case, with its port
	// unless that is the scheme's own. It is called for each connection.
	Intercepts func(host string) bool
	// Dial reaches the other hosts; nil refuses them.
	Dial Dialer
	// DialRedirected does so for a client whose connection was redirected here.
	DialRedirected Dialer
	// Refused is called for each connection or request that is refused, since there is no
	// Dial; it may be nil.
	Refused func(host string)
}

// An Intercept is a proxy for HTTP that answers the requests to some hosts itself, as
// those hosts, over HTTP/1.1 and HTTP/2, and passes the connections to all others on
// unread. Clients reach it by CONNECT, by absolute addresses, and, where something else
// redirects their connections, by TLS alone.
//
// The server of net/http speaks to the clients over the intercepted connections: its
// HTTP/2 is the real one, and a tls.Conn that a proxy has accepted is as good to it as
// one that came through a listener.
type Intercept struct {
	opts     InterceptOptions
	answers  answers
	front    *http.Server    // speaks the proxy's protocol
	inner    *http.Server    // speaks to intercepted clients
	accepted *feed           // what inner serves
	over     context.Context // ends what no server looks after
	end      context.CancelFunc
	plain    http.RoundTripper
	tls      *tls.Config
	contacts Handshakes
}

// answers are the requests that a handler answers.
type answers struct {
	handler  http.Handler
	requests atomic.Int64
	pending  atomic.Int64 // not answered yet
}

const (
	patience     = 30 * time.Second // for a client's first bytes
	idleFor      = 2 * time.Minute  // between two requests
	lastWords    = time.Second      // for handlers whose connections were closed
	codeIsProxy  = "graphvcr.isProxy"
	codeMistaken = "graphvcr.misdirected"
	codeRefused  = "graphvcr.refused"
)

// NewIntercept makes a proxy. It serves what listeners accept.
func NewIntercept(o InterceptOptions) *Intercept {
	i := &Intercept{opts: o, accepted: newFeed(nil)}
	i.over, i.end = context.WithCancel(context.Background())
	i.answers.handler = o.Handler
	silent := log.New(io.Discard, "", 0) // clients are answered what they do wrong
	i.front = &http.Server{Handler: answering(i.serveFront), ReadHeaderTimeout: patience, IdleTimeout: idleFor, ErrorLog: silent}
	i.inner = &http.Server{
		Handler: answering(i.serveInner), ReadHeaderTimeout: patience, IdleTimeout: idleFor, ErrorLog: silent,
		ConnContext: i.contacts.ConnContext,
	}
	i.tls = o.Authority.TLSConfig()
	i.tls.GetCertificate = i.certificate
	if o.Dial != nil {
		i.plain = quiet.New(&http.Transport{DialContext: o.Dial, DisableCompression: true})
	}
	go i.inner.Serve(i.accepted) // until the feed is closed
	return i
}

// Serve speaks the proxy's protocol on a listener, until Shutdown.
func (i *Intercept) Serve(l net.Listener) error {
	if err := i.front.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Requests is how many requests to intercepted hosts have been answered so far.
func (i *Intercept) Requests() int64 { return i.answers.requests.Load() }

// Broken lists the hosts to which connections came to nothing. It is complete after
// Shutdown.
func (i *Intercept) Broken() []BrokenContact { return i.contacts.Broken() }

// Shutdown ends the listeners, waits for the requests under way while the context
// lasts, and closes every connection.
func (i *Intercept) Shutdown(ctx context.Context) error {
	err := i.front.Shutdown(ctx)
	none(ctx, &i.contacts.open)
	err = errors.Join(err, i.inner.Shutdown(ctx))
	i.accepted.Close()
	i.end()
	err = errors.Join(err, i.front.Close(), i.inner.Close())
	soon, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	none(soon, &i.answers.pending) // what was cut off ends now, and can be reported
	return err
}

// none waits until nothing is under way, as long as the context allows.
func none(ctx context.Context, underWay *atomic.Int64) {
	for underWay.Load() > 0 && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

// Pending is how many requests the handler has not answered: after Shutdown those that it
// still cannot end.
func (i *Intercept) Pending() int64 { return i.answers.pending.Load() }

// serveFront answers what a client sends to the proxy as such.
func (i *Intercept) serveFront(w http.ResponseWriter, r *http.Request) *Failure {
	switch {
	case len(r.Host) > hosts.LongestHost: // it is reported, and remembered
		return denied(http.StatusBadRequest, "a host of %d characters", len(r.Host))
	case r.Method == http.MethodConnect:
		return i.connect(w, r)
	case r.URL.Host != "" && (r.URL.Scheme == "http" || r.URL.Scheme == "https"):
		return i.absolute(w, r)
	case hosts.IsHere(r.Host), isAtOwnPort(r):
		return &Failure{Status: http.StatusBadRequest, Code: codeIsProxy,
			Message: "this is the proxy of graphvcr exec, no server: it takes CONNECT and absolute addresses"}
	}
	r.URL.Scheme, r.URL.Host = "http", r.Host // a connection of plain HTTP that was redirected
	return i.absolute(w, r)
}

// isAtOwnPort reports whether a request means a server at the very port that it came to: a
// name that leads to this machine, which would be asked here again without end.
func isAtOwnPort(r *http.Request) bool {
	own, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && (&url.URL{Host: r.Host}).Port() == strconv.Itoa(own.Port)
}

// connect answers CONNECT, and makes of its connection one to the host it names.
func (i *Intercept) connect(w http.ResponseWriter, r *http.Request) *Failure {
	host, port, err := net.SplitHostPort(r.Host)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || host == "" || bad != nil || n == 0 {
		return denied(http.StatusBadRequest, "CONNECT %q is not HOST:PORT", r.Host)
	}
	var far net.Conn
	intercepted := i.opts.Intercepts(named(host, port))
	if !intercepted {
		if far, err = i.opts.reach(r.Context(), i.opts.Dial, host, port); err != nil {
			return FailureOf(err)
		}
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		if far != nil {
			far.Close()
		}
		return FailureOf(fmt.Errorf("take over the connection: %w", err))
	}
	_ = near.SetDeadline(time.Time{}) // else the first read fails
	a := &arrival{Conn: near, read: buffered.Reader, host: host, port: port}
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		near.Close()
	} else if intercepted {
		i.accept(a)
	} else {
		splice(i.over, a, far)
	}
	return nil
}

func (o *InterceptOptions) reach(ctx context.Context, dial Dialer, host, port string) (net.Conn, error) {
	if dial == nil {
		return nil, o.refusal(named(host, port))
	}
	return dial(ctx, "tcp", net.JoinHostPort(host, port))
}

// refusal answers a client that asks for a host that cannot be reached here.
func (o *InterceptOptions) refusal(host string) *Failure {
	if o.Refused != nil {
		o.Refused(host)
	}
	return &Failure{Status: http.StatusForbidden, Code: codeRefused, Message: "graphvcr refuses the connection to " + host + ": " + hosts.Why(host)}
}

// absolute answers a request with an absolute address, the way of plain HTTP. Some
// clients send https that way too.
func (i *Intercept) absolute(w http.ResponseWriter, r *http.Request) *Failure {
	host := named(r.URL.Hostname(), r.URL.Port())
	switch {
	case i.opts.Intercepts(host):
		i.answers.answer(w, r, r.URL.Scheme, host)
	case i.plain == nil:
		return i.opts.refusal(host)
	case r.URL.Scheme != "http":
		return &Failure{Status: http.StatusForbidden, Code: codeUpstream, Message: host + " is not intercepted, and is reached by CONNECT only"}
	default:
		withoutHops(r.Header)
		Forward(w, r, i.plain)
	}
	return nil
}

// serveInner answers a request that came over an intercepted connection.
func (i *Intercept) serveInner(w http.ResponseWriter, r *http.Request) *Failure {
	a, ok := r.Context().Value(arrivalKey{}).(*arrival)
	i.contacts.asked(a)
	if !ok {
		return FailureOf(errors.New("the request came over no intercepted connection"))
	}
	scheme, name := "http", a.host
	if r.TLS != nil {
		scheme, name = "https", cmp.Or(r.TLS.ServerName, a.host)
	}
	host := named(name, a.port)
	asked := url.URL{Host: r.Host}
	switch {
	case r.Method == http.MethodConnect, r.URL.Path == "*":
		return denied(http.StatusMethodNotAllowed, "%s %s means nothing here", r.Method, r.URL.Path)
	case named(asked.Hostname(), asked.Port()) != host:
		return &Failure{Status: http.StatusMisdirectedRequest, Code: codeMistaken,
			Message: fmt.Sprintf("the connection is one to %s, and the request is for %q", host, r.Host)}
	}
	i.answers.answer(w, r, scheme, host)
	return nil
}

// answer hands a request to the handler, addressed to the host that it is for.
func (a *answers) answer(w http.ResponseWriter, r *http.Request, scheme, host string) {
	a.requests.Add(1)
	a.pending.Add(1)
	defer a.pending.Add(-1)
	r.URL.Scheme, r.URL.Host, r.Host = scheme, host, host
	r.RequestURI = ""
	withoutHops(r.Header)
	if r.Body != http.NoBody {
		r.Body = bodyOf(w, r, mostBody)
	}
	a.handler.ServeHTTP(w, r)
}

// certificate is the one for the host that a client believes to be connected to.
func (i *Intercept) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a, ok := hello.Conn.(*arrival)
	if !ok {
		return nil, errors.New("not an intercepted connection")
	}
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if name == "" {
		name = a.host
	}
	if !i.opts.Intercepts(named(name, a.port)) {
		return nil, fmt.Errorf("%s is not intercepted, and the connection is one to %s", name, a.host)
	}
	return i.opts.Authority.Certificate(name)
}

// named is a host as Intercepts wants it.
func named(host, port string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	switch port {
	case "", "443", "80":
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, port)
}
