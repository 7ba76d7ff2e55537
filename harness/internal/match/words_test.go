package match

import (
	"strings"
	"testing"
)

// TestWordsWhereOthersHaveNames: what stays as it is in one request is compared as it is, also
// where another of its shape has a name.
func TestWordsWhereOthersHaveNames(t *testing.T) {
	x := newIndex(t, Rules{}, sealMarked(t, `GET /users?$filter=displayName%20eq%20'«Adele»' => 200 adele
GET /users?$filter=displayName%20eq%20'Member' => 200 upper
GET /users?$filter=displayName%20eq%20'member' => 200 lower
POST /groups {"displayName":"«Sales»"} => 201 sales
POST /groups {"displayName":"General"} => 201 general
PUT /me/x {"a":"3f1c9a52-7d64-4b0e-9c1a-5e8f7a6b2d10"} => 200 id
PUT /me/x {"a":"«Pilots»"} => 200 name`))
	for _, c := range []struct{ request, want string }{
		{"GET /users?$filter=displayName%20eq%20'member'", "lower"},
		{"GET /users?$filter=displayName%20eq%20'Member'", "upper"},
		{"GET /users?$filter=displayName%20eq%20'Adele'", "adele"},
		{"GET /users?$filter=displayName%20eq%20'MEMBER'", "miss: recorded but differs"},
		{`POST /groups {"displayName":"General"}`, "general"},
		{`POST /groups {"displayName":"Marketing"}`, "sales"},
		{`PUT /me/x {"a":"Pilots"}`, "name"},
	} {
		if got := ask(t, x.NewSession(), c.request); got != c.want {
			t.Errorf("%s: got %s, want %s", c.request, got, c.want)
		}
	}
}

// TestSecretsAreNotBound: a secret that has the form of an id is none.
func TestSecretsAreNotBound(t *testing.T) {
	const secret = "5d2c9a52-7d64-4b0e-9c1a-5e8f7a6b2d10"
	session := newIndex(t, Rules{}, sealRecording(t, parseRecording(t, `GET /users?client_secret=Tide-2026&$filter=displayName%20eq%20'Adele%20Vance' => 200 made`))).NewSession()
	if got := ask(t, session, "GET /users?$filter=displayName%20eq%20'Adele%20Vance'&client_secret="+secret); strings.HasPrefix(got, "miss") {
		t.Fatal(got)
	}
	req, body := parseMessage(t, "GET /users").request(t)
	if _, err := session.Next(req, body); err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "bound: ") {
		t.Error(err)
	}
}
