package record_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// inputs are what a client of a tour brings along: real values, or what a cassette
// stores for them.
var inputs = map[string]string{
	"new": "linnea.storm@contoso.onmicrosoft.com", "name": "Linnea Storm", "nick": "linnea", "colleague": "briony.vale@contoso.onmicrosoft.com",
	"file": "log-book.txt", "seeded": "notes.txt", "data": "data.bin", "copy": "tide-notes.txt", "group": "Pilots", "topic": "Harbour plans", "team": "Keepers", "nobody": "8b081ef6-4792-4def-b2c9-c363a1bf41d5",
}

// touring is how the stand-in behaves for a tour: it throttles, and is slow.
var touring = emulator.Options{
	Seed: 11, Polls: 2, PageSize: 5, Hosts: emulator.RealNames(), NotFoundAfterCreate: 1,
	Throttle: emulator.Throttle{Every: 13, UnavailableEvery: 17, BatchEvery: 3},
	Now:      func() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 123_456_700, time.UTC) },
}

// A guest is one client on a tour of all that the stand-in does.
type guest struct {
	t      testing.TB
	client *http.Client
	in     map[string]string
	seen   []seen
}

// seen is one exchange, as the client saw it.
type seen struct {
	what   string // method and path template, for messages
	status int
	header http.Header
	body   string // decompressed
	raw    string
}

const root = "https://graph.microsoft.com/v1.0"

func tour(t testing.TB, carrier http.RoundTripper, in map[string]string) []seen {
	t.Helper()
	g := &guest{t: t, in: in, client: &http.Client{Transport: carrier, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	g.people()
	g.delta()
	g.crew()
	g.batch()
	g.teamwork()
	g.drive()
	g.media()
	g.etags()
	g.turnedAway()
	return g.seen
}

// send sends "METHOD address", where {x} is the input x, again where it is turned away.
func (g *guest) send(request, body string, headers ...string) seen {
	g.t.Helper()
	for {
		s := g.once(request, body, headers...)
		if s.status != http.StatusTooManyRequests && s.status != http.StatusServiceUnavailable {
			g.seen = append(g.seen, s)
			return s
		}
		headers = append(headers, "Retry-Attempt: 1")
	}
}

func (g *guest) once(request, body string, headers ...string) seen {
	g.t.Helper()
	method, address, _ := strings.Cut(g.fill(request), " ")
	if strings.HasPrefix(address, "/") {
		address = root + address
	}
	resp, raw := testkit.Send(g.t, g.client, method, address, g.fill(body), headers...)
	return seen{what: request, status: resp.StatusCode, header: resp.Header, raw: string(raw), body: plain(g.t, raw)}
}

func plain(t testing.TB, body []byte) string {
	t.Helper()
	if !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		return string(body)
	}
	zip, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fill puts inputs in. The order does not matter: none holds braces.
func (g *guest) fill(text string) string {
	for name, value := range g.in {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// keep makes a value of an answer an input of what follows.
func (g *guest) keep(name, value string) {
	g.t.Helper()
	if value == "" {
		g.t.Fatalf("no %s in the answer to %s: %s", name, g.seen[len(g.seen)-1].what, g.seen[len(g.seen)-1].body)
	}
	g.in = maps.Clone(g.in)
	g.in[name] = value
}

func (s seen) at(names ...string) string {
	var v any
	_ = json.Unmarshal([]byte(s.body), &v)
	for _, name := range names {
		in, _ := v.(map[string]any)
		v = in[name]
	}
	text, _ := v.(string)
	return text
}

func (g *guest) people() {
	created := g.send("POST /users", `{"accountEnabled":true,"displayName":"{name}","mailNickname":"{nick}","userPrincipalName":"{new}","passwordProfile":{"password":"Tide-2026"}}`)
	g.keep("id", created.at("id"))
	g.send("GET /users/{id}", "") // not there yet
	g.send("GET /users/{id}", "")
	g.send("GET /users('{new}')?$select=id,securityIdentifier,displayName", "")
	g.send("PATCH /users/{id}", `{"jobTitle":"Pilot","mobilePhone":"+1 425 555 0177"}`)
	g.send("PUT /users/{id}/manager/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users('{colleague}')"}`)
	g.send("GET /users/{id}/manager?$select=id,userPrincipalName", "", "Accept-Encoding: gzip")
	page := g.send("GET /users?$select=id,displayName,userPrincipalName&$top=5&$count=true", "", "ConsistencyLevel: eventual")
	for next := page.at("@odata.nextLink"); next != ""; next = page.at("@odata.nextLink") {
		page = g.send("GET "+next, "")
	}
	g.send("GET /users/$count", "", "ConsistencyLevel: eventual")
	g.send("GET /users/{nobody}", "")
	g.send("PATCH /users/{colleague}", zipped(`{"jobTitle":"Clerk"}`), "Content-Encoding: gzip")
}

func zipped(text string) string {
	var b strings.Builder
	zip := gzip.NewWriter(&b)
	io.WriteString(zip, text)
	zip.Close()
	return b.String()
}

func (g *guest) delta() {
	page := g.send("GET /users/delta?$select=displayName", "", "Prefer: odata.maxpagesize=7")
	for next := page.at("@odata.nextLink"); next != ""; next = page.at("@odata.nextLink") {
		page = g.send("GET "+next, "", "Prefer: odata.maxpagesize=7")
	}
	g.keep("changes", page.at("@odata.deltaLink"))
	g.send("DELETE /users/{id}", "")
	g.send("GET {changes}", "")
}

func (g *guest) crew() {
	made := g.send("POST /groups", `{"displayName":"{group}","mailNickname":"pilots","mailEnabled":false,"securityEnabled":true}`)
	g.keep("crew", made.at("id"))
	g.keep("member", g.send("GET /users/{colleague}?$select=id", "").at("id"))
	g.send("POST /groups/{crew}/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/{member}"}`)
	g.send("POST /users/{member}/checkMemberGroups", `{"groupIds":["{crew}"]}`)
	g.send("DELETE /groups/{crew}/members/{member}/$ref", "")
	g.send("DELETE /groups/{crew}", "")
}

func (g *guest) batch() {
	g.send("POST /$batch", `{"requests":[
		{"id":"1","method":"GET","url":"/users/{colleague}?$select=id"},
		{"id":"2","method":"GET","url":"/me","headers":{"ConsistencyLevel":"eventual"}},
		{"id":"3","method":"GET","url":"/me/photo/$value"},
		{"id":"4","method":"GET","url":"/users/00000000-0000-0000-0000-000000000000"},
		{"id":"5","method":"GET","url":"/me","dependsOn":["4"]},
		{"id":"6","method":"GET","url":"/me?$select=id"}]}`)
}

func (g *guest) teamwork() {
	chat := g.send("POST https://graph.microsoft.com/beta/chats", `{"chatType":"group","topic":"{topic}","members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/beta/users('{colleague}')"}],"installedApps":[{"teamsApp@odata.bind":"https://graph.microsoft.com/beta/appCatalogs/teamsApps('12345678-0000-4000-8000-1234567890ab')"}]}`)
	done := g.poll("https://graph.microsoft.com/beta" + chat.header.Get("Location"))
	g.keep("chat", done.at("targetResourceId"))
	g.send("GET /chats/{chat}", "") // not there yet
	g.send("GET /chats/{chat}", "")
	g.send("GET /chats('{chat}')/members", "")
	team := g.send("POST /teams", `{"displayName":"{team}"}`)
	g.keep("crew", g.poll(root+team.header.Get("Location")).at("targetResourceId"))
	archive := g.send("POST /teams/{crew}/archive", "")
	g.poll(root + archive.header.Get("Location"))
	again := g.send("POST /teams/{crew}/archive", "")
	g.poll(root + again.header.Get("Location")) // fails
}

func (g *guest) poll(operation string) seen {
	g.t.Helper()
	for range 10 {
		s := g.send("GET "+operation, "")
		if status := s.at("status"); slices.Contains([]string{"succeeded", "failed", "completed"}, status) {
			return s
		}
	}
	g.t.Fatal("the operation does not end")
	return seen{}
}

func (g *guest) drive() {
	session := g.send("POST /me/drive/root:/{file}:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail","name":"{file}"}}`)
	g.keep("upload", session.at("uploadUrl"))
	g.send("PUT {upload}", "Day one: calm sea.", "Content-Range: bytes 0-17/36", "Content-Type: application/octet-stream")
	g.send("PUT {upload}", "Day one: calm sea.", "Content-Range: bytes 0-17/36", "Content-Type: application/octet-stream") // 416
	g.send("GET {upload}", "")
	made := g.send("PUT {upload}", "Day two: big gale!", "Content-Range: bytes 18-35/36", "Content-Type: application/octet-stream")
	g.keep("item", made.at("id"))
	g.keep("download", g.send("GET /me/drive/items/{item}/content", "").header.Get("Location"))
	g.send("GET {download}", "")
	g.send("GET {download}", "", "Range: bytes=4-8")
	g.send("GET /me/drive/root:/{seeded}", "")
	g.keep("binary", g.send("GET /me/drive/root:/{data}:/content", "").header.Get("Location"))
	g.send("GET {binary}", "")
	copied := g.send("POST /me/drive/root:/{seeded}:/copy", `{"name":"{copy}"}`)
	g.poll(copied.header.Get("Location"))
	g.send("GET /me/drive/root/children?$select=name", "")
}

func (g *guest) media() {
	g.send("PUT /me/photo/$value", "\xff\xd8\xff\xe0 a picture", "Content-Type: image/jpeg")
	g.send("GET /me/photo/$value", "")
	g.keep("report", g.send("GET /reports/getOffice365ActiveUserDetail(period='D7')", "").header.Get("Location"))
	g.send("GET {report}", "")
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="Presentation"`}, "Content-Type": {"text/html"}})
	io.WriteString(part, "<html><title>Tides</title></html>")
	part, _ = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="chart"; filename="chart.png"`}, "Content-Type": {"image/png"}})
	io.WriteString(part, "\x89PNG\r\n\x1a\n chart")
	w.Close()
	page := g.send("POST /me/onenote/pages", form.String(), "Content-Type: "+w.FormDataContentType())
	g.send("GET "+page.at("contentUrl"), "")
}

func (g *guest) etags() {
	task := g.send("POST /planner/tasks", `{"planId":"xqQg5FS2LkCp935s-FIFm2QAFkHM","title":"Paint the buoy"}`)
	g.keep("task", task.at("id"))
	g.keep("etag", task.at("@odata.etag"))
	g.send("GET /planner/tasks/{task}", "", "If-None-Match: "+g.in["etag"])
	g.send("PATCH /planner/tasks/{task}", `{"percentComplete":50}`)
	g.send("PATCH /planner/tasks/{task}", `{"percentComplete":50}`, "If-Match: "+g.in["etag"], "Prefer: return=representation")
	g.send("PATCH /planner/tasks/{task}", `{"percentComplete":90}`, "If-Match: "+g.in["etag"])
}

// turnedAway ends the tour with a refusal that is not tried again.
func (g *guest) turnedAway() {
	for range 20 {
		s := g.once("GET /me?$select=id", "")
		g.seen = append(g.seen, s)
		if s.status != http.StatusOK {
			return
		}
	}
	g.t.Fatal("nobody was turned away")
}
