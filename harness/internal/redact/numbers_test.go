package redact_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A number of JSON that says who or what, by the name of its member, becomes another number;
// what looks like one and is none is a text.
func TestNumbersOfPeople(t *testing.T) {
	number := regexp.MustCompile(`-?[0-9][-0-9.eE]{3,}`)
	for _, member := range []string{"mobilePhone", "employeeId", "imei", "serialNumber", "postalCode", "birthday", "pin", "smsCode", "passportNumber", "socialSecurityNumber", "studentNumber", "conferenceId", "values", "latitude"} {
		body := `{"` + member + `":4915112,"x":[{"` + member + `":[49151123,70000.5,-491511.25,4.9151e8]}],"count":4915117}`
		i := interaction("POST", graph+"/me")
		i.Request.Body, i.Response.Body = body, body
		r := newRedactor(t)
		stored := r.Interaction(i)
		if !json.Valid([]byte(stored.Response.Body)) {
			t.Errorf("%s: stored %s", member, stored.Response.Body)
		}
		kept := number.FindAllString(stored.Response.Body, -1)
		for _, was := range number.FindAllString(body, -1) {
			if slices.Contains(kept, was) != (was == "4915117") {
				t.Errorf("%s: of %s %s is stored", member, body, stored.Response.Body)
			}
		}
		if again := r.Interaction(stored); again.Response.Body != stored.Response.Body || again.Request.Body != stored.Request.Body {
			t.Errorf("%s: again %s, want %s", member, again.Response.Body, stored.Response.Body)
		}
	}
	i := interaction("GET", graph+"/me")
	i.Response.Body = `{"note":078-05-1120,"other":+1.e,"third":4111-1111}`
	if stored := newRedactor(t).Interaction(i).Response.Body; strings.Contains(stored, "05-1120") || strings.Contains(stored, "1111") {
		t.Errorf("stored %s", stored)
	}
}
