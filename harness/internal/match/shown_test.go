package match

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// Two long values are shown around the place where they begin to differ.
func TestShownAroundTheDifference(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	for _, tc := range []struct{ name, recorded, received, old, now string }{
		{"short", "a", "b", `"a"`, `"b"`},
		{"early", "a" + long, "b" + long, `"a` + long[:79] + `... (201 bytes)"`, `"b` + long[:79] + `... (201 bytes)"`},
		{"late", long + "a", long + "b", `"...` + long[170:] + `a (201 bytes)"`, `"...` + long[170:] + `b (201 bytes)"`},
		{"middle", long + "a" + long, long + "b" + long, `"...` + long[170:] + "a" + long[:49] + `... (401 bytes)"`, `"...` + long[170:] + "b" + long[:49] + `... (401 bytes)"`},
		{"longer", long, long + "x", `"...` + long[170:] + ` (200 bytes)"`, `"...` + long[170:] + `x (201 bytes)"`},
		{"binary", "\xff" + long + "a", "\xff" + long + "b", "(202 bytes, other from byte 201 on)", "(202 bytes, other from byte 201 on)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if old, now := shownSides("body", tc.recorded, tc.received); old != tc.old || now != tc.now {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", old, now, tc.old, tc.now)
			}
		})
	}
	if old, now := shownSides("body.$['x']", []any{long + "a"}, []any{long + "b"}); !strings.HasSuffix(old, `a"] (205 bytes)`) || !strings.HasSuffix(now, `b"] (205 bytes)`) {
		t.Errorf("JSON values: %s, %s", old, now)
	}
	if old, now := shownSides("body.$['password']", long+"a", long+"b"); old != "(hidden)" || now != "(hidden)" {
		t.Errorf("a secret is shown: %s, %s", old, now)
	}
	if old, now := shownSides("body.$['password']", "abc", ""); old != "(hidden)" || now != `""` {
		t.Errorf("a secret that is empty: %s, %s", old, now)
	}
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJ1cG4iOiJhZGVsZSJ9.c2lnbmF0dXJlLW9mLWl0"
	for _, sides := range [][2]string{{token, "a word"}, {"a word", token}} {
		if old, now := shownSides("body.$['note']", sides[0], sides[1]); old != "(hidden)" || now != "(hidden)" {
			t.Errorf("what stands for a token is shown: %s, %s", old, now)
		}
	}
	if got := excerpt(strings.Repeat("\x80", 200), 0, maxShown); !strings.Contains(got, "200 bytes") {
		t.Errorf("no characters: %q", got)
	}
	for _, secret := range []string{"{\"a\":1,\n\"password\":\"s3cret-1\"}", "<a><password>s3cret-1</password></a>", "<a>\n<password>s3cret-1</password></a>", "Name,Password\nx,s3cret-1\n"} {
		if old, now := shownSides("body", strings.ReplaceAll(secret, "1", "2"), secret); strings.Contains(old+now, "s3cret") {
			t.Errorf("a secret in a text is told: %s, %s", old, now)
		}
	}
	wide := strings.Repeat("é", 200)
	if old, now := shownSides("body", wide+"a", wide+"b"); !utf8.ValidString(old) || old == now || strings.Contains(old, "\\x") {
		t.Errorf("cut within a character: %s, %s", old, now)
	}
}

// TestMissShowsNoToken: a signed token stands in no part of a miss, under whatever name it
// was sent.
func TestMissShowsNoToken(t *testing.T) {
	const head, claims, sig = "eyJhbGciOiJSUzI1NiJ9", "eyJ1cG4iOiJhZGVsZSJ9", "c2lnbmF0dXJlLW9mLWl0"
	recording := parseRecording(t, "GET /users/1?x=1 => 200 {}\nPATCH /users/1 {\"note\":\"a\"} => 204\nPATCH /users/1 Content-Type: application/x-www-form-urlencoded | note=a => 204\nGET /users/1/messages => 200 {}\nPOST /$batch {\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/me\"}]} => 200 {}")
	for _, dot := range []string{".", "%2E", "%2e"} {
		jwt := head + dot + claims + dot + sig
		plain := strings.ReplaceAll(strings.ReplaceAll(jwt, "%2E", "."), "%2e", ".")
		for _, request := range []string{
			"GET /users/" + jwt, "GET /users/1?x=" + jwt, "GET /users/1?x=Bearer%20" + jwt, "GET /users/1?" + jwt + "=1", "GET /users/1?y=1&state=a" + jwt,
			"GET /users('" + jwt + "')", "GET /users/1/messages?$filter=a%20eq%20'" + jwt + "'", "GET https://h.example/" + jwt,
			"PATCH /users/1 {\"note\":\"" + plain + "\"}", "PATCH /users/1 {\"note\":\"a\",\"" + plain + "\":1}", "PATCH /users/1 {\"note\":{\"deep\":[\"x " + plain + "\"]}}",
			"PATCH /users/1 Content-Type: application/x-www-form-urlencoded | note=" + jwt, "PATCH /users/1 Content-Type: text/plain | " + plain,
			"PATCH /users/1 If-Match: " + plain + " | {\"note\":\"a\"}", "GET /users/1?x=1 Prefer: " + plain + " | ", "GET /users/1?x=1 ConsistencyLevel: " + plain + " | ",
			"GET /users/1?x=1 Prefer: respond-async, " + plain + " | ", "GET /users/1?x=1&$" + jwt + "=1",
			"POST /$batch {\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/me\",\"headers\":{\"Prefer\":\"" + plain + "\"}}]}",
			"POST /$batch {\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/" + plain + "\"}]}", plain + " /users/1",
		} {
			req, body := parseMessage(t, request).request(t)
			_, err := newIndex(t, Rules{}, recording).NewSession().Next(req, body)
			var miss *MissError
			if !errors.As(err, &miss) {
				continue // nothing is shown
			}
			text := miss.Error() + miss.Summary() + miss.Details() + miss.NextStep
			for _, c := range miss.Nearest {
				text += c.Request() + fmt.Sprint(c.Differences)
			}
			if text = strings.ToLower(text); strings.Contains(text, strings.ToLower(sig)) || strings.Contains(text, strings.ToLower(claims)) {
				t.Errorf("%s\n%s", request, text)
			}
		}
	}
}

func TestShownPaths(t *testing.T) {
	opaque := "EwA" + strings.Repeat("Ra%2F0PKgxNejP4vH2sTWxivJgcTAdPB2kUDezg02l7oZSuHQKzW1TWAzQ", 8) + "%3D%3D"
	for address, want := range map[string]string{
		"/beta/me/drive/root:/" + opaque + ":/content": "/beta/me/drive/root:/(hidden):/content",
		"/*?code=sw0rdfish":                            "/*?code=(hidden)",
		"/v1.0/me?$top=5":                              "/v1.0/me?$top=5",
		"/v1.0/me?access_token=abc":                    "/v1.0/me?access_token=(hidden)",
		"/v1.0/me?x=%zz&y=eyJhbGciOiJSUzI1NiJ9%2EeyJ1cG4iOiJhZGVsZSJ9%2Ec2lnbmF0dXJlLW9mLWl0&password=ab": "/v1.0/me?x=%zz&y=(hidden)&password=(hidden)",
	} {
		if got := Shown(address); got != want {
			t.Errorf("%s is shown as %s", address, got)
		}
	}
}
