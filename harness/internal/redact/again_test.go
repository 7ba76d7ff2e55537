package redact_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// What was redacted stays as it is, holes included, where its pseudonyms have another shape
// than what they stand for.
func TestRedactedAgain(t *testing.T) {
	for name, body := range map[string]string{
		"part's id":           `{"requests":[{"id":"xaver-and-quirin","method":"GET","url":"/me"},{"id":"2","dependsOn":["xaver-and-quirin"],"method":"GET","url":"/me"}]}`,
		"mark of the order":   "\ufeff" + `{"displayName":"Xaver","note":` + "\"\ufeff" + `{\"a\":\"Xaver\"}"}`,
		"list with blanks":    `{"@odata.context":"` + graph + `/$metadata#users(xaver%20quirin)"}`,
		"doctype":             `{"note":"<!DOCTYPE xaver><p>quirin</p>"}`,
		"base64 in a setting": `{"note":"Basic eGF2ZXI6cXVpcmlucXVpcmlu=3D"}`,
		"token cut short":     `{"note":"see https://x.sharepoint.com/d?a=1&tempauth=3D= v1.xaverxaverxaverxaverxaverxaver"}`,
	} {
		i := interaction("POST", graph+"/$batch")
		i.Request.Body, i.Response.Body = body, body
		for _, rules := range []redact.Rules{{}, {Identity: redact.Off, Content: redact.Off, Unknown: redact.Off}} {
			r, err := redact.New(rules, redact.Options{Salt: salt})
			if err != nil {
				t.Fatal(err)
			}
			once := r.Interaction(i)
			twice := r.Interaction(once)
			a, _ := json.Marshal(once)
			b, _ := json.Marshal(twice)
			if string(a) != string(b) {
				t.Errorf("%s: stored\n%s, and then\n%s", name, a, b)
			}
			if strings.HasPrefix(body, "\ufeff{") != strings.HasPrefix(once.Response.Body, "\ufeff{") {
				t.Errorf("%s: stored %s", name, once.Response.Body)
			}
		}
	}
}

// What the service makes anew is called in the next recording as in the one before, unless
// something else is called so, or it was there before both.
func TestWhatTheServiceMakesAnew(t *testing.T) {
	record := func(rules redact.Rules, previous *cassette.Cassette, date, body string) string {
		t.Helper()
		r, err := redact.New(rules, redact.Options{Salt: salt, Previous: previous})
		if err != nil {
			t.Fatal(err)
		}
		i := interaction("GET", graph+"/me")
		i.Response.Headers.Set("Date", date)
		i.Response.Body = body
		return r.Interaction(i).Response.Body
	}
	const first, second = "Tue, 24 Nov 2026 08:30:00 GMT", "Mon, 30 Nov 2026 08:30:00 GMT"
	for name, c := range map[string]struct {
		rules             redact.Rules
		before, now, want string // "" for what stood before
	}{
		"instant":                  {redact.Rules{}, `{"createdDateTime":"2026-11-24T08:30:05Z"}`, `{"createdDateTime":"2026-11-30T08:30:07Z"}`, ""},
		"instant before the start": {redact.Rules{}, `{"createdDateTime":"2026-11-24T08:30:05Z"}`, `{"createdDateTime":"2026-11-29T08:30:07Z"}`, `{"createdDateTime":"2026-11-29T08:30:07Z"}`},
		"instant before the other": {redact.Rules{}, `{"createdDateTime":"2026-11-20T08:30:05Z"}`, `{"createdDateTime":"2026-11-30T08:30:07Z"}`, `{"createdDateTime":"2026-11-30T08:30:07Z"}`},
		"instant that stays fresh": {redact.Rules{KeepFresh: true}, `{"createdDateTime":"2026-11-24T08:30:05Z"}`, `{"createdDateTime":"2026-11-30T08:30:07Z"}`, `{"createdDateTime":"2026-11-30T08:30:07Z"}`},
		"counter":                  {redact.Rules{}, `{"id":"1764000000001"}`, `{"id":"1764000000002"}`, ""},
		"counter that stays fresh": {redact.Rules{KeepFresh: true}, `{"id":"1764000000001"}`, `{"id":"1764000000002"}`, `{"id":"1764000000002"}`},
		"counter of another":       {redact.Rules{}, `{"value":[{"id":"1764000000001"},{"id":"1764000000001"}]}`, `{"value":[{"id":"1764000000002"},{"id":"1764000000003"}]}`, `{"value":[{"id":"1764000000001"},{"id":"1764000000003"}]}`},
		"counter that was there":   {redact.Rules{}, `{"value":[{"id":"1764000000001"},{"id":"1764000000002"}]}`, `{"value":[{"id":"1764000000002"},{"id":"1764000000001"}]}`, `{"value":[{"id":"1764000000002"},{"id":"1764000000001"}]}`},
		"token":                    {redact.Rules{}, `{"@odata.nextLink":"` + graph + `/users?$skiptoken=RFNwdAIAAQAAABg6YWRlbGVA"}`, `{"@odata.nextLink":"` + graph + `/users?$skiptoken=RFNwdAIBBQCAABg6YXRlbGVB"}`, ""},
		"name of another class":    {redact.Rules{}, `{"displayName":"Ann"}`, `{"displayName":"Ann Lee"}`, `{"displayName":"Name 1"}`},
		"name that is new":         {redact.Rules{}, `{"displayName":"Ann"}`, `{"surname":"Eve","displayName":"Ida"}`, `{"surname":"name2","displayName":"name1"}`},
		"names of members":         {redact.Rules{}, `{"zq1":{"displayName":"Ann"},"zq2":{"zq1":"Bea"}}`, `{"qx1":{"displayName":"Eve"},"qx2":{"qx1":"Ida"}}`, ""},
	} {
		before := interaction("GET", graph+"/me")
		before.Response.Body = record(redact.Rules{}, nil, first, c.before)
		previous := &cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{before}}
		previous.Meta.RecordedAt = time.Date(2026, 11, 24, 8, 30, 10, 0, time.UTC)
		want := c.want
		if want == "" {
			want = before.Response.Body
		}
		if got := record(c.rules, previous, second, c.now); unchecked(got) != unchecked(want) {
			t.Errorf("%s: %s\nis stored as %s\nand not as   %s", name, c.now, got, want)
		}
	}
}
