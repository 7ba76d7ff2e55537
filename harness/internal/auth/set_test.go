package auth

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func TestSetFindsACredentialForEachIdentity(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no az here
	secretApp := app(vars{clientSecret: secret})
	with := func(more vars) vars {
		v := vars{}
		for _, m := range []vars{secretApp, more} {
			for name, value := range m {
				v[name] = value
			}
		}
		return v
	}
	tests := []struct {
		name, kind string
		env        vars
		identities []string
		want       map[string]string // identity -> what is shown of it, without its variable
		err        string
	}{
		{"one", "auto", secretApp, []string{""}, map[string]string{"": "client-secret"}, ""},
		{"twice the same", "auto", secretApp, []string{"", ""}, map[string]string{"": "client-secret"}, ""},
		{"both", "auto", secretApp, []string{"app", "user"}, map[string]string{"app": "client-secret", "user": "device-code"}, ""},
		{"tokens beat all", "auto", with(vars{"GRAPHVCR_TOKEN": "EwA1", "GRAPHVCR_TOKEN_APP": "EwA2", "GRAPHVCR_TOKEN_USER": "EwA3"}),
			[]string{"", "app", "user"},
			map[string]string{"": "the token in GRAPHVCR_TOKEN", "app": "the token in GRAPHVCR_TOKEN_APP", "user": "the token in GRAPHVCR_TOKEN_USER"}, ""},
		{"named kinds", "auto", with(vars{"GRAPHVCR_AUTH_APP": "env:MINE", "MINE": "EwA1", "GRAPHVCR_AUTH_USER": "azure-cli"}),
			[]string{"app", "user"}, map[string]string{"app": "the token in MINE", "user": "azure-cli"}, ""},
		{"named auto", "auto", with(vars{"GRAPHVCR_AUTH_APP": "auto"}), []string{"app"}, map[string]string{"app": "client-secret"}, ""},
		{"other names", "auto", with(vars{"GRAPHVCR_TOKEN_SECOND_USER": "EwA1"}), []string{"second-user"},
			map[string]string{"second-user": "the token in GRAPHVCR_TOKEN_SECOND_USER"}, ""},
		{"other names have nothing of their own", "auto", secretApp, []string{"guest"}, nil,
			"sign in as guest: nothing is configured | set GRAPHVCR_TOKEN_GUEST; GRAPHVCR_AUTH_GUEST names a kind"},
		{"none is none for all", "none", secretApp, []string{"", "app"}, map[string]string{"": "no token", "app": "no token"}, ""},
		{"--auth is for the default identity", "device-code", secretApp, []string{"", "app"},
			map[string]string{"": "device-code", "app": "client-secret"}, ""},
		{"nothing", "auto", vars{}, []string{"", "user"}, nil,
			"sign in: nothing is configured | set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or set GRAPHVCR_TOKEN, or run az login; or say --auth none\n" +
				"sign in as user: nothing is configured | set AZURE_CLIENT_ID (device code), or set GRAPHVCR_TOKEN_USER, or run az login; GRAPHVCR_AUTH_USER names a kind"},
		{"half configured is an error", "auto", vars{clientSecret: secret, "GRAPHVCR_TOKEN_USER": ""}, []string{""}, nil,
			"sign in with client-secret: not set: AZURE_TENANT_ID, AZURE_CLIENT_ID | the tenant (directory) id and the client (application) id stand on the overview page of the app registration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := OpenSet(tt.kind, tt.identities, Options{Getenv: tt.env.get, Talk: &bytes.Buffer{}})
			if diff := cmp.Diff(tt.err, told(err)); diff != "" {
				t.Error(diff)
			}
			var got map[string]string
			for identity, c := range set {
				if got == nil {
					got = map[string]string{}
				}
				got[identity], _, _ = strings.Cut(c.String(), " (")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// told is an error, or those that it joins, each with its hint.
func told(err error) string {
	if err == nil {
		return ""
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range joined.Unwrap() {
			lines = append(lines, told(e))
		}
		return strings.Join(lines, "\n")
	}
	if hint := fault.Hint(err); hint != "" {
		return err.Error() + " | " + hint
	}
	return err.Error()
}

func TestSetSignsEveryIdentityIn(t *testing.T) {
	env := vars{"GRAPHVCR_TOKEN_APP": jwt(map[string]any{"roles": []string{"Chat.Read.All"}}),
		"GRAPHVCR_TOKEN_USER": jwt(map[string]any{"scp": "Chat.Read"}), "GRAPHVCR_AUTH_GUEST": "none"}
	set, err := OpenSet("auto", []string{"app", "user", "guest"}, Options{Getenv: env.get})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := set.Claims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for identity, c := range claims {
		got[identity] = c.String()
	}
	want := map[string]string{"app": "application Chat.Read.All", "user": "delegated Chat.Read"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSetWithoutDeviceCodeWhereNobodyReads(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := OpenSet("auto", []string{"user"}, Options{Getenv: app(nil).get}); err == nil {
		t.Error("a device code was chosen with nobody to show it to")
	}
}
