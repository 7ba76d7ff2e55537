package transport_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// The benchmarks compare the replayer, within one run and in turns of a few
// hundred requests, with a floor (one map lookup by method and URL, a clone of the
// headers, a response over the recorded body) and with stock go-vcr. Metrics:
// ns/op of the replayer, and how many times the others' time that is.

// floor is the least that a replaying RoundTripper can do.
type floor map[string]*cassette.Interaction

func newFloor(recorded *cassette.Cassette) floor {
	f := floor{}
	for _, i := range recorded.Interactions {
		f[i.Request.Method+" "+i.Request.URL] = i
	}
	return f
}

func (f floor) RoundTrip(req *http.Request) (*http.Response, error) {
	i, found := f[req.Method+" "+req.URL.String()]
	if !found {
		return nil, fmt.Errorf("no answer to %s", req.URL)
	}
	return &http.Response{
		Status: i.Response.Status, StatusCode: i.Response.Code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: i.Response.Headers.Clone(), ContentLength: int64(len(i.Response.Body)),
		Body: io.NopCloser(strings.NewReader(i.Response.Body)), Request: req,
	}, nil
}

// stockGoVCR replays the same interactions through go-vcr's recorder.
func stockGoVCR(b *testing.B, recorded *cassette.Cassette) http.RoundTripper {
	b.Helper()
	name := filepath.Join(b.TempDir(), "stock")
	stock := govcr.New(name)
	for _, i := range recorded.Interactions {
		stock.AddInteraction(&govcr.Interaction{Request: i.Request, Response: i.Response})
	}
	if err := stock.Save(); err != nil {
		b.Fatal(err)
	}
	rec, err := recorder.NewWithOptions(&recorder.Options{CassetteName: name, Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
	if err != nil {
		b.Fatal(err)
	}
	rec.SetReplayableInteractions(true)
	rec.SetMatcher(func(r *http.Request, i govcr.Request) bool { return r.Method == i.Method && r.URL.String() == i.URL })
	b.Cleanup(func() { _ = rec.Stop() })
	return rec
}

// answerHeaders are those of a real answer.
func answerHeaders() http.Header {
	return http.Header{
		"Cache-Control":             {"no-cache"},
		"Content-Length":            {"1300"},
		"Content-Type":              {"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
		"Date":                      {"Wed, 23 Aug 2023 12:29:10 GMT"},
		"Odata-Version":             {"4.0"},
		"Request-Id":                {"b0132490-8915-4930-9949-acb5b947c817"},
		"Strict-Transport-Security": {"max-age=31536000"},
		"Transfer-Encoding":         {"chunked"},
		"Vary":                      {"Accept-Encoding"},
		"X-Ms-Ags-Diagnostic":       {`{"ServerInfo":{"DataCenter":"Southeast Asia","Slice":"E","Ring":"5"}}`},
		"X-Ms-Resource-Unit":        {"1"},
	}
}

// clientHeaders are those that the Go SDK sends.
func clientHeaders() http.Header {
	return http.Header{
		"Accept":            {"application/json"},
		"Authorization":     {"Bearer x"},
		"Client-Request-Id": {"5f1d5b8a-4a1c-4a3e-9b2a-1f2e3d4c5b6a"},
		"Sdkversion":        {"graph-go/1.89.0, graph-go-core/1.4.0 (hostOS=linux; hostArch=amd64; runtimeEnvironment=go1.26.8;)"},
		"User-Agent":        {"kiota-go/1.5.4"},
	}
}

func synthetic(n int, request func(i int) cassette.Request) *cassette.Cassette {
	recorded := &cassette.Cassette{Name: "bench", Meta: cassette.Meta{Format: 1}}
	body := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users/$entity","id":"` + strings.Repeat("x", 1200) + `"}`
	for i := range n {
		recorded.Interactions = append(recorded.Interactions, &cassette.Interaction{
			ID: i, Request: request(i),
			Response: cassette.Response{Code: 200, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Headers: answerHeaders(), Body: body},
		})
	}
	return recorded
}

func getRequest(i int) cassette.Request {
	return cassette.Request{
		Method: "GET", Headers: clientHeaders(),
		URL: fmt.Sprintf("https://graph.microsoft.com/v1.0/users/%08x-74f9-48e2-834a-d897c7a9b4d6/messages?$select=id,subject&$top=10", i*2654435761),
	}
}

func postRequest(i int) cassette.Request {
	r := getRequest(i)
	r.Method, r.URL = "POST", strings.Replace(r.URL, "?$select=id,subject&$top=10", "", 1)
	r.Headers.Set("Content-Type", "application/json")
	r.Body = fmt.Sprintf(`{"subject":"number %d","body":{"contentType":"text","content":"Hello"},"importance":"low","toRecipients":[{"emailAddress":{"address":"a@contoso.example"}}]}`, i)
	return r
}

func batchRequest(i int) cassette.Request {
	r := postRequest(i)
	r.URL = "https://graph.microsoft.com/v1.0/$batch"
	r.Body = fmt.Sprintf(`{"requests":[{"id":"a%[1]d","method":"GET","url":"/users/%[1]d","headers":{"accept":"application/json"},"body":null,"dependsOn":[]},`+
		`{"id":"b%[1]d","method":"GET","url":"/me/messages?$top=5&$select=id"},{"id":"c%[1]d","method":"POST","url":"/me/events","headers":{"content-type":"application/json"},"body":{"subject":"x"}}]}`, i)
	return r
}

func requests(b *testing.B, recorded *cassette.Cassette) []*http.Request {
	b.Helper()
	var list []*http.Request
	for _, i := range recorded.Interactions {
		req, err := http.NewRequest(i.Request.Method, i.Request.URL, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header = i.Request.Headers
		list = append(list, req)
	}
	return list
}

func index(b *testing.B, rules match.Rules, recorded *cassette.Cassette) *match.Index {
	b.Helper()
	x, err := match.NewIndex(rules, recorded)
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// A turn sends a number of requests.
type turn func(count int)

// inTurns lets several transports send total requests each, by turns, and returns
// the time that each took.
func inTurns(total, size int, turns ...turn) []time.Duration {
	spent := make([]time.Duration, len(turns))
	for done := 0; done < total; done += size {
		count := min(size, total-done)
		for i, turn := range turns {
			start := time.Now()
			turn(count)
			spent[i] += time.Since(start)
		}
	}
	return spent
}

func perOp(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

// roundTrips sends count of the requests at random. The session is renewed before
// an answer is repeated too often.
func roundTrips(b *testing.B, list []*http.Request, limit int, renew func() http.RoundTripper) turn {
	carrier, sent, rng := renew(), 0, rand.New(rand.NewPCG(rand.Uint64(), 2))
	return func(count int) {
		for range count {
			if sent++; sent%limit == 0 {
				carrier = renew()
			}
			response, err := carrier.RoundTrip(list[rng.IntN(len(list))])
			if err != nil {
				b.Error(err)
				return
			}
			response.Body.Close()
		}
	}
}

func BenchmarkReplayGET(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			recorded := synthetic(n, getRequest)
			list, x, base := requests(b, recorded), index(b, match.Rules{}, recorded), newFloor(recorded)
			fresh := func() http.RoundTripper { return transport.NewReplayer(x.NewSession(), transport.Options{}) }
			ours := roundTrips(b, list, 500*n, fresh)
			least := roundTrips(b, list, 1<<62, func() http.RoundTripper { return base })
			b.ReportAllocs()
			b.ResetTimer()
			spent := inTurns(b.N, 500, ours, least)
			b.StopTimer()
			b.ReportMetric(perOp(spent[0], b.N), "ns/op")
			b.ReportMetric(perOp(spent[1], b.N), "floor-ns/op")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "x-floor")
		})
	}
}

func BenchmarkGoVCRGET(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			recorded := synthetic(n, getRequest)
			list, stock, base := requests(b, recorded), stockGoVCR(b, recorded), newFloor(recorded)
			theirs := roundTrips(b, list, 1<<62, func() http.RoundTripper { return stock })
			least := roundTrips(b, list, 1<<62, func() http.RoundTripper { return base })
			b.ResetTimer()
			spent := inTurns(b.N, 100, theirs, least)
			b.StopTimer()
			b.ReportMetric(perOp(spent[0], b.N), "ns/op")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "x-floor")
		})
	}
}

// BenchmarkReplayParallel compares 16 goroutines on one replayer with one: "x-one"
// is the time per request and core, 1.0 when nobody waits for anybody and the
// cores are idle. "floor-x-one" is what the machine makes of the floor, which
// shares nothing that is written to.
func BenchmarkReplayParallel(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			recorded := synthetic(n, getRequest)
			list, x, base := requests(b, recorded), index(b, match.Rules{}, recorded), newFloor(recorded)
			fresh := func() http.RoundTripper { return transport.NewReplayer(x.NewSession(), transport.Options{}) }
			floor := func() http.RoundTripper { return base }
			b.ResetTimer()
			spent := inTurns(b.N, 16_000,
				roundTrips(b, list, 500*n, fresh), sixteen(b, list, 500*n, fresh),
				roundTrips(b, list, 1<<62, floor), sixteen(b, list, 1<<62, floor))
			b.StopTimer()
			cores := float64(min(16, runtime.GOMAXPROCS(0)))
			b.ReportMetric(perOp(spent[1], b.N), "ns/op")
			b.ReportMetric(cores*float64(spent[1])/float64(spent[0]), "x-one")
			b.ReportMetric(cores*float64(spent[3])/float64(spent[2]), "floor-x-one")
		})
	}
}

// sixteen is roundTrips by 16 goroutines at once.
func sixteen(b *testing.B, list []*http.Request, limit int, renew func() http.RoundTripper) turn {
	sent, carrier := 0, renew()
	return func(count int) {
		if sent += count; sent > limit {
			sent, carrier = 0, renew()
		}
		var wait sync.WaitGroup
		for g := range 16 {
			share := roundTrips(b, list, 1<<62, func() http.RoundTripper { return carrier })
			wait.Go(func() { share((count + g) / 16) })
		}
		wait.Wait()
	}
}

// BenchmarkReplayBody measures requests that have a body, which must be read,
// understood and reduced to a key each time, beside go-vcr, which looks at method
// and URL only (and so finds the first of all batches at once).
func BenchmarkReplayBody(b *testing.B) {
	for _, kind := range []struct {
		name    string
		request func(int) cassette.Request
	}{{"POST", postRequest}, {"batch", batchRequest}} {
		b.Run(kind.name, func(b *testing.B) {
			recorded := synthetic(1000, kind.request)
			rules := match.Rules{Match: []match.Rule{{On: "POST *", Repeat: match.RepeatLast}}}
			replayer := transport.NewReplayer(index(b, rules, recorded).NewSession(), transport.Options{})
			ours, theirs := sendBodies(b, recorded, replayer), sendBodies(b, recorded, stockGoVCR(b, recorded))
			b.ResetTimer()
			spent := inTurns(b.N, 100, ours, theirs)
			b.StopTimer()
			b.ReportMetric(perOp(spent[0], b.N), "ns/op")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "x-govcr")
		})
	}
}

// sendBodies sends requests of a cassette at random, each made when it is sent.
func sendBodies(b *testing.B, recorded *cassette.Cassette, carrier http.RoundTripper) turn {
	rng := rand.New(rand.NewPCG(1, 2))
	return func(count int) {
		for range count {
			r := &recorded.Interactions[rng.IntN(len(recorded.Interactions))].Request
			req, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Body))
			if err != nil {
				b.Error(err)
				return
			}
			req.Header = r.Headers
			response, err := carrier.RoundTrip(req)
			if err != nil {
				b.Error(err)
				return
			}
			response.Body.Close()
		}
	}
}

// BenchmarkIndex measures what the keys of a cassette of 10,000 interactions add
// to loading it: of reads alone, and of as many writes that bind reads.
func BenchmarkIndex(b *testing.B) {
	bound := func(i int) cassette.Request {
		r := getRequest(i / 2)
		r.URL = strings.TrimSuffix(r.URL, "/messages?$select=id,subject&$top=10")
		if i%2 == 0 {
			r.Method = "PATCH"
		}
		return r
	}
	for name, request := range map[string]func(int) cassette.Request{"reads": getRequest, "writes": bound} {
		b.Run(name, func(b *testing.B) {
			recorded := synthetic(10_000, request)
			b.ReportAllocs()
			for b.Loop() {
				index(b, match.Rules{}, recorded)
			}
		})
	}
}

func BenchmarkMiss(b *testing.B) {
	recorded := synthetic(10_000, getRequest)
	replayer := transport.NewReplayer(index(b, match.Rules{}, recorded).NewSession(), transport.Options{})
	req, err := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/users/nobody/messages?$top=10", nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := replayer.RoundTrip(req); err == nil {
			b.Fatal("answered")
		}
	}
}

// BenchmarkSession measures a thousand replays over one large index.
func BenchmarkSession(b *testing.B) {
	x := index(b, match.Rules{}, synthetic(10_000, getRequest))
	b.ReportAllocs()
	for b.Loop() {
		x.NewSession()
	}
}
