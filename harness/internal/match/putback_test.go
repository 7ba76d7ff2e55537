package match

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestPutBack sends the recorded values of a sealed recording, and gets the recorded answer with
// them wherever they stand in it, byte for byte.
func TestPutBack(t *testing.T) {
	const id = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	bytes := "\x8b\xe3\xa0\x8e\xb3\xef\x57\x47\x92\x4a\x5f\x94\x06\x1c\xf8\xc2" // as .NET writes a GUID
	for name, body := range map[string]string{
		"members":         `{"id":"` + id + `","name":"Adele Vance","mail":"adele@fabrikam.com"}`,
		"within a text":   `{"note":"ask Adele Vance (adele@fabrikam.com) about ` + id + `, or fabrikam.com"}`,
		"upper case id":   `{"id":"` + strings.ToUpper(id) + `"}`,
		"without hyphens": `{"id":"` + strings.ReplaceAll(id, "-", "") + `"}`,
		"links":           `{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users/adele@fabrikam.com/x?$filter=name%20eq%20%27Adele%20Vance%27","context":"https://graph.microsoft.com/v1.0/$metadata#users('adele@fabrikam.com')/$entity"}`,
		"JSON in JSON":    `{"data":"{\"id\":\"` + id + `\",\"name\":\"Adele Vance\"}"}`,
		"base64 of JSON":  `{"data":"` + encode(`{"name":"Adele Vance","id":"`+id+`"}`) + `"}`,
		"bytes of a GUID": `{"data":"` + base64.RawURLEncoding.EncodeToString([]byte(bytes)) + `"}`,
		"a chat of two":   `{"id":"19:` + id + `_` + id + `@unq.gbl.spaces"}`,
		"proxy addresses": `{"proxyAddresses":["SMTP:adele@fabrikam.com","smtp:adele@fabrikam.com"]}`,
		"batch":           `{"responses":[{"id":"1","status":200,"headers":{"Location":"https://graph.microsoft.com/v1.0/users/adele@fabrikam.com"},"body":{"name":"Adele Vance"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			recording := `GET /users/«adele@fabrikam.com»?$filter=name%20eq%20'«Adele%20Vance»'%20and%20in%20eq%20'«fabrikam.com»'%20and%20id%20eq%20'` + id + `' => 200 ` + body
			s := newSealer()
			plain := parseRecording(t, s.unmark(recording))
			plain.Interactions[0].Response.Headers = http.Header{
				"Content-Type": {"application/json"}, "Location": {"https://graph.microsoft.com/v1.0/users/adele@fabrikam.com/" + id}, "X-Name": {"Adele Vance"},
			}
			sealed := s.seal(plain)
			if stored := sealed.Interactions[0].Response.Body; strings.Contains(strings.ToLower(stored), id) || strings.Contains(stored, "Adele") {
				t.Fatalf("the test's sealer left %s", stored)
			}
			session := newIndex(t, Rules{}, sealed).NewSession()
			asked, _, _ := strings.Cut(s.unmark(recording), " => ")
			req, sent := parseMessage(t, asked).request(t)
			answer, err := session.Next(req, sent)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Body != body {
				t.Errorf("got  %s\nwant %s\nfrom %s", answer.Body, body, sealed.Interactions[0].Response.Body)
			}
			header := sealed.Interactions[0].Response.Headers.Clone()
			answer.RestoreHeader(header)
			if got, want := fmt.Sprint(header["Location"], header["X-Name"]), "[https://graph.microsoft.com/v1.0/users/adele@fabrikam.com/"+id+"] [Adele Vance]"; got != want {
				t.Errorf("headers: got %s, want %s", got, want)
			}
		})
	}
}

// TestPutBackBesideARange: where no upload is put back the range of a download stays.
func TestPutBackBesideARange(t *testing.T) {
	session := newIndex(t, Rules{}, sealMarked(t, `GET /files/«Budget.xlsx» => 206 Content-Range: bytes 0-3/9 | X-Name: Budget.xlsx | abcd`)).NewSession()
	req, body := parseMessage(t, "GET /files/Budget.xlsx").request(t)
	answer, err := session.Next(req, body)
	if err != nil {
		t.Fatal(err)
	}
	header := answer.Interaction.Response.Headers.Clone()
	answer.RestoreHeader(header)
	if got := fmt.Sprint(header); got != "map[Content-Range:[bytes 0-3/9] X-Name:[Budget.xlsx]]" || fmt.Sprint(answer.Interaction.Response.Headers) == got {
		t.Error(got)
	}
}

// TestAddressInPlaceOfAName: only an address has a domain that is bound with it.
func TestAddressInPlaceOfAName(t *testing.T) {
	session := newIndex(t, Rules{}, sealMarked(t, `POST /groups {"displayName":"«Sales»"} => 201 made`)).NewSession()
	if got := ask(t, session, `POST /groups {"displayName":"sales@contoso.com"}`); got != "made" {
		t.Fatal(got)
	}
	req, body := parseMessage(t, "GET /groups").request(t)
	var miss *MissError
	if _, err := session.Next(req, body); !errors.As(err, &miss) || len(miss.Bound) != 1 || miss.Bound[0].Live != "sales@contoso.com" {
		t.Errorf("%+v", miss)
	}
}

// TestSealIsReadWhenAsked: requests that come as they are stored cost no reading of what
// others differ in.
func TestSealIsReadWhenAsked(t *testing.T) {
	s := newSealer()
	const recording = `GET /users/«adele@fabrikam.com» => 200 {"mail":"adele@fabrikam.com"}`
	sealed := s.seal(parseRecording(t, s.unmark(recording)))
	x := newIndex(t, Rules{}, sealed)
	session := x.NewSession()
	if got := ask(t, session, "GET "+strings.TrimPrefix(sealed.Interactions[0].Request.URL, below)); len(x.seal.shapes)+len(x.seal.buckets) > 0 {
		t.Errorf("%s: it was read", got)
	}
	if got := ask(t, x.NewSession(), "GET /users/adele@fabrikam.com"); len(x.seal.buckets) == 0 || !strings.Contains(got, "adele@fabrikam.com") {
		t.Errorf("%s: it was not read", got)
	}
}

// TestFlights holds that order decides nothing once two requests were under way at once.
func TestFlights(t *testing.T) {
	recording := sealMarked(t, `POST /groups {"displayName":"«one»"} => 201 1
		POST /groups {"displayName":"«two»"} => 201 2
		POST /groups {"displayName":"«three»"} => 201 3
		POST /groups {"displayName":"«four»"} => 201 4`)
	post := func(s *Session, name string) (Answer, error) {
		req, body := parseMessage(t, `POST /groups {"displayName":"`+name+`"}`).request(t)
		return s.Next(req, body)
	}
	session := newIndex(t, Rules{}, recording).NewSession()
	first, err := post(session, "random a")
	if err != nil || first.Body != "1" || first.Note == "" || first.read == nil {
		t.Fatalf("the first: %+v, %v", first, err)
	}
	first.Read()
	first.Read()
	second, err := post(session, "random b")
	if err != nil || second.Body != "2" {
		t.Fatalf("the second: %+v, %v", second, err)
	}
	if known, err := post(session, "four"); err != nil || known.Body != "4" {
		t.Errorf("a known one while another is under way: %+v, %v", known, err)
	}
	if third, err := post(session, "random c"); err != nil || third.Body != "3" { // the only one that is left
		t.Errorf("the last: %+v, %v", third, err)
	}
	session = newIndex(t, Rules{}, recording).NewSession()
	if _, err := post(session, "random a"); err != nil {
		t.Fatal(err)
	}
	if second, err := post(session, "random b"); err == nil {
		t.Errorf("answered %q, while the first was not read", second.Body)
	}
	session = newIndex(t, Rules{}, recording).NewSession()
	one, err1 := post(session, "one")
	two, err2 := post(session, "two")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	one.Read()
	two.Read()
	if third, err := post(session, "random a"); err == nil {
		t.Errorf("answered %q, after two were under way at once", third.Body)
	}
	session = newIndex(t, Rules{Bind: BindRecorded}, recording).NewSession()
	if answer, err := post(session, "random a"); err == nil {
		t.Errorf("bind: recorded: answered %q", answer.Body)
	}
	if answer, err := post(session, "three"); err != nil || answer.Body != "3" {
		t.Errorf("bind: recorded: %+v, %v", answer, err)
	}
}

// TestManyNames holds that each of many names of one shape is known, in any order.
func TestManyNames(t *testing.T) {
	var recording strings.Builder
	const names = 2000
	for n := range names {
		fmt.Fprintf(&recording, "GET /users?$filter=displayName%%20eq%%20'«Person%%20%d»' => 200 %d\n", n, n)
	}
	session := newIndex(t, Rules{}, sealMarked(t, recording.String())).NewSession()
	for k := range names {
		n := (k*977 + 5) % names
		if got := ask(t, session, fmt.Sprintf("GET /users?$filter=displayName%%20eq%%20'Person%%20%d'", n)); got != fmt.Sprint(n) {
			t.Fatalf("Person %d: %s", n, got)
		}
	}
}

// TestHeadersWithoutKey: what stands in headers that no key has does not count.
func TestHeadersWithoutKey(t *testing.T) {
	session := newIndex(t, Rules{}, sealMarked(t, `GET /users?$filter=displayName%20eq%20'«Adele%20Vance»' User-Agent: «My tool» | => 200 1`)).NewSession()
	if got := ask(t, session, `GET /users?$filter=displayName%20eq%20'Adele%20Vance'`); got != "1" {
		t.Error(got)
	}
}
