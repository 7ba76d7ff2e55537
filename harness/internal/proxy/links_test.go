package proxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/hosts"
)

const testBase = "http://127.0.0.1:8080/_graphvcr/sessions/s1"

func TestLinksAreServed(t *testing.T) {
	const home, files = testBase, testBase + "/_graphvcr/hosts/contoso-my.sharepoint.com"
	tests := []struct{ name, text, want string }{
		{"no link", `{"a":"b:c","d":"//x"}`, `{"a":"b:c","d":"//x"}`},
		{"next link", `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=a;b"}`, `{"@odata.nextLink":"` + home + `/v1.0/users?$skiptoken=a;b"}`},
		{"context", `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#chats/$entity"}`, `{"@odata.context":"` + home + `/beta/$metadata#chats/$entity"}`},
		{"another cloud, another case", `{"@odata.nextLink":"HTTPS://Graph.Microsoft.US/v1.0/me"}`, `{"@odata.nextLink":"` + home + `/v1.0/me"}`},
		{"escaped slashes", `{"@odata.nextLink":"https:\/\/graph.microsoft.com\/v1.0\/me"}`, `{"@odata.nextLink":"` + strings.ReplaceAll(home, "/", `\/`) + `\/v1.0\/me"}`},
		{"both kinds of slashes", `{"nextLink":"https:\/\/graph.microsoft.com\/a","deltaLink":"https://graph.microsoft.com/b"}`, `{"nextLink":"` + strings.ReplaceAll(home, "/", `\/`) + `\/a","deltaLink":"` + home + `/b"}`},
		{"names of Graph are data", `{"servicePrincipalNames":["https://graph.microsoft.com"]}`, `{"servicePrincipalNames":["https://graph.microsoft.com"]}`},
		{"upload", `{"uploadUrl" : "https://contoso-my.sharepoint.com/up?tempauth=1"}`, `{"uploadUrl" : "` + files + `/up?tempauth=1"}`},
		{"download", `{"@microsoft.graph.downloadUrl":"https://contoso-my.sharepoint.com/d"}`, `{"@microsoft.graph.downloadUrl":"` + files + `/d"}`},
		{"batch part", `{"responses":[{"headers":{"Location":"https://contoso-my.sharepoint.com/d"}}]}`, `{"responses":[{"headers":{"Location":"` + files + `/d"}}]}`},
		{"JSON in a string is data", `{"body":"{\"uploadUrl\":\"https://contoso-my.sharepoint.com/up\"}"}`, `{"body":"{\"uploadUrl\":\"https://contoso-my.sharepoint.com/up\"}"}`},
		{"a thumbnail's token", `{"url":"https://contoso-my.sharepoint.com/t?tempauth=1"}`, `{"url":"` + files + `/t?tempauth=1"}`},
		{"a page is data", `{"webUrl":"https://contoso-my.sharepoint.com/p"}`, `{"webUrl":"https://contoso-my.sharepoint.com/p"}`},
		{"a stand-in", `{"uploadUrl":"http://localhost:9/up"}`, `{"uploadUrl":"` + testBase + `/_graphvcr/http-hosts/localhost:9/up"}`},
		{"a user in the address", `{"self":"https://graph.microsoft.com@evil.example/"}`, `{"self":"https://graph.microsoft.com@evil.example/"}`},
		{"a longer host", `{"self":"https://graph.microsoft.com.evil.example/"}`, `{"self":"https://graph.microsoft.com.evil.example/"}`},
		{"a longer scheme", `{"self":"xhttps://graph.microsoft.com/"}`, `{"self":"xhttps://graph.microsoft.com/"}`},
		{"http to Graph", `{"self":"http://graph.microsoft.com/"}`, `{"self":"http://graph.microsoft.com/"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := put(test.text)
			if got != test.want {
				t.Errorf("served:\n%s\nwant\n%s", got, test.want)
			}
			if back := at.meant(got); put(back) != got {
				t.Errorf("meant: %s", back)
			}
		})
	}
}

var at = servedAt(testBase, "graph.microsoft.com")

func put(text string) string { return string(at.append(nil, text, hosts.Links(text))) }

func TestLinksAreMeant(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"user@odata.bind":"` + testBase + `/v1.0/users('1')"}`, `{"user@odata.bind":"https://graph.microsoft.com/v1.0/users('1')"}`},
		{`{"u":"` + testBase + `/_graphvcr/hosts/contoso-my.sharepoint.com/x"}`, `{"u":"https://contoso-my.sharepoint.com/x"}`},
		{`{"u":"` + testBase + `/_graphvcr/http-hosts/localhost:9/x"}`, `{"u":"http://localhost:9/x"}`},
		{strings.ReplaceAll(testBase, "/", `\/`) + `\/v1.0 ` + strings.ReplaceAll(testBase+"/_graphvcr/hosts/h/x", "/", `\/`), `https:\/\/graph.microsoft.com\/v1.0 https:\/\/h\/x`},
		{testBase + "2/v1.0", testBase + "2/v1.0"},
		{"nothing", "nothing"},
	}
	for _, test := range tests {
		if got := at.meant(test.text); got != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", test.text, got, test.want)
		}
	}
}

func TestHeadersAreServed(t *testing.T) {
	const base, home = "http://h/s", "http://h/s/_graphvcr/hosts/x"
	tests := []struct {
		name, value string
		redirect    bool
		want        string
	}{
		{"Location", "https://graph.microsoft.com/v1.0/me", false, base + "/v1.0/me"},
		{"Location", "https://contoso.sharepoint.com/d?tempauth=1", true, base + "/_graphvcr/hosts/contoso.sharepoint.com/d?tempauth=1"},
		{"Location", "/chats('1')/operations('2')", false, "/chats('1')/operations('2')"}, // Graph's, relative to the version
		{"Location", "/d", true, home + "/d"},
		{"Location", "//evil.example/d", true, "//evil.example/d"},
		{"Www-Authenticate", `Bearer authorization_uri="https://login.microsoftonline.com/x"`, false, `Bearer authorization_uri="https://login.microsoftonline.com/x"`},
		{"Link", "<https://graph.microsoft.com/v1.0/a>; rel=next, <https://graph.microsoft.com/v1.0/b>", false, "<" + base + "/v1.0/a>; rel=next, <" + base + "/v1.0/b>"},
	}
	for _, test := range tests {
		status := 200
		if test.redirect {
			status = 302
		}
		header := http.Header{test.name: {test.value}}
		(&served{base: base, home: home}).header(header, test.name, status)
		if got := header.Get(test.name); got != test.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", test.name, test.value, got, test.want)
		}
	}
}

// FuzzLinks: what a client sends back of what it was served means what it was, and
// nothing else of a text is touched.
func FuzzLinks(f *testing.F) {
	f.Add(`{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users","uploadUrl":"https://a.sharepoint.com/x?tempauth=1"}`)
	f.Add(`{"uploadUrl":"https:\/\/a.sharepoint.com\/x","b":"http://127.0.0.1:8080/_graphvcr/sessions/s1"}`)
	f.Add(`https://https://graph.microsoft.com:://x"uploadUrl":"http://`)
	f.Fuzz(func(t *testing.T, text string) {
		links := hosts.Links(text)
		once := string(at.append(nil, text, links))
		if len(links) == 0 && once != text {
			t.Fatalf("changed without a link: %q to %q", text, once)
		}
		back := at.meant(once)
		again := put(back)
		if strings.Contains(text, "127.0.0.1") || strings.Contains(text, "_graphvcr") {
			return // a text that knows the base already
		}
		if again != once {
			t.Fatalf("%q\nserved    %q\nmeant     %q\nand again %q", text, once, back, again)
		}
	})
}
