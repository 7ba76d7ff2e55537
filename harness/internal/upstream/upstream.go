package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Options say how the live service is reached. Errors name the command's flags.
type Options struct {
	Command   string
	ConnectTo []string // where hosts really are, as HOST[:PORT]=ADDR
	CA        string   // a file of PEM certificates to trust in addition to the system's
	Compress  bool     // ask for gzip, where that is not between the client and the service
}

// An Upstream reaches the live service.
type Upstream struct {
	places   map[string]string // where hosts are, by host or host:port
	roots    *x509.CertPool    // nil: the system's
	pem      []byte            // what roots has beside the system's
	compress bool
}

// Open understands the options.
func Open(o Options) (*Upstream, error) {
	u := &Upstream{places: map[string]string{}, compress: o.Compress}
	for _, text := range o.ConnectTo {
		host, place, ok := strings.Cut(strings.ToLower(text), "=")
		if !ok || host == "" || place == "" || strings.ContainsAny(host+place, "/ @") {
			return nil, &fault.Error{Message: fmt.Sprintf("%s: --connect-to %q is not HOST[:PORT]=ADDR", o.Command, text), Hint: "e.g. --connect-to graph.microsoft.com=127.0.0.1:8443"}
		}
		u.places[host] = place
	}
	if o.CA == "" {
		return u, nil
	}
	var err error
	if u.pem, err = plainfile.ReadFile(o.CA); err != nil {
		return nil, &fault.Error{Message: o.Command + ": --upstream-ca", Cause: err}
	}
	if u.roots, err = x509.SystemCertPool(); err != nil {
		u.roots = x509.NewCertPool()
	}
	if !u.roots.AppendCertsFromPEM(u.pem) {
		return nil, &fault.Error{Message: fmt.Sprintf("%s: --upstream-ca %s holds no PEM certificate", o.Command, o.CA)}
	}
	return u, nil
}

// Service understands the address of a service, which is https, or http on this machine; nil
// is Graph's global cloud. The flag is what an error names.
func Service(flag, address string) (*url.URL, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !wire.IsLoopback(u.Hostname()) {
		return nil, &fault.Error{Message: fmt.Sprintf("%s %q is not an https address", flag, address), Hint: "e.g. https://graph.microsoft.us; http is for this machine's loopback only"}
	}
	return u, nil
}

// PEM is what is trusted beside the system's certificates.
func (u *Upstream) PEM() []byte { return u.pem }

// Moved are the hosts that are elsewhere, as HOST or HOST:PORT.
func (u *Upstream) Moved() []string { return slices.Collect(maps.Keys(u.places)) }

// Transport carries requests to the live service, through the environment's proxy
// unless --connect-to says where a host is.
func (u *Upstream) Transport() *quiet.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = !u.compress
	t.DialContext = u.Dial
	t.Proxy = func(req *http.Request) (*url.URL, error) {
		if _, moved := u.placeOf(hostPort(req.URL)); moved {
			return nil, nil
		}
		return http.ProxyFromEnvironment(req)
	}
	if u.roots != nil {
		t.TLSClientConfig = &tls.Config{RootCAs: u.roots}
	}
	return quiet.New(t)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// placeOf is where HOST:PORT really is.
func (u *Upstream) placeOf(addr string) (place string, moved bool) {
	host, port, err := net.SplitHostPort(strings.ToLower(addr))
	if err != nil {
		return addr, false
	}
	place = cmp.Or(u.places[net.JoinHostPort(host, port)], u.places[host])
	if place == "" {
		return addr, false
	}
	if _, _, err := net.SplitHostPort(place); err != nil {
		place = net.JoinHostPort(strings.Trim(place, "[]"), port)
	}
	return place, true
}

// dialer is that of net/http's default transport.
func dialer() *net.Dialer { return &net.Dialer{Timeout: 30 * time.Second} }

// Dial reaches a host where --connect-to says, else itself.
func (u *Upstream) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	place, _ := u.placeOf(addr)
	return dialer().DialContext(ctx, network, place)
}
