package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// A spot is a kind of place: how a value is put there, and how what stands there is read.
type spot struct {
	name string
	put  func(i *cassette.Interaction, value string)
	read func(i *cassette.Interaction) string
}

// ambiguous says where a value reads as something else: as a token, as the parentheses of a
// function in a path, as quotes in quotes.
func (s spot) ambiguous(value string) bool {
	switch s.name {
	case "skip token": // which is one opaque id, whatever it holds
		spans := identity.Find(value)
		return strings.HasPrefix(value, "eyJ") || len(spans) != 1 || spans[0] != (identity.Span{Start: 0, End: len(value)})
	case "segment":
		return strings.HasSuffix(value, ")") && value[0] != '/' && !strings.Contains(value, "://")
	case "quoted":
		return strings.HasPrefix(value, "{") && strings.Contains(value, `"`)
	case "error message":
		return strings.HasPrefix(value, "'") || strings.HasPrefix(value, "X'")
	}
	return false
}

func sent(i *cassette.Interaction) string { return i.Request.Body }

func answered(i *cassette.Interaction) string { return i.Response.Body }

// unwrapped reads what stands between two texts.
func unwrapped(before, after string, read func(i *cassette.Interaction) string) func(i *cassette.Interaction) string {
	return func(i *cassette.Interaction) string {
		s, ok := strings.CutPrefix(read(i), before)
		if s, found := strings.CutSuffix(s, after); ok && found {
			return s
		}
		return "(" + read(i) + ")"
	}
}

// memberOf reads the first member of an object whose value is a text.
func memberOf(read func(i *cassette.Interaction) string) func(i *cassette.Interaction) string {
	return func(i *cassette.Interaction) string {
		var object map[string]string
		if err := json.Unmarshal([]byte(read(i)), &object); err != nil {
			return "(" + read(i) + ")"
		}
		for _, value := range object {
			return value
		}
		return "(nothing)"
	}
}

func unpacked(read func(i *cassette.Interaction) string) func(i *cassette.Interaction) string {
	return func(i *cassette.Interaction) string {
		plain, err := base64.StdEncoding.DecodeString(read(i))
		if err != nil {
			return "(" + read(i) + ")"
		}
		return string(plain)
	}
}

func unescapedBy(f func(string) (string, error), read func(i *cassette.Interaction) string) func(i *cassette.Interaction) string {
	return func(i *cassette.Interaction) string {
		plain, err := f(read(i))
		if err != nil {
			return "(" + read(i) + ")"
		}
		return plain
	}
}

func doubled(s string) string { return strings.ReplaceAll(s, "'", "''") }

func singled(s string) (string, error) { return strings.ReplaceAll(s, "''", "'"), nil }

// spots are the kinds of places that hold values of every kind.
func spots() []spot {
	text := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	address := func(i *cassette.Interaction) string { return i.Request.URL }
	answer := func(member string) spot {
		return spot{"member " + member, func(i *cassette.Interaction, v string) { i.Response.Body = `{"` + member + `":` + text(v) + `}` }, memberOf(answered)}
	}
	all := []spot{
		answer("displayName"), answer("favouriteColour"), answer("id"), answer("@odata.etag"), answer("internetMessageId"), answer("description"),
		{"member of a request", func(i *cassette.Interaction, v string) { i.Request.Body = `{"displayName":` + text(v) + `}` }, memberOf(sent)},
		{"header", func(i *cassette.Interaction, v string) { i.Request.Headers["X-Anchor"] = []string{v} }, func(i *cassette.Interaction) string { return i.Request.Headers.Get("X-Anchor") }},
		{"option", func(i *cassette.Interaction, v string) { i.Request.URL = graph + "/users?x=" + url.QueryEscape(v) }, unescapedBy(url.QueryUnescape, unwrapped(graph+"/users?x=", "", address))},
		{"skip token", func(i *cassette.Interaction, v string) {
			i.Request.URL = graph + "/users?$skiptoken=" + url.QueryEscape(v)
		}, unescapedBy(url.QueryUnescape, unwrapped(graph+"/users?$skiptoken=", "", address))},
		{"segment", func(i *cassette.Interaction, v string) {
			i.Request.URL = graph + "/users/" + url.PathEscape(v) + "/messages"
		}, unescapedBy(url.PathUnescape, unwrapped(graph+"/users/", "/messages", address))},
		{"key", func(i *cassette.Interaction, v string) {
			i.Request.URL = graph + "/users('" + url.PathEscape(doubled(v)) + "')"
		}, unescapedBy(singled, unescapedBy(url.PathUnescape, unwrapped(graph+"/users('", "')", address)))},
		{"literal", func(i *cassette.Interaction, v string) {
			i.Request.URL = graph + "/users?$filter=displayName+eq+'" + url.QueryEscape(doubled(v)) + "'"
		}, unescapedBy(singled, unescapedBy(url.QueryUnescape, unwrapped(graph+"/users?$filter=displayName+eq+'", "'", address)))},
		{"form", func(i *cassette.Interaction, v string) {
			i.Request.Headers.Set("Content-Type", "application/x-www-form-urlencoded")
			i.Request.Body = "x=" + url.QueryEscape(v)
		}, unescapedBy(url.QueryUnescape, unwrapped("x=", "", sent))},
		{"part", func(i *cassette.Interaction, v string) {
			i.Request.Headers.Set("Content-Type", "multipart/form-data; boundary=b")
			i.Request.Body = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n" + v + "\r\n--b--\r\n"
		}, unwrapped("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n", "\r\n--b--\r\n", sent)},
		{"cell", func(i *cassette.Interaction, v string) {
			i.Response.Headers.Set("Content-Type", "text/csv")
			i.Response.Body = "x\r\n\"" + strings.ReplaceAll(v, `"`, `""`) + "\"\r\n"
		}, unescapedBy(func(s string) (string, error) { return strings.ReplaceAll(s, `""`, `"`), nil }, unwrapped("x\r\n\"", "\"\r\n", answered))},
		{"quoted", func(i *cassette.Interaction, v string) { i.Response.Body = `{"displayName":` + text(`"`+v+`"`) + `}` }, unwrapped(`"`, `"`, memberOf(answered))},
		{"JSON in a text", func(i *cassette.Interaction, v string) {
			i.Response.Body = `{"description":` + text(`{"displayName":`+text(v)+`}`) + `}`
		}, memberOf(memberOf(answered))},
		{"JSON in base64", func(i *cassette.Interaction, v string) {
			i.Response.Body = `{"description":` + text(base64.StdEncoding.EncodeToString([]byte(`{"displayName":`+text(v)+`}`))) + `}`
		}, memberOf(unpacked(memberOf(answered)))},
	}
	member := func(i *cassette.Interaction) string {
		var body struct{ Assignments map[string]bool }
		if err := json.Unmarshal([]byte(i.Response.Body), &body); err != nil {
			return "(" + i.Response.Body + ")"
		}
		for name := range body.Assignments {
			return name
		}
		return "(nothing)"
	}
	return append(all, spot{"name of a member", func(i *cassette.Interaction, v string) { i.Response.Body = `{"assignments":{` + text(v) + `:true}}` }, member},
		spot{"error message", func(i *cassette.Interaction, v string) {
			i.Response.Body = `{"error":{"message":` + text("Resource '"+v+"' does not exist.") + `}}`
		}, func(i *cassette.Interaction) string {
			var body struct{ Error struct{ Message string } }
			if err := json.Unmarshal([]byte(i.Response.Body), &body); err != nil {
				return "(" + i.Response.Body + ")"
			}
			return unwrapped("Resource '", "' does not exist.", func(*cassette.Interaction) string { return body.Error.Message })(i)
		}})
}

// everyValue lists the examples of all formats, and values that look like what they are not.
func everyValue(t testing.TB) (all []string) {
	for _, of := range testkit.Formats(t) {
		all = append(all, of.Matches...)
	}
	const other, third = "eyJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiIxIn0" + ".c2lnbmF0dXJl", "eyJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiIyIn0" + ".c2lnbmF0dXJl"
	all = append(all, "<CAF8@mail.fabrikam.com>", "<20210527.7A@NAM.prod.outlook.com>", `"BA09D118"`, `W/"BA09D118"`, "BA09D118", `"{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A},1"`,
		"REDACTED", "true", "null", "7", "1234567", "False", other+" "+third, other+","+third, third+" and "+other, "Bearer "+other,
		"extension_4ca7c8a7d1e14d1ca5d1b9a4f6c0a1b2_hatSize", "extension_4ca7c8a7d1e14d1ca5d1b9a4f6c0a1b2_displayName", "(Adele)", "[Adele]", "{Adele}", "'Adele'")
	slices.Sort(all)
	return slices.Compact(all)
}

// The id of an application is called the same in the names of its extensions, whatever these
// are called, and wherever they stand.
func TestExtensionsOfApplications(t *testing.T) {
	const app = "4ca7c8a7-d1e1-4d1c-a5d1-b9a4f6c0a1b2"
	r := newRedactor(t)
	id := ask(r, "appId", app)
	short := strings.ReplaceAll(id, "-", "")
	i := interaction("GET", graph+"/users?$select=id,extension_"+strings.ReplaceAll(app, "-", "")+"_hatSize&$filter=extension_"+strings.ToUpper(strings.ReplaceAll(app, "-", ""))+"_jobTitle+eq+'x'")
	i.Response.Body = `{"extension_` + strings.ReplaceAll(app, "-", "") + `_hatSize":"L"}`
	got := r.Interaction(i)
	if want := graph + "/users?$select=id,extension_" + short + "_member1&$filter=extension_" + strings.ToUpper(short) + "_jobTitle+eq+'value1'"; unchecked(got.Request.URL) != want {
		t.Errorf("got  %s\nwant %s", unchecked(got.Request.URL), want)
	}
	if want := `{"extension_` + short + `_member1":"value2"}`; unchecked(got.Response.Body) != want {
		t.Errorf("got  %s\nwant %s", unchecked(got.Response.Body), want)
	}
}

// An address of an answer is taken apart, however it is written; no word of it is hidden.
func TestLocations(t *testing.T) {
	for location, want := range map[string]string{
		"/users('" + object + "')/operations('" + other + "')": "", "teams/" + object + "/operations/" + other: "",
		"/teams('Adele')/channels": "/teams('value1')/channels", "/me/messages/1?$select=id": "/me/messages/1?$select=id",
	} {
		i := interaction("POST", graph+"/teams")
		i.Response.Headers["Location"] = []string{location}
		r := newRedactor(t)
		if want == "" {
			want = strings.NewReplacer(object, ask(r, "id", object), other, ask(r, "id", other)).Replace(location)
		}
		if got := unchecked(r.Interaction(i).Response.Headers.Get("Location")); got != want {
			t.Errorf("%s became %s, want %s", location, got, want)
		}
	}
}

// What a member holds stays whole where the rules keep it, credentials aside: addresses and
// JSON too.
func TestKeptMembersWithParts(t *testing.T) {
	r, err := redact.New(redact.Rules{KeepMembers: []string{"jobTitle", "department"}}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	i := interaction("GET", graph+"/me")
	i.Response.Body = `{"jobTitle":"https://fabrikam.com/adele?x=Adele","department":"{\"who\":\"Adele\",\"password\":\"hunter22\",\"list\":[{\"a\":\"SMTP:adele@fabrikam.com\"}]}","city":"{\"who\":\"Adele\"}"}`
	want := `{"jobTitle":"https://fabrikam.com/adele?x=Adele","department":"{\"who\":\"Adele\",\"password\":\"REDACTED\",\"list\":[{\"a\":\"SMTP:adele@fabrikam.com\"}]}","city":"{\"member1\":\"value1\"}"}`
	if got := unchecked(r.Interaction(i).Response.Body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Law 4: a value of any format has one pseudonym wherever it stands, or stays where it is
// harmless; what is written around it does not matter; and no two values have one, secrets
// aside.
func TestOneValueOfAnyFormat(t *testing.T) {
	all := spots()
	r := newRedactor(t)
	values := map[string]string{}
	for _, value := range everyValue(t) {
		if value == "" || len(value) > 4000 {
			continue
		}
		called := map[string][]string{}
		for _, s := range all {
			i := interaction("GET", graph+"/me")
			i.Request.Headers.Set("Content-Type", "application/json")
			i.Response.Headers.Set("Content-Type", "application/json")
			s.put(i, value)
			if before := s.read(i); before != value || s.ambiguous(value) {
				continue // which cannot stand there
			}
			stored := r.Interaction(i)
			is := s.read(stored)
			if is != value {
				called[is] = append(called[is], s.name)
			}
			if again := s.read(newRedactor(t).Interaction(stored)); again != is {
				t.Errorf("%s: %q became %q, then %q", s.name, value, is, again)
			}
		}
		if len(called) > 1 {
			var b strings.Builder
			for is, where := range called {
				b.WriteString("\n\t" + is + ": " + strings.Join(where, ", "))
			}
			t.Errorf("%q has %d pseudonyms:%s", value, len(called), b.String())
		}
		for is := range called {
			if was, ok := values[strings.ToLower(is)]; ok && !strings.EqualFold(was, value) && !strings.Contains(is, "REDACTED") && !strings.HasPrefix(is, "eyJhbGciOiJub25lIn0") {
				t.Errorf("%q became %q, as %q did", value, is, was)
			}
			values[strings.ToLower(is)] = value
		}
	}
}
