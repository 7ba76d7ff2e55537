package hosts_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

// found are the beginnings of the links in a body.
func found(body string, links []hosts.Link) []string {
	var all []string
	for _, l := range links {
		all = append(all, body[l.Start:l.End])
	}
	return all
}

// TestLinks: an address is a link where clients follow it, and data anywhere else.
func TestLinks(t *testing.T) {
	const away = "https://h.example"
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"pages":               {`{"@odata.nextLink":"https://graph.microsoft.com/v1.0/a","members@odata.nextLink": "https://h.example/b","nextLink":"https://h.example/c"}`, []string{"https://graph.microsoft.com", away, away}},
		"escaped":             {`{"uploadUrl":"https:\/\/h.example\/x"}`, []string{`https:\/\/h.example`}},
		"metadata":            {`{"@odata.context":"https://graph.microsoft.com/beta/$metadata#chats","a":{"@odata.id":"https://graph.microsoft.com/v1.0/users('1')"}}`, []string{"https://graph.microsoft.com", "https://graph.microsoft.com"}},
		"OneNote":             {`{"self":"https://graph.microsoft.com/v1.0/x","contentUrl":"https://graph.microsoft.com/v1.0/x/content"}`, []string{"https://graph.microsoft.com", "https://graph.microsoft.com"}},
		"a batch":             {`{"responses":[{"headers":{"Location":"https://h.example/d"},"body":{"uploadUrl":"http://h.example/u"}}]}`, []string{away, "http://h.example"}},
		"a thumbnail":         {`{"large":{"url":"https://h.example/t?tempauth=1"}}`, []string{away}},
		"an exported report":  {`{"url":"https://h.example/t?sv=1&sig=1"}`, []string{away}},
		"broken off":          {`{"uploadUrl":"https://h.example/u","value":[{"a`, []string{away}},
		"multipart":           {"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 302 Found\r\nLocation: https://h.example/d\r\n\r\n--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"uploadUrl\":\"https://h.example/u\",\r\n\"a\":\"--b\"}\r\n--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"uploadUrl\":\"http://h.example/u\"}\r\n--b--", []string{away, away, "http://h.example"}},
		"a chat message":      {`{"body":{"content":"{\"nextLink\":\"https://h.example/x\"}"}}`, nil},
		"a bare message":      {`{"body":{"content":"https://h.example/x?tempauth=1"}}`, nil},
		"quoted twice":        {`{"content":"{\"a\":\"{\\\"uploadUrl\\\":\\\"https://h.example/x\\\"}\"}"}`, nil},
		"an office":           {`{"officeLocation":"https://h.example/x","location":"https://h.example/y"}`, nil},
		"principal names":     {`{"servicePrincipalNames":["https://graph.microsoft.com","https://graph.microsoft.com/"],"identifierUris":["https://graph.microsoft.com"]}`, nil},
		"data of Graph's":     {`{"appDisplayName":"https://graph.microsoft.com/x","resource":"https://graph.microsoft.com","homepage":"https://graph.microsoft.com"}`, nil},
		"a page":              {`{"webUrl":"https://h.example/p","contentUrl":"https://h.example/p"}`, nil},
		"before a link":       {`{"uploadUrl":"see https://h.example/u"}`, nil},
		"elements":            {`{"nextLink":["https://h.example/u"]}`, nil},
		"a user":              {`{"nextLink":"https://graph.microsoft.com@h.example/u"}`, nil},
		"no host":             {`{"nextLink":"https:///x","uploadUrl":"https://"}`, nil},
		"text of a multipart": {"--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nLocation: https://h.example/d\r\n--b--", nil},
		"a long host":         {`{"nextLink":"https://` + strings.Repeat("a.", 200) + `example/u"}`, nil},
		"no JSON":             {`uploadUrl: "https://h.example"`, nil},
		"a value alone":       {`"https://h.example"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := found(test.body, hosts.Links(test.body)); !slices.Equal(got, test.want) {
				t.Errorf("%s\ngot  %q\nwant %q", test.body, got, test.want)
			}
		})
	}
}

func TestHeaderLinks(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        []string
	}{
		{"Location", "https://h.example:444/d", []string{"https://h.example:444"}},
		{"location", "HTTPS://Graph.Microsoft.com/v1.0/me", []string{"HTTPS://Graph.Microsoft.com"}},
		{"Operation-Location", "/relative?x=a", nil},
		{"Link", "<https://graph.microsoft.com/v1.0/a>; rel=next, <http://h.example/b>", []string{"https://graph.microsoft.com", "http://h.example"}},
		{"OData-EntityId", "https://graph.microsoft.com/v1.0/users('1')", []string{"https://graph.microsoft.com"}},
		{"Www-Authenticate", `Bearer authorization_uri="https://login.microsoftonline.com/x"`, nil},
		{"X-Note", "https://graph.microsoft.com/x", nil},
		{"Location", "xhttps://h.example", nil},
	} {
		if got := found(test.value, hosts.HeaderLinks(test.name, test.value)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %s\ngot  %q\nwant %q", test.name, test.value, got, test.want)
		}
	}
}

func TestSet(t *testing.T) {
	s := hosts.NewSet()
	if err := s.Name("Management.azure.com", "*.vault.azure.net", "port.example:8443", "default.example:443", "*.microsoftonline.com", "*.0.0.1", "*.local"); err != nil {
		t.Fatal(err)
	}
	s.Add("recorded.example", "localhost:9", "login.microsoftonline.com")
	learn := func(address, typ, location, body string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		s.Learn("GET", u, http.Header{"Content-Type": {typ}, "Location": {location}}, body)
	}
	const json = "application/json"
	learn("https://graph.microsoft.com/v1.0/me/drive", json, "https://monitor.example/x", `{"uploadUrl":"https://up.example/x","@odata.nextLink":"https://graph.microsoft.com/v1.0/x"}`)
	learn("https://graph.microsoft.com/v1.0/me/drive", "text/plain", "", `{"uploadUrl":"https://text.example/x"}`)
	// What somebody has in a file is data, also where it is JSON.
	learn("https://graph.microsoft.com/v1.0/me/drive/items/1/content", json, "https://download.example/x", `{"nextLink":"https://content.example/x"}`)
	learn("https://graph.microsoft.com/beta/me/drive/items/1/contentStream", json, "", `{"nextLink":"https://stream.example/x"}`)
	learn("https://graph.microsoft.com/v1.0/me/photo/$value", json, "", `{"nextLink":"https://value.example/x"}`)
	learn("https://contoso.sharepoint.com/download", json, "", `{"nextLink":"https://file.example/x"}`)
	learn("https://management.azure.com/subscriptions", json, "", `{"nextLink":"https://page.example/x"}`)
	for host, want := range map[string][2]bool{ // belongs, and was named
		"graph.microsoft.com": {true, false}, "graph.microsoft.us:443": {true, false},
		"management.azure.com": {true, true}, "MANAGEMENT.azure.com:443": {true, true}, "a.vault.azure.net": {true, true}, "vault.azure.net": {},
		"port.example:8443": {true, true}, "port.example": {}, "default.example": {true, true},
		"recorded.example": {true, false}, "monitor.example": {true, false}, "up.example": {true, false},
		"download.example": {true, false}, "page.example": {true, false},
		"text.example": {}, "content.example": {}, "stream.example": {}, "value.example": {}, "file.example": {},
		"localhost:9": {}, "": {}, "a.localhost": {}, "localhost.": {}, "127.0.0.1": {}, "127.0.0.1:80": {},
		"login.microsoftonline.com": {}, "login.microsoftonline.com:443": {}, "LOGIN.microsoftonline.com.": {}, "other.microsoftonline.com": {true, true},
	} {
		if got := [2]bool{s.Has(host), s.IsNamed(host)}; got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
	if got := strings.Join(s.Names(), " "); got != "*.0.0.1 *.local *.microsoftonline.com *.vault.azure.net default.example download.example management.azure.com monitor.example page.example port.example:8443 recorded.example up.example" {
		t.Errorf("names are %s", got)
	}
	for _, bad := range []string{"", "https://a.example", "a b", "a/b", "*", "localhost:80", "127.0.0.1", "0.0.0.0", strings.Repeat("a", 261), "a.localhost", "localhost.", "login.microsoftonline.com", "ünï.example", "user@a.example"} {
		if err := hosts.Check(bad); err == nil {
			t.Errorf("%q passes for a host", bad)
		}
	}
}

func FuzzLinks(f *testing.F) {
	f.Add(`{"@odata.nextLink":"https://graph.microsoft.com/v1.0/me?$skip=1","uploadUrl":"https:\/\/a.b:8443\/x"}`)
	f.Add(`http://` + strings.Repeat("x", 70) + `:`)
	f.Add("--b\nLocation: https://a.b/\n\nHTTP/1.1 200\n\n{\"uploadUrl\":\"http://c\"}\n--b--")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, l := range hosts.Links(text) {
			if l.Start < end || l.End <= l.Start || l.End > len(text) || !strings.HasPrefix(strings.ToLower(text[l.Start:]), "http") || l.Host != "" && !strings.HasSuffix(text[:l.End], l.Host) {
				t.Fatalf("link %+v after %d in %q", l, end, text)
			}
			end = l.End
		}
	})
}
