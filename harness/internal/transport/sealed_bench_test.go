package transport_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// BenchmarkReplaySealed replays redacted cassettes to a client that sends its own values:
// ids, which are computed, and names of one shape, which are known by their tags.
func BenchmarkReplaySealed(b *testing.B) {
	named := func(i int) cassette.Request {
		return cassette.Request{Method: "GET", Headers: clientHeaders(), URL: fmt.Sprintf("https://graph.microsoft.com/v1.0/users?$filter=displayName%%20eq%%20'Adele%%20Vance%%20%d'", i)}
	}
	for _, kind := range []struct {
		name    string
		n       int
		request func(i int) cassette.Request
	}{{"ids", 10_000, getRequest}, {"names", 1_000, named}} {
		b.Run(fmt.Sprintf("%s=%d", kind.name, kind.n), func(b *testing.B) {
			recorded := synthetic(kind.n, kind.request)
			list, x, base := requests(b, recorded), index(b, match.Rules{}, sealed(b, recorded)), newFloor(recorded)
			fresh := func() http.RoundTripper { return transport.NewReplayer(x.NewSession(), transport.Options{}) }
			ours := roundTrips(b, list, 500*kind.n, fresh)
			least := roundTrips(b, list, 1<<62, func() http.RoundTripper { return base })
			ours(2 * kind.n)
			b.ReportAllocs()
			b.ResetTimer()
			spent := inTurns(b.N, 500, ours, least)
			b.StopTimer()
			b.ReportMetric(perOp(spent[0], b.N), "ns/op")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "x-floor")
		})
	}
}

// sealed is a cassette as it is recorded under the default rules.
func sealed(b testing.TB, recorded *cassette.Cassette) *cassette.Cassette {
	b.Helper()
	salt := []byte("the salt of tests")
	redactor, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		b.Fatal(err)
	}
	stored := &cassette.Cassette{Name: recorded.Name, Meta: recorded.Meta, Salt: salt}
	var notes [][]byte
	for _, i := range recorded.Interactions {
		redacted, note := redactor.Record(i)
		stored.Interactions, notes = append(stored.Interactions, redacted), append(notes, note)
	}
	if err := redactor.Meta(&stored.Meta, notes); err != nil {
		b.Fatal(err)
	}
	return stored
}
