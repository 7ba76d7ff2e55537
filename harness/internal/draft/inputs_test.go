package draft_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
)

// What redaction put in the place of a password is a variable of the environment: sent live as
// it stands, everybody's password would be known.
func TestCredentialsAreVariables(t *testing.T) {
	create := &cassette.Interaction{
		Request: cassette.Request{
			Method: "POST", URL: "https://graph.microsoft.com/v1.0/users", Headers: map[string][]string{"Content-Type": {"application/json"}},
			Body: `{"displayName":"A","passwordProfile":{"password":"REDACTED","forceChangePasswordNextSignIn":false}}`,
		},
		Response: cassette.Response{Code: 201, Body: `{"displayName":"A"}`},
	}
	d, err := draft.Scenario(&cassette.Cassette{Name: "users/create", Interactions: []*cassette.Interaction{create}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(d.Text)
	if !strings.Contains(text, "vars:\n  secret: '{env.GRAPH_SECRET}'\n") || !strings.Contains(text, `"{secret}"`) && !strings.Contains(text, "'{secret}'") || strings.Contains(text, "REDACTED") {
		t.Errorf("drafted\n%s", text)
	}
	if !slices.Equal(d.Env, []string{"GRAPH_SECRET"}) || d.Vars["secret"] != "REDACTED" {
		t.Errorf("a live run needs %v, a replay %v", d.Env, d.Vars)
	}
}
