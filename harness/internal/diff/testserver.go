package diff

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// A reading gives the texts of a recording with the names of test servers replaced by
// Graph's own: a service on the loopback interface listens on another port each time. It
// also knows the recording's pseudonyms. The zero reading leaves texts as they are.
type reading struct {
	names *strings.Replacer
	faker *identity.Faker // of a recording that is sealed
}

// readingOf looks for test servers: other hosts that are asked for Graph's versions. Other
// services on the loopback interface (files, sign-in) are one host each time.
func readingOf(recording *cassette.Cassette) reading {
	as := reading{}
	if len(recording.Salt) > 0 {
		as.faker = identity.NewFaker(recording.Salt)
	}
	names := map[string]string{} // by origin
	for _, i := range recording.Interactions {
		u, err := url.Parse(i.Request.URL)
		if err != nil || u.Host == "" {
			continue
		}
		origin := u.Scheme + "://" + u.Host
		switch parsed, err := graphurl.Parse(i.Request.URL); {
		case err != nil || parsed.Host == graphurl.Graph:
		case strings.HasPrefix(u.Path, "/v1.0/") || strings.HasPrefix(u.Path, "/beta/"):
			names[origin] = graph.URL
		case names[origin] == "" && wire.IsLoopback(u.Hostname()):
			names[origin] = "https://loopback"
		}
	}
	if len(names) == 0 {
		return as
	}
	longestFirst := func(a, b string) int { // one port may begin as another does
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	}
	var pairs []string
	for _, origin := range slices.SortedFunc(maps.Keys(names), longestFirst) {
		pairs = append(pairs, origin, names[origin], strings.ReplaceAll(origin, "/", `\/`), names[origin])
	}
	as.names = strings.NewReplacer(pairs...)
	return as
}

func (r reading) text(s string) string {
	if r.names == nil {
		return s
	}
	return r.names.Replace(s)
}

func (r reading) headers(h http.Header) http.Header {
	if r.names == nil {
		return h
	}
	read := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			read[name] = append(read[name], r.names.Replace(v))
		}
	}
	return read
}
