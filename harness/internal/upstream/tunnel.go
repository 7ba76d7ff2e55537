package upstream

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// IsLocal reports whether any host really is on this machine.
func (u *Upstream) IsLocal() bool {
	for _, place := range u.places {
		host, _, err := net.SplitHostPort(place)
		if err != nil {
			host = place
		}
		if wire.IsLoopback(host) {
			return true
		}
	}
	return false
}

// Tunnel reaches a host that a client names to a proxy: where --connect-to says, else
// through the environment's proxy, else itself, unless that is a private address.
func (u *Upstream) Tunnel(ctx context.Context, network, addr string) (net.Conn, error) {
	if place, moved := u.placeOf(addr); moved {
		return dialer().DialContext(ctx, network, place)
	}
	via, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: addr}})
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", addr, err)
	}
	if via != nil && via.Scheme == "http" {
		return throughProxy(ctx, via, addr)
	}
	d := dialer()
	d.ControlContext = func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
		return refusePrivate(addr, resolved)
	}
	return d.DialContext(ctx, network, addr)
}

// sharedSpace is of providers' networks (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// refusePrivate keeps tunnels out of networks that only this machine is in.
func refusePrivate(asked, resolved string) error {
	at, err := netip.ParseAddrPort(resolved)
	ip := at.Addr().Unmap()
	if err == nil && ip.IsGlobalUnicast() && !ip.IsPrivate() && !sharedSpace.Contains(ip) {
		return nil
	}
	return &proxy.Failure{Status: http.StatusForbidden, Code: "graphvcr.private",
		Message: fmt.Sprintf("%s is the private address %s, which the proxy connects nobody to: name it in NO_PROXY, and the program connects itself", asked, resolved)}
}

// throughProxy asks another proxy for a connection.
func throughProxy(ctx context.Context, via *url.URL, addr string) (net.Conn, error) {
	c, err := dialer().DialContext(ctx, "tcp", hostPort(via))
	if err != nil {
		return nil, fmt.Errorf("reach the proxy %s: %w", via.Host, err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if via.User != nil {
		password, _ := via.User.Password()
		with := &http.Request{Header: http.Header{}}
		with.SetBasicAuth(via.User.Username(), password)
		ask.Header.Set("Proxy-Authorization", with.Header.Get("Authorization"))
	}
	err = ask.Write(c)
	var resp *http.Response
	ahead := bufio.NewReader(c)
	if err == nil {
		resp, err = http.ReadResponse(ahead, ask)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("it answers %s", resp.Status)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("reach %s through the proxy %s: %w", addr, via.Host, err)
	}
	return &readAhead{c, ahead}, nil
}

// readAhead is a connection of which something was read.
type readAhead struct {
	net.Conn
	read io.Reader
}

func (r *readAhead) Read(p []byte) (int, error) { return r.read.Read(p) }
