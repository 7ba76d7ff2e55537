package transport_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// FuzzRebase: whatever a stand-in answers, its own address becomes Graph's, and nothing else
// changes.
func FuzzRebase(f *testing.F) {
	const own = "http://127.0.0.1:8080"
	f.Add(`{"@odata.nextLink":"http://127.0.0.1:8080/v1.0/users?$skip=1"}`, own+"/x")
	f.Add("http://127.0.0.1:808http://127.0.0.1:8080", "http://127.0.0.1:80800")
	base, err := url.Parse(own)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, location string) {
		carrier := &transport.Rebase{URL: base, Base: service(func(req *http.Request) (*http.Response, error) {
			resp := answer(req, 200, "")
			resp.Header.Set("Location", location)
			resp.Body, resp.ContentLength = io.NopCloser(iotest.OneByteReader(strings.NewReader(body))), -1
			return resp, nil
		})}
		testkit.Bounded(t, len(body), func() {
			resp, err := carrier.RoundTrip(newRequest(t, "GET", "https://graph.microsoft.com/v1.0/me", nil))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if want := strings.ReplaceAll(body, own, "https://graph.microsoft.com"); err != nil || string(got) != want {
				t.Errorf("%q became %q, %v, want %q", body, got, err, want)
			}
		})
	})
}
