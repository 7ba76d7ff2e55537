package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/redact"
)

// What was redacted stays as it is, holes included, where its pseudonyms have another shape
// than what they stand for.
func TestRedactedAgain(t *testing.T) {
	for name, body := range map[string]string{
		"part's id":           `{"requests":[{"id":"xaver-and-quirin","method":"GET","url":"/me"},{"id":"2","dependsOn":["xaver-and-quirin"],"method":"GET","url":"/me"}]}`,
		"mark of the order":   "\ufeff" + `{"displayName":"Xaver","note":` + "\"\ufeff" + `{\"a\":\"Xaver\"}"}`,
		"list with blanks":    `{"@odata.context":"` + graph + `/$metadata#users(xaver%20quirin)"}`,
		"doctype":             `{"note":"<!DOCTYPE xaver><p>quirin</p>"}`,
		"base64 in a setting": `{"note":"Basic eGF2ZXI6cXVpcmlucXVpcmlu=3D"}`,
		"token cut short":     `{"note":"see https://x.sharepoint.com/d?a=1&tempauth=3D= v1.xaverxaverxaverxaverxaverxaver"}`,
	} {
		i := interaction("POST", graph+"/$batch")
		i.Request.Body, i.Response.Body = body, body
		for _, rules := range []redact.Rules{{}, {Identity: redact.Off, Content: redact.Off, Unknown: redact.Off}} {
			r, err := redact.New(rules, redact.Options{Salt: salt})
			if err != nil {
				t.Fatal(err)
			}
			once := r.Interaction(i)
			twice := r.Interaction(once)
			a, _ := json.Marshal(once)
			b, _ := json.Marshal(twice)
			if string(a) != string(b) {
				t.Errorf("%s: stored\n%s, and then\n%s", name, a, b)
			}
			if strings.HasPrefix(body, "\ufeff{") != strings.HasPrefix(once.Response.Body, "\ufeff{") {
				t.Errorf("%s: stored %s", name, once.Response.Body)
			}
		}
	}
}
