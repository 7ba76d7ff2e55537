package retries_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	azruntime "github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/go-resty/resty/v2"
	"github.com/hashicorp/go-retryablehttp"
	khttp "github.com/microsoft/kiota-http-go"

	"github.com/graphvcr/graphvcr/harness"
)

// counting counts what a client sends.
type counting struct {
	base http.RoundTripper
	sent atomic.Int64
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent.Add(1)
	return c.base.RoundTrip(req)
}

// A probe is a test whose failing can be looked at.
type probe struct {
	testing.TB
	told    strings.Builder
	failed  bool
	cleanup []func()
}

func (p *probe) Helper()          {}
func (p *probe) Failed() bool     { return p.failed }
func (p *probe) Cleanup(f func()) { p.cleanup = append(p.cleanup, f) }
func (p *probe) Errorf(format string, args ...any) {
	p.failed = true
	fmt.Fprintf(&p.told, format+"\n", args...)
}

func (p *probe) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	runtime.Goexit()
}

const address = "https://graph.microsoft.com/v1.0/groups"

// clients send one request with their policies of retrying, and return what they make of the
// answer.
var clients = map[string]func(ctx context.Context, rt http.RoundTripper) (status int, body string, err error){
	"net/http": func(ctx context.Context, rt http.RoundTripper) (int, string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return 0, "", err
		}
		return read((&http.Client{Transport: rt}).Do(req))
	},
	"go-retryablehttp": func(ctx context.Context, rt http.RoundTripper) (int, string, error) {
		client := retryablehttp.NewClient() // four retries, after 1, 2, 4 and 8 seconds
		client.HTTPClient, client.Logger = &http.Client{Transport: rt}, nil
		req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return 0, "", err
		}
		return read(client.Do(req))
	},
	"resty": func(ctx context.Context, rt http.RoundTripper) (int, string, error) {
		resp, err := resty.NewWithClient(&http.Client{Transport: rt}).SetRetryCount(3).R().SetContext(ctx).Get(address)
		if err != nil {
			return 0, "", err
		}
		return resp.StatusCode(), resp.String(), nil
	},
	"azcore": func(ctx context.Context, rt http.RoundTripper) (int, string, error) {
		pipeline := azruntime.NewPipeline("test", "v1", azruntime.PipelineOptions{}, &policy.ClientOptions{Transport: &http.Client{Transport: rt}})
		req, err := azruntime.NewRequest(ctx, http.MethodGet, address)
		if err != nil {
			return 0, "", err
		}
		return read(pipeline.Do(req))
	},
	"kiota": func(ctx context.Context, rt http.RoundTripper) (int, string, error) {
		client := khttp.GetDefaultClient()
		client.Transport = khttp.NewCustomTransportWithParentTransport(rt, khttp.GetDefaultMiddlewares()...)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return 0, "", err
		}
		return read(client.Do(req))
	},
}

func read(resp *http.Response, err error) (int, string, error) {
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// No client sends a miss again, and all of them get its one line.
func TestMissIsNeverSentAgain(t *testing.T) {
	t.Setenv("GRAPHVCR_MODE", "")
	for name, send := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &probe{TB: t}
			began := time.Now()
			s := harness.Open(p, "users/select", harness.Dir("../../../cassettes"), harness.AllowUnused())
			rt := &counting{base: s.Transport()}
			status, body, err := send(t.Context(), rt)
			for i := len(p.cleanup) - 1; i >= 0; i-- {
				p.cleanup[i]()
			}
			if n := rt.sent.Load(); n != 1 {
				t.Errorf("sent %d times, want 1", n)
			}
			if err != nil || status != http.StatusNotImplemented || !strings.Contains(body, `"message":"no answer to GET https://graph.microsoft.com/v1.0/groups: never recorded"`) {
				t.Errorf("%d %s, %v", status, body, err)
			}
			if !p.failed || strings.Count(p.told.String(), "no answer to GET") != 1 {
				t.Errorf("failed: %v, told %s", p.failed, p.told.String())
			}
			if took := time.Since(began); took > 900*time.Millisecond {
				t.Logf("took %v", took)
			}
		})
	}
}
