package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// TestReplaysStockGoVCR records through stock go-vcr, from a service that
// compresses for clients that ask for it, and replays the file that it wrote.
func TestReplaysStockGoVCR(t *testing.T) {
	calls := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, _ := io.ReadAll(r.Body)
		answer := fmt.Sprintf(`{"call":%d,"body":%q}`, calls, body)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("X-Zip") != "" {
			w.Header().Set("Content-Encoding", "gzip")
			answer = zipped(answer)
		}
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, answer)
	}))
	name := filepath.Join(t.TempDir(), "stock")
	stock, err := recorder.NewWithOptions(&recorder.Options{CassetteName: name, Mode: recorder.ModeRecordOnly, RealTransport: service.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(carrier http.RoundTripper, method, path, zip, body string) string {
		req, err := http.NewRequest(method, service.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if zip != "" {
			req.Header.Set("X-Zip", zip)
			req.Header.Set("Accept-Encoding", "gzip")
		}
		response, err := carrier.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, " ", read(t, response))
	}
	exchangeAll := func(carrier http.RoundTripper) (got []string) {
		for _, e := range [][4]string{{"GET", "/users?$top=1", ""}, {"GET", "/users?$top=1", ""}, {"POST", "/users", "", `{"a":1}`}, {"GET", "/me", "yes"}} {
			got = append(got, exchange(carrier, e[0], e[1], e[2], e[3]))
		}
		return got
	}
	want := exchangeAll(stock)
	want[3] = fmt.Sprintf(`200 {"call":4,"body":%q}`, "") // the client got it compressed
	if err := stock.Stop(); err != nil {
		t.Fatal(err)
	}
	service.Close()
	recorded, err := cassette.Load(name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := exchangeAll(newReplayer(t, match.Rules{}, recorded))
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("exchange %d: got %s, want %s", i, got[i], want[i])
		}
	}
}
