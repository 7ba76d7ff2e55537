package match

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// TestChoice plays scripts over sealed recordings: lines of a client with what it gets.
func TestChoice(t *testing.T) {
	for name, c := range map[string]struct{ recording, play string }{
		"what is looked up is known by its tag, in any order": {
			`GET /users/«adele@fabrikam.com» => 200 {"id":"1","mail":"«adele@fabrikam.com»","jobTitle":"a"}
			 GET /users/«adele@fabrikam.co» => 200 {"id":"2","jobTitle":"b"}
			 GET /users/«user1@contoso.example» => 200 {"id":"3","mail":"«user1@contoso.example»"}`,
			`GET /users/user1@contoso.example => {"id":"3","mail":"user1@contoso.example"}
			 GET /users/adele@fabrikam.co => {"id":"2","jobTitle":"b"}
			 GET /users/ADELE@fabrikam.com => {"id":"1","mail":"ADELE@fabrikam.com","jobTitle":"a"}
			 GET /users/bruno@fabrikam.com => miss: recorded but differs`,
		},
		"words are known by their letters, whatever they look like": {
			`GET /users?$filter=displayName%20eq%20'«In%20Progress»' => 200 1
			 GET /users?$filter=displayName%20eq%20'«in%20progress»' => 200 2
			 GET /users?$filter=displayName%20eq%20'«Name%201»' => 200 3`,
			`GET /users?$filter=displayName%20eq%20'in%20progress' => 2
			 GET /users?$filter=displayName%20eq%20'Name%201' => 3
			 GET /users?$filter=displayName%20eq%20'In%20Progress' => 1`,
		},
		"one name of two that is known decides": {
			`POST /groups {"displayName":"«First one»","mailNickname":"«first»"} => 201 1
			 POST /groups {"displayName":"«Second one»","mailNickname":"«second»"} => 201 2
			 POST /groups {"displayName":"«Third one»","mailNickname":"«third»"} => 201 3`,
			`POST /groups {"displayName":"anything else","mailNickname":"second"} => 2
			 POST /groups {"displayName":"Third one","mailNickname":"whatever"} => 3
			 POST /groups {"displayName":"x","mailNickname":"y"} => 1`,
		},
		"an id that is known decides": {
			`POST /teams/a/members {"note":"«one»","user":"11111111-1111-4111-8111-111111111111"} => 201 1
			 POST /teams/a/members {"note":"«two»","user":"22222222-2222-4222-8222-222222222222"} => 201 2`,
			`POST /teams/a/members {"note":"new","user":"22222222-2222-4222-8222-222222222222"} => 2
			 POST /teams/a/members {"note":"newer","user":"33333333-2222-4222-8222-222222222222"} => 1`,
		},
		"what was bound is kept to": {
			`POST /groups {"displayName":"«First one»"} => 201 {"displayName":"«First one»"}
			 POST /groups {"displayName":"«Second one»"} => 201 {"displayName":"«Second one»"}
			 GET /groups?$filter=displayName%20eq%20'«Second%20one»' => 200 {"value":["«First one»","«Second one»"]}
			 GET /groups?$filter=displayName%20eq%20'«First%20one»' => 200 {"value":["«First one»"]}`,
			`POST /groups {"displayName":"random a"} => {"displayName":"random a"} (bound by order)
			 POST /groups {"displayName":"random b"} => {"displayName":"random b"}
			 GET /groups?$filter=displayName%20eq%20'random%20b' => {"value":["random a","random b"]}
			 GET /groups?$filter=displayName%20eq%20'random%20a' => {"value":["random a"]}
			 GET /groups?$filter=displayName%20eq%20'random%20c' => miss: recorded but differs
			 GET /groups?$filter=displayName%20eq%20'First%20one' => miss: recorded but differs`,
		},
		"all that a request binds is put back, beside what was bound": {
			`GET /users/«adele@fabrikam.com» => 200 {"displayName":"«Adele Vance»"}
			 GET /users?$filter=displayName%20eq%20'«Adele%20Vance»' => 200 {"mail":"«adele@fabrikam.com»","displayName":"«Adele Vance»"}`,
			`GET /users/adele@fabrikam.com => *
			 GET /users?$filter=displayName%20eq%20'Adele%20Vance' => {"mail":"adele@fabrikam.com","displayName":"Adele Vance"}`,
		},
		"a file that is made has any name, its folder has not": {
			`PUT /me/drive/root:/«Folder%20a»/«plan.docx»:/content Content-Type: text/plain | text => 201 {"name":"«plan.docx»"}
			 PUT /me/drive/root:/«Folder%20b»/«plan.docx»:/content Content-Type: text/plain | text => 201 {"name":"«plan.docx»","in":"b"}
			 PATCH /me/drive/root:/«Folder%20b»/«plan.docx»: {"x":1} => 200 {"name":"«plan.docx»"}`,
			`PUT /me/drive/root:/Folder%20b/other.docx:/content Content-Type: text/plain | text => {"name":"other.docx","in":"b"}
			 PUT /me/drive/root:/Folder%20c/plan.docx:/content Content-Type: text/plain | text => miss: recorded but differs
			 PATCH /me/drive/root:/Folder%20b/unknown.docx: {"x":1} => miss: recorded but differs`,
		},
		"a secret fits any": {
			`POST /users {"displayName":"«Adele Vance»","passwordProfile":{"password":"one"}} => 201 1
			 POST /users {"displayName":"«Bruno Mars»","passwordProfile":{"password":"two"}} => 201 2`,
			`POST /users {"displayName":"Bruno Mars","passwordProfile":{"password":"other"}} => 2
			 POST /users {"displayName":"Adele Vance","passwordProfile":{"password":"two"}} => 1`,
		},
		"of what differs in secrets alone the next is meant": {
			`POST /users {"displayName":"«Adele Vance»","password":"one"} => 201 1
			 POST /users {"displayName":"«Adele Vance»","password":"two"} => 201 2`,
			`POST /users {"displayName":"Adele Vance","password":"mine"} => 1
			 POST /users {"displayName":"Adele Vance","password":"mine"} => 2`,
		},
		"a random id for one in a path or query is a miss": {
			`GET /users/11111111-1111-4111-8111-111111111111 => 200 {"id":"11111111-1111-4111-8111-111111111111"}
			 GET /users?$filter=id%20eq%20'11111111-1111-4111-8111-111111111111' => 200 1`,
			`GET /users/11111111-1111-4111-8111-111111111112 => miss: recorded but differs
			 GET /users?$filter=id%20eq%20'11111111-1111-4111-8111-111111111112' => miss: recorded but differs
			 GET /users/11111111-1111-4111-8111-111111111111 => {"id":"11111111-1111-4111-8111-111111111111"}`,
		},
		"an address is bound in any letter case": {
			`POST /groups {"owner":"«adele@fabrikam.com»"} => 201 1
			 POST /teams {"owner":"«alex@fabrikam.com»"} => 201 2`,
			`POST /groups {"owner":"megan@fabrikam.com"} => 1
			 POST /teams {"owner":"MEGAN@fabrikam.com"} => miss: recorded but differs`,
		},
		"what was answered is used up": {
			`POST /groups {"displayName":"«Sales»"} => 201 1`,
			`POST /groups {"displayName":"Sales"} => 1
			 POST /groups {"displayName":"Sales"} => miss: recorded but consumed: 1 answer recorded, and served`,
		},
		"a text in layers is none of the texts that have none": {
			`POST /x {"to":"«Adele Vance»"} => 200 1
			 POST /x {"to":"https://graph.microsoft.com/v1.0/users/«adele@fabrikam.com»"} => 200 2`,
			`POST /x {"to":"https://graph.microsoft.com/v1.0/users/adele@fabrikam.com"} => 2
			 POST /x {"to":"Someone else"} => 1`,
		},
		"an instant that is written again": {
			`POST /me/events {"subject":"«Review»","start":{"dateTime":"2026-11-24T08:30:00Z"}} => 201 1
			 POST /me/events {"subject":"«Planning»","start":{"dateTime":"2026-11-25T08:30:00Z"}} => 201 2`,
			`POST /me/events {"subject":"Review","start":{"dateTime":"0b1c2d3e-1111-4222-8333-123456789abc"}} => miss: recorded but differs
			 POST /me/events {"subject":"Planning","start":{"dateTime":"2031-01-01T10:00:00Z"}} => 2
			 POST /me/events {"subject":"Review","start":{"dateTime":"2026-11-25T08:30:00Z"}} => 1`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			session := newIndex(t, Rules{}, sealMarked(t, c.recording)).NewSession()
			for line := range strings.SplitSeq(c.play, "\n") {
				line, want, _ := strings.Cut(strings.TrimSpace(line), " => ")
				got := ask(t, session, line)
				if short, _, cut := strings.Cut(got, ": nothing else decides"); cut {
					got = short + ")"
				}
				if got != want && want != "*" {
					t.Errorf("%s\n got %s\nwant %s", line, got, want)
				}
			}
		})
	}
}

// Where ids are kept, an option that is called what an id may be called is looked for by the name
// that was recorded, which is the one that is sent.
func TestOptionNamedLikeAnID(t *testing.T) {
	const asked = "GET /me/drive/root:/Budget.docx?4NNHNFGJQUWBQGQECJSO5QPIMSLHJAX2"
	redactor, err := redact.New(redact.Rules{Identity: redact.Off}, redact.Options{Salt: testSalt})
	if err != nil {
		t.Fatal(err)
	}
	stored, note := redactor.Record(parseRecording(t, asked+" => 200 ok").Interactions[0])
	recording := &cassette.Cassette{Salt: testSalt, Interactions: []*cassette.Interaction{stored}}
	if err := redactor.Meta(&recording.Meta, [][]byte{note}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, newIndex(t, Rules{}, recording).NewSession(), asked); len(stored.Holes) == 0 || strings.HasPrefix(got, "miss") {
		t.Errorf("%s, recorded as %s, got %s", asked, stored.Request.URL, got)
	}
}
