package match

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestTogether: a request goes to the cassette that has its next answer, else to one that
// can repeat or bind one, and each cassette binds for itself.
func TestTogether(t *testing.T) {
	sessionOf := func(name, text string, redacted bool) *Session {
		tape := parseTape(t, text)
		tape.Name, tape.File = name, name+".yaml"
		if redacted {
			tape.Meta.Redacted = []string{"identity.upn"}
		}
		return newIndex(t, Rules{}, tape).NewSession()
	}
	a := "GET /me => 200 A1\nGET /me => 200 A2\nGET /users/user1@contoso.example => 200 {\"mail\":\"user1@contoso.example\"}"
	b := "GET /me => 200 B1\nGET /users/user2@contoso.example/messages => 200 {\"to\":\"user2@contoso.example\"}"
	together := NewTogether(sessionOf("a", a, true), sessionOf("b", b, true))
	ask := func(line string) string {
		req, body := parseMessage(t, line).request(t)
		answer, err := together.Next(req, body)
		if err != nil {
			return err.Error()
		}
		return answer.Body
	}
	for _, step := range []struct{ ask, want string }{
		{"GET /me", "A1"}, {"GET /me", "A2"}, {"GET /me", "B1"}, {"GET /me", "B1"},
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
	one := &cassette.Cassette{Name: "far", File: "far.yaml", Interactions: parseTape(t, "GET /groups/1/members => 200 {}").Interactions}
	two := &cassette.Cassette{Name: "near", File: "near.yaml", Interactions: parseTape(t, "GET /users?$top=5 => 200 {}").Interactions}
	together := NewTogether(newIndex(t, Rules{}, one).NewSession(), newIndex(t, Rules{}, two).NewSession())
	req, _ := parseMessage(t, "GET /users?$top=6").request(t)
	if _, err := together.Next(req, nil); err == nil || !strings.Contains(err.Error(), "near.yaml") || strings.Contains(err.Error(), "far.yaml") {
		t.Errorf("error %v", err)
	}
}

// TestTogetherKeepsPseudonymsApart: user1 of one cassette is not user1 of another. What a
// client does with a value goes to the cassette that it has it from.
func TestTogetherKeepsPseudonymsApart(t *testing.T) {
	of := func(name string) *Session {
		tape := parseTape(t, "GET /users => 200 {\"upn\":\"user1@contoso.example\"}\n"+
			"GET /users/user1@contoso.example => 200 "+name+"\nGET /users/user1@contoso.example/messages => 200 "+name+"'s")
		tape.Name, tape.Meta.Redacted = name, []string{"identity.upn"}
		return newIndex(t, Rules{}, tape).NewSession()
	}
	together := NewTogether(of("Ann"), of("Bob"))
	for round, want := range []string{"Ann", "Bob"} {
		for _, step := range []struct{ ask, want string }{
			{"GET /users", `{"upn":"user1@contoso.example"}`}, {"GET /users/user1@contoso.example", want}, {"GET /users/user1@contoso.example/messages", want + "'s"},
		} {
			req, body := parseMessage(t, step.ask).request(t)
			answer, err := together.Next(req, body)
			if err != nil || answer.Body != step.want {
				t.Errorf("round %d: %s: %s, %v, want %s", round, step.ask, answer.Body, err, step.want)
			}
		}
	}
}
