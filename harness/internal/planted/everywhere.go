package planted

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf16"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Everywhere puts a value of any kind into every place and encoding of an exchange: as the
// value of its member where that can be told, else alone.
func Everywhere(k Kind) map[string]*cassette.Interaction {
	all := map[string]*cassette.Interaction{}
	member := cmp.Or(k.Member, "note")
	k.inAddresses(all, member)
	k.inHeaders(all)
	object := k.JSON()
	k.inJSON(all, member, object)
	k.inOtherBodies(all, member, object)
	return all
}

// Stays reports whether a value may stay in a place of Everywhere: a decimal number as an id; a word as the name
// of an option or of a form's field, which are the service's to choose.
func (k Kind) Stays(where string) bool {
	if strings.HasSuffix(where, "option's name") || strings.HasSuffix(where, "form's name") {
		return strings.Trim(strings.ToLower(k.Value), "abcdefghijklmnopqrstuvwxyz-_") == ""
	}
	if strings.Trim(k.Value, "0123456789") != "" {
		return false
	}
	for _, part := range []string{"path", "fragment", "batch url", "bind", "context", "JSON: id", "other html", "Content-Location", "Etag", "If-Match", "Link", "Location"} {
		if strings.Contains(where, part) {
			return true
		}
	}
	return false
}

func (k Kind) inAddresses(all map[string]*cassette.Interaction, member string) {
	odata := strings.ReplaceAll(k.Value, "'", "''")
	spaced := strings.ReplaceAll(url.QueryEscape(odata), "+", "%20")
	for name, address := range map[string]string{
		"path": "/users/" + url.PathEscape(k.Value), "path key": "/users('" + url.PathEscape(odata) + "')/messages", "path argument": "/me/drive/root/search(q='" + spaced + "')",
		"encoded path": "/groups/" + percentAll(k.Value) + "/members", "file": "/me/drive/root:/" + url.PathEscape(k.Value) + ":/children", "site": "/sites/root:/sites/" + url.PathEscape(k.Value),
		"filter": "/users?$filter=" + member + " eq '" + url.QueryEscape(odata) + "'", "encoded filter": "/users?%24filter=" + member + "%20eq%20%27" + spaced + "%27",
		"startswith": "/users?$filter=startswith(" + member + ",'" + spaced + "') and accountEnabled eq true", "in": "/users?$filter=" + member + " in ('" + spaced + "','b')",
		"lambda": "/users?$filter=x/any(p:p/" + member + " eq '" + spaced + "')", "bare search": "/users?$search=" + spaced, "search": "/users?$search=" + url.QueryEscape(`"displayName:`+strings.ReplaceAll(k.Value, `"`, "")+`"`),
		"searched property": "/users?$search=" + url.QueryEscape(`"`+strings.ReplaceAll(k.Value, `"`, "")+`:x"`), "option": "/users?x=" + url.QueryEscape(k.Value), "named option": "/users?" + url.QueryEscape(member) + "=" + url.QueryEscape(k.Value), "alias": "/users/f(a=@a)?@a='" + spaced + "'",
		"option's name": "/users?" + url.QueryEscape(k.Value) + "=1", "fragment": "/users?$top=1#" + percentAll(k.Value),
	} {
		all["address: "+name] = Exchange(http.MethodGet, Graph+address)
	}
}

func percentAll(s string) string { return spelled("%%%02X", []byte(s)) }

func escapeAll(s string) string { return spelled(`\u%04x`, utf16.Encode([]rune(s))) }

func numeric(s string) string { return spelled("&#x%02x;", []rune(s)) }

// spelled writes each character of a text by a format.
func spelled[C byte | uint16 | rune](format string, text []C) string {
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func (k Kind) inHeaders(all map[string]*cassette.Interaction) {
	line := strings.NewReplacer("\r", " ", "\n", " ").Replace(k.Value)
	for name, value := range map[string]string{
		"X-Unknown": line, "User-Agent": "agent/1.0 (" + line + ")", "X-Anchormailbox": "UPN:" + line, "If-Match": `W/"` + line + `"`, "Prefer": `outlook.timezone="` + line + `"`,
		"Content-Disposition": `attachment; filename="` + strings.ReplaceAll(line, `"`, "") + `"`, "Link": "<https://graph.microsoft.com/v1.0/users/" + url.PathEscape(line) + ">; rel=next",
		"Location": Graph + "/users/" + url.PathEscape(line) + "/x?y=" + url.QueryEscape(line), "Www-Authenticate": `Bearer realm="", error_description="` + strings.ReplaceAll(line, `"`, "") + `"`,
		"Content-Location": Graph + "/users('" + percentAll(line) + "')", "X-Encoded": base64.StdEncoding.EncodeToString([]byte(`{"x":` + quoted(line) + `}`)), "Etag": `"` + line + `"`,
	} {
		i := Exchange(http.MethodGet, Graph+"/me")
		i.Request.Headers[name], i.Response.Headers[name] = []string{value}, []string{value}
		all["header: "+name] = i
	}
	trailers := Exchange(http.MethodGet, Graph+"/me")
	trailers.Response.Trailer, trailers.Request.Trailer = http.Header{"X-Checksum": {line}}, http.Header{"Server-Timing": {line}}
	all["trailers"] = trailers
	reason := Exchange(http.MethodGet, Graph+"/me")
	reason.Response.Status = "404 No " + line + " here"
	all["reason"] = reason
}

// put makes an exchange with a body that is sent, and one with a body that is answered.
func put(all map[string]*cassette.Interaction, name, kind, body string) {
	sent, answered := Exchange(http.MethodPost, Graph+"/me"), Exchange(http.MethodGet, Graph+"/me")
	sent.Request.Headers.Set("Content-Type", kind)
	answered.Response.Headers.Set("Content-Type", kind)
	sent.Request.Body, answered.Response.Body = body, body
	all["sent "+name], all["answered "+name] = sent, answered
}

func (k Kind) inJSON(all map[string]*cassette.Interaction, member, object string) {
	const kind = "application/json"
	deep, mixed := object, object
	for range 5 {
		deep = `{"data":` + quoted(deep) + `}`
	}
	for range 2 {
		mixed = `{"data":"` + base64.StdEncoding.EncodeToString([]byte(mixed)) + `"}`
	}
	for name, body := range map[string]string{
		"member": object, "array": `{` + quoted(member) + `:[` + quoted(k.Value) + `]}`, "list": `{"value":[` + object + `,{"id":"1"}]}`, "fields": `{"fields":` + object + `}`,
		"no type": " \n" + object, "five strings deep": deep, "base64 twice": mixed, "text alone": quoted(k.Value), "name": `{"x":{` + quoted(k.Value) + `:1}}`,
		"escaped name": `{"` + escapeAll(member) + `":"` + escapeAll(k.Value) + `"}`, "behind a prefix": ")]}',\n" + object, "prefixed string": `{"x":` + quoted("data: "+object) + `}`,
		"cut": strings.TrimSuffix(object, `"}`), "twice": object + "\n" + object, "batch request": `{"requests":[{"id":"1","method":"POST","url":"/me","headers":{"X-Y":` + quoted(k.Value) + `},"body":` + object + `}]}`,
		"batch url":    `{"requests":[{"id":"1","method":"GET","url":` + quoted("/users/"+url.PathEscape(k.Value)+"?$filter="+member+" eq '"+url.QueryEscape(k.Value)+"'") + `}]}`,
		"batch answer": `{"responses":[{"id":"1","status":200,"headers":{"X-Y":` + quoted(k.Value) + `},"body":` + object + `}]}`, "encoded batch answer": `{"responses":[{"id":"1","status":200,"body":"` + base64.StdEncoding.EncodeToString([]byte(object)) + `"}]}`,
		"error": `{"error":{"code":"Request_BadRequest","message":` + quoted("Invalid value '"+k.Value+"' specified for property '"+member+"' of resource 'User'.") + `,"innerError":{"x":` + quoted(k.Value) + `}}}`,
		"link":  `{"@odata.nextLink":` + quoted(Graph+"/users?$filter="+member+" eq '"+url.QueryEscape(k.Value)+"'&$top=1") + `}`, "context": `{"@odata.context":` + quoted(Graph+"/$metadata#users('"+percentAll(k.Value)+"')/messages") + `}`,
		"bind": `{"user@odata.bind":` + quoted(Graph+"/users('"+k.Value+"')") + `}`, "html": `{"body":{"contentType":"html","content":` + quoted("<p title='"+html.EscapeString(k.Value)+"'>for <b>"+html.EscapeString(k.Value)+"</b></p>") + `}}`,
		"other html": `{"webHtml":` + quoted("<iframe src='https://x.example/"+url.PathEscape(k.Value)+"'></iframe>") + `}`, "in a text": `{"notes":` + quoted("the one of "+k.Value+", since May") + `}`,
		"escaped text": `{"message":` + quoted(`"`+escapeAll(k.Value)+`"`+"\n"+k.Value) + `}`, "values": `{"values":[["a",` + quoted(k.Value) + `]],"text":[[` + quoted(k.Value) + `]]}`, "type": `{"@odata.type":` + quoted("#"+k.Value) + `}`,
		"id": `{"id":` + quoted(k.Value) + `,"eTag":` + quoted(`"`+k.Value+`,1"`) + `}`, "annotation": `{"displayName@` + escapeAll(k.Value) + `":1}`,
	} {
		put(all, "JSON: "+name, kind, body)
	}
}

func (k Kind) inOtherBodies(all map[string]*cassette.Interaction, member, object string) {
	v := k.Value
	var wide strings.Builder
	wide.WriteString("\xff\xfe")
	for _, c := range utf16.Encode([]rune(object)) {
		wide.WriteByte(byte(c))
		wide.WriteByte(byte(c >> 8))
	}
	entity := html.EscapeString(v)
	const part, mail = "--b\r\nContent-Disposition: form-data; name=\"", "From: x\r\nSubject: "
	for _, b := range [][3]string{
		{"text", "text/plain", "who: " + v + "\n"}, {"no type", "", v}, {"form", "application/x-www-form-urlencoded", "a=b&" + url.QueryEscape(member) + "=" + url.QueryEscape(v)},
		{"form's name", "application/x-www-form-urlencoded", url.QueryEscape(v) + "=1"}, {"JSON in a form", "application/x-www-form-urlencoded", "a=" + url.QueryEscape(object)},
		{"UTF-16", "application/json", wide.String()}, {"invalid byte", "application/json", "\xe9" + object}, {"invalid byte in a text", "text/plain", v + "\xe9"},
		{"XML", "application/xml", `<?xml version="1.0"?><a><` + "b c=\"" + entity + "\"/><d>" + entity + "</d><!-- " + v + " --><![CDATA[" + v + "]]></a>"}, {"HTML", "text/html", "<p>" + numeric(v) + "</p><img alt='" + numeric(v) + "'>"},
		{"XML's name", "text/xml", "<a><" + strings.Map(nameRune, v) + ">1</" + strings.Map(nameRune, v) + "></a>"}, {"script", "text/html", "<script>var x = " + object + ";</script>"},
		{"CSV", "text/csv", "a," + member + "\r\n1," + cellOf(v, ',') + "\r\n"}, {"CSV column", "text/csv", "a," + cellOf(v, ',') + "\r\n1,2\r\n"}, {"CSV row", "text/csv", "a,b\r\n1,2,3," + cellOf(v, ',') + "\r\n"},
		{"multipart", "multipart/form-data; boundary=b", part + "x\"\r\n\r\n" + v + "\r\n" + part + "y\"\r\nContent-Type: application/json\r\n\r\n" + object + "\r\n--b--\r\n"},
		{"part's file", "multipart/form-data; boundary=b", part + "f\"; filename=\"" + strings.ReplaceAll(url.PathEscape(v), `"`, "") + "\"\r\n\r\n" + v + "\r\n--b--\r\n"}, {"around parts", "multipart/mixed; boundary=b", v + "\r\n--b\r\n\r\nx\r\n--b--\r\n" + v},
		{"part's header", "multipart/mixed; boundary=b", "--b\r\nX-Y: " + strings.ReplaceAll(v, "\n", " ") + "\r\n\r\nx\r\n--b--\r\n"}, {"part in base64", "multipart/mixed; boundary=b", "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("to "+v)) + "\r\n--b--\r\n"},
		{"mail", "text/plain", mail + strings.ReplaceAll(v, "\n", " ") + "\r\n\r\n" + v + "\r\n"}, {"mail in base64", "text/plain", base64.StdEncoding.EncodeToString([]byte(mail + strings.ReplaceAll(v, "\n", " ") + "\r\n\r\n" + v + "\r\n"))},
		{"quoted mail", "message/rfc822", mail + "x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(percentAll(v), "%", "=") + "\r\n"}, {"events", "text/event-stream", "event: x\ndata: " + object + "\n\n"},
		{"lines", "application/x-ndjson", object + "\n" + object + "\n"}, {"octets", "application/octet-stream", "x " + v}, {"picture", "image/png", "\x89PNG " + v},
	} {
		put(all, b[0], b[1], b[2])
	}
}

// nameRune makes a text a name of XML.
func nameRune(c rune) rune {
	if c == '-' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
		return c
	}
	return '_'
}
