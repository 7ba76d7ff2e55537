package redact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Whatever a field of a form holds that has not the form goes the way of any unknown text: the
// name of a member never keeps what somebody wrote there.
func TestFieldsOfAnotherForm(t *testing.T) {
	texts := []string{
		"Megan Bowen, Hauptstr. 7", "megan@bowen-milk.com", "solatifaqx", "Solatifaqx milk", "solatifaqx.docx", "7 Solatifaqx", "1e solatifaqx", "solatifaqx-08-05",
		"2026-01-02 solatifaqx", "W/solatifaqx", "Bearer solatifaqx", "+49 170 5550199123", "52.5170365, 13.3888599", "W/\"5170365133\"", "N 52 30.5170365",
	}
	secrets := []string{"solatifaqx", "megan", "bowen", "hauptstr", "5550199123", "5170365", "3888599"}
	parents := map[string]string{}
	for name, f := range memberFields {
		parents[name] = ""
		if len(f.within) > 0 {
			parents[name] = f.within[0]
		}
	}
	for name, f := range credentialFields {
		if len(f.within) == 0 {
			parents[name] = ""
		}
	}
	for _, text := range texts {
		quoted, _ := json.Marshal(text)
		var objects []string
		for name, parent := range parents {
			objects = append(objects, `{"`+parent+`":{"`+name+`":`+string(quoted)+`,"more":{"`+name+`":[`+string(quoted)+`]}}}`)
		}
		body := "[" + strings.Join(objects, ",") + "]"
		r, err := New(Rules{}, Options{Salt: []byte("the salt of tests")})
		if err != nil {
			t.Fatal(err)
		}
		redacted := func(body string) (of []json.RawMessage) {
			i := r.Interaction(&cassette.Interaction{
				Request:  cassette.Request{Method: "POST", URL: "https://graph.microsoft.com/v1.0/me", Body: body},
				Response: cassette.Response{Code: 200, Body: body},
			})
			if i.Request.Body != i.Response.Body {
				t.Errorf("%q: the request is another than the answer", text)
			}
			if err := json.Unmarshal([]byte(i.Response.Body), &of); err != nil {
				t.Fatal(err)
			}
			return of
		}
		once := redacted(body)
		again, _ := json.Marshal(once)
		for n, is := range redacted(string(again)) {
			if string(is) != string(once[n]) {
				t.Errorf("%s became %s, then %s", objects[n], once[n], is)
			}
			for _, secret := range secrets {
				if strings.Contains(strings.ToLower(string(is)), secret) {
					t.Errorf("%s became %s", objects[n], is)
				}
			}
		}
	}
}
