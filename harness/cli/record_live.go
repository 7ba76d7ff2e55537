package cli

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
)

// service is where a recording goes.
type service struct {
	base      *url.URL // nil: Graph's global cloud
	transport *quiet.Transport
}

func (f *recordFlags) service() (*service, error) {
	s, transport := &service{}, http.DefaultTransport.(*http.Transport).Clone()
	if f.baseURL != "" {
		u, err := url.Parse(f.baseURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && !isLoopback(u.Hostname()) {
			return nil, &fault.Error{Message: fmt.Sprintf("record: --base-url %q is not an https address", f.baseURL), Hint: "e.g. https://graph.microsoft.us; http is for this machine's loopback only"}
		}
		s.base = u
	}
	roots, err := trusted("record", f.upstreamCA)
	if err != nil {
		return nil, err
	}
	if roots != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	s.transport = quiet.New(transport)
	return s, nil
}

// live is how a recording reaches the service, signed in.
func (s *service) live(who *signedIn, progress func(record.Progress)) record.Live {
	meta := cassette.Meta{Origin: cassette.Recorded, Client: "graphvcr"}
	if s.base != nil {
		meta.Cloud = s.base.Hostname()
		if isLoopback(s.base.Hostname()) {
			meta.Origin, meta.Cloud = cassette.Emulator, ""
		}
	}
	if c, ok := who.claims[""]; ok {
		meta.Auth = c.Auth()
	}
	return record.Live{
		BaseURL: s.base, Meta: meta, Progress: progress,
		Carrier: func(identity string) http.RoundTripper {
			return &refusals{who: who, identity: identity, base: &auth.Transport{
				Credential: who.set[identity], Base: s.transport,
				Without: func(r *http.Request) bool { return runner.IsWithoutAuth(r.Context()) },
			}}
		},
	}
}
