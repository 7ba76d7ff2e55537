package diff_test

import (
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
)

// FuzzCompare gives hostile answers to a comparison: it ends, and a recording does not
// differ from itself.
func FuzzCompare(f *testing.F) {
	f.Add("GET", "https://graph.microsoft.com/v1.0/users/1", `{"id":"a","value":[{"id":"b"}]}`, `{"id":1}`, 200, 404)
	f.Add("POST", "https://graph.microsoft.com/v1.0/$batch", `{"responses":[{"id":"1","status":200,"body":[]}]}`, `{"responses":[null,{"id":1}]}`, 200, 200)
	f.Add("GET", "https://graph.microsoft.com/v1.0/users?$filter=a eq 'it''s", `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$filter=a eq 'it''s"}`, `[]`, 200, 200)
	f.Add("GET", "/teams('1')/operations('2')", `{"status":"running","@odata.context":"#"}`, `{"status":"succeeded","a":"{\"b\":[]}"}`, 200, 200)
	f.Add("GET", "https://x/%zz", "\x00", `{"@odata.deltaLink":"delta(token='"}`, 0, -1)
	f.Fuzz(func(t *testing.T, method, url, first, second string, status, then int) {
		recording := func(body string, status int) *cassette.Cassette {
			c := &cassette.Cassette{}
			for i := range 3 {
				c.Interactions = append(c.Interactions, &cassette.Interaction{
					ID: i, Request: cassette.Request{Method: method, URL: url, Body: second, Headers: http.Header{}},
					Response: cassette.Response{Code: status, Headers: http.Header{"Location": {url}}, Body: body},
				})
			}
			return c
		}
		old, new := recording(first, status), recording(second, then)
		if drift, err := diff.Compare(old, old, diff.Options{}); err == nil && len(drift.Changes) > 0 {
			t.Errorf("differs from itself: %s", list(drift.Changes))
		}
		if _, err := diff.Compare(old, new, diff.Options{}); err != nil {
			return
		}
		for _, rule := range diff.Rules() {
			if _, _, err := rule.Mutate(old, nil); err != nil {
				t.Errorf("%s: %v", rule.ID, err)
			}
		}
	})
}
