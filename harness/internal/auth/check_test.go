package auth

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func TestCheck(t *testing.T) {
	delegated := func(names ...string) *scenario.Permissions { return &scenario.Permissions{Delegated: names} }
	application := func(names ...string) *scenario.Permissions { return &scenario.Permissions{Application: names} }
	step := func(name string, p *scenario.Permissions) scenario.Step {
		return scenario.Step{Name: name, Line: 7, Permissions: p}
	}
	user := func(names ...string) Claims { return Claims{Kind: Delegated, Scopes: names} }
	service := func(names ...string) Claims { return Claims{Kind: Application, Roles: names} }

	tests := []struct {
		name   string
		step   scenario.Step
		claims Claims
		want   []string
	}{
		{"holds it", step("a", delegated("Chat.Create")), user("Chat.Create"), nil},
		{"letter case", step("a", delegated("Chat.Create")), user("chat.create"), nil},
		{"lists nothing", step("a", nil), user("Chat.Create"), nil},
		{"empty lists", step("a", &scenario.Permissions{}), user(), nil},
		{"no token", scenario.Step{Name: "a", Auth: "none", Permissions: delegated("Chat.Create")}, user(), nil},
		{"another identity", scenario.Step{Name: "a", As: "guest", Permissions: delegated("Chat.Create")}, user(), nil},
		{"lacks it", step("a", delegated("Chat.Create", "Chat.ReadWrite")), user("openid"),
			[]string{"warning auth.lacks a:7 the token lacks a permission: any one of Chat.Create, Chat.ReadWrite"}},
		{"of the other kind", step("a", delegated("Chat.Create")), service("Chat.Create"), []string{
			"warning auth.lacks a:7 lists no application permission, and the token is an application's",
			"note auth.excess :0 beyond the least privileged that the steps list, the token holds Chat.Create"}},
		{"a delegated token for an application's step", step("a", application("Chat.Read.All")), user(),
			[]string{"warning auth.lacks a:7 lists no delegated permission, and the token is a delegated one"}},
		{"a more privileged one will do", step("a", application("Chat.ReadBasic.All", "Chat.Read.All")), service("Chat.Read.All"),
			[]string{"note auth.excess :0 beyond the least privileged that the steps list, the token holds Chat.Read.All where Chat.ReadBasic.All would do"}},
		{"holds more", step("a", application("Chat.Read.All")), service("Chat.Read.All", "Directory.ReadWrite.All", "User.Read.All"),
			[]string{"note auth.excess :0 beyond the least privileged that the steps list, the token holds Directory.ReadWrite.All, User.Read.All"}},
		{"resource-specific", step("a", application("ChatSettings.Read.Chat", "Chat.Read.All")), service(),
			[]string{"note auth.unsure a:7 the token names none of ChatSettings.Read.Chat, Chat.Read.All; a permission for one chat, team or channel does not always show there"}},
		{"marked with a star", step("a", application("Chat.Manage.Chat*", "Chat.Read.All")), service("Chat.Manage.Chat"), nil},
		{"marked with a star, and not in the token", step("a", application("Thing.Manage.Here*")), service(),
			[]string{"note auth.unsure a:7 the token names none of Thing.Manage.Here*; a permission for one chat, team or channel does not always show there"}},
		{"resource-specific, in a newer token", step("a", application("ChatSettings.Read.Chat")), service("ChatSettings.Read.Chat"), nil},
		{"opaque", step("a", delegated("Chat.Create")), ReadClaims("EwAo"),
			[]string{"note auth.unread :0 the token is opaque: whether it holds what the steps need was not checked"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range Check("a.yaml", []scenario.Step{tt.step}, map[string]Claims{"": tt.claims}) {
				got = append(got, fmt.Sprintf("%s %s %s:%d %s", f.Severity, string(f.Rule), f.Step, f.Line, f.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckKeepsIdentitiesApart(t *testing.T) {
	steps := []scenario.Step{
		{Name: "create", As: "user", Permissions: &scenario.Permissions{Delegated: []string{"Chat.Create"}}},
		{Name: "audit", As: "app", Permissions: &scenario.Permissions{Application: []string{"Chat.Read.All"}}},
	}
	found := Check("a.yaml", steps, map[string]Claims{
		"user": {Kind: Delegated, Scopes: []string{"Chat.Create"}},
		"app":  {Kind: Application, Roles: []string{"Chat.Create"}},
	})
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%s %s %s %s", f.File, f.Rule, f.Step, f.Message))
	}
	if diff := cmp.Diff([]string{
		"a.yaml auth.lacks audit the token lacks a permission: any one of Chat.Read.All",
		"a.yaml auth.excess  beyond the least privileged that the steps list, the token holds Chat.Create",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckShortensALongList(t *testing.T) {
	var roles []string
	for i := range 40 {
		roles = append(roles, fmt.Sprintf("Thing%02d.Read.All", i))
	}
	steps := []scenario.Step{{Name: "a", Permissions: &scenario.Permissions{Application: roles[:1]}}}
	found := Check("a.yaml", steps, map[string]Claims{"": {Kind: Application, Roles: roles}})
	if len(found) != 1 || !strings.HasSuffix(found[0].Message, "Thing12.Read.All, 27 more") {
		t.Errorf("%+v", found)
	}
}
