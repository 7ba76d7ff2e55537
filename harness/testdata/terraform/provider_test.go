package terraform_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/graphvcr/graphvcr/harness"
	recipe "github.com/graphvcr/graphvcr/harness/testdata/terraform"
)

// acceptance is the test as a provider has it: what it draws is new with every recording, and
// on replay nothing waits.
func acceptance(t *testing.T, opts ...any) {
	s := harness.Open(t, opts...)
	provider := &recipe.Provider{Client: s.Client(), Every: time.Millisecond} // seconds, before the service
	if s.Replays() {
		provider.Every = 0
	}
	first, second := s.NewName("tf-acc-"), s.NewName("tf-acc-")
	config := func(name string) string {
		return fmt.Sprintf("resource \"graph_group\" \"x\" {\n  display_name = %q\n}\n", name)
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest: s.Replays() || os.Getenv("TF_ACC") == "", // no TF_ACC is needed on replay
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"graph": providerserver.NewProtocol6WithError(provider),
		},
		Steps: []resource.TestStep{
			{Config: config(first), Check: resource.TestCheckResourceAttr("graph_group.x", "display_name", first)},
			{Config: config(second), Check: resource.TestCheckResourceAttr("graph_group.x", "display_name", second)},
		},
	})
}

// TestAcceptance records the test from a small Graph and replays it without, in no time.
func TestAcceptance(t *testing.T) {
	program, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("there is no terraform")
	}
	t.Setenv("TF_ACC_TERRAFORM_PATH", program)
	t.Setenv("CHECKPOINT_DISABLE", "1")
	t.Setenv("CI", "")
	dir := t.TempDir()
	graph := &groups{}
	t.Setenv("GRAPHVCR_MODE", "record")
	t.Run("group", func(t *testing.T) { acceptance(t, "group", harness.Dir(dir), harness.WithTransport(graph)) })
	recorded := graph.count()
	t.Setenv("GRAPHVCR_MODE", "")
	t.Run("group", func(t *testing.T) { acceptance(t, "group", harness.Dir(dir), harness.WithTransport(graph)) })
	if n := graph.count(); n != recorded || n == 0 {
		t.Errorf("the service was asked %d times while recording, and %d after the replay", recorded, n)
	}
	text, err := os.ReadFile(filepath.Join(dir, "group.yaml"))
	if err != nil || strings.Contains(string(text), "tf-acc-") {
		t.Errorf("the cassette holds what was drawn, %v", err)
	}
}

// groups is a Graph that knows groups. A new one is 404 once.
type groups struct {
	mu    sync.Mutex
	asked int
	all   map[string]*one
}

type one struct {
	body map[string]any
	seen bool
}

func (g *groups) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// RoundTrip implements http.RoundTripper.
func (g *groups) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	var sent map[string]any
	if req.Body != nil {
		defer req.Body.Close()
		_ = json.NewDecoder(req.Body).Decode(&sent)
	}
	id := strings.TrimPrefix(strings.TrimPrefix(req.URL.Path, "/v1.0/groups"), "/")
	status, body := http.StatusOK, any(nil)
	it := g.all[id]
	switch {
	case req.Method == http.MethodPost:
		id = fmt.Sprintf("a8f3c2d1-0000-4000-8000-%012x", g.asked+0xb00)
		sent["id"], sent["@odata.context"] = id, "https://graph.microsoft.com/v1.0/$metadata#groups/$entity"
		if g.all == nil {
			g.all = map[string]*one{}
		}
		g.all[id] = &one{body: sent}
		status, body = http.StatusCreated, sent
	case it == nil, req.Method == http.MethodGet && !it.seen:
		if it != nil {
			it.seen = true
		}
		status = http.StatusNotFound
		body = map[string]any{"error": map[string]any{"code": "Request_ResourceNotFound", "message": "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present."}}
	case req.Method == http.MethodGet:
		body = it.body
	case req.Method == http.MethodPatch:
		it.body["displayName"], status = sent["displayName"], http.StatusNoContent
	case req.Method == http.MethodDelete:
		delete(g.all, id)
		status = http.StatusNoContent
	}
	text := []byte(nil)
	if body != nil {
		text, _ = json.Marshal(body)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(text))), ContentLength: int64(len(text)), Request: req,
	}, nil
}
