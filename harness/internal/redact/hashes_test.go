package redact_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	msgraph "github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestHashesOfLargeFiles: a listing of large files has the hashes of their fillers, and takes
// no longer than they are listed.
func TestHashesOfLargeFiles(t *testing.T) {
	red, err := redact.New(redact.Rules{}, redact.Options{Salt: []byte("salt")})
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&list, `{"id":"01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJ%04d","size":%d,"file":{"hashes":{"quickXorHash":"lTWBGMbIuyb8AAAAjwsAAAAAAAA=","sha1Hash":"8B0C3F5A9E1D7C6B4A392817F6E5D4C3B2A19080"}}},`, n, 50_000_000+100_000*(n%100)+n)
	}
	i := &cassette.Interaction{
		Request: cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me/drive/root/children"},
		Response: cassette.Response{
			Code: 200, Headers: http.Header{"Content-Type": {"application/json"}},
			Body: `{"value":[` + strings.TrimSuffix(list.String(), ",") + `]}`,
		},
	}
	var stored string
	testkit.Bounded(t, list.Len(), func() { stored = red.Interaction(i).Response.Body })
	filler := strings.Repeat("what a file held is not recorded ", 2_000_000)
	for _, size := range []int{50_000_000, 50_700_407, 59_900_999} {
		for _, member := range []string{"quickXorHash", "sha1Hash"} {
			h, _ := msgraph.NewFileHash(member)
			_, _ = io.WriteString(h, filler[:size])
			if want := h.Text(); !strings.Contains(stored, want) {
				t.Errorf("%s of %d bytes: there is no %s", member, size, want)
			}
		}
	}
}
