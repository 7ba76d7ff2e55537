package redact_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// A service answers the parts of a batch in any order: recorded again they stand as they did,
// also where a client has other ids for them and one answer holds another's text.
func TestBatchesKeepTheOrderOfTheirAnswers(t *testing.T) {
	record := func(previous *cassette.Cassette, requests, answers string) *cassette.Interaction {
		t.Helper()
		r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt, Previous: previous})
		if err != nil {
			t.Fatal(err)
		}
		i := interaction("POST", graph+"/$batch")
		i.Request.Body, i.Response.Body = `{"requests":[`+requests+`]}`, answers
		return r.Interaction(i)
	}
	const sent = `{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"GET","url":"/groups"},{"id":"3","method":"GET","url":"/users"}`
	one, two, three := `{"id":"1","status":200,"body":{"a":{"id":"2","status":404}}}`, `{"id":"2","status":404}`, `{ "status": 200, "id": "3" }`
	first := record(nil, sent, `{"responses":[`+one+`, `+two+`,`+three+`]}`)
	c := &cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{first}}
	for _, order := range [][]string{{one, two, three}, {two, one, three}, {three, two, one}, {two, three, one}} {
		again := record(c, sent, `{"responses":[`+order[0]+`, `+order[1]+`,`+order[2]+`]}`)
		if again.Response.Body != first.Response.Body {
			t.Errorf("%s\n is stored as %s\n but stood as %s", order, again.Response.Body, first.Response.Body)
		}
	}
	renamed := strings.NewReplacer(`"1"`, `"x1"`, `"3"`, `"x3"`)
	again := record(c, renamed.Replace(sent), renamed.Replace(`{"responses":[`+three+`, `+one+`,`+two+`]}`))
	if !strings.HasSuffix(again.Response.Body, ` }]}`) {
		t.Errorf("the answers are in another order: %s", again.Response.Body)
	}
	twice := func(first, second string) string {
		return `{"a":{"responses":[` + two + `]},"responses":[` + first + `,` + second + `,` + three + `]}`
	}
	if again := record(c, sent, twice(two, one)); again.Response.Body != record(nil, sent, twice(one, two)).Response.Body {
		t.Errorf("an answer that has two lists became %s", again.Response.Body)
	}
	const fewer = `{"id":"1","method":"GET","url":"/me"}`
	if again := record(c, fewer, `{"responses":[`+one+`]}`); again.Response.Body != record(nil, fewer, `{"responses":[`+one+`]}`).Response.Body {
		t.Errorf("the answer to a batch of fewer parts became %s", again.Response.Body)
	}
	const cut = `{"responses":[{"id":"1"`
	if again := record(c, sent, cut); again.Response.Body != cut {
		t.Errorf("an answer that was cut became %s", again.Response.Body)
	}
}

// The headers of a batch's parts are read as a message's are: words of the protocol stay.
func TestHeadersOfParts(t *testing.T) {
	i := interaction("POST", graph+"/$batch")
	i.Request.Body = `{"requests":[{"id":"1","method":"GET","url":"/me","headers":{"ConsistencyLevel":"eventual","if-match":"W/\"1\"","Prefer":"return=minimal"}}]}`
	i.Response.Body = `{"responses":[{"id":"1","status":429,"headers":{"Retry-After":"10","Cache-Control":"no-cache","Content-Length":"1234567890123"}}]}`
	stored := newRedactor(t).Interaction(i)
	if stored.Request.Body != i.Request.Body || stored.Response.Body != i.Response.Body || len(stored.Holes) > 0 {
		t.Errorf("stored %s\n%s\n%v", stored.Request.Body, stored.Response.Body, stored.Holes)
	}
}
