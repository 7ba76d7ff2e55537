package emulator_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

func newChat(c *client, app string) (reply, string) {
	body := `{"chatType":"group","topic":"Plans","members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],` +
		`"user@odata.bind":"https://graph.microsoft.com/beta/users('alder.finch@contoso.onmicrosoft.com')"}]`
	if app != "" {
		body += `,"installedApps":[{"teamsApp@odata.bind":"https://graph.microsoft.com/beta/appCatalogs/teamsApps('` + app + `')"}]`
	}
	r := c.send("POST /beta/chats", body+"}")
	return r, r.Header.Get("location")
}

func TestChatOperation(t *testing.T) {
	c := start(t, emulator.Options{NotFoundAfterCreate: 1})
	r, location := newChat(c, "05F59CEC-A742-4A50-A62E-202A57E478A4")
	equal(t, "status", r.Status, 202)
	equal(t, "body and length", r.Body+r.Header.Get("content-length"), "0")
	matches(t, "location", location, `/chats\('19:[0-9a-f]{32}@thread\.v2'\)/operations\('`+guid+`-`+guid+`-`+guid+`'\)`)
	var states []string
	for range 4 {
		r = c.want(200, "GET /beta"+location, "")
		states = append(states, r.text("status"))
	}
	equal(t, "states", strings.Join(states, " "), "notStarted inProgress succeeded succeeded")
	equal(t, "targetResourceLocation", r.text("targetResourceLocation"), r.Header.Get("x")+location[:strings.Index(location, "/operations")])
	equal(t, "values", r.text("values"), `{"appIds":["05F59CEC-A742-4A50-A62E-202A57E478A4"]}`)
	matches(t, "context", r.at("@odata.context"), `.*#chats\('19%3A[0-9a-f]{32}%40thread\.v2'\)/operations/\$entity`)
	c.fails(400, "BadRequest", "GET /v1.0"+location, "")
	chat := "/v1.0/chats/" + r.text("targetResourceId")
	c.fails(404, "NotFound", "GET "+chat, "")
	equal(t, "topic", c.want(200, "GET "+chat, "").text("topic"), "Plans")
	equal(t, "members", c.want(200, "GET "+chat+"/members", "").value("value.#").(int), 1)
	one := c.want(201, "POST "+chat+"/messages", `{"body":{"content":"Ahoy"}}`)
	two := c.want(201, "POST "+chat+"/messages", `{"body":{"content":"Again"}}`)
	matches(t, "message ids", one.text("id")+two.text("etag"), `\d{13}\d{13}`)
	equal(t, "newest", c.want(200, "GET "+chat+"/messages", "").text("value.0.id"), two.text("id"))
	equal(t, "chats of me", c.want(200, "GET /v1.0/me/chats", "").value("value.#").(int), 2)
	c.want(204, "DELETE "+chat, "")
	c.fails(404, "NotFound", "GET "+chat, "")
}

func TestFailingOperation(t *testing.T) {
	c := start(t, emulator.Options{Polls: -1})
	_, location := newChat(c, emulator.BrokenApp)
	r := c.want(200, "GET /beta"+location, "")
	equal(t, "status", r.text("status"), "failed")
	equal(t, "error.code", r.text("error.code"), "NotFound")
	r, _ = newChat(c, "")
	equal(t, "status without apps", r.Status, 201)
	c.fails(404, "NotFound", "GET /beta/chats/19:x@thread.v2/operations/none", "")
}

func TestTeams(t *testing.T) {
	c := start(t, emulator.Options{Polls: 5})
	team := c.want(200, "GET /v1.0/me/joinedTeams", "").text("value.0.id")
	location := c.want(202, "POST /v1.0/teams/"+team+"/archive", "").Header.Get("location")
	matches(t, "location", location, `/teams\(`+team+`\)/operations\(`+guid+`\)`)
	var states []string
	for range 6 {
		states = append(states, c.want(200, "GET /v1.0"+location, "").text("status"))
	}
	equal(t, "states", strings.Join(states, " "), "notStarted inProgress inProgress inProgress inProgress succeeded")
	again := c.want(202, "POST /v1.0/teams/"+team+"/archive", "").Header.Get("location")
	var r reply
	for range 6 {
		r = c.want(200, "GET /v1.0"+again, "")
	}
	equal(t, "archiving what is archived", r.text("status")+r.text("error.code"), "failedConflict")
	made := c.want(202, "POST /v1.0/teams", `{"displayName":"Reef"}`).Header
	matches(t, "location of a new team", made.Get("location"), `/teams\('`+guid+`'\)/operations\('`+guid+`'\)`)
	equal(t, "the new team", c.want(200, "GET /v1.0"+made.Get("content-location"), "").text("displayName"), "Reef")
}

func TestPlannerWantsIfMatch(t *testing.T) {
	c := start(t, emulator.Options{})
	made := c.want(201, "POST /v1.0/planner/tasks", `{"planId":"p","title":"Caulk"}`)
	matches(t, "id", made.text("id"), `[\w-]{28}`)
	at, etag := "/v1.0/planner/tasks/"+made.text("id"), made.at("@odata.etag")
	matches(t, "etag", etag, `W/"[A-Za-z0-9+/=]+"`)
	c.want(304, "GET "+at, "", "If-None-Match: "+etag)
	c.want(400, "PATCH "+at, `{"title":"Tar"}`)
	c.want(204, "PATCH "+at, `{"title":"Tar"}`, "If-Match: "+etag)
	c.want(412, "PATCH "+at, `{"title":"Rope"}`, "If-Match: "+etag)
	now := c.want(200, "GET "+at, "", "If-None-Match: "+etag)
	r := c.want(200, "PATCH "+at, `{"percentComplete":50}`, "If-Match: "+now.at("@odata.etag"), "Prefer: return=representation")
	equal(t, "preference-applied", r.Header.Get("preference-applied"), "return=representation")
	equal(t, "title", r.text("title"), "Tar")
	c.want(204, "DELETE "+at, "", "If-Match: *")
	c.want(404, "GET "+at, "")
}

func TestBatch(t *testing.T) {
	c := start(t, emulator.Options{Throttle: emulator.Throttle{BatchEvery: 4}})
	r := c.want(200, "POST /v1.0/$batch", `{"requests":[
		{"id":"a","method":"GET","url":"/me","headers":{"accept":"application/json"},"body":null,"dependsOn":[]},
		{"id":"b","method":"GET","url":"/users/none"},
		{"id":"c","method":"GET","url":"/me/drive/root:/notes.txt:/content"},
		{"id":"d","method":"GET","url":"/me"},
		{"id":"e","method":"PATCH","url":"/me","headers":{"Content-Type":"application/json"},"body":{"jobTitle":"Pilot"}},
		{"id":"f","method":"DELETE","url":"/users/delphine.oak@contoso.onmicrosoft.com","dependsOn":["b"]},
		{"id":"g","method":"GET","url":"me/photo/$value","dependsOn":["a"]}]}`)
	status, order := map[string]string{}, ""
	for i := range r.value("responses.#").(int) {
		at := "responses." + string(rune('0'+i)) + "."
		id := r.text(at + "id")
		order += id
		status[id] = strings.Trim(strings.Join(strings.Fields(toJSON(r.value(at+"status"))), ""), `"`)
		switch id {
		case "c":
			matches(t, "location", r.text(at+"headers.Location"), c.e.FilesURL()+`/.*tempauth=.*`)
		case "d":
			equal(t, "retry-after", r.text(at+"headers.Retry-After"), "1")
		case "g":
			matches(t, "picture", r.text(at+"body"), `/9j/[A-Za-z0-9+/=]+`)
		}
	}
	for id, want := range map[string]string{"a": "200", "b": "404", "c": "302", "d": "429", "e": "204", "f": "424", "g": "200"} {
		equal(t, "status of "+id, status[id], want)
	}
	if order == "abcdefg" || len(order) != 7 {
		t.Errorf("order %s", order)
	}
	c.want(200, "GET /v1.0/users/delphine.oak@contoso.onmicrosoft.com", "")
}

func TestBadBatches(t *testing.T) {
	c := start(t, emulator.Options{})
	part := `{"id":"1","method":"GET","url":"/me"}`
	many := strings.Repeat(`{"id":"x","method":"GET","url":"/me"},`, 20) + part
	for _, requests := range []string{"", part + "," + part, many, `{"id":"1","method":"GET","url":"/me","dependsOn":["2"]}`, `{"id":"1","url":"/me"}`} {
		c.fails(400, "BadRequest", "POST /v1.0/$batch", `{"requests":[`+requests+`]}`)
	}
}
