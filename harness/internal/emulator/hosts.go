package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// Handler serves all hosts, told apart by the Host header: the public names and
// the listeners' own. To any other host it answers 421 Misdirected Request.
func (e *Emulator) Handler() http.Handler { return e.handler(-1) }

// handler sends a request to the host that it names, else to the given one.
func (e *Emulator) handler(otherwise role) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, known := e.roleOf(r.Host)
		if !known {
			to = otherwise
		}
		if to < 0 {
			http.Error(w, "not a host of this emulator: "+r.Host, http.StatusMisdirectedRequest)
			return
		}
		if to == graphRole && e.site.options.UploadsOnGraph && path.Base(r.URL.Path) == uploadSession {
			to = filesRole
		}
		e.roles[to].ServeHTTP(w, r)
	})
}

func (e *Emulator) roleOf(host string) (role, bool) {
	own, public := e.servers.urls(), e.site.hosts
	for r, urls := range [3][2]string{
		graphRole: {own.Graph, public.Graph},
		filesRole: {own.Files, public.Files},
		loginRole: {own.Login, public.Login},
	} {
		for _, u := range urls {
			if strings.EqualFold(withoutScheme(u), host) {
				return role(r), true
			}
		}
	}
	return 0, false
}

func withoutScheme(u string) string {
	_, host, _ := strings.Cut(u, "://")
	return host
}

// Transport takes requests to the public names to the listeners, over http or
// https as they are, with the Host header as the client wrote it. It refuses every
// other host: nothing leaves the machine. base is what opens the connections, and with
// Options.TLS has to trust the certificate; nil means a transport of its own,
// without proxy, which leaves compression to the client.
func (e *Emulator) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = quiet.New(&http.Transport{DisableCompression: true})
	}
	return connectTo{e, base}
}

type connectTo struct {
	emulator *Emulator
	base     http.RoundTripper
}

func (t connectTo) RoundTrip(r *http.Request) (*http.Response, error) {
	to, known := t.emulator.roleOf(r.URL.Host)
	if !known {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, fmt.Errorf("reach %s: not a host of the emulator", r.URL.Host)
	}
	own := t.emulator.servers.urls()
	target, err := url.Parse([3]string{own.Graph, own.Files, own.Login}[to])
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", r.URL.Host, err)
	}
	return wire.Send(t.base, r, func(sent *http.Request) {
		if sent.Host == "" {
			sent.Host = r.URL.Host
		}
		sent.URL.Scheme, sent.URL.Host = target.Scheme, t.emulator.servers.addrs[to]
	})
}
