package redact_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// An annotation stays beside the member that it speaks of, whatever that is called.
func TestAnnotationsKeepTheirMember(t *testing.T) {
	const body = `{"Colors@odata.type":"#Collection(Edm.String)","Colors":["Red"],"Megan Bowen@odata.type":"#Int64","Megan Bowen":3,
		"Sh\u0061des@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages?$skip=10","Shades@odata.count":12,"Shades@delta":[],"Shades@type":"#Int64","Shades":[],
		"megan@bowen.com@odata.type":"#microsoft.graph.plannerAssignment","megan@bowen.com":{},"manager@odata.bind":"https://graph.microsoft.com/v1.0/users/1",
		"#microsoft.graph.restore":{},"#microsoft.graph.security.runHuntingQuery":{},"@odata.type":"#Int64","#":1,"x@odata.megan":1}`
	i := interaction("POST", graph+"/me")
	i.Request.Body, i.Response.Body = body, body
	r := newRedactor(t)
	once := r.Interaction(i)
	got := unchecked(once.Response.Body)
	keys := regexp.MustCompile(`"([^"]*)":`).FindAllStringSubmatch(got, -1)
	want := strings.Split("member1@odata.type,member1,Member 2@odata.type,Member 2,member3@odata.nextLink,member3@odata.count,member3@delta,member3@type,member3,"+
		"user1@tenant1.example@odata.type,user1@tenant1.example,manager@odata.bind,#microsoft.graph.restore,#microsoft.graph.security.runHuntingQuery,@odata.type,member4,member5", ",")
	for n, key := range keys {
		if n >= len(want) || key[1] != want[n] {
			t.Fatalf("key %d is %q, want %q in\n%s", n, key[1], want[min(n, len(want)-1)], got)
		}
	}
	if twice := r.Interaction(once); whole(t, twice) != whole(t, once) {
		t.Errorf("again\n%s\n%s", whole(t, once), whole(t, twice))
	}
	if twice := newRedactor(t).Interaction(once); whole(t, twice) != whole(t, once) {
		t.Errorf("again by another\n%s\n%s", whole(t, once), whole(t, twice))
	}
	if leaks, _ := redact.Leaks(&cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{once}}, redact.Rules{}); len(leaks) > 0 {
		t.Errorf("right after redaction: %v", leaks)
	}
	if !json.Valid([]byte(once.Response.Body)) {
		t.Errorf("no JSON: %s", once.Response.Body)
	}
}

// The number of another item stays in a column, whose name nothing knows, as in paths.
func TestNumbersOfLookups(t *testing.T) {
	for text, stays := range map[string]bool{
		`"OwnerLookupId":"6"`: true, `"AuthorLookupId":"1073741822"`: true, `"FalconLookupId":["6","17"]`: true, `"OwnerLookupId":6`: true,
		`"OwnerLookupId":"49170555019"`: false, `"OwnerLookupId":"6 Megan"`: false, `"EmployeeNo":"10023"`: false, `"Falcon":"6"`: false,
	} {
		i := interaction("POST", graph+"/sites/root/lists/orders/items")
		i.Request.Body = `{"fields":{` + text + `}}`
		i.Response.Body = i.Request.Body
		r := newRedactor(t)
		stored := r.Interaction(i)
		if again := r.Interaction(stored); whole(t, again) != whole(t, stored) {
			t.Errorf("again\n%s\n%s", whole(t, stored), whole(t, again))
		}
		_, value, _ := strings.Cut(text, ":")
		if strings.HasSuffix(stored.Response.Body, value+"}}") != stays || strings.HasSuffix(stored.Request.Body, value+"}}") != stays {
			t.Errorf("%s became %s", text, stored.Response.Body)
		}
	}
	for query, stays := range map[string]bool{"OwnerLookupId eq '10066'": true, "OwnerLookupId eq 10066": true, "FalconLookupId eq '10066'": true, "EmployeeNo eq '10066'": false} {
		i := interaction("GET", graph+"/sites/root/lists/orders/items?$filter=fields/"+strings.ReplaceAll(query, " ", "%20"))
		stored := newRedactor(t).Interaction(i)
		if got := stored.Request.URL; strings.Contains(got, "10066") != stays {
			t.Errorf("%s became %s", query, got)
		}
		if again := newRedactor(t).Interaction(stored); whole(t, again) != whole(t, stored) {
			t.Errorf("again\n%s\n%s", whole(t, stored), whole(t, again))
		}
	}
}
