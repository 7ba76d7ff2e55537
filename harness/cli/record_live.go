package cli

import (
	"net/http"
	"net/url"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/runner"
	"github.com/graphvcr/graphvcr/harness/internal/upstream"
)

// service is where a recording goes.
type service struct {
	base      *url.URL // nil: Graph's global cloud
	transport *quiet.Transport
}

func (f *recordFlags) service() (*service, error) {
	base, err := upstream.Service("record: --base-url", f.baseURL)
	if err != nil {
		return nil, err
	}
	up, err := upstream.Open(upstream.Options{Command: "record", CA: f.upstreamCA, Compress: true})
	if err != nil {
		return nil, err
	}
	return &service{base: base, transport: up.Transport()}, nil
}

// metaOf is what is known of a recording of a service beforehand; nil is Graph's global cloud.
func metaOf(base *url.URL, client string) cassette.Meta {
	meta := cassette.Meta{Origin: cassette.Recorded, Client: client}
	switch {
	case base == nil:
	case upstream.IsLoopback(base.Hostname()):
		meta.Origin = cassette.Emulator
	default:
		meta.Cloud = base.Hostname()
	}
	return meta
}

// live is how a recording reaches the service, signed in.
func (s *service) live(who *signedIn, progress func(record.Progress)) record.Live {
	meta := metaOf(s.base, "graphvcr")
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
