package graphsdk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abstractions "github.com/microsoft/kiota-abstractions-go"

	"github.com/graphvcr/graphvcr/harness"
	"github.com/graphvcr/graphvcr/harness/graphsdk"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

const shipped = "../../cassettes"

// unwanted fails a test that asks for a live credential.
func unwanted(t testing.TB) graphsdk.Live {
	return func() (azcore.TokenCredential, error) {
		t.Errorf("a replay asked for the live credential")
		return nil, errors.New("unwanted")
	}
}

// The SDK pages through a shipped cassette, in parallel with itself.
func TestSDKReplays(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := harness.Open(t, "users/list-pages", harness.Dir(shipped))
			all, err := names(t.Context(), adapter(t, s, unwanted(t)))
			if err != nil || len(all) != 5 || all[0] != "Adele Vance" {
				t.Errorf("%q, %v", all, err)
			}
		})
	}
}

// A client over a cassette by name, or by the test's own.
func TestNewClient(t *testing.T) {
	t.Parallel()
	graph := graphsdk.New(t, "users/list-pages", newClient, harness.Dir(shipped), unwanted(t))
	if all, err := names(t.Context(), graph.adapter); err != nil || len(all) != 5 {
		t.Errorf("%q, %v", all, err)
	}
	told, failed := probed(t, func(p testing.TB) { graphsdk.New(p, "", newClient, harness.Dir(shipped)) })
	if !failed || !strings.Contains(told, "TestNewClient") {
		t.Errorf("failed: %v, told %s", failed, told)
	}
}

// tokens is a live credential as azidentity's are.
type tokens func() string

func (t tokens) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: t(), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// One body of a test records through the SDK, with its token, and replays without one:
// bodies that kiota compresses, its paging and its errors.
func TestSDKRecordsAndReplays(t *testing.T) {
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 5, Hosts: emulator.RealNames()})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	dir := t.TempDir()
	// The nickname and the password are this test's own, and redacted in the cassette.
	rules := "match: [{on: POST /v1.0/users, ignore: [body.mailNickname, body.passwordProfile.password]}]\n"
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	listed := map[bool]int{} // by whether it was a replay
	body := func(t testing.TB, live graphsdk.Live) {
		s := harness.Open(t, "users/sdk", harness.Dir(dir), harness.WithTransport(graph.Transport(nil)))
		a := adapter(t, s, live)
		created, err := a.Send(t.Context(), request(t, a, abstractions.POST, "/users", &user{name: s.Var("NAME"), upn: s.Var("UPN")}), newUser, nil)
		if err != nil {
			t.Fatalf("create: %v", err)
		}
		if _, err = a.Send(t.Context(), request(t, a, abstractions.GET, "/users/"+created.(*user).id, nil), newUser, nil); err != nil {
			t.Errorf("get: %v", err)
		}
		_, err = a.Send(t.Context(), request(t, a, abstractions.GET, "/users/nobody@contoso.com", nil), newUser, nil)
		if refused := (*abstractions.ApiError)(nil); !errors.As(err, &refused) || refused.ResponseStatusCode != http.StatusNotFound {
			t.Errorf("a user who is not there: %v", err)
		}
		all, err := names(t.Context(), a)
		if err != nil {
			t.Errorf("list: %v", err)
		}
		listed[s.Replays()] = len(all)
	}

	t.Setenv("CI", "")
	t.Setenv("NAME", "Adele Open")
	t.Setenv("UPN", "adele.open@contoso.com")
	t.Setenv("GRAPHVCR_MODE", "record")
	app := tokens(func() string { return graph.AppToken() })
	if told, failed := probed(t, func(p testing.TB) {
		body(p, func() (azcore.TokenCredential, error) { return app, nil })
	}); failed {
		t.Fatal(told)
	}
	graph.Close()
	t.Setenv("GRAPHVCR_MODE", "")
	for range 3 {
		if told, failed := probed(t, func(p testing.TB) { body(p, unwanted(p)) }); failed {
			t.Fatal(told)
		}
	}
	if listed[true] == 0 || listed[true] != listed[false] {
		t.Errorf("users listed, by whether it was a replay: %v", listed)
	}
}

func request(t testing.TB, a abstractions.RequestAdapter, method abstractions.HttpMethod, path string, body *user) *abstractions.RequestInformation {
	info := abstractions.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, "{+baseurl}"+path, map[string]string{})
	if body != nil {
		if err := info.SetContentFromParsable(context.Background(), a, "application/json", body); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return info
}

// A miss ends the call at once, without the SDK's retries, and fails the test.
func TestSDKMiss(t *testing.T) {
	t.Parallel()
	told, failed := probed(t, func(t testing.TB) {
		s := harness.Open(t, "users/get-manager-not-found", harness.Dir(shipped))
		if all, err := names(t.Context(), adapter(t, s, unwanted(t))); err == nil {
			t.Logf("listed %q from a cassette that holds no list", all)
		}
	})
	if n := strings.Count(told, "GET https://graph.microsoft.com/v1.0/users?"); !failed || n != 1 {
		t.Errorf("failed: %v, told %d times:\n%s", failed, n, told)
	}
}

// The replay's token is never sent to a service.
func TestCredentialRefusesToGoLive(t *testing.T) {
	t.Setenv("GRAPHVCR_MODE", "live")
	s := harness.Open(t, "users/list-pages", harness.Dir(shipped), harness.WithTransport(dialled{t}))
	if _, err := names(t.Context(), adapter(t, s, nil)); err == nil || !strings.Contains(err.Error(), "give graphsdk.Credential a live one") {
		t.Errorf("%v", err)
	}
	_, err := names(t.Context(), adapter(t, s, func() (azcore.TokenCredential, error) { return nil, errors.New("no such tenant") }))
	if err == nil || !strings.Contains(err.Error(), "open the live credential: no such tenant") {
		t.Errorf("%v", err)
	}
}

// dialled fails a test that sends anything.
type dialled struct{ t *testing.T }

func (d dialled) RoundTrip(req *http.Request) (*http.Response, error) {
	d.t.Errorf("sent %s %s", req.Method, req.URL)
	return nil, errors.New("no connection")
}

func TestCredentialHeedsItsContext(t *testing.T) {
	t.Parallel()
	_, _ = probed(t, func(p testing.TB) {
		credential := graphsdk.Credential(harness.Open(p, "users/list-pages", harness.Dir(shipped)), nil)
		ended, end := context.WithCancel(p.Context())
		token, err := credential.GetToken(ended, policy.TokenRequestOptions{})
		if err != nil || token.Token != graphsdk.ReplayToken || time.Until(token.ExpiresOn) < time.Hour {
			t.Errorf("%+v, %v", token, err)
		}
		end()
		if _, err := credential.GetToken(ended, policy.TokenRequestOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// probe is a test whose failing can be looked at.
type probe struct {
	testing.TB
	mu      sync.Mutex
	failed  bool
	told    strings.Builder
	cleanup []func()
}

func (p *probe) Helper()          {}
func (p *probe) Cleanup(f func()) { p.cleanup = append(p.cleanup, f) }
func (p *probe) Failed() bool     { p.mu.Lock(); defer p.mu.Unlock(); return p.failed }

func (p *probe) Logf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(&p.told, format+"\n", args...)
}

func (p *probe) Errorf(format string, args ...any) {
	p.Logf(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
}

func (p *probe) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	runtime.Goexit()
}

// probed runs the body of a test, and its cleanups, and returns what it told.
func probed(t *testing.T, body func(t testing.TB)) (told string, failed bool) {
	t.Helper()
	p := &probe{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() {
			for i := len(p.cleanup) - 1; i >= 0; i-- {
				p.cleanup[i]()
			}
		}()
		body(p)
	})
	wg.Wait()
	return p.told.String(), p.failed
}
