package emulator_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

func regexpFull(pattern string) *regexp.Regexp { return regexp.MustCompile("^(?:" + pattern + ")$") }

const guid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`

func TestHeaders(t *testing.T) {
	c := start(t, emulator.Options{})
	r := c.want(200, "GET /v1.0/me", "", "client-request-id: 11111111-2222-4333-8444-555555555555")
	matches(t, "request-id", r.Header.Get("request-id"), guid)
	equal(t, "client-request-id", r.Header.Get("client-request-id"), "11111111-2222-4333-8444-555555555555")
	equal(t, "date", r.Header.Get("date"), "Thu, 15 Jan 2026 09:00:00 GMT")
	equal(t, "odata-version", r.Header.Get("odata-version"), "4.0")
	equal(t, "content-type", r.Header.Get("content-type"), "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	matches(t, "x-ms-ags-diagnostic", r.Header.Get("x-ms-ags-diagnostic"), `\{"ServerInfo":\{"DataCenter":.*"RoleInstance":"\w+"\}\}`)

	r = c.fails(404, "Request_ResourceNotFound", "GET /v1.0/users/nobody@contoso.example", "")
	equal(t, "an error's content-type", r.Header.Get("content-type"), "application/json")
	equal(t, "an error's odata-version", r.Header.Get("odata-version"), "")
	equal(t, "innerError.request-id", r.text("error.innerError.request-id"), r.Header.Get("request-id"))
	equal(t, "innerError.client-request-id", r.text("error.innerError.client-request-id"), r.Header.Get("request-id"))
	equal(t, "innerError.date", r.text("error.innerError.date"), "2026-01-15T09:00:00")
}

func TestTokens(t *testing.T) {
	now := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	c := start(t, emulator.Options{Now: func() time.Time { return now }})
	r := c.as("").fails(401, "InvalidAuthenticationToken", "GET /v1.0/me", "")
	matches(t, "www-authenticate", r.Header.Get("www-authenticate"), `Bearer realm="", authorization_uri=".*", client_id=".*"`)
	for _, wrong := range []string{"x", "a.b.c", c.token + "A", c.token[:len(c.token)-4] + "AAAA"} {
		c.as(wrong).fails(401, "InvalidAuthenticationToken", "GET /v1.0/me", "")
	}
	c.as(c.e.UserToken("User.Read")).want(200, "GET /v1.0/me", "")
	c.as(c.e.UserToken("User.Read")).fails(403, "Authorization_RequestDenied", "GET /v1.0/users", "")
	c.as(c.e.AppToken("User.Read.All")).want(200, "GET /v1.0/users", "")
	c.as(c.e.AppToken("User.Read.All")).fails(403, "Authorization_RequestDenied", "DELETE /v1.0/users/alder.finch@contoso.onmicrosoft.com", "")
	c.as(c.e.AppToken()).fails(400, "BadRequest", "GET /v1.0/me", "")
	other := start(t, emulator.Options{Seed: 99})
	c.as(other.token).fails(401, "InvalidAuthenticationToken", "GET /v1.0/me", "")
	now = now.Add(2 * time.Hour)
	c.fails(401, "InvalidAuthenticationToken", "GET /v1.0/me", "")
}

func TestUnknownRequests(t *testing.T) {
	c := start(t, emulator.Options{})
	c.fails(400, "BadRequest", "GET /v1.0/nothing", "")
	c.fails(400, "BadRequest", "GET /v2.0/me", "")
	c.fails(400, "BadRequest", "GET /", "")
	c.fails(405, "Request_BadRequest", "PUT /v1.0/users", "{}")
	c.fails(400, "BadRequest", "POST /v1.0/users", "{")
}

func TestEverySeedAndEveryRun(t *testing.T) {
	run := func(seed uint64) string {
		c := start(t, emulator.Options{Seed: seed, Hosts: emulator.RealNames()})
		made := c.want(201, "POST /v1.0/users", `{"displayName":"N","userPrincipalName":"n@contoso.onmicrosoft.com"}`)
		return made.Body + made.Header.Get("request-id") + c.want(200, "GET /v1.0/users", "").Body + c.e.Tenant() + c.token
	}
	one, again, two := run(1), run(1), run(2)
	equal(t, "a second run with one seed", again, one)
	ids := regexp.MustCompile(guid)
	for _, id := range ids.FindAllString(one, -1) {
		if strings.Contains(two, id) {
			t.Errorf("id %s is the same for another seed", id)
		}
	}
	if got, want := ids.ReplaceAllString(two[:200], "G"), ids.ReplaceAllString(one[:200], "G"); got != want {
		t.Errorf("shape depends on the seed: %s and %s", got, want)
	}
}

func TestIDsDoNotDependOnConcurrency(t *testing.T) {
	ids := func(workers int) []string {
		c := start(t, emulator.Options{})
		found := make([]string, 16)
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				for i := w; i < len(found); i += workers {
					body := fmt.Sprintf(`{"displayName":"N","userPrincipalName":"n%d@contoso.onmicrosoft.com"}`, i)
					found[i] = c.send("POST /v1.0/users", body).text("id")
				}
			})
		}
		wait.Wait()
		return found
	}
	if one, eight := ids(1), ids(8); !slices.Equal(one, eight) {
		t.Errorf("ids made by eight clients differ:\n%v\n%v", one, eight)
	}
}

func TestGzipAndChunks(t *testing.T) {
	c := start(t, emulator.Options{})
	plain := c.want(200, "GET /v1.0/users", "")
	equal(t, "content-length of a stream", plain.Header.Get("content-length"), "")
	zipped := c.want(200, "GET /v1.0/users", "", "Accept-Encoding: br, gzip;q=1")
	equal(t, "content-encoding", zipped.Header.Get("content-encoding"), "gzip")
	equal(t, "vary", zipped.Header.Get("vary"), "Accept-Encoding")
	r, err := gzip.NewReader(strings.NewReader(zipped.Body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r); err != nil || string(body) != plain.Body {
		t.Errorf("gunzipped: %v %s", err, body)
	}
	equal(t, "encoding of a picture", c.want(200, "GET /v1.0/me/photo/$value", "", "Accept-Encoding: gzip").Header.Get("content-encoding"), "")
}

func TestGzipRequests(t *testing.T) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	io.WriteString(zip, `{"jobTitle":"Pilot"}`)
	zip.Close()
	c := start(t, emulator.Options{})
	c.want(204, "PATCH /v1.0/me", b.String(), "Content-Encoding: gzip")
	equal(t, "jobTitle", c.want(200, "GET /v1.0/me", "").text("jobTitle"), "Pilot")
	c.want(204, "PATCH /v1.0/me", `{"jobTitle":"Smith"}`, "Content-Encoding: gzip") // mislabelled
	c.want(400, "PATCH /v1.0/me", b.String()[:20], "Content-Encoding: gzip")
	c = start(t, emulator.Options{RejectGzip: true})
	c.want(415, "PATCH /v1.0/me", b.String(), "Content-Encoding: gzip")
	c.want(204, "PATCH /v1.0/me", `{"jobTitle":"Smith"}`)
}

func TestThrottling(t *testing.T) {
	c := start(t, emulator.Options{Throttle: emulator.Throttle{Every: 2, UnavailableEvery: 3, RetryAfter: "7"}})
	var got []int
	for range 6 {
		got = append(got, c.send("GET /v1.0/me", "").Status)
		c.want(204, "PATCH /v1.0/me", `{"jobTitle":"Pilot"}`)
	}
	if want := []int{200, 429, 503, 429, 200, 429}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	c.want(200, "GET /v1.0/me", "")
	c.want(200, "GET /v1.0/me", "", "Retry-Attempt: 1")
	r := c.fails(429, "TooManyRequests", "GET /v1.0/me", "")
	equal(t, "retry-after", r.Header.Get("retry-after"), "7")
	equal(t, "innerError.code", r.text("error.innerError.code"), "429")

	c = start(t, emulator.Options{Throttle: emulator.Throttle{Every: 1, Writes: true}})
	equal(t, "retry-after of a write", c.want(429, "PATCH /v1.0/me", "{}").Header.Get("retry-after"), "1")
}

func TestHosts(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames()})
	r := c.want(200, "GET https://graph.microsoft.com/v1.0/users?$top=1", "", "Authorization: Bearer "+c.token)
	matches(t, "@odata.context", r.at("@odata.context"), `https://graph\.microsoft\.com/v1\.0/\$metadata#users`)
	r = c.want(200, "GET "+r.at("@odata.nextLink"), "", "Authorization: Bearer "+c.token)
	equal(t, "page 2", r.value("value.#").(int), 1)
	c.want(200, "GET https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration", "")
	c.want(404, "GET https://contoso-my.sharepoint.com/nothing", "")
	if _, err := c.http.Get("https://elsewhere.example/"); err == nil {
		t.Error("another host was reached")
	}
	if c.e.FilesURL() == c.e.GraphURL() || c.e.LoginURL() == c.e.GraphURL() {
		t.Error("hosts share a listener")
	}
}

func TestHandlerTellsHostsApart(t *testing.T) {
	c := start(t, emulator.Options{Hosts: emulator.RealNames()})
	for host, want := range map[string]int{
		"graph.microsoft.com": 401, "contoso-my.sharepoint.com": 404, "login.microsoftonline.com": 404, "elsewhere.example": 421,
	} {
		w := httptest.NewRecorder()
		c.e.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://"+host+"/v1.0/me", nil))
		equal(t, "status of "+host, w.Code, want)
	}
}

func TestAlter(t *testing.T) {
	c := start(t, emulator.Options{Alter: func(r *http.Request, a *emulator.Answer) {
		if strings.HasSuffix(r.URL.Path, "/me") {
			a.Status = 418
			a.Body = bytes.ReplaceAll(a.Body, []byte("jobTitle"), []byte("jobtitle"))
		}
	}})
	if r := c.want(418, "GET /v1.0/me", ""); !strings.Contains(r.Body, "jobtitle") {
		t.Errorf("body %s", r.Body)
	}
}

func TestManyClients(t *testing.T) {
	c := start(t, emulator.Options{})
	requests := []string{
		"GET /v1.0/users", "GET /v1.0/users/delta", "GET /v1.0/me/chats", "GET /v1.0/me/drive/root:/notes.txt", "POST /v1.0/teams",
		"PATCH /v1.0/me", "PUT /v1.0/me/drive/root:/a.txt:/content", "GET /v1.0/me/drive/root:/a.txt:/content", "GET /v1.0/me/photo/$value",
	}
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			for j := range 2 * len(requests) {
				request, body := requests[(i+j)%len(requests)], ""
				if !strings.HasPrefix(request, "GET") {
					body = `{"displayName":"T"}`
				}
				if r := c.send(request, body); r.Status >= 500 {
					t.Errorf("%s: %d %s", request, r.Status, r.Body)
				}
			}
		})
	}
	wait.Wait()
}
