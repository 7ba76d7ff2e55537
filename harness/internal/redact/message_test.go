package redact

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

func TestMessage(t *testing.T) {
	r, err := New(Rules{}, Options{Salt: []byte("the salt of tests")})
	if err != nil {
		t.Fatal(err)
	}
	r.Interaction(&cassette.Interaction{
		Request:  cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users/adele@fabrikam.com"},
		Response: cassette.Response{Code: 200, Body: `{"displayName":"Adele Vance","userPrincipalName":"adele@fabrikam.com","manager":{"displayName":"one"},"other":{"displayName":"\u674e\u660e"},"more":[{"displayName":"Bo"},{"displayName":"Al \"Bo\" Vance"}]}`},
	})
	one, li := r.Message("one"), r.Message("\u674e\u660e")
	if one == "one" || li == "\u674e\u660e" {
		t.Fatalf("%q %q", one, li)
	}
	for text, want := range map[string]string{
		`"Adele Vance"`:                                                          `"Name 1 vvky"`,
		`Adele Vance`:                                                            `Name 1 vvky`,
		`it was 'adele@fabrikam.com', not a`:                                     `it was 'user1-vmmr@tenant1-hjmx.example', not a`,
		`"a plain word"`:                                                         `"a plain word"`,
		`no answer to GET /users/adele@fabrikam.com`:                             `no answer to GET /users/user1-vmmr@tenant1-hjmx.example`,
		`dial tcp 10.1.2.3:443: connect: refused`:                                `dial tcp 192.0.2.1:443: connect: refused`,
		`read tcp 10.0.0.7:51234->52.96.1.2:443: EOF`:                            `read tcp 192.0.2.1:51234->192.0.2.1:443: EOF`,
		`dial tcp [2603:1026::1]:443: i/o timeout`:                               `dial tcp 192.0.2.1:443: i/o timeout`,
		`lookup on 10.1.2.3: refused`:                                            `lookup on 192.0.2.1: refused`,
		`dial tcp 127.0.0.1:8080: connect: refused`:                              `dial tcp 127.0.0.1:8080: connect: refused`,
		`the client was gone; phones, one2, none`:                                `the client was gone; phones, one2, none`,
		`/v1.0/one/x one, 'one' %20one \none\u0020one one_1`:                     "/v1.0/" + one + "/x " + one + ", '" + one + "' %20" + one + ` \n` + one + `\u0020` + one + " " + one + "_1",
		`asked for Adele@Fabrikam.com`:                                           `asked for user1-vmmr@tenant1-hjmx.example`,
		"\u7528\u6237\u674e\u660e\u4e0d\u5b58\u5728":                             "\u7528\u6237" + li + "\u4e0d\u5b58\u5728",
		`lookup graph.microsoft.com on 10.0.0.1:53: no such host`:                `lookup graph.microsoft.com on 192.0.2.1:53: no such host`,
		`Get "https://host.example/a?tempauth=v1.secret&x=1": EOF; at 12:30 4.5`: `Get "https://host.example/a?...": EOF; at 12:30 4.5`,
		`no answer to GET https://graph.microsoft.com/v1.0/users?$filter=id%20eq%20'a%20''secret'&$top=1: never recorded`: `no answer to GET https://graph.microsoft.com/v1.0/users?... never recorded`,
	} {
		if got := r.Message(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
		if got := r.Message(want); got != want {
			t.Errorf("twice: %s, want %s", got, want)
		}
	}
	for _, text := range []string{ // names that are short or quoted, and those that nothing recorded
		"Bo", `"Al \"Bo\" Vance"`, `https://graph.microsoft.com/v1.0/users/Bowie`, `{"displayName":"Boris"}`, `[{"displayName":"Bodo"}]`,
	} {
		if got := r.Message(text); strings.Contains(got, "Bo") {
			t.Errorf("%s is told as %s", text, got)
		}
	}
}
