package place_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// shown lists the leaves of a message, a line each.
func shown(m place.Message) string {
	var b strings.Builder
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !l.Layered {
			fmt.Fprintf(&b, "%s|%d|%s|%s\n", l.Place(), l.Role, l.Name, l.Text)
		}
		return "", false
	})
	return b.String()
}

func TestShow(t *testing.T) {
	for _, m := range []place.Message{
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/users/adele%40contoso.com/messages?$filter=startswith(displayName,'O''Neil')%20and%20mail%20eq%20'a@b.com'&$select=id,subject&$skiptoken=X'44'"},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/users('adele@contoso.com')/messages?$search=\"displayName:Adele\""},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/me/drive/root:/plans/secret%20plan.docx:/content"},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/me/drive/items/root%3A%2Fplans%2Fsecret%20plan.docx%3A/content"},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/sites/fabrikam.sharepoint.com:/sites/hr"},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/applications(appId='8ea0e38b-efb3-4757-924a-5f94061cf8c2')"},
		{Method: "GET", Address: "https://graph.microsoft.com/v1.0/shares/u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx/driveItem"},
		{Method: "POST", Address: "https://graph.microsoft.com/v1.0/users", Header: http.Header{"Content-Type": {"application/json"}, "Prefer": {"return=representation"}}, Body: `{"displayName":"Ad\u00e8le","tags":["a","b"],"manager@odata.bind":"https://graph.microsoft.com/v1.0/users('x')","json":"{\"a\":1}","n":5}`},
	} {
		t.Logf("%s %s\n%s", m.Method, m.Address, shown(m))
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add("GET", "https://graph.microsoft.com/v1.0/users?$filter=a eq 'b'", "", "", false)
	f.Add("POST", "https://graph.microsoft.com/v1.0/users", "application/json", `{"a":["b",{"c":"\"d\""}],"e":"https://x.y/z?a=b"}`, false)
	f.Add("GET", "https://graph.microsoft.com/v1.0/me/photo/$value", "text/csv", "Report Refresh Date,User\n2020-01-01,\"Last, First\"\n", true)
	f.Add("POST", "https://graph.microsoft.com/v1.0/x", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nv\r\n--b--\r\n", false)
	f.Add("GET", "https://graph.microsoft.com/v1.0/x", "text/html", "<p a='b'>x &amp; y</p>", true)
	f.Add("GET", "https://graph.microsoft.com/v1.0/x", "text/plain", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--q--\n", true)
	f.Fuzz(func(t *testing.T, method, address, kind, body string, answer bool) {
		m := place.Message{Method: method, Address: address, Answer: answer, Status: 200, Header: http.Header{"Content-Type": {kind}}, Body: body}
		same := m
		if place.Rewrite(&same, func(*place.Leaf) (string, bool) { return "", false }) || same.Address != address || same.Body != body || same.Header.Get("Content-Type") != kind {
			t.Errorf("left alone, it became %+v", same)
		}
		other := m
		place.Rewrite(&other, func(l *place.Leaf) (string, bool) { return "zz", !l.Layered })
		var leaves int
		again := other
		place.Rewrite(&again, func(l *place.Leaf) (string, bool) { leaves++; return "", false })
		if again.Body != other.Body {
			t.Errorf("%q became %q", other.Body, again.Body)
		}
	})
}

func BenchmarkRewrite(b *testing.B) {
	body := `{"value":[` + strings.Repeat(`{"id":"8ea0e38b-efb3-4757-924a-5f94061cf8c2","displayName":"Adele Vance","businessPhones":["+1 425 555 0109"],"jobTitle":null,"accountEnabled":true},`, 600) + `{}]}`
	m := place.Message{Method: "GET", Address: "https://graph.microsoft.com/v1.0/users", Answer: true, Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		c := m
		place.Rewrite(&c, func(*place.Leaf) (string, bool) { return "", false })
	}
}
