package match

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A cast is the values of a made-up conversation, in the words of templates such as
// "GET /users/{a}": the recorded tenant's or another one's.
type cast map[string]string

func (c cast) play(template string) string {
	for name, value := range c {
		escaped := strings.NewReplacer("'", "''", "#", "%23", "+", "%2B").Replace(value)
		context := strings.NewReplacer("''", "%27%27", "@", "%40", ":", "%3A", "=", "%3D").Replace(escaped)
		template = strings.NewReplacer("{"+name+"}", value, "{"+name+"/}", escaped, "{"+name+"%}", context).Replace(template)
	}
	return template
}

// formats make a random value each, of varying length and letter case where the format
// has such.
var formats = map[byte]func(*rand.Rand) string{
	'g': func(rng *rand.Rand) string {
		guid := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Uint64()>>16)
		if rng.IntN(4) == 0 {
			return strings.ToUpper(guid)
		}
		return guid
	},
	'u': func(rng *rand.Rand) string {
		local := []string{"adele", "o'brien", "a.b-c_d", "guest_x.com#EXT#", "x+news", "Zoë", "$svc"}[rng.IntN(7)]
		return fmt.Sprintf("%s%x@tenant%d.onmicrosoft.com", local, rng.Uint32(), rng.IntN(3))
	},
	't': func(rng *rand.Rand) string { return fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64()) },
	'm': func(rng *rand.Rand) string { return "AAMk" + random(rng, base64URL, 20+rng.IntN(80)) + "AAA=" },
	'd': func(rng *rand.Rand) string { return "b!" + random(rng, base64URL, 64) },
	'i': func(rng *rand.Rand) string { return "01" + random(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32) },
	'p': func(rng *rand.Rand) string { return random(rng, base64URL, 25) + "a1Z" },
}

const base64URL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

func random(rng *rand.Rand, alphabet string, length int) string {
	b := make([]byte, length)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	if b[0] == '-' || b[0] == '_' {
		b[0] = 'x'
	}
	return string(b)
}

// names are the values of the conversation; the letter says the format.
var names = []string{"g1", "g2", "g3", "g4", "u1", "u2", "u3", "t1", "t2", "m1", "m2", "d1", "i1", "i2", "p1"}

func randomCast(rng *rand.Rand) cast {
	c := cast{}
	for _, name := range names {
		c[name] = formats[name[0]](rng)
	}
	return c
}

// conversation are templates of requests and answers. Each has another mask, so that
// one recording at most fits a request.
var conversation = []string{
	`GET /users('{u1/}') => 200 {"id":"{g1}","userPrincipalName":"{u1}","otherMails":["{u2}"]}`,
	`GET /users/{g1}/manager => 200 {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('{g2%}')","id":"{g2}","mail":"{u3}"}`,
	`GET /users?$filter=userPrincipalName%20eq%20'{u2/}' => 200 {"value":[{"upn":"{u2}"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$filter=userPrincipalName%20eq%20%27{u2%}%27&$skiptoken=X"}`,
	`GET /groups/{g3}/members => 200 {"value":[{"id":"{g1}"},{"id":"{g2}"},{"id":"{g4}"}]}`,
	`POST /groups/{g3}/members/$ref {"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/{g4}"} => 204`,
	`POST /chats {"chatType":"oneOnOne","members":[{"user@odata.bind":"https://graph.microsoft.com/v1.0/users('{g1}')"},{"user@odata.bind":"https://graph.microsoft.com/v1.0/users('{u2/}')"}]} => 201 {"id":"19:{g1}_{g2}@unq.gbl.spaces","webUrl":"https://teams.microsoft.com/l/chat/19%3A{g1}_{g2}%40unq.gbl.spaces/0"}`,
	`GET /chats/19:{t1}@thread.v2/messages => 200 {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#chats('19%3A{t1%}%40thread.v2')/messages","value":[{"from":"{g1}","text":"hello {u1}, or {g2}."}]}`,
	`GET /teams/{g3}/channels/19:{t2}@thread.tacv2 => 200 {"id":"19:{t2}@thread.tacv2","operation":"{g1}-{g2}-{g3}"}`,
	`GET /me/messages/{m1} => 200 {"id":"{m1}","@odata.id":"https://graph.microsoft.com/v1.0/users('{g1}')/messages('{m1%}')","nested":"{\"id\":\"{m2}\"}"}`,
	`POST /me/messages/{m2}/move {"destinationId":"{m1}"} => 201 {"id":"{m2}"}`,
	`GET /drives/{d1}/items/{i1} => 200 {"id":"{i1}","parentReference":{"driveId":"{d1}","id":"{i2}"}}`,
	`PATCH /planner/plans/{p1} {"owner":"{g3}"} => 200 {"id":"{p1}","assignments":{"{g1}":{}}}`,
	`POST /directoryObjects/getByIds {"ids":["{g1}","{g4}","{g2}"]} => 200 {"value":["{g4}"]}`,
	`POST /$batch {"requests":[{"id":"1","method":"GET","url":"/users('{u3/}')"},{"id":"2","method":"GET","url":"/groups/{g3}/owners"}]} => 200 {"responses":[{"id":"2","status":200,"body":{"id":"{g3}"}},{"id":"1","status":200,"body":{"mail":"{u3}"}}]}`,
}

// redactedTape makes a cassette of templates with pseudonyms.
func redactedTape(t testing.TB, lines []string) *cassette.Cassette {
	t.Helper()
	tape := parseTape(t, strings.Join(lines, "\n"))
	tape.Meta.Redacted = []string{"identity.guid"}
	return tape
}

// FuzzRenaming is replay by unification as a law: for a random conversation, a random
// order, and a random renaming of its values that is one to one, the renamed requests
// get the renamed answers, in which a value counts once some request has held it.
func FuzzRenaming(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, bindFirst bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		recorded, live := randomCast(rng), randomCast(rng)
		var lines []string
		for _, i := range rng.Perm(len(conversation)) {
			lines = append(lines, conversation[i])
		}
		tape := make([]string, len(lines))
		for i, line := range lines {
			tape[i] = recorded.play(line)
		}
		session := newIndex(t, Rules{Order: OrderKey}, redactedTape(t, tape)).NewSession()
		held := cast{} // what each value is by now: the pseudonym until a request held it
		for name, value := range recorded {
			held[name] = value
			if bindFirst {
				held[name] = live[name]
				if err := session.Bind(value, live[name]); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, line := range lines {
			asked, answer, _ := strings.Cut(line, " => ")
			for _, name := range names {
				if strings.Contains(asked, "{"+name+"}") || strings.Contains(asked, "{"+name+"/}") {
					held[name] = live[name]
				}
			}
			_, body, _ := strings.Cut(answer, " ")
			if got, want := ask(t, session, live.play(asked)), visible(held.play(body)); !sameIgnoringCaseOfEscapes(got, want) {
				t.Fatalf("%s\nrecorded %s\ngot  %s\nwant %s", live.play(asked), recorded.play(line), got, want)
			}
		}
		if unused := session.Unused(); len(unused) > 0 {
			t.Errorf("%d unused", len(unused))
		}
	})
}

// sameIgnoringCaseOfEscapes compares two answers in which an address may be escaped more
// than it must.
func sameIgnoringCaseOfEscapes(a, b string) bool {
	plain := strings.NewReplacer("%24", "$", "%C3%AB", "ë").Replace
	return a == b || plain(a) == plain(b)
}

// TestBindConcurrently lets 64 goroutines bind values at once: one value of all of them
// is bound once, and each value of one goroutine is bound to a pseudonym of its own.
func TestBindConcurrently(t *testing.T) {
	const goroutines = 64
	var lines []string
	for i := range goroutines {
		lines = append(lines, fmt.Sprintf("GET /users/00000000-0000-4000-8000-%012d/p%d => 200 00000000-0000-4000-8000-%012d of 11111111-0000-4000-8000-000000000000", i+1, i, i+1))
	}
	lines = append(lines, "GET /groups/11111111-0000-4000-8000-000000000000 => 200 group 11111111-0000-4000-8000-000000000000")
	session := newIndex(t, Rules{}, redactedTape(t, lines)).NewSession()
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			if got := ask(t, session, "GET /groups/bbbbbbbb-0000-4000-8000-000000000000"); got != "group bbbbbbbb-0000-4000-8000-000000000000" {
				t.Error(got)
			}
			live := fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d", i)
			want := live + " of bbbbbbbb-0000-4000-8000-000000000000"
			for range 3 {
				if got := ask(t, session, fmt.Sprintf("GET /users/%s/p%d", live, i)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// TestBindRace lets 64 goroutines claim one pseudonym for a value each: one gets it.
func TestBindRace(t *testing.T) {
	for range 20 {
		session := newIndex(t, Rules{}, redactedTape(t, []string{
			"GET /users/11111111-0000-4000-8000-000000000000/manager/22222222-0000-4000-8000-000000000000 => 200 11111111-0000-4000-8000-000000000000 22222222-0000-4000-8000-000000000000",
		})).NewSession()
		var wg sync.WaitGroup
		answers := make([]string, 64)
		for i := range answers {
			wg.Go(func() {
				answers[i] = ask(t, session, fmt.Sprintf("GET /users/aaaaaaaa-0000-4000-8000-%012d/manager/bbbbbbbb-0000-4000-8000-%012d", i, i))
			})
		}
		wg.Wait()
		served := 0
		for i, answer := range answers {
			if answer == fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d bbbbbbbb-0000-4000-8000-%012d", i, i) {
				served++
			} else if answer != "miss: recorded but differs" {
				t.Error(answer)
			}
		}
		if served != 1 {
			t.Errorf("%d goroutines were served", served)
		}
	}
}

// TestRestoreHeader: links in headers lead on.
func TestRestoreHeader(t *testing.T) {
	tape := redactedTape(t, []string{`POST /teams/11111111-0000-4000-8000-000000000000/archive {} => 202`})
	tape.Interactions[0].Response.Headers = http.Header{"Location": {"/teams('11111111-0000-4000-8000-000000000000')/operations('22222222-0000-4000-8000-000000000000')"}}
	session := newIndex(t, Rules{}, tape).NewSession()
	req, body := parseMessage(t, "POST /teams/aaaaaaaa-0000-4000-8000-000000000000/archive {}").request(t)
	answer, err := session.Next(req, body)
	if err != nil {
		t.Fatal(err)
	}
	header := tape.Interactions[0].Response.Headers.Clone()
	answer.RestoreHeader(header)
	if got := header.Get("Location"); got != "/teams('aaaaaaaa-0000-4000-8000-000000000000')/operations('22222222-0000-4000-8000-000000000000')" {
		t.Error(got)
	}
}

// TestBoundMiss: a miss tells what is bound, and an undecided one how to decide.
func TestBoundMiss(t *testing.T) {
	tape := redactedTape(t, []string{
		"GET /users/11111111-0000-4000-8000-000000000000 => 200 one",
		"GET /users/22222222-0000-4000-8000-000000000000 => 200 two",
		"GET /users/33333333-0000-4000-8000-000000000000/manager => 200 three",
	})
	tape.Meta.Vars = map[string]string{"ME": "11111111-0000-4000-8000-000000000000"}
	session := newIndex(t, Rules{}, tape).NewSession()
	ask(t, session, "GET /users/aaaaaaaa-0000-4000-8000-000000000000/manager")
	req, _ := parseMessage(t, "GET /users/bbbbbbbb-0000-4000-8000-000000000000").request(t)
	_, err := session.Next(req, nil)
	var miss *MissError
	if !errors.As(err, &miss) || len(miss.Nearest) != 2 || len(miss.Bound) != 1 {
		t.Fatalf("%v", err)
	}
	want := `no answer to GET https://graph.microsoft.com/v1.0/users/bbbbbbbb-0000-4000-8000-000000000000: recorded but differs: 2 recorded requests differ from it in nothing but ids and names, and nothing tells which is meant
  recorded: GET https://graph.microsoft.com/v1.0/users/11111111-0000-4000-8000-000000000000 (tape.yaml:1)
    path[2]: recorded "11111111-0000-4000-8000-000000000000", received "bbbbbbbb-0000-4000-8000-000000000000"
  recorded: GET https://graph.microsoft.com/v1.0/users/22222222-0000-4000-8000-000000000000 (tape.yaml:2)
    path[2]: recorded "22222222-0000-4000-8000-000000000000", received "bbbbbbbb-0000-4000-8000-000000000000"
  bound: 33333333-0000-4000-8000-000000000000 = aaaaaaaa-0000-4000-8000-000000000000
  say which is meant: --input 22222222-0000-4000-8000-000000000000=bbbbbbbb-0000-4000-8000-000000000000
    or --input ME=bbbbbbbb-0000-4000-8000-000000000000
  in Go take the value from s.Var(NAME), or open with harness.Input(NAME, value)`
	if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	for _, name := range []string{"ME", "22222222-0000-4000-8000-000000000000"} {
		if session.Holds(name) == (name == "ME") {
			t.Errorf("Holds(%q) is %v", name, session.Holds(name))
		}
	}
	if session.Holds("44444444-0000-4000-8000-000000000000") {
		t.Error("it holds an id that stands nowhere")
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"user=a.b@contoso.com": "user=a.b@contoso.com", "id=x y": "'id=x y'", "n=O'Neil": `'n=O'\''Neil'`, "id=a!b": "'id=a!b'",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Bytes of which redaction left nothing but their kind stand for any bytes, alone and
// as a part of a form.
func TestUnifyBytes(t *testing.T) {
	form := func(boundary, file, picture string) message {
		return message{"POST", below + "/me/onenote/pages", http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}},
			"--" + boundary + "\r\nContent-Disposition: form-data; name=\"chart\"; filename=\"" + file + "\"\r\nContent-Type: image/png\r\n\r\n" + picture + "\r\n--" + boundary + "--\r\n"}
	}
	photo := func(picture string) message {
		return message{"PUT", below + "/me/photo/$value", http.Header{"Content-Type": {"image/jpeg"}}, picture}
	}
	tape := &cassette.Cassette{File: "tape.yaml", Meta: cassette.Meta{Format: 1, Redacted: []string{"content.bytes", "content.filename"}}}
	for _, m := range []message{photo("\xff\xd8\xff\xe0" + strings.Repeat("\x00", 20)), form("a", "file1.png", "\x89PNG\x00\x00\x00")} {
		tape.Interactions = append(tape.Interactions, &cassette.Interaction{
			Request: cassette.Request{Method: m.method, URL: m.url, Headers: m.header, Body: m.body}, Response: cassette.Response{Code: 201},
		})
	}
	for _, m := range []message{photo("\xff\xd8\xff\xe0a picture"), form("b", "chart.png", "\x89PNG and more")} {
		req, body := m.request(t)
		if _, err := newIndex(t, Rules{}, tape).NewSession().Next(req, body); err != nil {
			t.Error(err)
		}
	}
}
