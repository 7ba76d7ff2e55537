package auth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/auth"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// TestTwoIdentitiesAtAStandIn signs an app in at a stand-in on loopback, over plain
// http, takes a user's token from a variable, and uses both.
func TestTwoIdentitiesAtAStandIn(t *testing.T) {
	e, err := emulator.Start(t.Context(), emulator.Options{ClientSecret: "invented", Roles: []string{"User.Read.All"}, Scopes: []string{"User.Read"}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	env := map[string]string{
		"AZURE_AUTHORITY_HOST": e.LoginURL(), "AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "client",
		"AZURE_CLIENT_SECRET": "invented", "GRAPHVCR_TOKEN_USER": e.UserToken(),
	}
	set, err := auth.OpenSet("auto", []string{"app", "user"}, auth.Options{
		Getenv: func(name string) string { return env[name] }, GraphURL: e.GraphURL(), Talk: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := set.Claims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for identity, want := range map[string]string{"app": "application User.Read.All", "user": "delegated User.Read"} {
		if got := claims[identity].String(); got != want {
			t.Errorf("%s: %q, want %q", identity, got, want)
		}
	}
	for _, tt := range []struct {
		identity, path string
		status         int
	}{{"app", "/v1.0/users", 200}, {"user", "/v1.0/me", 200}, {"user", "/v1.0/users", 403}} {
		client := http.Client{Transport: &auth.Transport{Credential: set[tt.identity], Base: http.DefaultTransport}}
		resp, err := client.Get(e.GraphURL() + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%s as %s: %s, want %d", tt.path, tt.identity, resp.Status, tt.status)
		}
	}
}

func ExampleCheck() {
	env := map[string]string{"AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "invented"}
	e, err := emulator.Start(context.Background(), emulator.Options{Roles: []string{"Group.Read.All"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	env["AZURE_AUTHORITY_HOST"] = e.LoginURL()

	set, err := auth.OpenSet("client-secret", []string{""}, auth.Options{
		Getenv: func(name string) string { return env[name] }, // a command hands in os.Stderr as Talk, and no Getenv
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := set.Claims(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	steps := []scenario.Step{{Name: "list chats", Permissions: &scenario.Permissions{Application: []string{"Chat.ReadBasic.All", "Chat.Read.All"}}}}
	for _, f := range auth.Check("chats.yaml", steps, claims) {
		fmt.Println(f.Severity, f.Rule, f.Step, "-", f.Message)
	}
	// Output:
	// warning auth.lacks list chats - the token lacks a permission: any one of Chat.ReadBasic.All, Chat.Read.All
	// note auth.excess  - beyond the least privileged that the steps list, the token holds Group.Read.All
}
