package redact_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/planted"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

func TestGuardRefusesSecrets(t *testing.T) {
	i := interaction("POST", graph+"/users")
	i.Request.Body = `{"passwordProfile":{"password":"hunter2hunter2"}}`
	i.Response.Headers.Set("Set-Cookie", "hunter2hunter2")
	err := newRedactor(t).Guard()(&cassette.Cassette{Interactions: []*cassette.Interaction{i}})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "interaction 0: request.body $['passwordProfile']['password']: secret.password (14 bytes); interaction 0: response.headers.Set-Cookie: secret.cookie") {
		t.Errorf("the guard says %v", err)
	}
	if fault.Hint(err) == "" {
		t.Error("the error has no hint")
	}
}

func TestRandomValuesAreAdvice(t *testing.T) {
	i := interaction("GET", graph+"/me")
	i.Response.Body = `{"jobTitle":"q8Zr2L!mN0pV!t7YwKc!5Jd3HsG!f1Bx9","createdDateTime":"2022-05-07T06:53:16.5922778Z","department":"ordinaryWordsOfSomeLength"}`
	rules := redact.Rules{Identity: redact.Off, Content: redact.Off}
	leaks, _ := redact.Leaks(&cassette.Cassette{Interactions: []*cassette.Interaction{i}}, rules)
	if len(leaks) != 1 || leaks[0].Rule != redact.RandomValue || leaks[0].Path != "$['jobTitle']" {
		t.Errorf("%v", leaks)
	}
}

// Docs have invented people: only their secrets are looked for.
func TestDocsHaveSecretsOnly(t *testing.T) {
	i := interaction("GET", graph+"/users/adele@fabrikam.com")
	i.Response.Body = `{"displayName":"Adele","secretText":"abc"}`
	c := &cassette.Cassette{Meta: cassette.Meta{Origin: cassette.Docs}, Interactions: []*cassette.Interaction{i}}
	leaks, _ := redact.Leaks(c, redact.Rules{})
	if len(leaks) != 1 || leaks[0].Rule != "secret.password" {
		t.Errorf("%v", leaks)
	}
}

func TestManyClients(t *testing.T) {
	r := newRedactor(t)
	i := page(4 << 10)
	want := r.Interaction(i).Response.Body
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			own := interaction("GET", graph+"/me")
			own.Response.Body = fmt.Sprintf(`{"mail":"u%d@fabrikam.com","displayName":"Someone %d"}`, n, n)
			r.Interaction(own)
			if got := r.Interaction(i).Response.Body; got != want {
				t.Error("a value got two pseudonyms")
			}
			_ = r.Summary()
		})
	}
	wg.Wait()
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		rules redact.Rules
		want  string
	}{
		{redact.Rules{}, ""},
		{redact.Rules{Identity: redact.Off, Content: redact.On, Disable: []string{"identity.guid"}, Keep: []string{"contoso.com"}}, ""},
		{redact.Rules{Disable: []string{"identity.guids"}}, "no rule"},
		{redact.Rules{Disable: []string{"secret.jwt"}}, "secrets are always redacted"},
		{redact.Rules{Keep: []string{"a"}}, "too short"},
	} {
		err := c.rules.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.rules, err, c.want)
		}
	}
	a := redact.Rules{Keep: []string{"X.com", "y.com"}, Content: redact.On}
	b := redact.Rules{Keep: []string{"y.com", "x.com"}}
	if a.Digest() != b.Digest() || a.Digest() == (redact.Rules{}).Digest() || len(a.Digest()) != 12 {
		t.Errorf("digests %s, %s", a.Digest(), b.Digest())
	}
}

func TestDisabledRulesAndKeptValues(t *testing.T) {
	r, err := redact.New(redact.Rules{Disable: []string{"identity.guid", "content.text"}, Keep: []string{"Adele Vance", "ADELE@fabrikam.com"}}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	for member, value := range map[string]string{"id": object, "subject": "Budget", "displayName": "Adele Vance", "mail": "adele@fabrikam.com"} {
		if got := ask(r, member, value); got != value {
			t.Errorf("%s became %q", member, got)
		}
	}
	if got := unchecked(ask(r, "displayName", "Alex")); got != "name1" {
		t.Errorf("got %q", got)
	}
}

func TestLengthsDescribeTheStoredText(t *testing.T) {
	i := interaction("POST", graph+"/users")
	i.Request.Body = `{"mail":"somebody.with.a.long.name@fabrikam.com"}`
	i.Request.ContentLength = int64(len(i.Request.Body))
	i.Response.ContentLength = -1
	i.Request.Headers.Set("Content-Length", strconv.Itoa(len(i.Request.Body)))
	got := newRedactor(t).Interaction(i)
	if h := got.Request.Headers.Get("Content-Length"); h != strconv.Itoa(len(got.Request.Body)) || i.Request.Headers.Get("Content-Length") == h {
		t.Errorf("Content-Length %s", h)
	}
	if got.Request.ContentLength != int64(len(got.Request.Body)) || got.Response.ContentLength != -1 {
		t.Errorf("lengths %d and %d", got.Request.ContentLength, got.Response.ContentLength)
	}
}

func TestFilesAndPhotos(t *testing.T) {
	photo := interaction("GET", graph+"/me/photo/$value")
	photo.Response.Headers.Set("Content-Type", "image/jpeg")
	photo.Response.Body = "\xff\xd8\xff\xe0somebody's face\x00"
	got := newRedactor(t).Interaction(photo).Response.Body
	if len(got) != len(photo.Response.Body) || strings.Contains(got, "face") {
		t.Errorf("a photo became %q", got)
	}
	put := interaction("PUT", graph+"/me/drive/root:/Plans/Dragonfly%20plan.docx:/content")
	put.Request.Headers.Set("Content-Type", "text/plain")
	put.Request.Body = "Dragonfly costs 7 million"
	put.Response.Body = `{"id":"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK","name":"Dragonfly plan.docx","file":{},"parentReference":{"path":"/drive/root:/Plans"}}`
	r := newRedactor(t)
	done := r.Interaction(put)
	text := planted.Spellings(done)
	if strings.Contains(text, "dragonfly") || strings.Contains(text, "plans") || len(done.Request.Body) != len(put.Request.Body) {
		t.Errorf("a file survives: %s", done.Request.URL+done.Response.Body)
	}
	var item struct{ Name string }
	if err := json.Unmarshal([]byte(done.Response.Body), &item); err != nil || !strings.Contains(done.Request.URL, "/"+item.Name+":/content") {
		t.Errorf("the name %q is not that in %s", item.Name, done.Request.URL)
	}
}

// What is uploaded is a file, whatever its type says: curl --data-binary calls all a form.
func TestFilesOfAnyType(t *testing.T) {
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "Dragonfly costs 7 million&password=x, says adele@fabrikam.com",
		"text/csv":                          "project,cost\nDragonfly,7 million\n",
		"application/json":                  `{"Dragonfly": "7 million"}`,
		"":                                  "\xff\xfe&code=Dragonfly&pwd=7 million",
	} {
		put := interaction("PUT", graph+"/me/drive/root:/plan:/content")
		put.Request.Headers.Set("Content-Type", kind)
		put.Request.Body = body
		done := newRedactor(t).Interaction(put).Request.Body
		if strings.Contains(done, "Dragonfly") || len(done) != len(body) {
			t.Errorf("%s became %q", kind, done)
		}
	}
}

// Filler is filled no more.
func TestFilesAreRedactedOnce(t *testing.T) {
	for _, body := range []string{"%PDF-1.7\n\xff\xfea plan", "PK\x03\x04\x14\x00\xffa plan"} {
		download := interaction("GET", graph+"/me/drive/items/01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK/content")
		download.Response.Headers.Set("Content-Type", "application/octet-stream")
		download.Response.Body = body
		once := newRedactor(t).Interaction(download)
		if got := once.Response.Body; len(got) != len(body) || !strings.HasPrefix("what a file held is not recorded ", got) {
			t.Errorf("%q became %q", body, got)
		}
		if twice := newRedactor(t).Interaction(once); twice.Response.Body != once.Response.Body {
			t.Errorf("%q became %q", once.Response.Body, twice.Response.Body)
		}
	}
}

// A leak in a file is told with its line; Save refuses and leaves no file.
func TestLeaksOfAFile(t *testing.T) {
	i := interaction("POST", graph+"/users")
	i.Response.Body = `{"id":"1","passwordProfile":{"forceChangePasswordNextSignIn":true,"password":"hunter2hunter2"},"size":1}`
	c := &cassette.Cassette{Meta: cassette.Meta{Origin: cassette.Emulator}, Interactions: []*cassette.Interaction{i}}
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := c.Save(file, newRedactor(t).Guard()); err == nil {
		t.Error("a secret was saved")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a file")
	}
	if err := c.Save(file, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	leaks, err := redact.Leaks(loaded, redact.Rules{})
	if err != nil || len(leaks) != 1 {
		t.Fatalf("%v %v", leaks, err)
	}
	text, _ := os.ReadFile(file)
	if line := strings.Split(string(text), "\n")[leaks[0].Line-1]; !strings.Contains(line, "hunter2") {
		t.Errorf("line %d is %q", leaks[0].Line, line)
	}
}

func TestReportsAreTables(t *testing.T) {
	i := interaction("GET", "https://reports.office.com/data/download/JDFKdf2_eJXKS034dbc7e0t__XDe")
	i.Request.Host = "reports.office.com"
	i.Response.Headers.Set("Content-Type", "application/octet-stream")
	i.Response.Body = "\ufeffReport Refresh Date,User Principal Name,Display Name,Send Count\r\n2026-01-01,adele@fabrikam.com,\"Adele Vance\",7\r\n"
	r := newRedactor(t)
	want := "\ufeffReport Refresh Date,User Principal Name,Display Name,Send Count\r\n2026-01-01,user1@tenant1.example,\"Name 1\",7\r\n"
	if got := unchecked(r.Interaction(i).Response.Body); got != want {
		t.Errorf("got %q", got)
	}
	if got := r.Interaction(i).Request.URL; strings.Contains(got, "034dbc7") {
		t.Errorf("got %q", got)
	}
}

// A sign-in request and its answer.
func TestSignIn(t *testing.T) {
	for _, host := range []string{"login.microsoftonline.com", "login-us.microsoftonline.com", "sts.windows.net", "login.usgovcloudapi.net", "login.live.com"} {
		testSignIn(t, host)
	}
}

func testSignIn(t *testing.T, host string) {
	i := interaction("POST", "https://"+host+"/"+tenant+"/oauth2/v2.0/token")
	i.Request.Host = host
	i.Request.Headers.Set("Content-Type", "application/x-www-form-urlencoded")
	i.Request.Body = "grant_type=password&code=0.AXEA%26x&username=adele%40fabrikam.com&password=a%26b%3Dc+d&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
	i.Response.Body = `{"token_type":"Bearer","expires_in":3599,"access_token":"` + jwt + `","refresh_token":"0.AXEAsecret","error":{"code":"invalid_grant"}}`
	got := newRedactor(t).Interaction(i)
	if want := "grant_type=password&code=REDACTED&username=user1%40tenant1.example&password=REDACTED&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"; unchecked(got.Request.Body) != want {
		t.Errorf("%s: got %s", host, got.Request.Body)
	}
	if strings.Contains(got.Request.URL, tenant) || !strings.Contains(got.Response.Body, `"refresh_token":"REDACTED","error":{"code":"invalid_grant"}`) {
		t.Errorf("%s: got %s %s", host, got.Request.URL, got.Response.Body)
	}
}
