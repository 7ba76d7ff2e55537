package match

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestTogether: a request goes to the cassette that has its next answer, else to one that
// can repeat or bind one, and each cassette binds for itself.
func TestTogether(t *testing.T) {
	sessionOf := func(name, text string) *Session {
		recording := parseRecording(t, text)
		recording.Name, recording.File = name, name+".yaml"
		recording = sealRecording(t, recording)
		return newIndex(t, Rules{}, recording).NewSession()
	}
	a := "GET /me => 200 [1]\nGET /me => 200 [2]\nGET /users/adele@fabrikam.test => 200 {\"mail\":\"adele@fabrikam.test\"}"
	b := "GET /me => 200 [3]\nGET /users/zoe@fabrikam.test => 200 {}\nGET /users/adele@fabrikam.test/messages => 200 {\"to\":\"adele@fabrikam.test\"}"
	together := NewTogether(sessionOf("a", a), sessionOf("b", b))
	ask := func(line string) string {
		req, body := parseMessage(t, line).request(t)
		answer, err := together.Next(req, body)
		if err != nil {
			return err.Error()
		}
		return answer.Body
	}
	for _, step := range []struct{ ask, want string }{
		{"GET /me", "[1]"}, {"GET /me", "[2]"}, {"GET /me", "[3]"}, {"GET /me", "[3]"}, {"GET /users/zoe@fabrikam.test", "{}"},
		{"GET /users/adele@fabrikam.test", `{"mail":"adele@fabrikam.test"}`},
		{"GET /users/adele@fabrikam.test/messages", `{"to":"adele@fabrikam.test"}`},
		{"GET /users/adele@fabrikam.test", `{"mail":"adele@fabrikam.test"}`},
	} {
		if got := ask(step.ask); got != step.want {
			t.Errorf("%s: %s, want %s", step.ask, got, step.want)
		}
	}
	if got := ask("GET /me/chats?$top=2"); !strings.Contains(got, "never recorded") && !strings.Contains(got, "differs") {
		t.Errorf("a miss: %s", got)
	}
	if got := ask("DELETE /groups/1"); !strings.Contains(got, "never recorded") || strings.Contains(got, "none is served") {
		t.Errorf("a miss that nothing is near to: %s", got)
	}
	if unused := together.Unused(); len(unused) != 0 {
		t.Errorf("unused: %v", unused)
	}
}

func TestTogetherNobody(t *testing.T) {
	req, _ := parseMessage(t, "GET /me").request(t)
	if _, err := NewTogether().Next(req, nil); err == nil || !strings.Contains(err.Error(), "none is served") {
		t.Errorf("error %v", err)
	}
}

// TestTogetherTellsTheNearest: of the misses of all cassettes the one that explains most.
func TestTogetherTellsTheNearest(t *testing.T) {
	one := &cassette.Cassette{Name: "far", File: "far.yaml", Interactions: parseRecording(t, "GET /groups/1/members => 200 {}").Interactions}
	two := &cassette.Cassette{Name: "near", File: "near.yaml", Interactions: parseRecording(t, "GET /users?$top=5 => 200 {}").Interactions}
	together := NewTogether(newIndex(t, Rules{}, one).NewSession(), newIndex(t, Rules{}, two).NewSession())
	req, _ := parseMessage(t, "GET /users?$top=6").request(t)
	if _, err := together.Next(req, nil); err == nil || !strings.Contains(err.Error(), "near.yaml") || strings.Contains(err.Error(), "far.yaml") {
		t.Errorf("error %v", err)
	}
}

// TestTogetherKeepsPseudonymsApart: one pseudonym is another person in each cassette. What a
// client does with a value goes to the cassette that it has it from.
func TestTogetherKeepsPseudonymsApart(t *testing.T) {
	of := func(name, flag string) *Session {
		recording := sealRecording(t, parseRecording(t, "GET /users => 200 {\"userPrincipalName\":\""+name+"@contoso.com\"}\n"+
			"GET /users/"+name+"@contoso.com => 200 {\"accountEnabled\":"+flag+"}\nGET /users/"+name+"@contoso.com/messages => 200 ["+flag+"]"))
		recording.Name = name
		return newIndex(t, Rules{}, recording).NewSession()
	}
	together := NewTogether(of("ann", "true"), of("bob", "false"))
	ask := func(path string) string {
		req, body := parseMessage(t, "GET "+path).request(t)
		answer, err := together.Next(req, body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Body
	}
	for _, want := range []string{"true", "false"} {
		var user struct{ UserPrincipalName string }
		if err := json.Unmarshal([]byte(ask("/users")), &user); err != nil {
			t.Fatal(err)
		}
		if got := ask("/users/" + user.UserPrincipalName); got != `{"accountEnabled":`+want+`}` {
			t.Errorf("%s: %s, want %s", user.UserPrincipalName, got, want)
		}
		if got := ask("/users/" + user.UserPrincipalName + "/messages"); got != "["+want+"]" {
			t.Errorf("messages of %s: %s, want %s", user.UserPrincipalName, got, want)
		}
	}
}

// TestTogetherPrefersWhatIsKnown: a name that one cassette knows is not bound to another of a
// cassette before it.
func TestTogetherPrefersWhatIsKnown(t *testing.T) {
	of := func(name string) *Session {
		return newIndex(t, Rules{}, sealMarked(t, "POST /groups {\"displayName\":\"«"+name+"»\"} => 201 "+name)).NewSession()
	}
	together := NewTogether(of("Sales"), of("Retail"))
	req, body := parseMessage(t, `POST /groups {"displayName":"Retail"}`).request(t)
	if answer, err := together.Next(req, body); err != nil || answer.Body != "Retail" {
		t.Errorf("%s, %v", answer.Body, err)
	}
}
