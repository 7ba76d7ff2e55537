package diff_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
)

// users are n reads of users, 1.5 KB each, with ids that follow from a seed.
func users(n, seed int) *cassette.Cassette {
	recording := &cassette.Cassette{}
	for i := range n {
		id := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", i*2654435761%(1<<32), seed, i%4096, seed%4096, i*7919+seed)
		doc := map[string]any{
			"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity", "id": id, "displayName": fmt.Sprint("Name ", i),
			"userType": "Member", "accountEnabled": true, "createdDateTime": fmt.Sprintf("2026-01-%02dT03:04:05Z", i%28+1), "mail": nil,
			"userPrincipalName": fmt.Sprintf("user%d@contoso.example", i), "businessPhones": []any{"+1 555 0100"},
			"manager": map[string]any{"id": id, "@odata.type": "#microsoft.graph.user"}, "aboutMe": strings.Repeat("lorem ipsum ", 60),
		}
		for k := range 10 {
			doc[fmt.Sprintf("extension_%d", k)] = map[string]any{"resourceId": id, "state": "enabled", "count": k}
		}
		body, _ := json.Marshal(doc)
		recording.Interactions = append(recording.Interactions, &cassette.Interaction{
			ID:       i,
			Request:  cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users/" + id, Headers: http.Header{}},
			Response: cassette.Response{Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: string(body), Duration: time.Millisecond},
		})
	}
	return recording
}

// BenchmarkCompare prints how often the JSON of both recordings could be decoded in the
// time of a comparison.
func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			old, new := users(n, 1), users(n, 2)
			b.SetBytes(int64(2 * n * len(old.Interactions[0].Response.Body)))
			var decoding, comparing time.Duration
			for b.Loop() {
				began := time.Now()
				for _, recording := range []*cassette.Cassette{old, new} {
					for _, i := range recording.Interactions {
						var doc any
						if err := json.Unmarshal([]byte(i.Response.Body), &doc); err != nil {
							b.Fatal(err)
						}
					}
				}
				decoded := time.Now()
				if _, err := diff.Compare(old, new, diff.Options{}); err != nil {
					b.Fatal(err)
				}
				decoding += decoded.Sub(began)
				comparing += time.Since(decoded)
			}
			b.ReportMetric(float64(comparing)/float64(decoding), "x-decoding")
		})
	}
}
