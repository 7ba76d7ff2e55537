package redact_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// What a caller marks is replaced though all rules are off, and what stands for it is nothing
// that redaction, with or without the marks, would replace again.
func TestMarks(t *testing.T) {
	salt := []byte(strings.Repeat("s", 32))
	mark := func(name, parent, text string) redact.Class {
		return map[string]redact.Class{"jobTitle": redact.Secret, "displayName": redact.Identity, "aboutMe": redact.Content, "X-Tenant-Note": redact.Secret}[name]
	}
	off := redact.Rules{Identity: redact.Off, Content: redact.Off}
	i := &cassette.Interaction{}
	i.Request.Method, i.Request.URL = "POST", "https://graph.microsoft.com/v1.0/users?jobTitle=private"
	i.Request.Body = `{"jobTitle":"private one","displayName":"private two","aboutMe":["private three","private three"],"city":"public","settings":{"displayName":42}}`
	i.Request.Headers = map[string][]string{"Content-Type": {"application/json"}, "X-Tenant-Note": {"private four"}}
	i.Response.Body = `{"displayName":"private two","jobTitle":"https://private.example/?five=5"}`
	redacted := func(marks func(name, parent, text string) redact.Class, i *cassette.Interaction) *cassette.Interaction {
		r, err := redact.New(off, redact.Options{Salt: salt, Mark: marks})
		if err != nil {
			t.Fatal(err)
		}
		return r.Interaction(i)
	}
	once := redacted(mark, i)
	text := func(i *cassette.Interaction) string {
		return i.Request.URL + i.Request.Body + i.Request.Headers["X-Tenant-Note"][0] + i.Response.Body
	}
	if got := text(once); strings.Contains(got, "private") || !strings.Contains(got, "public") || strings.Count(got, "REDACTED") != 4 || strings.Contains(got, "42") {
		t.Errorf("stored %s", got)
	}
	for name, again := range map[string]*cassette.Interaction{"with marks": redacted(mark, once), "without": redacted(nil, once)} {
		if got, want := text(again), text(once); got != want {
			t.Errorf("again, %s:\n%s, want\n%s", name, got, want)
		}
	}
	c := &cassette.Cassette{Interactions: []*cassette.Interaction{once}, Salt: salt}
	if leaks, err := redact.Leaks(c, redact.Rules{Content: redact.Off, KeepMembers: []string{"city"}}); err != nil || len(leaks) > 0 {
		t.Errorf("leaks %v, %v", leaks, err)
	}
}
