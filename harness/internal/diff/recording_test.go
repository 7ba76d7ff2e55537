package diff_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

const graph = "https://graph.microsoft.com"

// A visit is a client that is being recorded at a stand-in service.
type visit struct {
	t     *testing.T
	e     *emulator.Emulator
	token string
	http  *http.Client
}

// record runs a client against a stand-in, and returns what was recorded.
func record(t *testing.T, o emulator.Options, client func(*visit)) *cassette.Cassette {
	t.Helper()
	o.Hosts = emulator.RealNames()
	if o.Now == nil {
		now := time.Date(2026, 1, 15, 9, 0, 0, 123_456_700, time.UTC).Add(time.Duration(o.Seed) * 1_234_567 * time.Millisecond)
		o.Now = func() time.Time { return now }
	}
	e, err := emulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	file := filepath.Join(t.TempDir(), "recording.yaml")
	j, err := journal.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	recorder := transport.NewRecorder(j, transport.RecorderOptions{Base: e.Transport(nil)})
	client(&visit{t: t, e: e, token: e.UserToken(), http: &http.Client{
		Transport:     recorder,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}})
	if _, err := recorder.Save(file, cassette.Meta{Origin: cassette.Emulator}, journal.Saving{}); err != nil {
		t.Fatal(err)
	}
	recording, err := cassette.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return recording
}

type reply struct {
	status int
	header http.Header
	body   map[string]any
}

func (r reply) text(name string) string {
	s, _ := r.body[name].(string)
	return s
}

// send sends "METHOD address"; an address without a host is Graph's.
func (v *visit) send(request, body string, headers ...string) reply {
	v.t.Helper()
	method, address, _ := strings.Cut(request, " ")
	own := strings.HasPrefix(address, "/")
	if own {
		address = graph + address
	}
	if own || strings.HasPrefix(address, graph) {
		headers = append([]string{"Authorization: Bearer " + v.token}, headers...)
	}
	resp, text := testkit.Send(v.t, v.http, method, address, body, headers...)
	r := reply{status: resp.StatusCode, header: resp.Header}
	_ = json.Unmarshal(text, &r.body) // not every body is JSON
	return r
}

// until sends a read again until it is answered so.
func (v *visit) until(request string, done func(reply) bool) reply {
	v.t.Helper()
	for range 50 {
		if r := v.send(request, ""); done(r) {
			return r
		}
	}
	v.t.Fatalf("%s: not done after 50 requests", request)
	return reply{}
}

func found(r reply) bool { return r.status == http.StatusOK }

func ended(r reply) bool { return r.text("status") == "succeeded" || r.text("status") == "failed" }

// tour asks the stand-in for all that it knows which drift is about.
func tour(v *visit) {
	me := v.send("GET /v1.0/me", "").text("id")
	for next := "/v1.0/users?$top=4&$select=id,displayName,userPrincipalName,userType"; next != ""; {
		r := v.send("GET "+next, "")
		next = r.text("@odata.nextLink")
	}
	v.send("GET /v1.0/users?$filter=startswith(displayName,'O')", "")

	user := v.send("POST /v1.0/users", `{"displayName":"Drift","userPrincipalName":"drift@contoso.onmicrosoft.com","mailNickname":"drift","accountEnabled":true}`).text("id")
	v.until("GET /v1.0/users/"+user, found)
	v.send("PATCH /v1.0/users/"+user, `{"jobTitle":"Pilot"}`)
	v.send("GET /v1.0/users/"+user, "")
	v.send("GET /v1.0/users/"+user+"/manager", "")

	group := v.send("POST /v1.0/groups", `{"displayName":"Crew","mailNickname":"crew","mailEnabled":false,"securityEnabled":true}`).text("id")
	v.until("GET /v1.0/groups/"+group, found)
	v.send("POST /v1.0/groups/"+group+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+me+`"}`)
	v.send("GET /v1.0/groups/"+group+"/members", "")
	v.send("GET /v1.0/groups", "")

	chat := v.send("POST /beta/chats", `{"chatType":"group","topic":"Drift","members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/beta/users('`+me+`')"},{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/beta/users('briony.vale@contoso.onmicrosoft.com')"}]}`)
	if location := chat.header.Get("Location"); location != "" {
		v.until("GET /beta"+location, ended)
	}
	v.send("GET /v1.0/me/chats", "")
	team := v.send("POST /v1.0/teams", `{"template@odata.bind":"https://graph.microsoft.com/v1.0/teamsTemplates('standard')","displayName":"Drifters","description":"x"}`)
	if location := team.header.Get("Location"); location != "" {
		v.until("GET /v1.0"+location, ended)
	}

	v.send("GET /v1.0/me/drive", "")
	v.send("GET /v1.0/me/drive/root/children", "")
	item := v.send("GET /v1.0/me/drive/root:/notes.txt", "")
	v.send("GET "+v.send("GET /v1.0/me/drive/items/"+item.text("id")+"/content", "").header.Get("Location"), "")
	session := v.send("POST /v1.0/me/drive/root:/big.bin:/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`)
	v.send("PUT "+session.text("uploadUrl"), "0123456789", "Content-Range: bytes 0-9/20", "Content-Type: application/octet-stream")
	v.send("PUT "+session.text("uploadUrl"), "0123456789", "Content-Range: bytes 10-19/20", "Content-Type: application/octet-stream")

	for next := "/v1.0/users/delta?$select=id,displayName"; next != ""; {
		r := v.send("GET "+next, "")
		if next = r.text("@odata.nextLink"); next == "" {
			v.send("GET "+r.text("@odata.deltaLink"), "")
		}
	}
	v.send("POST /v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"GET","url":"/users/nobody@contoso.onmicrosoft.com"},{"id":"3","method":"GET","url":"/groups/`+group+`"}]}`)
	v.send("DELETE /v1.0/users/"+user, "")
	v.send("GET /v1.0/users/"+user, "")
	v.send("DELETE /v1.0/groups/"+group, "")
}

func show(recording *cassette.Cassette) string {
	var b strings.Builder
	for _, i := range recording.Interactions {
		fmt.Fprintf(&b, "%s %s %d\n", i.Request.Method, i.Request.URL, i.Response.Code)
	}
	return b.String()
}
