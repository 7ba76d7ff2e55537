package redact_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

const (
	tenant = planted.Tenant
	object = planted.Object
	other  = planted.Other
	graph  = planted.Graph
)

var (
	jwt         = planted.JWT()
	interaction = planted.Exchange
)

// check redacts an interaction and holds that the needle is gone, that redacting
// twice changes nothing, and that nothing leaks.
func check(t *testing.T, where string, i *cassette.Interaction, needle string) {
	t.Helper()
	if !strings.Contains(planted.Spellings(i), strings.ToLower(needle)) {
		t.Errorf("%s: the value is not even in the original", where)
		return
	}
	r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	once := r.Interaction(i)
	if text := planted.Spellings(once); strings.Contains(text, strings.ToLower(needle)) {
		t.Errorf("%s: the value survives", where)
	}
	fresh, _ := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	twice := fresh.Interaction(once)
	a, _ := json.Marshal(once)
	b, _ := json.Marshal(twice)
	if string(a) != string(b) {
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		at = max(0, at-30)
		t.Errorf("%s: redacting twice changes more\n%.100s\n%.100s", where, a[at:], b[at:])
	}
	leaks, _ := redact.Leaks(&cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{once}}, redact.Rules{})
	for _, l := range leaks {
		t.Errorf("%s: %v", where, l)
	}
}

func TestNothingSurvives(t *testing.T) {
	kinds, places := 0, 0
	for _, k := range planted.ByForm() {
		t.Run(k.Name, func(t *testing.T) {
			for where, i := range planted.Positions(k.Value) {
				if where == "header" && strings.Contains(k.Value, "\n") {
					continue
				}
				check(t, where, i, k.Sought())
				places++
			}
			for where, i := range planted.Bodies(k.JSON()) {
				check(t, where, i, k.Sought())
				places++
			}
			for where, i := range planted.Tables(k) {
				check(t, where, i, k.Sought())
				places++
			}
		})
		kinds++
	}
	for _, k := range planted.ByMember() {
		t.Run(k.Name, func(t *testing.T) {
			for where, i := range planted.Bodies(k.JSON()) {
				check(t, where, i, k.Sought())
				places++
			}
			for where, i := range planted.Tables(k) {
				check(t, where, i, k.Sought())
				places++
			}
		})
		kinds++
	}
	for _, k := range planted.ByOption() {
		t.Run(k.Name, func(t *testing.T) {
			for where, i := range planted.Links(k) {
				check(t, where, i, k.Sought())
				places++
			}
		})
		kinds++
	}
	t.Logf("%d kinds in %d places", kinds, places)
	if kinds < 60 {
		t.Errorf("%d kinds, want 60", kinds)
	}
}

func TestHeadersThatAreSecret(t *testing.T) {
	values := map[string]string{
		"Authorization": "Bearer " + jwt, "authorization": "Basic dXNlcjpwYXNz", "Proxy-Authorization": "Negotiate TlRMTVNTUA",
		"Cookie": "ESTSAUTH=0.AXEA; fpc=AtZ", "Set-Cookie": "x-ms-gateway-slice=estsfd; path=/; secure",
		"X-Ms-Authorization-Auxiliary": "Bearer opaque-auxiliary-9f8e7d",
		"X-Api-Key":                    "key opaque-gateway-9f8e7d", "Api-Key": "key opaque-gateway-9f8e7d",
		"Ocp-Apim-Subscription-Key": "key 0a1b2c3d4e5f60718293a4b5c6d7e8f9", "X-Functions-Key": "key opaque-function-9f8e7d==",
	}
	for _, name := range protocol.CredentialHeaders() {
		if values[name] == "" {
			t.Errorf("no value of %s was tried", name)
		}
	}
	for name, value := range values {
		i := interaction("GET", graph+"/me")
		i.Request.Headers[name] = []string{value}
		i.Response.Headers[name] = []string{value}
		_, needle, _ := strings.Cut(value, " ")
		if name == "Cookie" || name == "Set-Cookie" {
			needle = value[:12]
		}
		check(t, name, i, needle)
	}
}

func ExampleLeaks() {
	i := interaction("POST", graph+"/users")
	i.Request.Body = `{"displayName":"Adele Vance","passwordProfile":{"password":"not so secret"}}`
	leaks, _ := redact.Leaks(&cassette.Cassette{Interactions: []*cassette.Interaction{i}}, redact.Rules{})
	for _, l := range leaks {
		fmt.Println(l.Rule.Class(), l)
	}
	// Output:
	// identity interaction 0: request.body $['displayName']: identity.name (11 bytes)
	// secret interaction 0: request.body $['passwordProfile']['password']: secret.password (13 bytes)
}
