package match

import "testing"

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
