package redact_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// What grows, grows evenly: users behind a prefix, depth, parts.
func TestLinear(t *testing.T) {
	users := interaction("GET", graph+"/users?$filter=startswith(displayName,'Per')")
	var b strings.Builder
	b.WriteString(`{"value":[`)
	for n := range 8000 {
		if n > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%08x-efb3-4757-924a-5f94061cf8c2","displayName":"Person %d","mail":"person%d@fabrikam.com","jobTitle":"Job %d"}`, n*7919, n, n, n)
	}
	users.Response.Body = b.String() + "]}"
	deep := interaction("POST", graph+"/me")
	deep.Request.Body = strings.Repeat(`{"a":`, 10_000) + `"Adele Vance"` + strings.Repeat("}", 10_000)
	var parts strings.Builder
	for n := 0; parts.Len() < 230_000; n++ {
		fmt.Fprintf(&parts, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", n, n+1)
	}
	nested := interaction("POST", graph+"/me")
	nested.Request.Headers.Set("Content-Type", "multipart/mixed; boundary=b0")
	nested.Request.Body = parts.String()
	many := interaction("POST", graph+"/me")
	many.Request.Headers.Set("Content-Type", "multipart/mixed; boundary=b")
	many.Request.Body = strings.Repeat("--b\r\nContent-Type: application/json\r\n\r\n{\"displayName\":\"Adele\"}\r\n", 4000) + "--b--\r\n"
	batch := interaction("POST", graph+"/$batch")
	batch.Request.Body = `{"requests":[` + strings.TrimSuffix(strings.Repeat(`{"id":"1","method":"GET","url":"/users/adele?$filter=mail eq 'a@b.com'"},`, 4000), ",") + `]}`
	for name, i := range map[string]*cassette.Interaction{"8,000 users": users, "10,000 levels": deep, "nested parts": nested, "4,000 parts": many, "4,000 requests": batch} {
		var room uint64
		best := testkit.Least(time.Second, func() {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			newRedactor(t).Interaction(i)
			runtime.ReadMemStats(&after)
			room = after.TotalAlloc - before.TotalAlloc
		})
		t.Logf("%s: %v, %d MB", name, best.Round(time.Millisecond), room>>20)
		if best > time.Second || room > 100<<20 {
			t.Errorf("%s took %v and %d MB", name, best, room>>20)
		}
	}
}

// What is recorded again is laid over the recording before in time that grows evenly: names of
// members that nothing knows, ids in one text, and requests that are alike, answered alike or not.
func TestLinearAgain(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"id":"1"`)
	for n := range 20_000 {
		fmt.Fprintf(&b, `,"zq%d":"v%d"`, n, n)
	}
	names := interaction("GET", graph+"/me")
	names.Response.Body = b.String() + "}"
	list := func(ids int) []*cassette.Interaction {
		i := interaction("GET", graph+"/me")
		var b strings.Builder
		for n := range ids {
			fmt.Fprintf(&b, "%08x-efb3-4757-924a-5f94061cf8c2,", ids+n)
		}
		i.Response.Body = `{"note":"` + b.String() + `"}`
		return []*cassette.Interaction{i}
	}
	alike := func(code int) (all []*cassette.Interaction) {
		for range 20_000 {
			i := interaction("GET", graph+"/me")
			i.Response.Code = code
			all = append(all, i)
		}
		return all
	}
	for name, now := range map[string]struct{ before, now []*cassette.Interaction }{
		"20,000 names":           {[]*cassette.Interaction{names}, []*cassette.Interaction{names}},
		"8,000 ids":              {list(1), list(8000)},
		"20,000 requests":        {alike(200), alike(200)},
		"20,000 in another code": {append(alike(404), alike(200)...), alike(200)},
	} {
		first := newRedactor(t)
		c := &cassette.Cassette{}
		for _, i := range now.before {
			c.Interactions = append(c.Interactions, first.Interaction(i))
		}
		best := testkit.Least(time.Second, func() {
			again, err := redact.New(redact.Rules{}, redact.Options{Salt: salt, Previous: c})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range now.now {
				again.Interaction(i)
			}
		})
		t.Logf("%s: %v", name, best.Round(time.Millisecond))
		if best > time.Second {
			t.Errorf("%s took %v", name, best)
		}
	}
}
