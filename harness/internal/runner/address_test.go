package runner

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ host, link, want string }{
		{"", "/me", "https://graph.microsoft.com/beta/me"},
		{"", "me", "https://graph.microsoft.com/beta/me"},
		{"", "/v1.0/me", "https://graph.microsoft.com/v1.0/me"},
		{"", "/chats('19:a@thread.v2')/operations('o')", "https://graph.microsoft.com/beta/chats('19:a@thread.v2')/operations('o')"},
		{"", "/users/a%2Fb%20c d#e", "https://graph.microsoft.com/beta/users/a%2Fb%20c%20d%23e"},
		{"", "/users?$filter=a eq 'b;c'&x=1%", "https://graph.microsoft.com/beta/users?$filter=a%20eq%20'b;c'&x=1%25"},
		{"", "/drive/root:/a b.txt:/content", "https://graph.microsoft.com/beta/drive/root:/a%20b.txt:/content"},
		{"", "https://graph.microsoft.us/v1.0/me?a=b", "https://graph.microsoft.us/v1.0/me?a=b"},
		{"graph.microsoft.us", "/me", "https://graph.microsoft.us/beta/me"},
		{"graph.microsoft.us", "https://graph.microsoft.com/v1.0/me?$skiptoken=a%2Bb", "https://graph.microsoft.us/v1.0/me?$skiptoken=a%2Bb"},
		{"graph.microsoft.us", "https://graph.microsoft.com/v1.0/users('a%2Fb')", "https://graph.microsoft.us/v1.0/users('a%2Fb')"},
		{"graph.microsoft.us", "https://contoso.sharepoint.com/a?b", "https://contoso.sharepoint.com/a?b"},
	} {
		u, err := resolve(test.host, test.link, "beta")
		if err != nil || u.String() != test.want {
			t.Errorf("%s from %q is %v, %v, want %s", test.link, test.host, u, err, test.want)
		}
	}
}

func TestAddQuery(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		raw     string
		options []option
		want    string
	}{
		{"", []option{{"$select", "id,name"}, {"$filter", "a eq 'b&c' or d eq 5"}}, "$select=id,name&$filter=a%20eq%20'b%26c'%20or%20d%20eq%205"},
		{"$skiptoken=a;b&%24top=5", []option{{"top", "9"}}, "$skiptoken=a;b&top=9"},
		{"a=1", []option{{"q", "50% + 1 = x#é"}}, "a=1&q=50%25%20%2B%201%20=%20x%23%C3%A9"},
		{"a&&b=", []option{{"c=d", ""}}, "a&b=&c%3Dd="},
	} {
		if got := addQuery(test.raw, test.options); got != test.want {
			t.Errorf("%s with %v is %s, want %s", test.raw, test.options, got, test.want)
		}
	}
}

func TestPathText(t *testing.T) {
	t.Parallel()
	values := map[string]any{"id": "a/b c", "upn": "o'brien@contoso.com", "link": "/teams('G')", "next": "https://x/y?z"}
	lookup := func(name string) (any, bool) { value, ok := values[name]; return value, ok }
	for template, want := range map[string]string{
		"{next}":               "https://x/y?z",
		"{link}":               "/teams('G')",
		"{link}/members/{id}":  "/teams('G')/members/a%2Fb%20c",
		"/users('{upn}')/{id}": "/users('o%27%27brien@contoso.com')/a%2Fb%20c",
		"/x/{link}":            "/x/%2Fteams%28%27G%27%29",
		"{id}/x":               "a%2Fb%20c/x",
	} {
		if got, err := pathText(templateOf(t, template), lookup); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", template, got, err, want)
		}
	}
}

func TestPathTextRefusesWhatLeadsElsewhere(t *testing.T) {
	t.Parallel()
	for _, value := range []any{"", ".", ".."} {
		for _, template := range []string{"/users/{id}", "/users('{id}')", "{id}"} {
			got, err := pathText(templateOf(t, template), func(string) (any, bool) { return value, true })
			if err == nil || !strings.Contains(err.Error(), `variable "id"`) {
				t.Errorf("%s with %q is %q, %v", template, value, got, err)
			}
		}
	}
}

// templateOf is a path as a scenario has it.
func templateOf(t *testing.T, path string) scenario.Template {
	t.Helper()
	text := "vars: {id: x, upn: x, link: x, next: x}\nsteps: [{api: beta, request: {method: GET, path: \"" + path + "\"}}]"
	sc, err := scenario.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc.Steps[0].Request.Path
}
