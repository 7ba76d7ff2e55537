package proxy_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/proxy"
)

// carrier answers with a function.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(req *http.Request) (*http.Response, error) { return c(req) }

func text(body string) carrier {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req}, nil
	}
}

func faults(t testing.TB, texts ...string) proxy.Faults {
	t.Helper()
	var all proxy.Faults
	for _, one := range texts {
		f, err := proxy.ParseFault(one)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// TestFaultsAreDeterministic: the same requests fail on every run.
func TestFaultsAreDeterministic(t *testing.T) {
	tests := []struct {
		faults []string
		want   string
	}{
		{[]string{"throttle:every=3"}, "200 200 429 200 200 429 200"},
		{[]string{"throttle:every=2", "503:every=3"}, "200 429 503 429 200 429 200"},
		{[]string{"unavailable"}, "503 503 503 503 503 503 503"},
		{[]string{"broken:every=4"}, "200 200 200 broken 200 200 200"},
		{[]string{"broken:every=2,bytes=3"}, "200 200hel! 200 200hel! 200 200hel! 200"},
		{nil, "200 200 200 200 200 200 200"},
	}
	for _, test := range tests {
		for range 2 {
			rt := faults(t, test.faults...).Over(text("hello"))
			var got []string
			for range 7 {
				req, _ := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/me", nil)
				got = append(got, outcome(t, rt, req))
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("%v: %s, want %s", test.faults, got, test.want)
			}
		}
	}
}

// outcome is the status, and of a body that breaks off what came of it.
func outcome(t *testing.T, rt http.RoundTripper, req *http.Request) string {
	resp, err := rt.RoundTrip(req)
	if errors.Is(err, proxy.ErrBroken) {
		return "broken"
	} else if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 && resp.Header.Get("Retry-After") != "0" {
		t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
	}
	status := resp.Status
	if status == "" {
		status = "200"
	}
	if err != nil {
		return status[:3] + string(body) + "!"
	}
	return status[:3]
}

func TestFaultsTakeTheirTime(t *testing.T) {
	for fault, want := range map[string]time.Duration{
		"latency:by=1500ms": 1500 * time.Millisecond,
		"slow:bytes=20":     5 * time.Second, // 100 bytes, and none after the last
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := faults(t, fault).Over(text(strings.Repeat("x", 100)))
			req, _ := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/me", nil)
			began := time.Now()
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) != 100 {
				t.Errorf("%s: %d bytes, %v", fault, len(body), err)
			}
			if took := time.Since(began); took < want || took > want+want/10 {
				t.Errorf("%s took %v, want %v", fault, took, want)
			}
		})
	}
}

func TestRetryAfterIsAskedFor(t *testing.T) {
	req, _ := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/me", nil)
	resp, err := faults(t, "throttle:after=17").Over(text("")).RoundTrip(req)
	if err != nil || resp.Header.Get("Retry-After") != "17" {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestFaultsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "thottle", "throttle:", "throttle:every", "throttle:every=0", "throttle:every=-1", "throttle:bytes=1",
		"latency", "latency:by=0s", "latency:by=9h", "latency:by=x", "slow", "slow:bytes=0", "broken:every=x", "503:by=1s", "throttle:every=2,,after=1", "lag", "lag=0", "lag=x", "lag:every=2", "empty:by=1s", "throttle=2"} {
		if f, err := proxy.ParseFault(text); err == nil {
			t.Errorf("%q was read as %+v", text, f)
		} else if !strings.HasPrefix(err.Error(), "fault ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestFaultsInAnswers: what was created is not found at first, and answers are as services
// get them wrong.
func TestFaultsInAnswers(t *testing.T) {
	const list = `{"value":[{"id":"one"},{"id":"two"}],"@odata.deltaLink":"x"}`
	answers := carrier(func(req *http.Request) (*http.Response, error) {
		status, body := 200, list
		switch {
		case req.Method == http.MethodPost:
			status, body = 201, `{"id":"4711"}`
		case strings.HasSuffix(req.URL.Path, "/4711"):
			body = `{"id":"4711"}`
		}
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	for _, test := range []struct{ fault, requests, want string }{
		{"lag=2", "POST /users, GET /users/4711, GET /users/9, HEAD /users/4711, GET /users/4711", `201 {"id":"4711"}|404|200 ` + list + `|404|200 {"id":"4711"}`},
		{"lag:reads=1", "GET /users/4711, POST /users, DELETE /users/4711, GET /users/4711/manager", `200 {"id":"4711"}|201 {"id":"4711"}|200 {"id":"4711"}|404`},
		{"lag=1", "POST /users, GET /users/47110, GET /users('4711')/manager", `201 {"id":"4711"}|200 ` + list + `|404`},
		{"empty:every=2", "GET /users/4711, GET /users/4711", `200 {"id":"4711"}|200 `},
		{"twice", "GET /users, GET /users/4711", `200 {"@odata.deltaLink":"x","value":[{"id":"one"},{"id":"two"},{"id":"one"}]}|200 {"id":"4711"}`},
		{"truncated", "GET /users", `200 {"@odata.deltaLink":"x","value":[{"id":"on"},{"id":"tw"}]}`},
	} {
		rt := faults(t, test.fault).Over(answers)
		var got []string
		for request := range strings.SplitSeq(test.requests, ", ") {
			method, path, _ := strings.Cut(request, " ")
			req, _ := http.NewRequest(method, "https://graph.microsoft.com/v1.0"+path, nil)
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(test.fault, err)
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode == 404 {
				got = append(got, "404")
				continue
			}
			got = append(got, fmt.Sprintf("%d %s", resp.StatusCode, body))
		}
		if got := strings.Join(got, "|"); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.fault, got, test.want)
		}
	}
}
