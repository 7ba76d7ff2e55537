package laws_test

import (
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/laws"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// placed are the places of a request at which a value may stand.
var placed = map[string]func(value string) cassette.Request{
	"path":       func(s string) cassette.Request { return get("/users/" + url.PathEscape(s) + "/manager") },
	"key":        func(s string) cassette.Request { return get("/users(" + quoted(s) + ")/manager") },
	"argument":   func(s string) cassette.Request { return get("/applications(appId=" + quoted(s) + ")") },
	"colon path": func(s string) cassette.Request { return get("/me/drive/root:/a/" + url.PathEscape(s) + ":/children") },
	"shared link": func(s string) cassette.Request {
		return get("/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte("https://contoso.sharepoint.com/s/"+url.PathEscape(s))) + "/driveItem")
	},
	"option":     func(s string) cassette.Request { return get("/me/events?transaction=" + url.QueryEscape(s)) },
	"own option": func(s string) cassette.Request { return get("/me/events?contosoRegion=" + url.QueryEscape(s)) },
	"filter":     func(s string) cassette.Request { return get("/users?$filter=mail%20eq%20" + quoted(s)) },
	"starts with": func(s string) cassette.Request {
		return get("/users?$filter=startswith(displayName," + quoted(s) + ")")
	},
	"search": func(s string) cassette.Request {
		return get("/users?$search=" + url.QueryEscape(`"displayName:`+strings.NewReplacer(`"`, "", `\`, "").Replace(s)+`"`))
	},
	"header": func(s string) cassette.Request {
		r := get("/planner/tasks/1")
		r.Headers = http.Header{"If-Match": {s}}
		return r
	},
	"body member": func(s string) cassette.Request {
		return post("/me/messages", "application/json", text(object{"subject": s}))
	},
	"bind": func(s string) cassette.Request {
		return post("/chats", "application/json", text(object{"user@odata.bind": origin + "/v1.0/users('" + strings.ReplaceAll(s, "'", "''") + "')"}))
	},
	"form": func(s string) cassette.Request {
		return post("/me/form", "application/x-www-form-urlencoded", "a=1&value="+url.QueryEscape(s))
	},
	"part's url": func(s string) cassette.Request {
		return post("/$batch", "application/json", text(object{"requests": []any{object{"id": "1", "method": "GET", "url": "/users/" + url.PathEscape(s)}}}))
	},
	"part's body": func(s string) cassette.Request {
		return post("/$batch", "application/json", text(object{"requests": []any{object{"id": "1", "method": "POST", "url": "/groups", "headers": object{"Content-Type": "application/json"}, "body": object{"description": s}}}}))
	},
}

func get(path string) cassette.Request {
	return cassette.Request{Method: "GET", URL: origin + "/v1.0" + path}
}

func post(path, kind, body string) cassette.Request {
	return cassette.Request{Method: "POST", URL: origin + "/v1.0" + path, Headers: http.Header{"Content-Type": {kind}}, Body: body}
}

// shown is what the answer has of a value: all but two that are read in another way where
// they are what a member holds.
func shown(s string) string {
	if strings.HasPrefix(s, "<") || strings.HasPrefix(s, `"`) {
		return ""
	}
	return s
}

// TestEveryFormatAtEveryPlace: a request gets its own answer whatever the format of what
// stands in it, and wherever that stands: alone, and among others of its shape.
func TestEveryFormatAtEveryPlace(t *testing.T) {
	for place, request := range placed {
		var all laws.Tally
		made := &tape{random: rand.New(rand.NewPCG(1, 1))}
		add := func(to *tape, s string) {
			i := &cassette.Interaction{ID: len(to.recorded), Request: request(s), Response: cassette.Response{Code: 200, Headers: http.Header{"Content-Type": {"application/json"}}, Body: text(object{"value": shown(s)})}}
			if i.Request.Method == "GET" || len(to.stretches) == 0 {
				to.stretches = append(to.stretches, nil)
			}
			last := &to.stretches[len(to.stretches)-1]
			*last = append(*last, len(to.recorded))
			to.recorded = append(to.recorded, i)
		}
		values := map[string]bool{}
		for _, name := range identity.Names() {
			for _, s := range testkit.Formats(t)[name].Matches {
				value := strings.ToLower(s)
				if plain, err := url.PathUnescape(value); err == nil && place == "bind" { // an address within a text
					value = plain
				}
				if len(s) > 2000 || strings.ContainsAny(s, "\r\n\x00") && place == "header" || values[value] ||
					place == "colon path" && strings.Contains(s, "$metadata#") { // is no name of a file, and read as a key
					continue
				}
				values[value] = true
				one := &tape{}
				add(one, s)
				tally := sealTape(t, one, nil).play(t, laws.InOrder, 1, nil)
				all.Add(tally)
				if tally.Own != 1 {
					t.Errorf("%s, %s: %q\n%s", place, name, s, strings.Join(tally.Notes, "\n"))
				}
				if name != "jwt" { // what stands for a secret fits any
					add(made, s)
				}
			}
		}
		for name, order := range map[string]laws.Order{"in order": laws.InOrder, "shuffled": laws.Shuffled, "at once": laws.AtOnce} {
			tally := sealTape(t, made, nil).play(t, order, 1, nil)
			if tally.Wrong+tally.Missed > 0 {
				t.Errorf("%s, all of them %s: %d wrong, %d missed of %d\n%s", place, name, tally.Wrong, tally.Missed, tally.Total(), strings.Join(tally.Notes[:min(8, len(tally.Notes))], "\n"))
			}
			all.Add(tally)
		}
		t.Logf("%s: own %d, wrong %d, missed %d", place, all.Own, all.Wrong, all.Missed)
	}
}
