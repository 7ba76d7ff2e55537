package diff_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// A world is another stand-in than the emulator: it makes recordings in memory, of what
// the emulator does not know, with other values and other chances for every seed.
type world struct {
	*rand.Rand
	t         *testing.T
	recording *cassette.Cassette
	now       time.Time
	varied    bool // what is made now is one of many, which need not be alike
}

type doc = map[string]any

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 7)), t: t, recording: &cassette.Cassette{}}
	w.now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(w.IntN(300*24*3600)) * time.Second)
	return w
}

func (w *world) guid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", w.Uint32(), w.IntN(1<<16), w.IntN(1<<12), w.IntN(1<<12), w.Uint64()>>16)
}

func (w *world) token(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(w.IntN(256))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (w *world) one(of ...string) string { return of[w.IntN(len(of))] }

func (w *world) name() string {
	return w.one("Ada", "Ben", "Chioma", "Dmitri", "Élodie", "Zoë") + w.one("", " Li", " van der Berg", " O'Neil", " García Márquez")
}

// date is a time with as many digits as services print: some have no fraction by chance.
func (w *world) date() string {
	at := w.now.Add(-time.Duration(w.IntN(1e6)) * time.Second)
	if w.varied && w.IntN(8) == 0 {
		return at.Format("2006-01-02T15:04:05Z")
	}
	return at.Add(time.Duration(1+w.IntN(999)) * time.Millisecond).Format("2006-01-02T15:04:05.9999999Z")
}

// maybe is the value, or null for some of many.
func (w *world) maybe(v any) any {
	if w.varied && w.IntN(2) == 0 {
		return nil
	}
	return v
}

func (w *world) send(request string, asked any, status int, answer any, headers ...string) {
	w.t.Helper()
	method, address, _ := strings.Cut(request, " ")
	if strings.HasPrefix(address, "/") {
		address = graph + address
	}
	i := &cassette.Interaction{ID: len(w.recording.Interactions)}
	i.Request.Method, i.Request.URL, i.Request.Headers = method, address, http.Header{}
	i.Request.Body = w.text(asked)
	i.Response.Code, i.Response.Status, i.Response.Body = status, http.StatusText(status), w.text(answer)
	i.Response.Headers = http.Header{"Date": {w.now.Format(http.TimeFormat)}, "Request-Id": {w.guid()}}
	if _, isText := answer.(string); answer != nil && !isText {
		i.Response.Headers.Set("Content-Type", "application/json;odata.metadata=minimal")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		i.Response.Headers.Set(name, value)
	}
	w.now = w.now.Add(time.Duration(w.IntN(5)) * time.Second)
	w.recording.Interactions = append(w.recording.Interactions, i)
}

func (w *world) text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func (w *world) fault(code string) doc {
	return doc{"error": doc{"code": code, "message": "It is " + w.name(), "innerError": doc{"date": w.now.Format("2006-01-02T15:04:05"), "request-id": w.guid(), "client-request-id": w.guid()}}}
}

// many makes a list, whose items differ where there are enough of them.
func (w *world) many(n int, make func() any) []any {
	all := []any{}
	before := w.varied
	w.varied = n >= 24
	for range n {
		all = append(all, make())
	}
	w.varied = before
	return all
}

const metadata = graph + "/v1.0/$metadata#"

// chatting is chats with messages and members, and an operation.
func (w *world) chatting() {
	chat := "19:" + strings.ReplaceAll(w.guid(), "-", "") + "@thread.v2"
	me := w.guid()
	w.send("POST /v1.0/chats", doc{"chatType": "group", "topic": w.name()}, 201, doc{
		"@odata.context": metadata + "chats/$entity", "id": chat, "topic": w.name(), "chatType": "group", "createdDateTime": w.date(),
		"lastUpdatedDateTime": w.date(), "tenantId": w.guid(), "webUrl": "https://teams.microsoft.com/l/chat/" + chat + "/0?tenantId=" + w.guid(), "viewpoint": nil, "onlineMeetingInfo": nil})
	for range w.IntN(2) {
		w.send("GET /v1.0/chats/"+chat, nil, 429, w.fault("TooManyRequests"), "Retry-After: "+fmt.Sprint(1+w.IntN(30)))
	}
	for range w.IntN(2) {
		w.send("GET /v1.0/chats/"+chat, nil, 404, w.fault("NotFound"))
	}
	w.send("GET /v1.0/chats/"+chat, nil, 200, doc{"@odata.context": metadata + "chats/$entity", "id": chat, "topic": w.name(), "chatType": "group", "createdDateTime": w.date(), "tenantId": w.guid()})
	member := func() any {
		id := w.guid()
		m := doc{"@odata.type": "#microsoft.graph.aadUserConversationMember", "id": base64.StdEncoding.EncodeToString([]byte(w.guid() + "##" + chat + "##" + id)), "roles": []any{"owner"},
			"displayName": w.maybe(w.name()), "userId": id, "email": w.maybe("ada@contoso.com"), "tenantId": w.guid(), "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z"}
		if w.IntN(3) == 0 {
			m["roles"] = []any{}
		}
		return m
	}
	n := 24 + w.IntN(5)
	w.send("GET /v1.0/chats/"+chat+"/members", nil, 200, doc{"@odata.context": metadata + "chats('19%3a" + w.token(9) + "%40thread.v2')/members", "@odata.count": n, "value": w.many(n, member)})
	message := func() any {
		m := doc{"id": fmt.Sprint(1_700_000_000_000 + w.Int64N(99_999_999_999)), "replyToId": nil, "etag": fmt.Sprint(1_700_000_000_000 + w.Int64N(99_999_999_999)), "messageType": "message",
			"createdDateTime": w.date(), "lastEditedDateTime": w.maybe(w.date()), "deletedDateTime": nil, "subject": w.maybe(w.name()), "importance": "normal", "locale": "en-us", "chatId": chat,
			"from": doc{"application": nil, "device": nil, "user": doc{"@odata.type": "#microsoft.graph.teamworkUserIdentity", "id": me, "displayName": w.name(), "userIdentityType": "aadUser", "tenantId": w.guid()}},
			"body": doc{"contentType": "html", "content": "<p>" + w.name() + "</p>"}, "attachments": []any{}, "mentions": []any{}, "reactions": []any{}, "eventDetail": nil}
		if w.IntN(2) == 0 {
			m["reactions"] = []any{doc{"reactionType": w.one("like", "👍"), "createdDateTime": w.date(), "user": doc{"user": doc{"id": me, "displayName": nil}}}}
		}
		return m
	}
	pages := 2 + w.IntN(3)
	address := "/v1.0/chats/" + chat + "/messages?$top=3"
	for p := range pages {
		d := doc{"@odata.context": metadata + "chats('x')/messages", "value": w.many(3, message)}
		next := "/v1.0/chats/" + chat + "/messages?$top=3&$skiptoken=" + w.token(20)
		if p+1 < pages {
			d["@odata.nextLink"] = graph + next
		} else {
			d["value"] = w.many(w.IntN(4), message)
		}
		w.send("GET "+address, nil, 200, d)
		address = next
	}
}

// planning is dictionaries whose names are ids, and writes with an ETag.
func (w *world) planning() {
	plan, task := w.token(21), w.token(21)
	etag := func() string { return `W/"` + base64.StdEncoding.EncodeToString([]byte(w.token(15))) + `"` }
	made := func() any {
		assigned := doc{}
		for range w.IntN(3) {
			assigned[w.guid()] = doc{"@odata.type": "#microsoft.graph.plannerAssignment", "assignedDateTime": w.date(), "orderHint": w.token(8) + " !", "assignedBy": doc{"user": doc{"displayName": nil, "id": w.guid()}, "application": doc{"displayName": nil, "id": w.guid()}}}
		}
		categories := doc{}
		for range w.IntN(3) {
			categories[fmt.Sprintf("category%d", 1+w.IntN(25))] = true
		}
		return doc{"@odata.etag": etag(), "planId": plan, "id": w.token(21), "bucketId": w.token(21), "title": w.name(), "orderHint": w.token(12) + "P!", "percentComplete": []int{0, 50, 100}[w.IntN(3)],
			"startDateTime": w.maybe(w.date()), "dueDateTime": w.maybe(w.date()), "hasDescription": w.IntN(2) == 0, "previewType": "automatic", "completedDateTime": nil, "referenceCount": 0, "checklistItemCount": w.IntN(4),
			"activeChecklistItemCount": 0, "conversationThreadId": w.maybe("AAMk" + w.token(60)), "priority": 5, "assignments": assigned, "appliedCategories": categories}
	}
	one := made().(doc)
	one["id"] = task
	w.send("POST /v1.0/planner/tasks", doc{"planId": plan, "title": w.name()}, 201, one, "Location: "+graph+"/v1.0/planner/tasks/"+task)
	w.send("PATCH /v1.0/planner/tasks/"+task, doc{"percentComplete": 50}, 204, nil, "Preference-Applied: return=minimal")
	w.send("GET /v1.0/planner/plans/"+plan+"/tasks", nil, 200, doc{"@odata.context": metadata + "Collection(microsoft.graph.plannerTask)", "value": w.many(24+w.IntN(5), made)})
	checklist := doc{}
	for range 1 + w.IntN(3) {
		checklist[fmt.Sprint(w.IntN(1e5))] = doc{"@odata.type": "#microsoft.graph.plannerChecklistItem", "isChecked": w.IntN(2) == 0, "title": w.name(), "orderHint": w.token(8), "lastModifiedDateTime": w.date()}
	}
	w.send("GET /v1.0/planner/tasks/"+task+"/details", nil, 200, doc{"@odata.etag": etag(), "id": task, "description": w.name(), "previewType": "checklist", "checklist": checklist,
		"references": doc{"https%3A//contoso%2Ecom/" + w.token(4): doc{"alias": w.name(), "type": "Other", "previewPriority": w.token(4)}}})
	w.send("PATCH /v1.0/planner/tasks/"+task, doc{"percentComplete": 100}, 412, w.fault(""))
}

// directory is directory objects with extensions and credentials, deltas and a photo.
func (w *world) directory() {
	app := w.guid()
	extension := "extension_" + strings.ReplaceAll(app, "-", "") + "_skill"
	credential := func() any {
		return doc{"customKeyIdentifier": nil, "displayName": w.maybe("key"), "endDateTime": w.date(), "hint": w.token(3)[:3], "keyId": w.guid(), "secretText": nil, "startDateTime": w.date()}
	}
	w.send("GET /v1.0/applications(appId='"+app+"')", nil, 200, doc{"@odata.context": metadata + "applications/$entity", "id": w.guid(), "appId": app, "displayName": w.name(), "signInAudience": "AzureADMyOrg",
		"identifierUris": []any{"api://" + app}, "publisherDomain": w.one("contoso.com", "fabrikam.onmicrosoft.com"), "tags": w.many(w.IntN(3), func() any { return w.one("a", "HideApp") }),
		"passwordCredentials": w.many(w.IntN(3), credential), "web": doc{"redirectUris": w.many(w.IntN(2), func() any { return "https://localhost/" + w.token(4) }), "logoutUrl": nil, "implicitGrantSettings": doc{"enableIdTokenIssuance": false}},
		"requiredResourceAccess": []any{doc{"resourceAppId": w.guid(), "resourceAccess": []any{doc{"id": w.guid(), "type": "Scope"}}}}, "createdDateTime": w.date()})
	user := func() any {
		u := doc{"id": w.guid(), "displayName": w.name(), "userPrincipalName": w.token(6) + "@contoso.com", "jobTitle": w.maybe(w.one("Pilot", "Chief_of_staff")), "mobilePhone": w.maybe("+1 555"), "preferredLanguage": w.maybe("en-US"),
			"officeLocation": w.maybe(w.one("B1", "18/2111")), "businessPhones": w.many(w.IntN(3), func() any { return "+44 " + fmt.Sprint(w.IntN(1e6)) }), "usageLocation": w.one("NO", "DE"), "employeeId": w.maybe(fmt.Sprint(w.IntN(1e5))), "userType": "Member",
			"assignedLicenses": w.many(w.IntN(2), func() any { return doc{"disabledPlans": []any{}, "skuId": w.guid()} }), "proxyAddresses": []any{"SMTP:" + w.token(4) + "@contoso.com"}, "accountEnabled": w.IntN(5) > 0}
		if w.IntN(2) == 0 {
			u[extension] = w.one("go", "rust")
		}
		return u
	}
	w.send("GET /v1.0/users?$filter=startswith(displayName,'"+w.one("A", "B")+"')&$top=999", nil, 200, doc{"@odata.context": metadata + "users", "value": w.many(24+w.IntN(30), user)})
	changed := func() any {
		if w.IntN(3) == 0 {
			return doc{"id": w.guid(), "@removed": doc{"reason": "changed"}}
		}
		return doc{"id": w.guid(), "displayName": w.name()}
	}
	link := func() string { return graph + "/v1.0/users/delta?$deltatoken=" + w.token(40+w.IntN(9)) }
	first, second := link(), link()
	w.send("GET /v1.0/users/delta", nil, 200, doc{"@odata.context": metadata + "users(displayName)", "@odata.deltaLink": first, "value": w.many(2+w.IntN(5), changed)})
	w.send("GET "+first, nil, 200, doc{"@odata.context": metadata + "users(displayName)", "@odata.deltaLink": second, "value": w.many(w.IntN(3), changed)})
	w.send("GET /v1.0/me/photo", nil, 200, doc{"@odata.context": metadata + "users('" + w.guid() + "')/photo/$entity", "@odata.mediaContentType": "image/jpeg", "@odata.mediaEtag": `W/"` + w.token(12) + `"`, "id": "240X240", "height": 240, "width": 240})
	w.send("GET /v1.0/me/photo/$value", nil, 200, "\xff\xd8\xff"+w.token(90), "Content-Type: image/jpeg", `ETag: "`+w.token(6)+`"`)
	w.send("GET /v1.0/users/"+w.guid()+"/manager", nil, 404, w.fault("Request_ResourceNotFound"))
	w.send("DELETE /v1.0/users/"+w.guid(), nil, 204, nil)
}

// mixed is notebooks, sign-ins, files, search, batches and operations.
func (w *world) mixed() {
	section := func() any {
		id := "1-" + w.guid()
		return doc{"id": id, "self": graph + "/v1.0/users/" + w.guid() + "/onenote/sections/" + id, "createdDateTime": w.date(), "displayName": w.name(), "isDefault": w.IntN(4) == 0, "pagesUrl": graph + "/v1.0/users/" + w.guid() + "/onenote/sections/" + id + "/pages",
			"createdBy": doc{"user": doc{"id": w.guid(), "displayName": w.name()}}, "links": doc{"oneNoteClientUrl": doc{"href": "onenote:https://contoso-my.sharepoint.com/personal/" + w.token(4)}}}
	}
	w.send("GET /v1.0/me/onenote/sections", nil, 200, doc{"@odata.context": metadata + "users('a%40b')/onenote/sections", "value": w.many(1+w.IntN(4), section)})
	w.send("POST /v1.0/me/onenote/pages", "<html><head><title>"+w.name()+"</title></head></html>", 201, section())
	signIn := func() any {
		return doc{"id": w.guid(), "createdDateTime": w.date(), "appDisplayName": w.name(), "ipAddress": w.one("1.2.3.4", "2001:db8::1"), "clientAppUsed": "Browser", "isInteractive": true, "riskState": "none",
			"status": doc{"errorCode": []int{0, 50126}[w.IntN(2)], "failureReason": w.one("Other.", "Invalid"), "additionalDetails": w.maybe("MFA")}, "location": doc{"city": w.one("Oslo", "Rome"), "countryOrRegion": w.one("NO", "IT"), "geoCoordinates": doc{"latitude": w.maybe(1.5), "altitude": nil}},
			"deviceDetail": doc{"deviceId": w.one("", w.guid()), "operatingSystem": w.one("Windows10", "Linux", "Ios"), "browser": w.one("Chrome 120", "Edge")}, "appliedConditionalAccessPolicies": []any{}}
	}
	w.send("GET /v1.0/auditLogs/signIns?$filter=createdDateTime ge "+w.now.Format("2006-01-02"), nil, 200, doc{"@odata.context": metadata + "auditLogs/signIns", "value": w.many(24+w.IntN(9), signIn)})
	file := func() any {
		f := doc{"@odata.etag": `"{` + strings.ToUpper(w.guid()) + `},` + fmt.Sprint(w.IntN(30)) + `"`, "id": "01" + strings.ToUpper(strings.ReplaceAll(w.guid(), "-", "")), "name": w.name(), "size": w.IntN(1e6), "eTag": `"{` + strings.ToUpper(w.guid()) + `},2"`, "cTag": `"c:{` + strings.ToUpper(w.guid()) + `},` + fmt.Sprint(w.IntN(300)) + `"`,
			"webUrl": "https://contoso-my.sharepoint.com/personal/" + w.token(5), "fileSystemInfo": doc{"createdDateTime": w.date()}, "parentReference": doc{"driveId": "b!" + w.token(48), "driveType": "business", "id": "01" + strings.ToUpper(strings.ReplaceAll(w.guid(), "-", "")), "path": "/drive/root:"}}
		if w.IntN(2) == 0 {
			f["folder"] = doc{"childCount": w.IntN(9)}
		} else {
			f["file"] = doc{"mimeType": w.one("text/plain", "image/png"), "hashes": doc{"quickXorHash": base64.StdEncoding.EncodeToString([]byte(w.token(15)))}}
			f["@microsoft.graph.downloadUrl"] = "https://contoso-my.sharepoint.com/_layouts/15/download.aspx?UniqueId=" + w.guid() + "&tempauth=" + w.token(30)
		}
		return f
	}
	w.send("GET /v1.0/me/drive/root/children", nil, 200, doc{"@odata.context": metadata + "users('x')/drive/root/children", "value": w.many(24+w.IntN(12), file)})
	team, op := w.guid(), w.guid()
	location := "/teams('" + team + "')/operations('" + op + "')"
	w.send("POST /v1.0/teams", doc{"displayName": w.name()}, 202, nil, "Location: "+location, "Content-Location: /teams('"+team+"')")
	polls := 1 + w.IntN(4)
	for i := range polls + 1 {
		d := doc{"@odata.context": metadata + "teams('" + team + "')/operations/$entity", "id": op, "operationType": "createTeam", "createdDateTime": w.date(), "status": "inProgress", "lastActionDateTime": w.date(), "attemptsCount": 1, "targetResourceId": team, "targetResourceLocation": "/teams('" + team + "')", "Value": "{\"apps\":[],\"channels\":[]}", "error": nil}
		if i == polls {
			d["status"] = "succeeded"
		}
		w.send("GET /v1.0"+location, nil, 200, d)
	}
	w.send("GET /v1.0/teams/"+team, nil, 200, doc{"@odata.context": metadata + "teams/$entity", "id": team, "displayName": w.name(), "internalId": "19:" + strings.ReplaceAll(w.guid(), "-", "") + "@thread.tacv2", "visibility": "public", "memberSettings": doc{"allowCreateUpdateChannels": true}})
	responses := []any{
		doc{"id": "1", "status": 200, "headers": doc{"Content-Type": "application/json"}, "body": doc{"@odata.context": metadata + "users/$entity", "id": w.guid(), "displayName": w.name()}},
		doc{"id": "2", "status": 404, "headers": doc{"Content-Type": "application/json"}, "body": w.fault("Request_ResourceNotFound")},
		doc{"id": "3", "status": 204}}
	w.Shuffle(3, func(i, j int) { responses[i], responses[j] = responses[j], responses[i] })
	w.send("POST /v1.0/$batch", doc{"requests": []any{doc{"id": "1", "method": "GET", "url": "/me"}, doc{"id": "2", "method": "GET", "url": "/groups/" + w.guid()}, doc{"id": "3", "method": "DELETE", "url": "/groups/" + w.guid()}}}, 200, doc{"responses": responses})
}

func (w *world) all() *cassette.Cassette {
	w.chatting()
	w.planning()
	w.directory()
	w.mixed()
	w.photographing()
	return w.recording
}

// photographing asks for the photo of each user of a list, which not all have; the list
// comes in any order.
func (w *world) photographing() {
	have := []bool{true, false, true, false, true}[:4+w.IntN(2)]
	w.Shuffle(len(have), func(i, j int) { have[i], have[j] = have[j], have[i] })
	for _, has := range have {
		address := "GET /v1.0/users/" + w.guid() + "/photo"
		if !has {
			w.send(address, nil, 404, w.fault("ImageNotFound"))
			continue
		}
		w.send(address, nil, 200, doc{"@odata.context": metadata + "users('" + w.guid() + "')/photo/$entity", "id": "48X48", "height": 48, "width": 48})
	}
}

// redacted is a recording as it is stored by default.
func redacted(t *testing.T, recording *cassette.Cassette) *cassette.Cassette {
	t.Helper()
	salt := []byte("the salt of tests")
	r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
	if err != nil {
		t.Fatal(err)
	}
	stored := *recording
	stored.Interactions, stored.Salt = nil, salt
	for _, i := range recording.Interactions {
		is, _ := r.Record(i)
		stored.Interactions = append(stored.Interactions, is)
	}
	if err := r.Meta(&stored.Meta, nil); err != nil {
		t.Fatal(err)
	}
	return &stored
}

// TestAnotherUnchangedService compares as recorded, redacted, and one with the other.
func TestAnotherUnchangedService(t *testing.T) {
	const seeds = 10
	told := map[string]int{}
	for seed := range uint64(seeds) {
		a, b := newWorld(t, 2*seed).all(), newWorld(t, 2*seed+1).all()
		hiddenA, hiddenB := redacted(t, a), redacted(t, b)
		for name, pair := range map[string][2]*cassette.Cassette{"as recorded": {a, b}, "redacted": {hiddenA, hiddenB}, "redacted now": {a, hiddenB}, "no longer redacted": {hiddenA, b}} {
			for _, c := range compare(t, pair[0], pair[1]) {
				told[name+": "+string(c.Rule)+" "+c.Operation+" "+c.Where+" | "+c.Message]++
			}
		}
	}
	for what, n := range told {
		t.Errorf("%d of %d: %s", n, seeds, what)
	}
}
