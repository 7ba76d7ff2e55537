package place_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// roles are spelled for people.
var roles = map[place.Role]string{
	place.Host: "host", place.Segment: "segment", place.FileName: "file name", place.Literal: "literal", place.Identifier: "identifier",
	place.OptionName: "option name", place.Option: "option", place.Token: "token", place.Field: "field", place.Header: "header",
	place.MemberName: "member name", place.Member: "member", place.Number: "number", place.Cell: "cell", place.ColumnName: "column",
	place.Text: "text", place.Markup: "markup", place.Bytes: "bytes",
}

// shown lists the leaves of a message, a line each; names of members and options, which
// stand at the place of their value, are left out.
func shown(m place.Message) string {
	var b strings.Builder
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !l.Layered && l.Role != place.MemberName && l.Role != place.OptionName && l.Role != place.ColumnName && l.Role != place.MarkupName {
			fmt.Fprintf(&b, "  %-44s %-10s %-14s %q\n", l.Place(), roles[l.Role], l.Name, l.Text)
		}
		return "", false
	})
	return b.String()
}

const graph = "https://graph.microsoft.com/v1.0"

func with(kind, body string) place.Message {
	return place.Message{Method: "POST", Address: graph + "/x", Header: http.Header{"Content-Type": {kind}}, Body: body}
}

// TestPlaces holds how messages are taken apart, in a file that people read.
func TestPlaces(t *testing.T) {
	asked := func(address string) place.Message { return place.Message{Method: "GET", Address: graph + address} }
	answer := func(body string) place.Message {
		return place.Message{Method: "GET", Address: graph + "/me", Answer: true, Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
	}
	var got strings.Builder
	for _, m := range []place.Message{
		asked("/users/adele%40contoso.com/messages?$filter=startswith(displayName,'O''Neil')%20and%20mail%20eq%20'a@b.com'&$select=id,subject&$skiptoken=X'44'"),
		asked("/users('adele@contoso.com')/messages?$search=\"displayName:Adele\""),
		asked("/me/messages?$search=subject:plans%20AND%20megan"),
		asked("/sites/root/lists/a/items?$filter=fields/OwnerLookupId%20eq%20'6'"),
		asked("/me/drive/root:/plans/secret%20plan.docx:/content"),
		asked("/me/drive/items/root%3A%2Fplans%2Fsecret%20plan.docx%3A/content"),
		asked("/sites/fabrikam.sharepoint.com:/sites/hr"),
		asked("/sites/fabrikam.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851/lists"),
		asked("/applications(appId='8ea0e38b-efb3-4757-924a-5f94061cf8c2')"),
		asked("/shares/u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx/driveItem"),
		asked("/reports/getEmailActivityCounts(period='D7')"),
		with("application/json", `{"displayName":"Ad\u00e8le","tags":["a","b"],"manager@odata.bind":"https://graph.microsoft.com/v1.0/users('x')","json":"{\"a\":1}","n":5}`),
		with("application/x-www-form-urlencoded", "username=adele%40contoso.com&password=p%26q"),
		with("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nv\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"plan.docx\"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n--b--\r\n"),
		with("text/csv", "Report Refresh Date,User\n2020-01-01,\"Last, First\"\n"),
		with("text/html", "<p a='b'>x &amp; y</p>"),
		{Method: "POST", Address: graph + "/$batch", Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"requests":[{"id":"1","method":"GET","url":"users/adele@contoso.com"},{"id":"2","method":"POST","url":"/me/messages","body":{"subject":"Hi"}}]}`},
		asked("/me/drive/items/root%3A%2Fplans%3A%2F"),
		asked("/me/drive/root:/My 'plan.docx?access_token=secret#here"),
		asked("/me/events?$filter=a%20eq%205/6%20and%20b%20eq%202026-11-30&$search=\"it''s\""),
		with("application/json", `{"redirects":["contosoapp://auth.example:8443/x","https://adele:secret@h.example:8080/y"],"photo":"/9j/4AAQSkZJRg","quoted":"\"a\" or \"b\"",`+
			`"etag":"W/\"a\"","pass\u0077ord":"secret","bare":nan,"text":2026-11-30,"token":"eyJhIjoiYmM_Pz4ifQ","padded":"eyJhIjoiYmM/Pz4ifQ=="}`),
		with("application/x-www-form-urlencoded", "short=e30%3D&long=eyJhIjoiYmM/Pz4ifQ%3D%3D"),
		with("multipart/mixed; boundary=b", "to nobody\r\n--b\r\nContent-Type: text/plain; name=\"a;b\"\r\n\r\nv\r\n--b--\r\nthe end\r\n--b\r\n"),
		{Method: "POST", Address: graph + "/x", Header: http.Header{"content-type": {"text/tab-separated-values"}}, Body: "a\tb\n\t\"x\ty\"\n"},
		with("text/html", `<?xml version="1.0"?><!-- adele --><p>a<![CDATA[b & c]]></p x='y'>d<!-- not closed`),
		with("text/plain", "From: adele@contoso.com\nno header\nContent-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n"+
			"--q\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nAAEC\n--q\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--q--\n"),
		{Method: "GET", Address: graph + "/reports/x", Answer: true, Status: 200, Header: http.Header{"Content-Type": {"application/octet-stream"}, "Content-Disposition": {"attachment; filename=a.csv"}},
			Body: "Report Refresh Date,User\n2026-11-30,adele\n"},
		answer(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#groups(displayName,id)","x":"https://graph.microsoft.com/v1.0/$metadata#chats('19%3Aabc%40thread.v2')/operations/$entity","proxyAddresses":["SMTP:a@b.com"],"data":"eyJhIjoiYiJ9"}`),
		answer(`{"webUrl":"https://contoso.sharepoint.com/:x:/s/hr/EaBc?e=4x"}`),
	} {
		fmt.Fprintf(&got, "%s %s\n%s\n", m.Method, m.Address, shown(m))
	}
	testkit.Golden(t, "testdata/places.txt", got.String())
}

// The place of a text does not depend on how an address is spelled.
func TestPlacesOfSpellings(t *testing.T) {
	for _, spellings := range [][]string{
		{"/users/a@b.com/messages", "/users('a@b.com')/messages", "/users/a%40b.com/messages", "/users(%27a@b.com%27)/messages"},
		{"/users/8ea0e38b-efb3-4757-924a-5f94061cf8c2", "/users(8ea0e38b-efb3-4757-924a-5f94061cf8c2)"},
		{"/users?$filter=mail eq 'x'&$top=5", "/users?$top=5&%24filter=mail%20eq%20%27x%27", "/users?filter=mail+eq+'x'&$top=5"},
		{"/me/drive/items/root:/a/b.txt:/content", "/me/drive/items/root%3A%2Fa%2Fb.txt%3A/content"},
	} {
		var want string
		for n, s := range spellings {
			lines := strings.Split(shown(place.Message{Method: "GET", Address: graph + s}), "\n")
			slices.Sort(lines)
			for i, line := range lines { // the segment before a step differs, where a key is written in parentheses
				if at := strings.Index(line, `"`); at > 0 {
					lines[i] = strings.Fields(line)[0] + " " + line[at:]
				}
			}
			if got := strings.Join(lines, "\n"); n == 0 {
				want = got
			} else if got != want {
				t.Errorf("%s:\n%s\nwant as %s:\n%s", s, got, spellings[0], want)
			}
		}
	}
}

// What is replaced is spelled as its place wants.
func TestReplaced(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":"x y"}`:                              `{"a":"it's \"new\""}`,
		`{"a":"{\"b\":\"x y\"}"}`:                  `{"a":"{\"b\":\"it's \\\"new\\\"\"}"}`,
		`{"a":"https://x.y/z?$filter=b eq 'x y'"}`: `{"a":"https://x.y/z?$filter=b eq 'x y'"}`, // blanks: no address, and no text that is replaced here
		`{"a":"https://x.y/z?q=x+y"}`:              `{"a":"https://x.y/z?q=it's%20%22new%22"}`,
		`{"a":"https://x.y/z%41/x%20y"}`:           `{"a":"https://x.y/z%41/it's%20%22new%22"}`,
	} {
		m := with("application/json", body)
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) { return `it's "new"`, l.Text == "x y" })
		if m.Body != want {
			t.Errorf("%s became %s, want %s", body, m.Body, want)
		}
	}
}

// What is replaced amid characters that are escaped as a whole is replaced with them.
func TestReplacedCharacters(t *testing.T) {
	for was, is := range map[string]string{"\u00e9": "è", "\u01e9": "é"} {
		m := with("application/json", strconv.QuoteToASCII(was))
		m.Body = `{"a":` + m.Body + `}`
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) { return is, l.Text == was })
		if want := `{"a":"` + is + `"}`; m.Body != want {
			t.Errorf("%q, want %q", m.Body, want)
		}
	}
}

// What a part is called by stands in the places of what it holds as it is to be, not as it was, and
// its parts are found though the boundary is replaced that its header says.
func TestReplacedParts(t *testing.T) {
	m := with("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"Adele\"\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nv\r\n--q--\r\n--b--\r\n")
	var places []string
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		places = append(places, l.Place())
		return map[string]string{"Adele": "name1", "b": "bb", "q": "qq"}[l.Text], l.Text == "Adele" || l.Role == place.Boundary
	})
	if !slices.Contains(places, "part.name1.part[0].body") {
		t.Errorf("places are %q", places)
	}
	if kind, boundary := m.KindOf(); kind != media.Multipart || boundary != "bb" || len(m.Parts(boundary)) != 1 || media.Parameter(m.Parts(boundary)[0].Header.Get("Content-Disposition"), "name") != "name1" {
		t.Errorf("the parts of %d behind %q are %+v", kind, boundary, m.Parts(boundary))
	}
	if want := "--bb\r\nContent-Disposition: form-data; name=\"name1\"\r\nContent-Type: multipart/mixed; boundary=qq\r\n\r\n--qq\r\n\r\nv\r\n--qq--\r\n--bb--\r\n"; m.Body != want {
		t.Errorf("it became %q, want %q", m.Body, want)
	}
}

// A place names members as its caller calls them, and nothing else.
func TestPlaceAs(t *testing.T) {
	m, got := with("application/json", `{"adele":[{"b":1}]}`), ""
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if l.Role == place.Number {
			got = l.PlaceAs(strings.ToUpper)
		}
		return "", false
	})
	if want := "body.$['ADELE'][0]['B']"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// An address of IPv6 that is searched for is one word, whatever its groups look like, and so is
// what stands for it; a time is one word, and a property before a colon is one of its own.
func TestWordsWithColons(t *testing.T) {
	for search, want := range map[string]string{
		"2001:db8::0:1":                "2001:db8::0:1",
		"72e7:6063:95d2::e331:32:3866": "72e7:6063:95d2::e331:32:3866",
		"812:2001":                     "812 2001",
		"59:20 5g:2001:db8::0:1":       "59:20 5g 2001:db8::0:1",
		"received:2026-11-24T08:30:0Z": "received 2026-11-24T08:30 0Z",
		"sent:08:30:00Z AND dad:bed":   "sent 08:30:00Z AND dad bed",
	} {
		var words []string
		m := place.Message{Method: "GET", Address: graph + "/me/messages?$search=" + search}
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
			if l.Role == place.Literal || l.Role == place.Identifier {
				words = append(words, l.Text)
			}
			return "", false
		})
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", search, got, want)
		}
	}
}

// Nothing in a table is left out: what stands behind a quote amid a cell is shown, and a mark
// of the order of bytes is no part of a quoted column.
func TestTable(t *testing.T) {
	m := with("text/csv", "\ufeff\"User, full\",Mail\r\n\r\n\"La\"\"st, First\"secret\",x\r\n\"two\nlines\",\"\"\r\n")
	want := "  body[0][0]  column  User, full  User, full\n  body[0][1]  column  Mail  Mail\n" +
		"  body[1][0]  cell  User, full  La\"st, First\"secret\n  body[1][1]  cell  Mail  x\n  body[2][0]  cell  User, full  two\nlines\n"
	var got strings.Builder
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if l.Role == place.Cell || l.Role == place.ColumnName {
			fmt.Fprintf(&got, "  %s  %s  %s  %s\n", l.Place(), roles[l.Role], l.Name, l.Text)
		}
		return strings.TrimPrefix(l.Text+",b", `La"st, First`), l.Text == "x" || strings.HasSuffix(l.Text, "secret")
	})
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if body := "\ufeff\"User, full\",Mail\r\n\r\n\"\"\"secret,b\",\"x,b\"\r\n\"two\nlines\",\"\"\r\n"; m.Body != body {
		t.Errorf("it became %q, want %q", m.Body, body)
	}
}

// A panic of who is asked leaves nothing to the messages that come next.
func TestPanicIsForgotten(t *testing.T) {
	m := place.Message{Method: "GET", Address: graph + "/me"}
	want := shown(m)
	func() {
		defer func() { _ = recover() }()
		place.Rewrite(&m, func(*place.Leaf) (string, bool) { panic("no") })
	}()
	if got := shown(m); got != want {
		t.Errorf("after a panic:\n%s\nwant\n%s", got, want)
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
		if place.Rewrite(&same, func(l *place.Leaf) (string, bool) { return l.Text, len(l.Text)%2 > 0 }) || same.Address != address || same.Body != body || same.Header.Get("Content-Type") != kind {
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
