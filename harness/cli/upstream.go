package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// upstreamFlags say how the live service is reached.
type upstreamFlags struct {
	connectTo []string
	ca        string
}

func (f *upstreamFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.connectTo, "connect-to", nil, "where a host really is, as `HOST[:PORT]=ADDR`: graph.microsoft.com=127.0.0.1:8443; repeatable")
	flags.StringVar(&f.ca, "upstream-ca", "", "`file` of PEM certificates to trust in addition to the system's")
}

// upstream reaches the live service.
type upstream struct {
	places map[string]string // where hosts are, by host or host:port
	roots  *x509.CertPool    // nil: the system's
	pem    []byte            // what roots has beside the system's
}

func (f *upstreamFlags) open(command string) (*upstream, error) {
	u := &upstream{places: map[string]string{}}
	for _, text := range f.connectTo {
		host, place, ok := strings.Cut(strings.ToLower(text), "=")
		if !ok || host == "" || place == "" || strings.ContainsAny(host+place, "/ @") {
			return nil, &fault.Error{Message: fmt.Sprintf("%s: --connect-to %q is not HOST[:PORT]=ADDR", command, text), Hint: "e.g. --connect-to graph.microsoft.com=127.0.0.1:8443"}
		}
		u.places[host] = place
	}
	var err error
	if u.roots, err = trusted(command, f.ca); err == nil && u.roots != nil {
		u.pem, err = plainfile.ReadFile(f.ca)
	}
	return u, err
}

// trusted is the system's certificates and those of a file; nil where there is no file.
func trusted(command, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, &fault.Error{Message: command + ": --upstream-ca", Cause: err}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &fault.Error{Message: fmt.Sprintf("%s: --upstream-ca %s holds no PEM certificate", command, file)}
	}
	return pool, nil
}

// transport carries requests to the live service, through the environment's proxy
// unless --connect-to says where a host is.
func (u *upstream) transport() *quiet.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // that is between the client and the service
	t.DialContext = u.dial
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
	if port == "" {
		port = map[string]string{"http": "80"}[u.Scheme]
	}
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// placeOf is where HOST:PORT really is.
func (u *upstream) placeOf(addr string) (place string, moved bool) {
	host, port, err := net.SplitHostPort(strings.ToLower(addr))
	if err != nil {
		return addr, false
	}
	place, moved = u.places[net.JoinHostPort(host, port)]
	if !moved {
		place, moved = u.places[host]
	}
	if !moved {
		return addr, false
	}
	if _, _, err := net.SplitHostPort(place); err != nil {
		place = net.JoinHostPort(strings.Trim(place, "[]"), port)
	}
	return place, true
}

func (u *upstream) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	place, _ := u.placeOf(addr)
	return (&net.Dialer{}).DialContext(ctx, network, place)
}
