package redact_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// form makes a multipart request; | begins a line.
func form(kind, body string) *cassette.Interaction {
	i := interaction("POST", graph+"/me/onenote/pages")
	i.Request.Headers.Set("Content-Type", kind)
	i.Request.Body = strings.ReplaceAll(body, "|", "\r\n")
	return i
}

// A boundary is replaced in the header and in the body alike, unless it is made of words; what
// the parts hold is redacted as what it is, and the rest stays.
func TestParts(t *testing.T) {
	const page = `|Content-Disposition: form-data; name="Presentation"|Content-Type: text/html||<p>Dragonfly</p>|`
	for _, c := range []struct{ kind, body, wantKind, want string }{
		{"multipart/form-data; boundary=part-boundary", "--part-boundary" + page + "--part-boundary--|",
			"multipart/form-data; boundary=part-boundary", "--part-boundary" + strings.Replace(page, "Dragonfly", "text1", 1) + "--part-boundary--|"},
		{"multipart/form-data; boundary=----WebKitFormBoundaryDragonfly", "------WebKitFormBoundaryDragonfly" + page + "------WebKitFormBoundaryDragonfly--|",
			"multipart/form-data; boundary=boundary1", "--boundary1" + strings.Replace(page, "Dragonfly", "text1", 1) + "--boundary1--|"},
		{`multipart/related; boundary="5feead2a-240e-467f-9115-f9a96465a50b"; type="text/html"`, `--5feead2a-240e-467f-9115-f9a96465a50b|Content-Type: application/json||{"mail":"adele@contoso.com"}|--5feead2a-240e-467f-9115-f9a96465a50b--`,
			`multipart/related; boundary="4ceefb2c-630d-420a-9973-b0b23626f91e"; type="text/html"`, `--4ceefb2c-630d-420a-9973-b0b23626f91e|Content-Type: application/json||{"mail":"user1@tenant1.example"}|--4ceefb2c-630d-420a-9973-b0b23626f91e--`},
		{"multipart/form-data; boundary=b", `--b|Content-Disposition: form-data; name="imageBlock1"; filename="Dragonfly plan.png"|Content-Type: image/png||` + "\x89PNG\x00\xff" + `|--b|Content-Disposition: form-data; name="Dragonfly plan 7"; filename*=utf-8'de'Dragonfly%20plan.png||7 million|--b--`,
			"multipart/form-data; boundary=b", `--b|Content-Disposition: form-data; name="imageBlock1"; filename="file1.png"|Content-Type: image/png||what a|--b|Content-Disposition: form-data; name="Member 1"; filename*=utf-8'de'file1.png||what a fi|--b--`},
		{"multipart/mixed; boundary=a", `before|--a|Content-Type: multipart/mixed; boundary=ab||--ab||adele@contoso.com|--ab|Content-Type: application/json||{"userType":"Member"}|--ab--|after|--a|Content-Type: image/x-own||Dragonfly|--a--`,
			"multipart/mixed; boundary=a", `text1|--a|Content-Type: multipart/mixed; boundary=ab||--ab||user1@tenant1.example|--ab|Content-Type: application/json||{"userType":"Member"}|--ab--|text2|--a|Content-Type: value1||text3|--a--`},
		{"multipart/form-data", `--b|Content-Disposition: form-data; name="password"||hunter22|--b--`, "multipart/form-data", `--b|Content-Disposition: form-data; name="password"||REDACTED|--b--`},
	} {
		i := form(c.kind, c.body)
		once := newRedactor(t).Interaction(i)
		if got := unchecked(once.Request.Headers.Get("Content-Type")); got != c.wantKind {
			t.Errorf("%s became %s, want %s", c.kind, got, c.wantKind)
		}
		if got, want := unchecked(once.Request.Body), strings.ReplaceAll(c.want, "|", "\r\n"); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if twice := newRedactor(t).Interaction(once); whole(t, twice) != whole(t, once) {
			t.Errorf("redacting twice changes more:\n%s\n%s", whole(t, once), whole(t, twice))
		}
	}
}

// The holes of a multipart request are placed by the names of its parts, in whatever order
// they stand.
func TestHolesOfParts(t *testing.T) {
	const a, b = `--b|Content-Disposition: form-data; name="a"; filename="plan.docx"|Content-Type: application/json||{"displayName":"Adele"}|`, `--b|Content-Disposition: form-data; name="b"||Adele|`
	places := func(body string) (all []string) {
		for _, h := range newRedactor(t).Interaction(form("multipart/form-data; boundary=b", body+"--b--")).Holes {
			all = append(all, string(h.Kind)+" "+h.Place)
		}
		return all
	}
	got, want := strings.Join(places(a+b+b), "\n"), "name part.a.header.Content-Disposition.filename\nbytes part.a.body\nname part.b.body\nname part.b#1.body"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(places(b+b+a), "\n"); got != "name part.b.body\nname part.b#1.body\nname part.a.header.Content-Disposition.filename\nbytes part.a.body" {
		t.Errorf("in another order:\n%s", got)
	}
}
