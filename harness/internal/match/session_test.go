package match

import (
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// TestPrincipals: who asks counts only where the recordings tell callers apart.
func TestPrincipals(t *testing.T) {
	recording := parseRecording(t, "GET /me => 200 Ann\nGET /me => 200 Bob")
	askAs := func(s *Session, name string) string {
		req, _ := parseMessage(t, "GET /me").request(t)
		answer, err := s.Next(req.WithContext(WithPrincipal(t.Context(), name)), nil)
		if err != nil {
			return err.Error()
		}
		return answer.Body
	}
	session := newIndex(t, Rules{}, recording).NewSession()
	if got := askAs(session, "bob") + askAs(session, "ann"); got != "AnnBob" {
		t.Errorf("without principals: %s", got)
	}
	recording.Interactions[0].Principal, recording.Interactions[1].Principal = "ann", "ann"
	if got := askAs(newIndex(t, Rules{}, recording).NewSession(), "bob"); got != "Ann" {
		t.Errorf("with one principal: %s", got)
	}
	recording.Interactions[0].Principal, recording.Interactions[1].Principal = "ann", "bob"
	session = newIndex(t, Rules{}, recording).NewSession()
	if got := askAs(session, "bob") + askAs(session, "ann") + askAs(session, "bob"); got != "BobAnnBob" {
		t.Errorf("with principals: %s", got)
	}
	session = newIndex(t, Rules{}, recording, parseRecording(t, "GET /me => 200 anybody")).NewSession()
	if got := askAs(session, "bob") + askAs(session, "eve") + askAs(session, ""); got != "Bobanybodyanybody" {
		t.Errorf("with a cassette that names none: %s", got)
	}
	me, _ := parseMessage(t, "GET /ME").request(t)
	if answer, err := session.Next(me.WithContext(WithPrincipal(t.Context(), "ann")), nil); err != nil || answer.Body != "Ann" {
		t.Errorf("with a cassette that names none, in another spelling: %s, %v", answer.Body, err)
	}
	session = newIndex(t, Rules{}, sealRecording(t, parseRecording(t, "GET /me?$filter=a%20eq%20'Adele%20Vance' => 200 {}")), recording).NewSession()
	asked := "GET /me?$filter=a%20eq%20'Adele%20Vance'"
	req, _ := parseMessage(t, asked).request(t)
	if answer, err := session.Next(req.WithContext(WithPrincipal(t.Context(), "bob")), nil); err != nil || answer.Body != "{}" {
		t.Errorf("with a sealed cassette that names none: %s, %v", answer.Body, err)
	}
	sealed := sealRecording(t, parseRecording(t, asked+" => 200 {}\n"+asked+" => 200 []"))
	sealed.Interactions[0].Principal, sealed.Interactions[1].Principal = "ann", "bob"
	if answer, err := newIndex(t, Rules{}, sealed).NewSession().Next(req.WithContext(WithPrincipal(t.Context(), "bob")), nil); err != nil || answer.Body != "[]" {
		t.Errorf("with a sealed cassette: %s, %v", answer.Body, err)
	}
	session = newIndex(t, Rules{}, recording).NewSession()
	if got := askAs(session, "eve"); !strings.Contains(got, `principal: recorded "ann", received "eve"`) {
		t.Errorf("unknown principal: %s", got)
	}
}

// TestArchivesStay: what a cassette of this project holds is plain, although it may look
// compressed; what another holds may be as it came.
func TestArchivesStay(t *testing.T) {
	archive := string(compress(t, []byte("text")))
	for format, want := range map[int]string{0: "text", 1: archive} {
		recording := parseRecording(t, "GET /me => 200 ")
		recording.Meta.Format, recording.Interactions[0].Response.Body = format, archive
		if got := ask(t, newIndex(t, Rules{}, recording).NewSession(), "GET /me"); got != want {
			t.Errorf("format %d: got %q, want %q", format, got, want)
		}
	}
}

func TestTrace(t *testing.T) {
	recording := parseRecording(t, "GET /me => 200 a")
	session := newIndex(t, Rules{}, recording).NewSession()
	var trace Trace
	send := func(line string) {
		req, body := parseMessage(t, line).request(t)
		_, _ = session.Next(req.WithContext(WithTrace(t.Context(), &trace)), body)
	}
	send("GET /me")
	if trace.Answer.Interaction != recording.Interactions[0] || trace.Miss != nil {
		t.Errorf("after an answer: %+v", trace)
	}
	send("GET /you")
	if trace.Answer.Interaction != nil || trace.Miss == nil {
		t.Errorf("after a miss: %+v", trace)
	}
	send("GET /ME")
	if trace.Answer.Interaction == nil || trace.Miss != nil {
		t.Errorf("after another answer: %+v", trace)
	}
}

// TestSeveralCassettes: their order is that of the arguments.
func TestSeveralCassettes(t *testing.T) {
	one, two := parseRecording(t, "GET /me => 200 one"), parseRecording(t, "PATCH /me {} => 204\nGET /me => 200 two")
	session := newIndex(t, Rules{}, two, one).NewSession()
	var got []string
	for _, line := range []string{"PATCH /me {}", "GET /me", "GET /me"} {
		got = append(got, ask(t, session, line))
	}
	if diff := cmp.Diff([]string{"(empty)", "two", "one"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	session = newIndex(t, Rules{}, two, one).NewSession()
	var unused []*cassette.Cassette
	for _, u := range session.Unused() {
		unused = append(unused, u.Cassette)
	}
	if len(unused) != 3 || unused[0] != two || unused[1] != two || unused[2] != one {
		t.Errorf("unused in %v", unused)
	}
}

func TestPatience(t *testing.T) {
	session := newIndex(t, Rules{}, parseRecording(t, "GET /me => 200 a")).NewSession()
	for n := range 1 + repeatsAny {
		if got := ask(t, session, "GET /me"); got != "a" {
			t.Fatalf("request %d: %s", n+1, got)
		}
	}
	if got := ask(t, session, "GET /me"); got != "miss: recorded but consumed: polling beyond the recording" {
		t.Error(got)
	}
}

func TestUnreadableRequest(t *testing.T) {
	recording := parseRecording(t, "GET /me => 200 a\nGET /you => 200 b")
	recording.Interactions[1].Request.URL = "https://graph.microsoft.com:port/v1.0/me"
	recording.Interactions[1].Line = 31
	_, err := NewIndex(Rules{}, recording)
	if err == nil || !strings.HasPrefix(err.Error(), "load recording.yaml: line 31: interaction 1: read the request's address: ") {
		t.Errorf("error %v", err)
	}
}

// TestForeignRecordings: files of other tools, with header names in lower case,
// hosts apart from the address, and the method left out.
func TestForeignRecordings(t *testing.T) {
	recording := &cassette.Cassette{Interactions: []*cassette.Interaction{
		{Request: cassette.Request{URL: "/v1.0/me", Host: "graph.microsoft.com"}, Response: cassette.Response{Body: "me"}},
		{Request: cassette.Request{Method: "POST", URL: below + "/chats", Headers: http.Header{"content-type": {"application/json"}}, Body: `{"a":1}`}, Response: cassette.Response{Body: "chat"}},
	}}
	session := newIndex(t, Rules{}, recording).NewSession()
	for line, want := range map[string]string{"GET /me": "me", `POST /chats {"a": 1.0}`: "chat"} {
		if got := ask(t, session, line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// TestSessionsAreCheap: a thousand sessions over ten thousand interactions.
func TestSessionsAreCheap(t *testing.T) {
	var text strings.Builder
	for n := range 10_000 {
		text.WriteString("GET /users/" + strings.Repeat("x", n%7) + string(rune('a'+n%26)) + "?$top=" + strings.Repeat("1", 1+n%9) + " => 200\n")
	}
	x := newIndex(t, Rules{}, parseRecording(t, text.String()))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sessions := make([]*Session, 1000)
	for i := range sessions {
		sessions[i] = x.NewSession()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / 1000; each > 4096 {
		t.Errorf("a session takes %d bytes", each)
	}
	runtime.KeepAlive(sessions)
}

// TestInputs: what a user may bind, and what is none of a cassette's values.
func TestInputs(t *testing.T) {
	const id = "0b1c2d3e-1111-4222-8333-123456789abc"
	plain := parseRecording(t, "GET /users/"+id+" => 200 {}\nGET /users?$filter=displayName%20eq%20'Adele%20Vance' => 200 {}")
	session := newIndex(t, Rules{}, plain).NewSession()
	if session.Holds(id) || session.Bind(id, id) != nil || session.Bind(id, "1"+id[1:]) == nil {
		t.Error("a plain cassette holds pseudonyms")
	}
	sealed := sealRecording(t, plain)
	_, stored, _ := strings.Cut(sealed.Interactions[0].Request.URL, "/users/")
	session = newIndex(t, Rules{}, sealed).NewSession()
	for text, want := range map[string]bool{stored: true, "Name 1 vvky": true, "NAME 1 VVKY": true, id: false, "Adele Vance": false, stored + "_" + id: false} {
		if got := session.Holds(text); got != want {
			t.Errorf("holds %q: %t", text, got)
		}
	}
}

// TestOverlappingLookUps: what a request means is decided anew once another was answered since
// it was looked up.
func TestOverlappingLookUps(t *testing.T) {
	session := newIndex(t, Rules{}, sealMarked(t, "POST /groups {\"displayName\":\"«Sales»\"} => 201 {\"displayName\":\"«Sales»\"}")).NewSession()
	one, body := parseMessage(t, "POST /groups {\"displayName\":\"one\"}").request(t)
	other, otherBody := parseMessage(t, "POST /groups {\"displayName\":\"other\"}").request(t)
	first, second := session.lookUp(one, body), session.lookUp(other, otherBody)
	answer, err := session.answer(one, body, &first)
	if err != nil || answer.Body != `{"displayName":"one"}` {
		t.Errorf("%s, %v", answer.Body, err)
	}
	answer.Read()
	if answer, err := session.answer(other, otherBody, &second); err == nil {
		t.Errorf("answered %s", answer.Body)
	}
	if session.unsealer.flight(second.found.bucket).overlapped(0) {
		t.Error("a miss is under way")
	}
}

// TestOpaqueAddresses: an address that its sender wrote itself is no spelling of another.
func TestOpaqueAddresses(t *testing.T) {
	ids := []string{"0b1c2d3e-1111-4222-8333-123456789abc", "0b1c2d3e-1111-4222-8333-123456789abd"}
	recording := sealRecording(t, parseRecording(t, "GET /users?$filter=id%20eq%20'"+ids[0]+"' => 200 0\nGET /users?$filter=id%20eq%20'"+ids[1]+"' => 200 1"))
	session := newIndex(t, Rules{}, recording).NewSession()
	for n, id := range ids {
		req := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Opaque: strings.TrimPrefix(below, "https:") + "/users?$filter=id%20eq%20'" + id + "'"}}
		if answer, err := session.Next(req, nil); err != nil || answer.Body != strconv.Itoa(n) {
			t.Errorf("%s: %s, %v", id, answer.Body, err)
		}
	}
}
