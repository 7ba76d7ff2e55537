package redact_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// TestOtherHostsAreSealed: what a tenant may show is Graph's; another host's answers are
// redacted in full.
func TestOtherHostsAreSealed(t *testing.T) {
	r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off, Unknown: redact.Off, Disable: []string{"content.ip"}}, redact.Options{Salt: []byte("0123456789abcdef0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"displayName":"Adele Vance","mail":"adele@fabrikam.com","note":"a plain text","ipAddress":"20.190.7.9"}`
	for host, kept := range map[string]bool{
		"graph.microsoft.com": true, "graph.microsoft.us": true, "contoso-my.sharepoint.com": true,
		"management.azure.com": false, "backend.example": false, "graph.windows.net": false,
	} {
		stored := r.Interaction(&cassette.Interaction{
			Request:  cassette.Request{Method: "POST", URL: "https://" + host + "/v1.0/x", Host: host, Headers: http.Header{"Content-Type": {"application/json"}}, Body: body},
			Response: cassette.Response{Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: body},
		})
		for part, text := range map[string]string{"request": stored.Request.Body, "response": stored.Response.Body} {
			if kept && text != body {
				t.Errorf("%s: the %s became %s", host, part, text)
			}
			for _, value := range []string{"Adele", "fabrikam", "plain text", "20.190.7.9"} {
				if !kept && strings.Contains(text, value) {
					t.Errorf("%s: the %s holds %s: %s", host, part, value, text)
				}
			}
		}
	}
}

// TestNextIsFresh: what is known of an interaction counts for no other, nor for a text that is
// redacted after it, though both are redacted by the same means.
func TestNextIsFresh(t *testing.T) {
	own := func() *redact.Redactor {
		r, err := redact.New(redact.Rules{Identity: redact.Off}, redact.Options{Salt: []byte("0123456789abcdef0123456789abcdef")})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := own()
	for range 2 {
		r.Record(&cassette.Interaction{Request: cassette.Request{
			Method: "PUT", URL: "https://backend.example/v1.0/x", Host: "backend.example", Body: `{"displayName":"Adele Vance"}`,
			Headers: http.Header{"Content-Type": {"application/json"}, "Content-Range": {"bytes 7-35/36"}},
		}})
	}
	const mail = "adele@fabrikam.com"
	if got := r.Var("mail", mail); got != mail {
		t.Errorf("identity is off, and a variable became %q", got)
	}
	before := r.Summary()
	next := interaction("GET", graph+"/me/photo/$value")
	next.Response.Headers = http.Header{"Content-Type": {"image/jpeg"}}
	next.Response.Body = strings.Repeat("\xff\xd8 a photo ", 4)
	fresh := own()
	want, wantNote := fresh.Record(next)
	got, note := r.Record(next)
	if got.Response.Body != want.Response.Body || string(note) != string(wantNote) {
		t.Errorf("got %q, %s, want %q, %s", got.Response.Body, note, want.Response.Body, wantNote)
	}
	for rule, count := range r.Summary() {
		if count != before[rule]+fresh.Summary()[rule] {
			t.Errorf("%s was counted %d times after %d, alone %d times", rule, count, before[rule], fresh.Summary()[rule])
		}
	}
}
