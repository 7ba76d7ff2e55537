package laws_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A tape is a recording of a made-up service, with what a client may do otherwise on
// another run.
type tape struct {
	random    *rand.Rand
	fresh     *rand.Rand // of the ids that the service makes
	recorded  []*cassette.Interaction
	stretches [][]int         // positions whose order says nothing
	invented  map[string]bool // values that the client draws anew on each run
	used      map[string]bool // names
	group     int
	kinds     map[string]int // how often it has what is hard to tell apart
}

const origin = "https://graph.microsoft.com"

// generate makes a recording of groups of requests, of at most so many requests a group.
// The same seed asks for the same; service draws the service's ids.
func generate(seed, service uint64, groups, most int) *tape {
	t := &tape{
		random: rand.New(rand.NewPCG(seed, 1)), fresh: rand.New(rand.NewPCG(seed, service)),
		invented: map[string]bool{}, used: map[string]bool{}, kinds: map[string]int{},
	}
	for t.group = range groups {
		n := 2
		if most > 2 {
			n += t.random.IntN(most - 1)
		}
		shape := shapes[t.random.IntN(len(shapes))]
		shape(t, min(n, most))
	}
	return t
}

var shapes = []func(t *tape, n int){
	(*tape).people, (*tape).people, (*tape).lookups, (*tape).creates, (*tape).creates, (*tape).files, (*tape).batches,
	(*tape).uploads, (*tape).members, (*tape).events, (*tape).patches, (*tape).keys,
}

// next begins a stretch.
func (t *tape) next() { t.stretches = append(t.stretches, nil) }

func (t *tape) add(method, path string, header http.Header, body any, code int, answer any) *cassette.Interaction {
	i := &cassette.Interaction{ID: len(t.recorded)}
	i.Request = cassette.Request{Method: method, URL: origin + path, Headers: header, Body: text(body)}
	if strings.Contains(path, "://") {
		i.Request.URL = path
	}
	if _, plain := body.(string); body != nil && !plain {
		i.Request.Headers = merged(header, "Content-Type", "application/json")
	}
	i.Response = cassette.Response{Code: code, Headers: http.Header{"Content-Type": {"application/json"}}, Body: text(answer)}
	last := &t.stretches[len(t.stretches)-1]
	*last = append(*last, len(t.recorded))
	t.recorded = append(t.recorded, i)
	return i
}

func merged(h http.Header, name, value string) http.Header {
	out := http.Header{name: {value}}
	for n, v := range h {
		out[n] = v
	}
	return out
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

type object = map[string]any

// guid is an id that the service makes.
func (t *tape) guid() string { return guidOf(t.fresh) }

func guidOf(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", uint32(a), uint16(a>>32), a>>52, b&0xfff, b>>16)
}

var (
	firsts  = strings.Fields("Adele Alex Ann Anna Anna-Lena Bob Bobby Diego Élodie Grady Isaiah Joni Lee Lidia Łukasz Megan Nestor O'Brien Pradeep Zoë")
	lasts   = strings.Fields("Vance Wilber Lee Gruber Siciliani Johnson Langer Bowen Wilke Miller Müller Sherman 李")
	similar = []string{
		"Name 1", "Name 12", "Value 3", "user1@contoso.example", "file1.docx", "In Progress", "completed", "inProgress", "Member", "Root", "default", "Enabled",
		"status", "displayName", "100% sure + more", "a/b & c", `say "yes"`, "12345", "00420", "+1 555 0100", "10.1.2.3", "contoso.com", "x",
		"Name 3 bcdf", "user4-bcdf@tenant1-bcdf.example", "name26-bcdf", "file1-bcdf", "graphvcr-blank", "group", "true", "null", "eq",
		"Sales", "Sales 1", "Sales 10", "Sales 100", "sales team", "user", "tenant1", "Redacted", "https://contoso.com/a?b=c",
	}
)

// name draws a name that no other of the recording is, letter case aside.
func (t *tape) name() string {
	for {
		var s string
		switch t.random.IntN(8) {
		case 0:
			s = similar[t.random.IntN(len(similar))]
			t.kinds["a name that is a word, a prefix or like a pseudonym"]++
		case 1, 2:
			s = firsts[t.random.IntN(len(firsts))]
		case 3, 4:
			s = firsts[t.random.IntN(len(firsts))] + " " + lasts[t.random.IntN(len(lasts))]
		case 5:
			s = fmt.Sprintf("Name %d", t.random.IntN(2000))
		default:
			s = fmt.Sprintf("%s %s %d", firsts[t.random.IntN(len(firsts))], lasts[t.random.IntN(len(lasts))], t.random.IntN(3000))
		}
		if folded := strings.ToLower(s); !t.used[folded] {
			t.used[folded] = true
			return s
		}
	}
}

// invent says that a client draws a value anew on each run. Words of the service are none:
// they stay as they are in a cassette.
func (t *tape) invent(s string) {
	if !slices.Contains(similar, s) {
		t.invented[s] = true
	}
}

func (t *tape) upn() string {
	for {
		local := strings.Map(func(r rune) rune {
			if r > 0x7f || strings.ContainsRune(" '", r) {
				return '.'
			}
			return r
		}, strings.ToLower(firsts[t.random.IntN(len(firsts))]))
		s := fmt.Sprintf("%s%d@%s", local, t.random.IntN(1000), []string{"contoso.com", "contoso.onmicrosoft.com", "fabrikam.example", "contoso.example"}[t.random.IntN(4)])
		if t.random.IntN(10) == 0 {
			s = fmt.Sprintf("user%d@contoso.example", t.random.IntN(1000))
		}
		if !t.used[s] {
			t.used[s] = true
			return s
		}
	}
}

func (t *tape) fileName() string {
	for {
		s := strings.NewReplacer("/", "-", `"`, "", "%", "", "?", "", ":", "").Replace(t.name())
		s += []string{".txt", ".docx", ".json", ".csv", "", " (1).pdf"}[t.random.IntN(6)]
		if !t.used["file "+strings.ToLower(s)] {
			t.used["file "+strings.ToLower(s)] = true
			return s
		}
	}
}

func (t *tape) version() string { return []string{"/v1.0", "/beta"}[t.random.IntN(2)] }

// quoted is a literal of OData in an address.
func quoted(s string) string { return "'" + url.QueryEscape(strings.ReplaceAll(s, "'", "''")) + "'" }

// step is a text as a step of a path.
func step(s string) string { return url.PathEscape(s) }

// people are listed, then read by id, by principal name, and looked for by their names.
func (t *tape) people(n int) {
	v := t.version()
	var all []object
	var page []any
	for range n {
		o := object{"id": t.guid(), "displayName": t.name(), "userPrincipalName": t.upn(), "accountEnabled": true, "userType": "Member"}
		all, page = append(all, o), append(page, o)
	}
	t.next()
	if t.random.IntN(3) > 0 {
		t.add("GET", fmt.Sprintf("%s/users?$top=%d&$skip=%d", v, n, t.group), nil, nil, 200, object{"value": page})
	}
	t.next()
	kind := t.random.IntN(5)
	for k, o := range all {
		id, upn, name := o["id"].(string), o["userPrincipalName"].(string), o["displayName"].(string)
		switch kind {
		case 0:
			t.add("GET", v+"/users/"+id+"?$select=id,displayName", nil, nil, 200, o)
		case 1:
			t.add("GET", v+"/users/"+step(upn)+"/manager", nil, nil, 200, all[(k+1)%len(all)])
		case 2:
			t.add("GET", v+"/users?$filter=displayName%20eq%20"+quoted(name), nil, nil, 200, object{"value": []any{o}})
		case 3:
			t.add("GET", v+"/users?$filter=startswith(displayName,"+quoted(name)+")%20or%20mail%20eq%20"+quoted(upn), nil, nil, 200, object{"value": []any{o}})
		default:
			search := strings.NewReplacer(`"`, "", `\`, "").Replace(name)
			t.add("GET", v+"/users?$search="+url.QueryEscape(`"displayName:`+search+`"`), http.Header{"Consistencylevel": {"eventual"}}, nil, 200, object{"value": []any{o}})
		}
	}
}

// lookups ask for names that no answer gave before, of which some are not there.
func (t *tape) lookups(n int) {
	path := t.version() + []string{"/groups", "/applications", "/sites", "/teams", "/servicePrincipals"}[t.random.IntN(5)]
	property := []string{"displayName", "mailNickname", "description", "tag", "mail"}[t.random.IntN(5)]
	t.next()
	for range n {
		name := t.name()
		var found []any
		if t.random.IntN(3) > 0 {
			found = append(found, object{"id": t.guid(), property: name})
		}
		t.add("GET", path+"?$filter="+property+"%20eq%20"+quoted(name), nil, nil, 200, object{"value": found})
		if t.random.IntN(4) == 0 {
			t.add("GET", path+"?$filter="+property+"%20eq%20"+quoted(name), nil, nil, 200, object{"value": found})
		}
	}
}

// creates make things of a kind by names that the client invents, read them, look for
// them, and delete them.
func (t *tape) creates(n int) {
	path := t.version() + []string{"/groups", "/applications", "/users", "/me/todo/lists", "/me/mailFolders"}[t.random.IntN(5)]
	full := t.random.IntN(2) == 0
	all := make([]object, 0, n)
	t.next()
	for range n {
		name := t.name()
		t.invent(name)
		body := object{"displayName": name, "groupTypes": []any{}, "securityEnabled": true}
		if full {
			nick := strings.ToLower(fmt.Sprintf("nick%d-%d", t.group, t.random.IntN(1<<30)))
			t.invent(nick)
			body["mailNickname"] = nick
			body["passwordProfile"] = object{"password": fmt.Sprintf("Pa55-%d", t.random.Uint32()), "forceChangePasswordNextSignIn": true}
		}
		made := object{"id": t.guid(), "displayName": name}
		t.add("POST", path, nil, body, 201, made)
		all = append(all, made)
	}
	t.next()
	for _, o := range all {
		if t.random.IntN(2) == 0 {
			t.add("GET", path+"/"+o["id"].(string), nil, nil, 200, o)
		} else {
			t.add("GET", path+"?$filter=displayName%20eq%20"+quoted(o["displayName"].(string)), nil, nil, 200, object{"value": []any{o}})
		}
	}
	t.next()
	for _, o := range all {
		t.add("DELETE", path+"/"+o["id"].(string), nil, nil, 204, nil)
	}
}

// files are put by their paths and read again.
func (t *tape) files(n int) {
	root := t.version() + []string{"/me/drive/root:/", "/drives/b!" + base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef" + t.guid())[:48]) + "/root:/"}[t.random.IntN(2)]
	if t.random.IntN(2) == 0 {
		root += step(t.fileName()) + "/"
	}
	names := make([]string, n)
	t.next()
	for k := range names {
		names[k] = t.fileName()
		t.invent(names[k])
		content := strings.Repeat(names[k], 1+t.random.IntN(9))
		t.add("PUT", root+step(names[k])+":/content", http.Header{"Content-Type": {"text/plain"}}, content, 201, object{"id": "01" + strings.ToUpper(strings.ReplaceAll(t.guid(), "-", ""))[:32], "name": names[k], "size": len(content)})
	}
	t.next()
	for _, name := range names {
		t.add("GET", root+step(name), nil, nil, 200, object{"name": name, "file": object{"mimeType": "text/plain"}})
		if t.random.IntN(2) == 0 {
			t.add("GET", root+step(name)+":/children?$select=name,id", nil, nil, 200, object{"value": []any{}})
		}
	}
}

// batches ask for names and ids, or make things, in parts.
func (t *tape) batches(n int) {
	v, writes := t.version(), t.random.IntN(2) == 0
	size := 1 + t.random.IntN(6)
	t.next()
	if t.random.IntN(3) == 0 {
		n = 1
		t.kinds["a batch that is alone"]++
	}
	for range n {
		var parts, answers []any
		for k := range size {
			id, name := fmt.Sprint(k+1), t.name()
			part := object{"id": id, "method": "GET", "url": "/groups?$filter=displayName%20eq%20" + quoted(name)}
			answer := object{"id": id, "status": 200, "body": object{"value": []any{object{"id": t.guid(), "displayName": name}}}}
			if writes {
				part = object{"id": id, "method": "POST", "url": "/groups", "headers": object{"Content-Type": "application/json"}, "body": object{"displayName": name, "description": t.name()}}
				answer = object{"id": id, "status": 201, "body": object{"id": t.guid(), "displayName": name}}
			}
			parts, answers = append(parts, part), append(answers, answer)
		}
		if size > 1 {
			t.kinds["a batch of several parts"]++
			for k := 1; k < size && t.random.IntN(4) == 0; k++ {
				parts[k].(object)["dependsOn"] = []any{fmt.Sprint(k)}
				t.kinds["a batch with parts that depend on others"]++
			}
		}
		t.random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
		t.add("POST", v+"/$batch", nil, object{"requests": parts}, 200, object{"responses": answers})
	}
}

// uploads put files in slices, some twice.
func (t *tape) uploads(n int) {
	v := t.version()
	links := make([]string, n)
	t.next()
	for k := range links {
		name := t.fileName()
		links[k] = fmt.Sprintf("%s/up/%s?guid='%s'&overwrite=True&tempauth=eyJ0%s", []string{"https://contoso.sharepoint.com/_api/v2.0", "https://graph.microsoft.com/v1.0"}[t.group%2], strings.ReplaceAll(t.guid(), "-", ""), t.guid(), strings.ReplaceAll(t.guid()+t.guid(), "-", "x"))
		t.add("POST", v+"/me/drive/root:/"+step(name)+":/createUploadSession", nil, object{"item": object{"name": name}}, 200, object{"uploadUrl": links[k], "expirationDateTime": "2030-01-01T00:00:00Z"})
	}
	const slice, slices = 320, 3
	for s := range slices {
		t.next()
		for _, link := range links {
			header := http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", s*slice, (s+1)*slice-1, slices*slice)}}
			content := strings.Repeat(string(rune('a'+t.random.IntN(26))), slice)
			for tries := t.random.IntN(4); tries == 0; tries++ {
				t.kinds["a slice of an upload sent again"]++
				t.add("PUT", link, header, content, 503, object{"error": object{"code": "serviceNotAvailable"}})
			}
			answer := object{"nextExpectedRanges": []any{fmt.Sprintf("%d-", (s+1)*slice)}}
			if s == slices-1 {
				answer = object{"id": t.guid(), "size": slices * slice}
			}
			t.add("PUT", link, header, content, 202, answer)
		}
	}
}

// members are added to groups by references in bodies.
func (t *tape) members(n int) {
	v, group := t.version(), t.guid()
	t.next()
	ids := make([]string, n)
	var page []any
	for k := range ids {
		ids[k] = t.guid()
		page = append(page, object{"id": ids[k], "displayName": t.name()})
	}
	t.add("GET", fmt.Sprintf("%s/groups/%s/transitiveMembers?$top=%d", v, group, n), nil, nil, 200, object{"value": page})
	t.next()
	for _, id := range ids {
		t.add("POST", v+"/groups/"+group+"/members/$ref", nil, object{"@odata.id": origin + v + "/directoryObjects/" + id}, 204, nil)
	}
	t.next()
	for _, id := range ids {
		t.add("DELETE", v+"/groups/"+group+"/members/"+id+"/$ref", nil, nil, 204, nil)
	}
}

// events have instants and ids that the client makes.
func (t *tape) events(n int) {
	v := t.version()
	all := make([]object, n)
	t.next()
	for k := range all {
		t.kinds["invented ids, names and instants"]++
		start, transaction := fmt.Sprintf("2026-%02d-%02dT%02d:%02d:00Z", 1+t.random.IntN(12), 1+t.random.IntN(28), t.random.IntN(24), t.random.IntN(60)), guidOf(t.random)
		subject := t.name()
		t.invent(transaction)
		t.invent(start)
		t.invent(subject)
		all[k] = object{"id": t.guid(), "subject": subject, "transactionId": transaction}
		t.add("POST", v+"/me/events", nil, object{
			"subject": subject, "transactionId": transaction, "start": object{"dateTime": start, "timeZone": "UTC"},
			"attendees": []any{object{"emailAddress": object{"address": t.upn(), "name": t.name()}, "type": "required"}},
		}, 201, all[k])
	}
	t.next()
	for _, o := range all {
		t.add("GET", v+"/me/events/"+o["id"].(string), nil, nil, 200, o)
	}
}

// patches change what was listed, under its etags.
func (t *tape) patches(n int) {
	path := t.version() + "/planner/tasks/"
	var page []any
	for range n {
		id := strings.ReplaceAll(t.guid(), "-", "")[:24] + "Wxyz"
		page = append(page, object{"id": id, "title": t.name(), "@odata.etag": `W/"` + strings.ReplaceAll(t.guid(), "-", "") + `"`})
	}
	t.next()
	t.add("GET", fmt.Sprintf("%s?$top=%d&$skip=%d", strings.TrimSuffix(path, "/"), n, t.group), nil, nil, 200, object{"value": page})
	t.next()
	for _, o := range page {
		o := o.(object)
		t.add("PATCH", path+o["id"].(string), http.Header{"If-Match": {o["@odata.etag"].(string)}}, object{"title": t.name(), "percentComplete": t.random.IntN(100)}, 204, nil)
	}
}

// keys are spelled in every syntax.
func (t *tape) keys(n int) {
	v, kind := t.version(), t.random.IntN(4)
	t.next()
	for range n {
		id := t.guid()
		answer := object{"id": id, "displayName": t.name()}
		switch kind {
		case 0:
			t.add("GET", v+"/users('"+id+"')/manager", nil, nil, 200, answer)
		case 1:
			t.add("GET", v+"/applications(appId='"+id+"')", nil, nil, 200, answer)
		case 2:
			t.add("GET", v+"/servicePrincipals?$filter=appId%20eq%20'"+id+"'", nil, nil, 200, answer)
		default:
			t.add("GET", v+"/groups/"+id+"/members/"+t.guid()+"/microsoft.graph.user", nil, nil, 200, answer)
		}
	}
}
