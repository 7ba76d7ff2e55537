package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// anything answers every request, and counts them.
func anything(asked *int) carrier {
	return func(req *http.Request) (*http.Response, error) {
		*asked++
		header := http.Header{"Access-Control-Allow-Origin": {"*"}, "Content-Type": {"application/json"}, "Etag": {`"1"`}}
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader("{}")), Request: req, ContentLength: 2}, nil
	}
}

// away is a use that may or may not reach a service.
type away struct {
	live
	reaches bool
}

func (a away) Live() bool { return a.reaches }

// TestPages: which pages may use a server, for what, and when.
func TestPages(t *testing.T) {
	const me, sessions = "/v1.0/me", "/_graphvcr/sessions"
	type row struct {
		path, origin, site string
		live               bool
		want               int
	}
	var rows []row
	for _, live := range []bool{false, true} {
		on := func(replay, live_ int) int {
			if live {
				return live_
			}
			return replay
		}
		rows = append(rows,
			row{me, "", "", live, 200},
			row{me, "", "none", live, 200},
			row{me, "", "same-origin", live, on(200, 403)},
			row{me, "", "cross-site", live, 403},
			row{me, "http://localhost:3000", "same-site", live, on(200, 403)},
			row{me, "http://127.0.0.1:3000", "", live, on(200, 403)},
			row{me, "https://[::1]:3000", "", live, on(200, 403)},
			row{me, "http://app.localhost", "", live, on(200, 403)},
			row{me, "https://app.example", "cross-site", live, 200},
			row{me, "https://app.example:444", "", live, 403},
			row{me, "http://app.example", "", live, 403},
			row{me, "https://other.example", "cross-site", live, 403},
			row{me, "http://localhost.other.example", "", live, 403},
			row{me, "null", "", live, 403},
			row{me, "file://", "", live, 403},
			row{"/_graphvcr/sessions/x/v1.0/me", "https://other.example", "", live, 404},
			row{sessions, "https://app.example", "", live, 403},
			row{sessions, "http://localhost:3000", "same-site", live, 403},
			row{sessions, "", "same-site", live, 403},
			row{"/_graphvcr/health", "http://localhost:3000", "", live, 403},
			row{"/_graphvcr/sessions/x", "http://localhost:3000", "", live, 403},
		)
	}
	for _, row := range rows {
		asked := 0
		reverse := proxy.NewReverse(away{live{anything(&asked)}, row.live}, proxy.Options{Origins: []string{"https://app.example"}})
		for _, preflight := range []bool{false, true} {
			req := httptest.NewRequest(http.MethodGet, row.path, nil)
			if preflight {
				if row.origin == "" {
					continue
				}
				req.Method = http.MethodOptions
				req.Header.Set("Access-Control-Request-Method", "PATCH")
				req.Header.Set("Access-Control-Request-Headers", "authorization,consistencylevel")
			}
			req.Host = "127.0.0.1:8080"
			for name, value := range map[string]string{"Origin": row.origin, "Sec-Fetch-Site": row.site} {
				if value != "" {
					req.Header.Set(name, value)
				}
			}
			asked = 0
			w := httptest.NewRecorder()
			reverse.ServeHTTP(w, req)
			got := w.Result()
			allowed, asks := got.Header.Get("Access-Control-Allow-Origin"), 0
			if row.want == 200 && !preflight {
				asks = 1
			}
			switch {
			case got.StatusCode != row.want, asked != asks:
				t.Errorf("%+v, preflight %v: %d, asked %d times: %s", row, preflight, got.StatusCode, asked, w.Body)
			case row.want == 200 && row.origin != "" && allowed != row.origin, row.want != 200 && allowed != "":
				t.Errorf("%+v, preflight %v: allows %q", row, preflight, allowed)
			case preflight && row.want == 200 && (got.Header.Get("Access-Control-Allow-Methods") != "PATCH" || got.Header.Get("Access-Control-Allow-Headers") != "authorization,consistencylevel"):
				t.Errorf("%+v: %v", row, got.Header)
			case !preflight && row.origin != "" && row.want == 200 && !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), "ETag"):
				t.Errorf("%+v: exposes %v", row, got.Header)
			}
		}
		reverse.End(t.Context())
	}
}

func TestOrigins(t *testing.T) {
	for _, good := range []string{"https://app.example", "http://localhost:3000", "https://[::1]:8443", "chrome-extension://abc"} {
		if err := proxy.CheckOrigin(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "*", "app.example", "https://app.example/", "https://App.example", "https://app.example/x", "null", "https://"} {
		if proxy.CheckOrigin(bad) == nil {
			t.Errorf("%q passes for an origin", bad)
		}
	}
}

// TestNames: a server beyond loopback is addressed by any address and by the names it was
// given; a name that somebody else can point here is refused.
func TestNames(t *testing.T) {
	asked := 0
	for _, row := range []struct {
		beyond bool
		host   string
		want   int
	}{
		{false, "graphvcr.test", 200}, {false, "GraphVCR.test:8080", 200}, {false, "localhost", 200}, {false, "10.0.0.1:8080", 421}, {false, "other.test", 421},
		{true, "10.0.0.1:8080", 200}, {true, "[fe80::1]:8080", 200}, {true, "graphvcr.test", 200}, {true, "other.test", 421}, {true, "10.0.0.1.other.test", 421},
	} {
		reverse := proxy.NewReverse(away{live{anything(&asked)}, false}, proxy.Options{Names: []string{"graphvcr.test"}, Beyond: row.beyond})
		req := httptest.NewRequest(http.MethodGet, "/v1.0/me", nil)
		req.Host = row.host
		w := httptest.NewRecorder()
		reverse.ServeHTTP(w, req)
		if w.Code != row.want {
			t.Errorf("%+v: %d", row, w.Code)
		}
		reverse.End(t.Context())
	}
}
