package redact_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

var kinds = []string{"", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "text/csv", "image/jpeg"}

// FuzzFixedPoint holds law 4: what is redacted is not changed by redacting it again,
// and nothing in it leaks; JSON stays JSON; the original is not changed.
func FuzzFixedPoint(f *testing.F) {
	for n, k := range slices.Concat(planted.ByForm(), planted.ByMember(), planted.ByOption()) {
		f.Add(uint8(n), graph+"/users/"+k.Value+"?$filter=id eq '"+k.Value+"'&"+k.Member+"="+k.Value, k.Value, k.JSON())
	}
	f.Add(uint8(1), "https://x.1drv.com/up/abc?a=1", "https://a.b/c?sig=x", `{"a":"\u0040\ud83d\ude00x@y.com","b":["\\",{"name":"q.docx"`)
	f.Add(uint8(2), graph+"/users?$search=\"displayName:ad\" AND \"mail:x\"", "", "password=a%26b&username=x%40y.com&grant_type=password")
	f.Add(uint8(3), graph+"/users?$filter=startswith(displayName,'Ad') or mail in ('a@b.com','c@d.com')", "", "--b\r\nContent-Type: application/json\r\n\r\n{\"password\":\"x\"}\r\n--b--")
	f.Add(uint8(5), graph+"/reports/x", "", "Report Refresh Date,User Principal Name,Display Name\r\n2026-01-01,adele@fabrikam.com,Adele Vance\r\n")
	f.Add(uint8(130), graph+"/me/drive/root:/a.pdf:/content", "", "%PDF-1.7\n\xff\xfea plan")
	f.Add(uint8(128), graph+"/me/drive/root:/a.txt:/content", "", "Dragonfly&code=x&password=y")
	f.Fuzz(func(t *testing.T, kind uint8, address, header, body string) {
		method := "POST"
		if kind >= 128 { // a file, by some addresses
			method = "PUT"
		}
		i := interaction(method, address)
		i.Request.Headers = http.Header{"Content-Type": {kinds[int(kind)%len(kinds)]}, "Location": {header}, "X": {header}}
		i.Response.Headers = i.Request.Headers
		i.Request.Body, i.Response.Body = body, body
		before, _ := json.Marshal(i)
		once := newRedactor(t).Interaction(i)
		if after, _ := json.Marshal(i); string(after) != string(before) {
			t.Fatal("the original was changed")
		}
		twice := newRedactor(t).Interaction(once)
		a, _ := json.Marshal(once)
		b, _ := json.Marshal(twice)
		if string(a) != string(b) {
			t.Fatalf("redacting twice changes more:\n%q %q %q\n%s\n%s", address, header, body, brief(once), brief(twice))
		}
		leaks, _ := redact.Leaks(&cassette.Cassette{Salt: salt, Interactions: []*cassette.Interaction{once}}, redact.Rules{})
		for _, l := range leaks {
			if l.Rule != redact.RandomValue {
				t.Fatalf("%v\n%q %q %q\n%s", l, address, header, body, brief(once))
			}
		}
		if utf8.ValidString(body) && json.Valid([]byte(body)) && !json.Valid([]byte(once.Response.Body)) && strings.HasPrefix(kinds[int(kind)%len(kinds)], "application/json") {
			t.Errorf("no JSON any more: %s", once.Response.Body)
		}
	})
}

// brief is what the fuzz test puts into an interaction.
func brief(i *cassette.Interaction) string {
	text, _ := json.Marshal([]any{i.Request.URL, i.Request.Headers, i.Request.Body})
	return string(text)
}

func newRedactor(t testing.TB) *redact.Redactor {
	t.Helper()
	r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ask redacts a value of a JSON member.
func ask(r *redact.Redactor, member, value string) string {
	i := interaction("GET", graph+"/me")
	text, _ := json.Marshal(map[string]string{member: value})
	i.Response.Body = string(text)
	var doc map[string]string
	if err := json.Unmarshal([]byte(r.Interaction(i).Response.Body), &doc); err != nil {
		return err.Error()
	}
	return doc[member]
}

func class(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return '0'
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= 'A' && c <= 'Z':
		return 'A'
	}
	return c
}

// An atomic id keeps length and the class of every position; one that is composed keeps its
// format. What is too short to hide in is a name. Values that are equal but for letter case
// get pseudonyms that are.
func TestIDsKeepTheirShape(t *testing.T) {
	composed := map[string]bool{"driveitem-id": true, "drive-id": true}
	for _, name := range []string{"guid", "teams-operation-id", "chat-id", "channel-id", "outlook-id", "driveitem-id", "drive-id", "shifts-id"} {
		f, _ := identity.Lookup(name)
		r, names := newRedactor(t), identity.NewFaker(salt)
		seen := map[string]string{}
		for _, v := range testkit.Formats(t)[name].Matches {
			p := ask(r, "id", v)
			if strings.HasPrefix(v, "0000") || strings.Contains(v, "meeting_") || names.IsName(p) && len(v) < 24 {
				continue // well known; encoded; a name
			}
			if p == v || !f.Match(p) || len(p) != len(v) {
				t.Errorf("%s: %q became %q", name, v, p)
				continue
			}
			for i := range len(v) {
				if !composed[name] && class(p[i]) != class(v[i]) {
					t.Errorf("%s: %q became %q: position %d", name, v, p, i)
					break
				}
			}
			if q := ask(r, "resourceId", strings.ToUpper(v)); name == "guid" && !strings.EqualFold(p, q) {
				t.Errorf("%q and its capitals became %q and %q", v, p, q)
			}
			if seen[p] != "" {
				t.Errorf("%q and %q both became %q", v, seen[p], p)
			}
			seen[p] = v
		}
	}
}

// A value is renamed to the same wherever it stands.
func TestEqualityIsKept(t *testing.T) {
	for _, k := range planted.ByForm() {
		if k.Name == "pem" || k.Name == "jwt" || k.Name == "opaque token" || k.Name == "recovery key" {
			continue
		}
		r := newRedactor(t)
		want := ask(r, "id", k.Value)
		for where, i := range planted.Positions(k.Value) {
			switch where {
			case "redirect", "text", "multipart", "error message", "member name":
				continue // a link that gives access, where all is a token; texts that are replaced as wholes
			}
			found := planted.Spellings(r.Interaction(i))
			if !strings.Contains(found, strings.ToLower(want)) && !strings.Contains(found, strings.ToLower(strings.ReplaceAll(want, "'", "''"))) {
				t.Errorf("%s: %s: %q is not there", k.Name, where, want)
			}
		}
	}
}

// unchecked takes the checks out of pseudonyms, so that tests can be read.
func unchecked(s string) string { return checks.ReplaceAllString(s, "$1$2") }

var checks = regexp.MustCompile(`([A-Za-z][ ]?[0-9]+)[- ][ghjkmnpqrtuvwxyz]{4}([^a-z]|$)`)

func TestPeopleAreNumbered(t *testing.T) {
	r := newRedactor(t)
	for _, c := range []struct{ member, value, want string }{
		{"userPrincipalName", "AdeleV@fabrikam.com", "user1@tenant1.example"},
		{"mail", "adelev@Fabrikam.com", "user1@tenant1.example"},
		{"mail", "alex@fabrikam.com", "user2@tenant1.example"},
		{"mail", "alex@fabrikam.onmicrosoft.com", "user3@tenant2.example"}, // whose domain is another
		{"displayName", "Adele Vance", "Name 1"},
		{"displayName", "ALEX WILBER", "Name 2"},
		{"appDisplayName", "Adele Vance", "Name 1"},
		{"description", "Adele Vance", "Name 1"},
		{"displayName", "fabrikam.com", "tenant1.example"},
		{"userType", "Member", "Member"},
		{"displayName", "Member", "name3"},
		{"mobilePhone", "+1 425 555 0109", "+1234102"},
		{"fileName", "Dragonfly plan.docx", "file1.docx"},
		{"subject", "Dragonfly plan.docx", "file1.docx"},
		{"jobTitle", "call 14255550109 now", "Value 1"},
		{"jobTitle", "4512", "2123778"},
		{"securityIdentifier", "S-1-12-1-0-0-0-0", "S-1-12-1-0-0-0-0"},
	} {
		if got := unchecked(ask(r, c.member, c.value)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.member, got, c.want)
		}
	}
}

// The security identifier is that of the object's pseudonym.
func TestSIDFollowsObjectID(t *testing.T) {
	i := interaction("GET", graph+"/groups/a3f6c316-61fc-42d7-8c24-d4ecef6b9c61")
	i.Response.Body = `{"id":"a3f6c316-61fc-42d7-8c24-d4ecef6b9c61","securityIdentifier":"S-1-12-1-2750858006-1121411580-3973325964-1637641199"}`
	r := newRedactor(t)
	var first struct{ ID, SecurityIdentifier string }
	if err := json.Unmarshal([]byte(r.Interaction(i).Response.Body), &first); err != nil {
		t.Fatal(err)
	}
	// Found by its number first, the object gets the same.
	r = newRedactor(t)
	sid := ask(r, "securityIdentifier", "S-1-12-1-2750858006-1121411580-3973325964-1637641199")
	if id := ask(r, "id", "a3f6c316-61fc-42d7-8c24-d4ecef6b9c61"); sid != first.SecurityIdentifier || id != first.ID {
		t.Errorf("got %s and %s, then %s and %s", first.ID, first.SecurityIdentifier, id, sid)
	}
}

// A prefix in a filter is a name of its own; a whole value has its one name there too.
func TestBeginnings(t *testing.T) {
	literal := func(r *redact.Redactor, query string) string {
		redacted := r.Interaction(interaction("GET", graph+"/users?"+query)).Request.URL
		_, rest, _ := strings.Cut(strings.NewReplacer("%27", "'", "%22", `"`, "+", " ", "%20", " ").Replace(redacted), "?")
		return unchecked(rest)
	}
	r := newRedactor(t)
	ask(r, "displayName", "Adele Vance")
	ask(r, "mail", "megan@fabrikam.com")
	for _, c := range [][2]string{
		{"$filter=startswith(displayName,'Ad')", "$filter=startswith(displayName,'name2')"},
		{"$search=%22mail:meg%22&$filter=startswith(mailNickname,%27MEG%27)", `$search="mail:user2"&$filter=startswith(mailNickname,'account1')`},
		{"$filter=displayName%20eq%20'Adele%20Vance'+and+userType+eq+'Member'", "$filter=displayName eq 'Name 1' and userType eq 'Member'"},
		{"$filter=mail eq 'Megan@Fabrikam.com' or endswith(mail,'@fabrikam.com')", "$filter=mail eq 'user1@tenant1.example' or endswith(mail,'@tenant1.example')"},
		{"$filter=identities/any(i:i/issuer eq 'fabrikam.com' and i/issuerAssignedId eq 'adele')", "$filter=identities/any(i:i/issuer eq 'tenant1.example' and i/issuerAssignedId eq 'value1')"},
	} {
		query, want := c[0], c[1]
		got := literal(r, query)
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
}

// Links that give access stay usable: what an answer issues is what is asked for next.
func TestLinksStayUsable(t *testing.T) {
	const upload = "https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337?tempauth=abcDEF123456789&x=1"
	r := newRedactor(t)
	issued := ask(r, "uploadUrl", upload)
	put := interaction("PUT", upload)
	put.Request.Host = "sn3302.up.1drv.com"
	if used := r.Interaction(put).Request.URL; used != issued {
		t.Errorf("issued %q, used %q", issued, used)
	}
	if !strings.HasPrefix(issued, "https://sn3302.up.1drv.com/up/") || !strings.HasSuffix(issued, "&x=1") {
		t.Errorf("no usable link: %q", issued)
	}
	const next = "https://graph.microsoft.com/v1.0/users?$top=5&$skiptoken=X%274453707402000100000017%27"
	nextLink := ask(r, "@odata.nextLink", next)
	if used := r.Interaction(interaction("GET", next)).Request.URL; used != nextLink || used == next {
		t.Errorf("issued %q, used %q", nextLink, used)
	}
}

// Everything else keeps its bytes.
func TestOtherBytesStay(t *testing.T) {
	const body = "{ \"size\" : 1.50e+3,\r\n\t\"userType\":\"M\\u0065mber\" ,\"contentType\":\"text\\/html\",\"id\":\"8ea0e38b-efb3-4757-924a-5f94061cf8c2\",\n \"value\":[true,null , -0]\n}"
	i := interaction("GET", graph+"/me")
	i.Response.Body = body
	got := newRedactor(t).Interaction(i).Response.Body
	at := strings.Index(body, "8ea0")
	if got[:at] != body[:at] || got[at+36:] != body[at+36:] || got == body {
		t.Errorf("got %q", got)
	}
}

func TestClassesThatAreOff(t *testing.T) {
	r, err := redact.New(redact.Rules{Identity: redact.Off, Content: redact.Off}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range planted.ByForm() {
		if k.Name == "pem" || k.Name == "jwt" || k.Name == "opaque token" || k.Name == "recovery key" || k.Name == "sharing id" {
			continue
		}
		if got := ask(r, "displayName", k.Value); got != k.Value {
			t.Errorf("%s: identity is off, and %q became %q", k.Name, k.Value, got)
		}
	}
	if got := ask(r, "password", "x"); got != "REDACTED" {
		t.Errorf("a password became %q", got)
	}
	const monitor = "https://api.onedrive.com/monitor/4a3407b5-88fc-4504-8b21-0aabd3412717"
	if got := ask(r, "location", monitor); got == monitor || len(got) != len(monitor) {
		t.Errorf("identity is off, and a link that gives access became %q", got)
	}
	if got := ask(r, "subject", "Budget"); got != "Budget" {
		t.Errorf("content is off, and a subject became %q", got)
	}
}

// The time that a text takes grows with its length and no faster: four times the text, at
// most nine times the time, where a square would be sixteen.
func TestHostileTexts(t *testing.T) {
	const n = 1 << 19
	for _, part := range []string{
		"@", "a@", "a@b.", "#", "'", "%", "%25", "%41", "\\", "\\u0041", "[", "{\"a\":", "\"", "'(", "eyJ.", "eyJ.a.", "a=", "token=", "-----BEGIN X-----", "A8-",
		"8ea0e38b-efb3-4757-924a-5f94061cf8c2", "{\"name\":\"a.docx\"},", "19:a@thread.v2", "b!", "u!aa", ":/a", "/personal/a_b", "MCMj", "&a=b", ":\"",
	} {
		for _, around := range [][2]string{{"", ""}, {strings.Repeat("a", n) + "=", ""}, {"[{\"a\":\"", "\"}]"}, {"[", "]"}, {"{\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/users?$filter=", "\"}"}} {
			took := func(length int) time.Duration {
				i := interaction("POST", graph+"/me")
				i.Request.Body = around[0] + strings.Repeat(part, length/len(part)) + around[1]
				began := time.Now()
				newRedactor(t).Interaction(i)
				return time.Since(began)
			}
			var short, long time.Duration
			slow := true                              // what grows with the square takes 16 times as long
			for turn := 0; slow && turn < 5; turn++ { // a machine that is busy once is not busy each time
				short, long = took(n/4), took(n)
				slow = long > 9*short && long > time.Second/4
			}
			if slow {
				t.Errorf("%q in %q: %v for a quarter of it, %v for all", part, around[0], short, long)
			}
		}
	}
}
