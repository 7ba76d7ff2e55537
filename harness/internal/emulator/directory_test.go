package emulator_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

func TestUserLifeCycle(t *testing.T) {
	c := start(t, emulator.Options{NotFoundAfterCreate: 2})
	made := c.want(201, "POST /v1.0/users", `{"@odata.type":"#microsoft.graph.user","displayName":"$odd","userPrincipalName":"$odd#one@contoso.onmicrosoft.com","passwordProfile":{"password":"x"}}`)
	id := made.text("id")
	matches(t, "id", id, guid)
	matches(t, "location", made.Header.Get("location"), `http://.*/v2/`+guid+`/directoryObjects/`+id+`/Microsoft\.DirectoryServices\.User`)
	if !strings.HasPrefix(made.Body, `{"@odata.context":"`+c.e.GraphURL()+`/v1.0/$metadata#users/$entity","id":`) {
		t.Errorf("created %s", made.Body)
	}
	byUPN := "/v1.0/users('%24odd%23one%40contoso.onmicrosoft.com')"
	c.fails(404, "Request_ResourceNotFound", "GET /v1.0/users/"+id, "")
	c.fails(404, "Request_ResourceNotFound", "GET "+byUPN, "")
	equal(t, "id by UPN in key syntax", c.want(200, "GET "+byUPN, "").text("id"), id)
	c.want(200, "GET /v1.0/users('"+id+"')", "")

	c.fails(400, "Request_BadRequest", "POST /v1.0/users", `{"displayName":"again","userPrincipalName":"$odd#one@contoso.onmicrosoft.com"}`)
	c.fails(400, "Request_BadRequest", "PATCH /v1.0/users/"+id, `{"shoeSize":9}`)
	patched := c.want(204, "PATCH /v1.0/users/"+id, `{"jobTitle":"Pilot","mobilePhone":null}`)
	equal(t, "body and type of 204", patched.Body+patched.Header.Get("content-type")+patched.Header.Get("odata-version"), "")
	r := c.want(200, "GET /v1.0/users/"+id+"?$select=jobTitle,securityIdentifier", "")
	equal(t, "jobTitle", r.text("jobTitle"), "Pilot")
	matches(t, "securityIdentifier", r.text("securityIdentifier"), `S-1-12-1-\d+-\d+-\d+-\d+`)
	equal(t, "what was not selected", r.text("id"), "")
	matches(t, "context of $select", r.at("@odata.context"), `.*#users\(jobTitle,securityIdentifier\)/\$entity`)

	c.fails(404, "Request_ResourceNotFound", "GET /v1.0/users/"+id+"/manager", "")
	c.want(204, "PUT /v1.0/users/"+id+"/manager/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users('alder.finch@contoso.onmicrosoft.com')"}`)
	equal(t, "manager's type", c.want(200, "GET /v1.0/users/"+id+"/manager", "").at("@odata.type"), "#microsoft.graph.user")
	c.want(204, "DELETE /v1.0/users/"+id+"/manager/$ref", "")
	c.want(204, "DELETE /v1.0/users/"+id, "")
	c.fails(404, "Request_ResourceNotFound", "GET /v1.0/users/"+id, "")
}

func TestMe(t *testing.T) {
	c := start(t, emulator.Options{})
	equal(t, "me", c.want(200, "GET /v1.0/me", "").text("userPrincipalName"), "alder.finch@contoso.onmicrosoft.com")
	c.fails(404, "Request_ResourceNotFound", "GET /v1.0/me/manager", "")
	c.want(200, "GET /v1.0/users/briony.vale@contoso.onmicrosoft.com/manager", "")
}

func TestPaging(t *testing.T) {
	c := start(t, emulator.Options{})
	seen := map[string]bool{}
	next := "/v1.0/users?$count=true&$select=displayName,id&$top=5"
	sizes := ""
	for next != "" {
		r := c.as(c.token).send("GET "+strings.TrimPrefix(next, c.e.GraphURL()), "", "ConsistencyLevel: eventual")
		if first := sizes == ""; first != strings.Contains(r.Body, `"@odata.count":12`) {
			t.Errorf("@odata.count on the wrong page: %s", r.Body)
		}
		for i := range r.value("value.#").(int) {
			seen[r.text("value."+string(rune('0'+i))+".id")] = true
		}
		sizes += string(rune('0' + r.value("value.#").(int)))
		if next = r.at("@odata.nextLink"); next != "" && !strings.Contains(next, "$select=displayName%2Cid&$top=5&$skiptoken=") {
			t.Errorf("nextLink %s", next)
		}
	}
	equal(t, "sizes of pages", sizes, "552")
	equal(t, "users seen", len(seen), 12)
	c.fails(400, "Directory_ExpiredPageToken", "GET /v1.0/users?$skiptoken=old", "")
	c.fails(400, "Request_BadRequest", "GET /v1.0/users?$top=1000", "")
}

func TestQueries(t *testing.T) {
	c := start(t, emulator.Options{PageSize: 100})
	const eventual = "ConsistencyLevel: eventual"
	for _, q := range []struct {
		filter string
		want   int
	}{
		{"startswith(displayName,'d')", 1},
		{"startswith(displayName,'D') and jobTitle eq 'Designer'", 1},
		{"jobTitle eq 'Engineer'", 4},
		{"displayName eq 'O''Neil Lark'", 1},
		{"accountEnabled eq true", 12},
		{"mobilePhone eq null", 12},
		{"displayName eq 'x and y'", 0},
	} {
		r := c.want(200, "GET /v1.0/users?$filter="+url.QueryEscape(q.filter), "")
		equal(t, q.filter, r.value("value.#").(int), q.want)
	}
	ends := "GET /v1.0/users?$filter=endswith(userPrincipalName,'dale@contoso.onmicrosoft.com')"
	c.fails(400, "Request_UnsupportedQuery", ends, "")
	c.want(200, ends+"&$count=true", "", eventual)
	c.fails(400, "Request_UnsupportedQuery", "GET /v1.0/users?$filter=year(createdDateTime)%20gt%202000", "")
	c.fails(400, "Request_UnsupportedQuery", `GET /v1.0/users?$search="displayName:oak"`, "")
	equal(t, "searched", c.want(200, `GET /v1.0/users?$search="displayName:oak"`, "", eventual).value("value.#").(int), 1)
	equal(t, "last in order", c.want(200, "GET /v1.0/users?$orderby=displayName%20desc", "").text("value.0.displayName"), "O'Neil Lark")
	c.fails(400, "Request_BadRequest", "GET /v1.0/users/$count", "")
	count := c.want(200, "GET /v1.0/users/$count", "", eventual)
	equal(t, "count", count.Header.Get("content-type")+" "+count.Body, "text/plain 12")
}

func TestGroups(t *testing.T) {
	c := start(t, emulator.Options{})
	me := c.want(200, "GET /v1.0/me", "").text("id")
	made := c.want(201, "POST /v1.0/groups", `{"displayName":"Crew","mailNickname":"crew","mailEnabled":false,"securityEnabled":true}`)
	id := made.text("id")
	ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + me + `"}`
	c.want(204, "POST /v1.0/groups/"+id+"/members/$ref", ref)
	c.fails(400, "Request_BadRequest", "POST /v1.0/groups/"+id+"/members/$ref", ref)
	members := c.want(200, "GET /v1.0/groups/"+id+"/members", "")
	equal(t, "member", members.text("value.0.id"), me)
	if !strings.Contains(members.Body, `"@odata.type":"#microsoft.graph.user"`) {
		t.Errorf("members without type: %s", members.Body)
	}
	check := c.want(200, "POST /v1.0/me/checkMemberGroups", `{"groupIds":["`+id+`","11111111-1111-4111-8111-111111111111"]}`)
	equal(t, "groups of me", check.value("value.#").(int), 1)
	matches(t, "context", check.at("@odata.context"), `.*#Collection\(Edm\.String\)`)
	objects := c.want(200, "POST /v1.0/directoryObjects/getByIds", `{"ids":["`+id+`","`+me+`"]}`)
	equal(t, "objects", objects.value("value.#").(int), 2)
	equal(t, "filtered", c.want(200, "GET /v1.0/groups?$filter=startswith(displayName,'Cr')", "").value("value.#").(int), 1)
	c.want(204, "DELETE /v1.0/groups/"+id+"/members/"+me+"/$ref", "")
	c.fails(404, "Request_ResourceNotFound", "DELETE /v1.0/groups/"+id+"/members/"+me+"/$ref", "")
	c.want(204, "DELETE /v1.0/groups/"+id, "")
	c.fails(404, "Request_ResourceNotFound", "GET /v1.0/groups/"+id, "")
}

func TestApplicationSecrets(t *testing.T) {
	c := start(t, emulator.Options{})
	made := c.want(201, "POST /v1.0/applications", `{"displayName":"Bot"}`)
	at := "/v1.0/applications/" + made.text("id")
	equal(t, "created", made.text("createdDateTime"), "2026-01-15T09:00:00.1234567Z")
	secret := c.want(200, "POST "+at+"/addPassword", `{"passwordCredential":{"displayName":"ci"}}`).text("secretText")
	read := c.want(200, "GET "+at, "")
	equal(t, "created, read later", read.text("createdDateTime"), "2026-01-15T09:00:00Z")
	if len(secret) != 36 || strings.Contains(read.Body, secret) {
		t.Errorf("secret %q, then %s", secret, read.Body)
	}
	c.want(204, "DELETE "+at, "")
}

func TestApplicationsByName(t *testing.T) {
	c := start(t, emulator.Options{})
	first := c.want(201, "POST /v1.0/applications", `{"displayName":"Bot one","identifierUris":["api://one"]}`)
	second := c.want(201, "POST /v1.0/applications", `{"displayName":"Bot two"}`)
	for filter, want := range map[string]int{
		"startswith(displayName,'Bot')": 2, "appId%20eq%20'" + second.text("appId") + "'": 1, "identifierUris/any(s:s%20eq%20'API://one')": 1,
		"identifierUris/any(s:s%20eq%20'api://two')": 0,
	} {
		equal(t, filter, c.want(200, "GET /v1.0/applications?$filter="+filter, "").value("value.#").(int), want)
	}
	c.fails(400, "Request_UnsupportedQuery", "GET /v1.0/applications?$filter=identifierUris/any(s:t%20eq%20'api://one')", "")
	at := "/v1.0/applications/" + second.text("id")
	c.want(204, "PATCH "+at, `{"identifierUris":["api://two"],"displayName":"Bot 2"}`)
	equal(t, "name", c.want(200, "GET "+at, "").text("displayName"), "Bot 2")
	equal(t, "by the new name", c.want(200, "GET /v1.0/applications?$filter=identifierUris/any(s:s%20eq%20'api://two')", "").value("value.#").(int), 1)
	c.fails(400, "Request_BadRequest", "PATCH "+at, `{"colour":"red"}`)
	c.want(204, "DELETE /v1.0/applications/"+first.text("id"), "")
	equal(t, "left", c.want(200, "GET /v1.0/applications", "").value("value.#").(int), 1)
}

func TestDelta(t *testing.T) {
	now := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	c := start(t, emulator.Options{Now: func() time.Time { return now }})
	follow := func(from string) (reply, int) {
		items := 0
		for {
			r := c.want(200, "GET "+strings.TrimPrefix(from, c.e.GraphURL()), "", "Prefer: odata.maxpagesize=7")
			items += r.value("value.#").(int)
			if from = r.at("@odata.nextLink"); from == "" {
				return r, items
			}
			if r.at("@odata.deltaLink") != "" {
				t.Error("a page has both links")
			}
		}
	}
	last, items := follow("/v1.0/users/delta()?$select=displayName")
	equal(t, "first round", items, 12)
	link := last.at("@odata.deltaLink")
	c.want(204, "PATCH /v1.0/users/fenna.wold@contoso.onmicrosoft.com", `{"displayName":"Fenna W"}`)
	c.want(204, "DELETE /v1.0/users/ivo.marsh@contoso.onmicrosoft.com", "")
	last, items = follow(link)
	equal(t, "second round", items, 2)
	equal(t, "changed name", last.text("value.0.displayName"), "Fenna W")
	equal(t, "removed", last.text("value.1.@removed.reason"), "changed")
	again, _ := follow(link)
	equal(t, "the token used again", again.Body, last.Body)
	_, items = follow(last.at("@odata.deltaLink"))
	equal(t, "third round", items, 0)

	both := c.want(200, "GET /v1.0/users/delta?$select=id,displayName", "")
	equal(t, "ids on a page of five that asks for them", strings.Count(string(both.Body), `"id":`), 5)

	gone := c.fails(410, "syncStateNotFound", "GET /v1.0/users/delta?$deltatoken=old", "")
	equal(t, "start again at", gone.Header.Get("location"), c.e.GraphURL()+"/v1.0/users/delta")
	now = now.Add(8 * 24 * time.Hour)
	c.as(c.e.UserToken()).fails(410, "syncStateNotFound", "GET "+strings.TrimPrefix(link, c.e.GraphURL()), "")
}
