package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// FuzzNoConnection is law 6: whatever a client asks for, replay answers with what
// was recorded or with a miss that explains itself, and never looks for a network.
func FuzzNoConnection(f *testing.F) {
	const graph = "https://graph.microsoft.com/v1.0"
	for _, seed := range [][5]string{
		{"GET", graph + "/me", "", "", ""},
		{"GET", graph + "/users/x?$select=id&$expand=manager($select=id;$levels=max)", "Prefer", "x", ""},
		{"POST", graph + "/$batch", "Content-Type", "application/json", `{"requests":[{"id":"1","method":"GET","url":"/me"}]}`},
		{"POST", graph + "/users", "Content-Encoding", "gzip", "\x1f\x8b\x08"},
		{"PUT", "https://contoso.sharepoint.com/up?guid='x'&tempauth=y", "Content-Range", "bytes 0-1/2", "ab"},
		{"HEAD", "http://127.0.0.1:1/", "Accept", "*/*", ""},
		{"GET", "https://[::1]:9/%2F%zz", "If-Match", `W/"x"`, ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	recorded := cassetteOf(
		&cassette.Interaction{Response: cassette.Response{Code: 200, Body: `{"id":"me"}`}},
		&cassette.Interaction{
			Request:  cassette.Request{Method: "POST", URL: graph + "/$batch", Body: `{"requests":[{"id":"a","method":"GET","url":"/me"}]}`},
			Response: cassette.Response{Code: 200, Body: `{"responses":[{"id":"a","status":200}]}`},
		},
	)
	index, err := match.NewIndex(match.Rules{}, recorded)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, url, name, value, body string) {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GetConn:      func(address string) { t.Errorf("a connection to %s was looked for", address) },
			DNSStart:     func(i httptrace.DNSStartInfo) { t.Errorf("%s was looked up", i.Host) },
			ConnectStart: func(_, address string) { t.Errorf("%s was dialled", address) },
		})
		req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		if err != nil {
			t.Skip("not a request")
		}
		req.Header[http.CanonicalHeaderKey(name)] = []string{value}
		resp, err := transport.NewReplayer(index.NewSession(), transport.Options{}).RoundTrip(req)
		var miss *match.MissError
		switch {
		case err == nil:
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Errorf("read the answer: %v", err)
			}
			resp.Body.Close()
		case !errors.As(err, &miss) || miss.Verdict == "" || miss.NextStep == "":
			t.Errorf("%v is no miss that explains itself", err)
		case isNetworkError(err):
			t.Errorf("%v looks like a fault that clients retry", err)
		}
	})
}

// isNetworkError reports whether clients would take an error for a passing one.
func isNetworkError(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded)
}
