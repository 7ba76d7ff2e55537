package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// placesOf puts a value into every kind of place that a name may stand in.
func placesOf(value string) map[string]*cassette.Interaction {
	text := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	quoted := strings.ReplaceAll(value, "'", "''")
	object := `{"displayName":` + text(value) + `}`
	all := map[string]*cassette.Interaction{}
	put := func(name, method, address, kind, sent, answer string) {
		i := interaction(method, address)
		i.Request.Headers.Set("Content-Type", kind)
		i.Request.Body, i.Response.Body = sent, answer
		all[name] = i
	}
	const kind = "application/json"
	put("path", "GET", graph+"/users/"+url.PathEscape(value), kind, "", "")
	put("key", "GET", graph+"/users('"+url.PathEscape(quoted)+"')", kind, "", "")
	put("filter", "GET", graph+"/users?$filter=displayName eq '"+url.QueryEscape(quoted)+"'", kind, "", "")
	put("encoded filter", "GET", graph+"/users?%24filter=displayName%20eq%20%27"+url.QueryEscape(quoted)+"%27", kind, "", "")
	put("member", "POST", graph+"/users", kind, object, "")
	put("answer", "GET", graph+"/me", kind, "", object)
	put("array", "GET", graph+"/me", kind, "", `{"otherMails":[`+text(value)+`]}`)
	put("unknown member", "GET", graph+"/me", kind, "", `{"favouriteColour":`+text(value)+`}`)
	put("name of a member", "GET", graph+"/me", kind, "", `{"assignments":{`+text(value)+`:true}}`)
	put("JSON in a string", "GET", graph+"/me", kind, "", `{"description":`+text(object)+`}`)
	put("JSON in base64", "GET", graph+"/me", kind, "", `{"description":"`+base64.StdEncoding.EncodeToString([]byte(object))+`"}`)
	put("link", "GET", graph+"/me", kind, "", `{"@odata.nextLink":`+text(graph+"/users/"+url.PathEscape(value)+"/messages?$skip=10")+`}`)
	put("batch", "POST", graph+"/$batch", kind, `{"requests":[{"id":"1","method":"GET","url":`+text("/users/"+url.PathEscape(value))+`}]}`, "")
	put("form", "POST", graph+"/me", "application/x-www-form-urlencoded", "a=b&x="+url.QueryEscape(value), "")
	put("part", "POST", graph+"/me", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n"+value+"\r\n--b--\r\n", "")
	put("cell", "POST", graph+"/me", "text/csv", "Display Name,x\r\n\""+strings.ReplaceAll(value, `"`, `""`)+"\",1\r\n", "")
	put("XML", "POST", graph+"/me", "text/xml", "<a b='"+strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace(value)+"'/>", "")
	put("escapes", "POST", graph+"/me", kind, `{"displayName":"`+escaped(value)+`"}`, "")
	header := interaction("GET", graph+"/me")
	header.Request.Headers.Set("X-Anchormailbox", value)
	all["header"] = header
	return all
}

// escaped writes every character as JSON's escape.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteString(`\u00`)
		b.WriteByte("0123456789abcdef"[c>>4&15])
		b.WriteByte("0123456789abcdef"[c&15])
	}
	return b.String()
}

// leavesOf lists the texts of an interaction, decoded.
func leavesOf(i *cassette.Interaction) (all []string) {
	for _, leaf := range list(i) {
		all = append(all, leaf[1])
	}
	return all
}

// Law 4: a value has one pseudonym wherever it stands, however it is encoded and whichever
// of its places is met first; others have others.
func TestOneValueOnePseudonym(t *testing.T) {
	values := []string{"Adele Vance", "O'Vance & Sons", "avance77", "adele.vance@fabrikam.com", "fabrikam.co.uk", "Dragonfly plan.docx", "+1 425 555 0109", "131.107.160.210", "104711482910", "Name 1", "user1@contoso.example"}
	r := newRedactor(t)
	called := map[string]string{}
	for _, value := range values {
		p := ask(r, "displayName", value)
		if p == value || called[p] != "" {
			t.Errorf("%q became %q, which stands for %q", value, p, called[p])
		}
		called[p] = value
		for where, i := range placesOf(value) {
			if value == "104711482910" && (where == "path" || where == "key" || where == "batch" || where == "link") {
				continue // where it is an id, which stays
			}
			for _, first := range []*redact.Redactor{r, newRedactor(t)} {
				stored := leavesOf(first.Interaction(i))
				want := ask(first, "displayName", value)
				if !slices.ContainsFunc(stored, func(s string) bool { return s == want }) {
					t.Errorf("%s: %q is not called %q in %q", where, value, want, stored)
				}
			}
		}
	}
}

// Letter case says nothing in addresses and domains.
func TestCaseOfAddresses(t *testing.T) {
	r := newRedactor(t)
	for _, pair := range [][2]string{{"adele@fabrikam.com", "ADELE@Fabrikam.COM"}, {"fabrikam.com", "FABRIKAM.com"}, {object, strings.ToUpper(object)}} {
		if a, b := ask(r, "displayName", pair[0]), ask(r, "displayName", pair[1]); !strings.EqualFold(a, b) {
			t.Errorf("%q became %q, %q became %q", pair[0], a, pair[1], b)
		}
	}
	if address, domain := ask(r, "mail", "adele@fabrikam.com"), ask(r, "displayName", "fabrikam.com"); !strings.HasSuffix(address, "@"+domain) {
		t.Errorf("the domain of %q is %q", address, domain)
	}
}

// Redaction is a function of what it is given, and changes nothing that was redacted,
// holes and tags included.
func TestPureAndIdempotent(t *testing.T) {
	all := []*cassette.Interaction{page(4 << 10)}
	for _, value := range []string{"Adele Vance", "adele@fabrikam.com", object, "hunter22 REDACTED", "root", "x"} {
		for _, i := range placesOf(value) {
			all = append(all, i)
		}
	}
	for _, i := range all {
		once, note := newRedactor(t).Record(i)
		again, same := newRedactor(t).Record(i)
		if a, b := whole(t, once), whole(t, again); a != b || string(note) != string(same) {
			t.Errorf("not a function:\n%s\n%s", a, b)
		}
		if twice := newRedactor(t).Interaction(once); whole(t, twice) != whole(t, once) {
			t.Errorf("redacting twice changes more:\n%s\n%s", whole(t, once), whole(t, twice))
		}
	}
}

func whole(t testing.TB, i *cassette.Interaction) string {
	t.Helper()
	text, err := json.Marshal([]any{i.Request, i.Response, i.Holes})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A request tells its holes, by place and kind; ids are none.
func TestHoles(t *testing.T) {
	i := interaction("POST", graph+"/users/adele/memberOf?$filter=displayName eq 'Adele' and id eq '"+other+"'")
	i.Request.Headers.Set("If-Match", `W/"Dragonfly"`)
	i.Request.Headers.Set("X-Own", "Dragonfly")
	i.Request.Body = `{"displayName":"Adele","id":"` + other + `","passwordProfile":{"password":"hunter22"},"birthday":"1999-09-09","contentBytes":"RHJhZ29uZmx5","userType":"Member"}`
	stored := newRedactor(t).Interaction(i)
	var got []string
	for _, h := range stored.Holes {
		got = append(got, string(h.Kind)+" "+h.Place)
	}
	want := []string{
		"name path[2]", "name query.$filter#0", "name header.If-Match>weak", "name body.$['displayName']", "secret body.$['passwordProfile']['password']",
		"time body.$['birthday']", "bytes body.$['contentBytes']",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Tags are kept of names that are looked up, or stand in requests of one shape; no value
// that came before fits a tag.
func TestTags(t *testing.T) {
	r := newRedactor(t)
	faker := identity.NewFaker(salt)
	var notes [][]byte
	record := func(i *cassette.Interaction) string {
		stored, note := r.Record(i)
		notes = append(notes, note)
		if at := strings.LastIndexByte(stored.Request.URL, '/'); stored.Request.Body == "" {
			return stored.Request.URL[at+1:]
		}
		var body struct{ DisplayName string }
		_ = json.Unmarshal([]byte(stored.Request.Body), &body)
		return body.DisplayName
	}
	made := interaction("POST", graph+"/groups")
	made.Request.Body = `{"displayName":"Alone"}`
	alone := record(made)
	values := make([]string, 3000)
	names := map[string]string{}
	for n := range values {
		values[n] = "person" + strings.Repeat("x", n%7) + string(rune('a'+n%26)) + strings.Repeat("y", n/26)
		names[values[n]] = record(interaction("GET", graph+"/users/"+values[n]))
	}
	tags, err := redact.Tags(notes)
	if err != nil || len(tags) != len(names) || tags[alone] != "" {
		t.Fatalf("%d tags of %d names, %v", len(tags), len(names), err)
	}
	for n, value := range values {
		tag := tags[names[value]]
		nonce, ok := identity.Nonce(tag)
		if !ok || faker.Tag(value, nonce) != tag {
			t.Fatalf("%q does not fit its tag %q", value, tag)
		}
		for _, earlier := range values[:n] {
			if n%50 == 0 && earlier != value && faker.Tag(earlier, nonce) == tag {
				t.Errorf("%q fits the tag of %q", earlier, value)
			}
		}
	}
}

// A second recording of the same keeps what the first called things, fresh ids too.
func TestPreviousPseudonymsAreReused(t *testing.T) {
	record := func(previous *cassette.Cassette, ids map[string]string, names ...string) *cassette.Cassette {
		r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt, Previous: previous})
		if err != nil {
			t.Fatal(err)
		}
		c := &cassette.Cassette{Salt: salt}
		list := interaction("GET", graph+"/directoryObjects") // which the client has the ids from
		list.Response.Body = `{"value":[`
		for n, name := range names {
			list.Response.Body += strings.Repeat(",", min(n, 1)) + `{"id":"` + ids[name] + `"}`
		}
		list.Response.Body += "]}"
		stored, note := r.Record(list)
		c.Interactions = append(c.Interactions, stored)
		notes := [][]byte{note}
		for _, name := range names {
			for _, method := range []string{"POST", "GET"} { // the service makes the id; the client sends it
				i := interaction(method, graph+"/groups")
				if method == "GET" {
					i.Request.URL += "/" + ids[name]
				}
				i.Response.Body = `{"id":"` + ids[name] + `","mail":"` + name + `@fabrikam.com","displayName":"` + name + ` Vance"}`
				stored, note := r.Record(i)
				c.Interactions, notes = append(c.Interactions, stored), append(notes, note)
			}
		}
		if err := r.Meta(&c.Meta, notes); err != nil {
			t.Fatal(err)
		}
		return c
	}
	old := record(nil, map[string]string{"ann": object, "bob": other}, "ann", "bob")
	again := record(old, map[string]string{"ann": object, "bob": other}, "ann", "bob")
	fresh := record(old, map[string]string{"ann": "0b5d7a4e-2f61-4c0d-9d0b-8f3a6f9f3c11", "bob": "5a1f1b7c-7a0e-4be0-a2b5-3d9c5b8e2d22"}, "ann", "bob")
	others := record(old, map[string]string{"zoe": object, "kim": other}, "zoe", "kim")
	for n, want := range old.Interactions {
		for what, c := range map[string]*cassette.Cassette{"the same": again, "the same with fresh ids": fresh, "others": others} {
			if got := c.Interactions[n]; whole(t, got) != whole(t, want) {
				t.Errorf("%s: was %s\nand is %s", what, whole(t, want), whole(t, got))
			}
		}
	}
}

// What was replaced only because nothing knows its member is told by the member's name.
func TestUnknownMembersAreTold(t *testing.T) {
	r := newRedactor(t)
	i := interaction("GET", graph+"/me")
	i.Response.Body = `{"jobTitle":"Retail Manager","favouriteColour":"red","displayName":"Adele","userType":"Member"}`
	r.Interaction(i)
	if got := r.Unknown(); got["jobTitle"] != 1 || got[""] != 2 || got["favouriteColour"] != 0 || got["displayName"] != 0 || got["userType"] != 0 {
		t.Errorf("got %v", got)
	}
	r, _ = redact.New(redact.Rules{KeepMembers: []string{"jobtitle", "favouriteColour"}}, redact.Options{Salt: salt})
	if got := r.Interaction(i).Response.Body; !strings.HasPrefix(got, `{"jobTitle":"Retail Manager","favouriteColour":"red",`) || len(r.Unknown()) > 0 {
		t.Errorf("got %s, unknown %v", got, r.Unknown())
	}
}

// An id in the message of an error is known by its form: what keeps messages is no remedy, and
// is told only where a name stands in one.
func TestIDsInMessagesAreKnown(t *testing.T) {
	for message, want := range map[string]int{
		"Resource '0b5d7a4e-2f61-4c0d-9d0b-8f3a6f9f3c11' does not exist.":                    0,
		"Resource 'Retail' does not exist.":                                                  1,
		"Resource '0b5d7a4e-2f61-4c0d-9d0b-8f3a6f9f3c11' of 'Retail' does not exist.":        1,
		"Resource 'adele@contoso.com' does not exist.":                                       0,
		"Resource 'Retail' of '0b5d7a4e-2f61-4c0d-9d0b-8f3a6f9f3c11' does not exist either.": 1,
	} {
		r := newRedactor(t)
		i := interaction("GET", graph+"/groups/0b5d7a4e-2f61-4c0d-9d0b-8f3a6f9f3c11")
		i.Response.Code, i.Response.Body = 404, `{"error":{"code":"Request_ResourceNotFound","message":"`+message+`"}}`
		if got := r.Interaction(i).Response.Body; r.Unknown()["message"] != want || strings.Contains(got, message) {
			t.Errorf("%s\nis %s\nand unknown are %v", message, got, r.Unknown())
		}
	}
}

// What stands for an id may end as a sentence goes on: it is the same in the message of an
// error as elsewhere, under any salt.
func TestIDsInMessages(t *testing.T) {
	for _, k := range planted.ByForm() {
		for n := range 60 {
			r, err := redact.New(redact.Rules{}, redact.Options{Salt: fmt.Appendf(nil, "salt %d", n)})
			if err != nil {
				t.Fatal(err)
			}
			places := planted.Positions(k.Value)
			address := r.Interaction(places["path"]).Request.URL
			stand, err := url.PathUnescape(strings.TrimSuffix(strings.TrimPrefix(address, graph+"/users/"), "/messages"))
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Interaction(places["error message"]); !strings.Contains(planted.Spellings(got), strings.ToLower(stand)) {
				t.Errorf("%s: %s in a path, and %s", k.Name, stand, got.Response.Body)
			}
		}
	}
}
