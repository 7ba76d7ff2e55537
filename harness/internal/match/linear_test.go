package match

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// What grows, grows evenly.
func TestLinear(t *testing.T) {
	batch := func(method string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,{"id":"%d","method":"%s","url":"/users/%d"}`, i, method, i)
		}
		return `{"requests":[` + b.String()[1:] + `]}`
	}
	for name, use := range map[string]func(){
		"200,000 parts": func() {
			keyOfBody(t, http.Header{"Content-Type": {"multipart/mixed; boundary=b"}}, []byte(strings.Repeat("--b\n", 200_000)))
		},
		"60,000 writes and reads": func() {
			newIndex(t, Rules{}, parseRecording(t, "POST /$batch "+batch("DELETE", 60_000)+" => 200 {}\nPOST /$batch "+batch("GET", 60_000)+" => 200 {}"))
		},
		"20,000 parts, none recorded": func() {
			recorded := parseRecording(t, "POST /$batch "+batch("GET", 20_000)+" => 200 {}")
			ask(t, newIndex(t, Rules{}, recorded).NewSession(), "POST /$batch "+strings.ReplaceAll(batch("GET", 20_000), "/users/", "/groups/"))
		},
		"30,000 fields, none recorded": func() {
			form := func(name string) string {
				var b strings.Builder
				for i := range 30_000 {
					fmt.Fprintf(&b, "&%s%d=1", name, i)
				}
				return "POST /forms Content-Type: application/x-www-form-urlencoded | " + b.String()[1:]
			}
			ask(t, newIndex(t, Rules{}, parseRecording(t, form("a")+" => 200")).NewSession(), form("b"))
		},
		"40,000 ids in capitals": func() {
			ids := strings.Repeat("8EA0E38B-EFB3-4757-924A-5F94061CF8C2 ", 40_000)
			ask(t, newIndex(t, Rules{}, sealRecording(t, parseRecording(t, `POST /me {"a":"`+ids+`"} => 200 ok`))).NewSession(), `POST /me {"a":"`+ids+`"}`)
		},
		"20,000 names in a list, none recorded": func() {
			list := func(name string) string {
				var b strings.Builder
				for i := range 20_000 {
					fmt.Fprintf(&b, ",'%s Vance %d'", name, i)
				}
				return "GET /users?$filter=displayName%20in%20(" + strings.ReplaceAll(b.String()[1:], " ", "%20") + ")"
			}
			ask(t, newIndex(t, Rules{}, sealRecording(t, parseRecording(t, list("Adele")+" => 200 ok"))).NewSession(), list("Alex"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			best := testkit.Least(3*time.Second, use)
			t.Logf("took %v", best.Round(time.Millisecond))
			if best > 3*time.Second {
				t.Errorf("took %v", best)
			}
		})
	}
}
