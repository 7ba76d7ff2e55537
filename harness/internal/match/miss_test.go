package match

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestMiss explains the misses of testdata/miss: a recording, then files that hold a
// request in the first line and the explanation in the others. A rule that an
// explanation says to add is added, and must turn the miss into an answer.
// UPDATE_GOLDEN=1 rewrites the explanations.
func TestMiss(t *testing.T) {
	testkit.Archives(t, "testdata/miss/*.txtar", func(t *testing.T, archive *testkit.Archive) {
		for _, one := range archive.Files[1:] {
			t.Run(one.Name, func(t *testing.T) { explain(t, archive, one) })
		}
	})
}

func explain(t *testing.T, archive *testkit.Archive, file txtar.File) {
	request, _, _ := strings.Cut(string(file.Data), "\n")
	recording := parseRecording
	if strings.Contains(string(archive.Files[0].Data), "«") {
		recording = func(t testing.TB, text string) *cassette.Cassette { return sealMarked(t, text) }
	}
	recorded := recording(t, string(archive.Files[0].Data))
	req, body := parseMessage(t, request).request(t)
	session := newIndex(t, Rules{}, recorded).NewSession()
	var miss *MissError
	for range 6 { // a few are misses only after some answers
		if _, err := session.Next(req, body); errors.As(err, &miss) {
			break
		}
	}
	if miss == nil {
		t.Fatal("answered")
	}
	archive.Want(t, file.Name, request+"\n"+miss.Error()+"\n")
	_, advice, advised := strings.Cut(miss.NextStep, "match:\n")
	if !advised {
		return
	}
	rules := Rules{Match: []Rule{ruleIn(t, advice)}}
	session = newIndex(t, rules, recorded).NewSession()
	times := 1
	if rules.Match[0].Repeat != "" {
		times = 6
	}
	for range times {
		if _, err := session.Next(req, body); err != nil {
			t.Fatalf("the advised rule %+v does not help: %v", rules.Match[0], err)
		}
	}
}

// ruleIn reads back a rule as explanations write it.
func ruleIn(t *testing.T, text string) Rule {
	t.Helper()
	plain := func(quoted string) string {
		return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(quoted, "'"), "'"), "''", "'")
	}
	var rule Rule
	for line := range strings.SplitSeq(text, "\n") {
		name, value, _ := strings.Cut(strings.TrimLeft(line, " -"), ": ")
		switch name {
		case "on":
			rule.On = plain(value)
		case "ignore":
			for field := range strings.SplitSeq(strings.Trim(value, "[]"), ", ") {
				rule.Ignore = append(rule.Ignore, plain(field))
			}
		case "repeat":
			rule.Repeat = Repeat(value)
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return rule
}

// TestNearestIsBounded misses in a recording of 10,000 requests that are all near: three
// are shown, the nearest first, and of equals the first recorded.
func TestNearestIsBounded(t *testing.T) {
	var text strings.Builder
	for n := range 10_000 {
		fmt.Fprintf(&text, "GET /users/%d/messages?$top=%d => 200\n", n, n)
	}
	session := newIndex(t, Rules{}, parseRecording(t, text.String())).NewSession()
	req, body := parseMessage(t, "GET /users/7/messages?$top=8").request(t)
	_, err := session.Next(req, body)
	var miss *MissError
	if !errors.As(err, &miss) {
		t.Fatal(err)
	}
	var lines []int
	for _, near := range miss.Nearest {
		lines = append(lines, near.Interaction.Line)
	}
	if diff := cmp.Diff([]int{8, 9, 1}, lines); diff != "" {
		t.Errorf("nearest (-want +got):\n%s", diff)
	}
}

// TestMissIsShort: a dozen lines at most, in which the order of $select is no difference, and
// no rule that passes over an option of OData.
func TestMissIsShort(t *testing.T) {
	recording := parseRecording(t, `GET /users/1?$select=id,displayName,mail&$top=5 => 200 {}
POST /a {"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1} => 201 {}`)
	for _, line := range []string{
		"GET /users/1?$top=6&$select=mail,id,displayName", `POST /a {"a":2,"b":2,"c":2,"d":2,"e":2,"f":2,"g":2,"h":2,"i":2,"j":2,"k":2,"l":2}`,
		"GET /users/1?$select=id&x=eyJhbGciOiJub25lIn0.eyJ2IjoxfQ.c2lnbmF0dXJl", "DELETE /nothing/like/this/at/all",
	} {
		req, body := parseMessage(t, line).request(t)
		_, err := newIndex(t, Rules{}, recording).NewSession().Next(req, body)
		text := fmt.Sprint(err)
		if strings.Count(text, "\n") >= 12 || strings.Contains(text, "ignore: ['query.$") || strings.Contains(text, "c2lnbmF0dXJl") ||
			strings.Contains(line, "mail,id") && strings.Contains(text, "query.$select:") || strings.HasPrefix(line, "GET") && !strings.Contains(text, "graphvcr record recording") {
			t.Errorf("%s: %s", line, text)
		}
	}
}

func TestSecretsAreNotTold(t *testing.T) {
	recording := parseRecording(t, `POST https://login.microsoftonline.com/t/oauth2/v2.0/token Content-Type: application/x-www-form-urlencoded | client_id=a&client_secret=s3cret1&scope=x => 200
POST /users {"passwordProfile":{"password":"s3cret2"}} => 201
GET https://contoso.sharepoint.com/d?a=1&tempauth=s3cret3 Authorization: Bearer s3cret6 | => 200`)
	for _, line := range []string{
		"POST https://login.microsoftonline.com/t/oauth2/v2.0/token Content-Type: application/x-www-form-urlencoded | client_id=a&client_secret=s3cret4&scope=x",
		`POST /users {"passwordProfile":{"password":"s3cret5"}}`,
		"GET https://contoso.sharepoint.com/d?a=1&tempauth=s3cret8",
	} {
		session := newIndex(t, Rules{}, recording).NewSession()
		req, body := parseMessage(t, line).request(t)
		req.Header.Set("Authorization", "Bearer s3cret7")
		_, err := session.Next(req, body)
		if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "(hidden)") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestVariablesAreNamed: what a variable of the cassette stands for is given by its name.
func TestVariablesAreNamed(t *testing.T) {
	recording := sealMarked(t, "GET /users/«adele@contoso.com» => 200")
	_, stored, _ := strings.Cut(recording.Interactions[0].Request.URL, "/users/")
	recording.Meta.Vars = map[string]string{"env.USER": stored}
	req, body := parseMessage(t, "GET /users/nora@contoso.com").request(t)
	if _, err := newIndex(t, Rules{}, recording).NewSession().Next(req, body); !strings.Contains(fmt.Sprint(err), "--input env.USER=nora@contoso.com\n") {
		t.Error(err)
	}
}

// TestSecretsAreNoDifference: anything fits a secret, wherever it stands.
func TestSecretsAreNoDifference(t *testing.T) {
	recording := sealMarked(t, `POST /chats {"topic":"«Old Tide»","n":1} => 201`)
	recording.Interactions[0].Holes[0].Kind = cassette.HoleSecret
	req, body := parseMessage(t, `POST /chats {"topic":"New Tide","n":2}`).request(t)
	_, err := newIndex(t, Rules{}, recording).NewSession().Next(req, body)
	if text := fmt.Sprint(err); strings.Contains(text, "topic") || !strings.Contains(text, "body.$['n']") {
		t.Error(text)
	}
}
