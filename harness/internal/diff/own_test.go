package diff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
)

// call is "METHOD path" with what was sent and what came.
type call struct {
	request string
	body    any
	status  int
	answer  any
}

func exchanged(t *testing.T, exchanges ...call) *cassette.Cassette {
	w := newWorld(t, 1)
	for _, e := range exchanges {
		w.send(e.request, e.body, e.status, e.answer)
	}
	return w.recording
}

func page(items ...any) doc { return doc{"value": append([]any{}, items...)} }

// TestOwnRequests compares recordings of a client that asks otherwise: what follows from that
// is no change of the service, and what does not is told.
func TestOwnRequests(t *testing.T) {
	const app = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	made := func(public any) []call {
		body := doc{"displayName": "one"}
		if public != nil {
			body["isFallbackPublicClient"] = public
		}
		return []call{
			{"POST /v1.0/applications", body, http.StatusCreated, doc{"id": app, "isFallbackPublicClient": public, "signInAudience": "AzureADMyOrg"}},
			{"GET /v1.0/applications", nil, http.StatusOK, page(doc{"id": app, "isFallbackPublicClient": public})},
		}
	}
	listed := func(items ...any) call {
		return call{"GET /v1.0/groups?$filter=displayName eq 'one'", nil, http.StatusOK, page(items...)}
	}
	group := call{"POST /v1.0/groups", doc{"displayName": "one"}, http.StatusCreated, doc{"id": app, "displayName": "one"}}
	other := call{"GET /v1.0/me", nil, http.StatusOK, doc{"id": app}}
	for _, c := range []struct {
		name     string
		old, now []call
		want     string
	}{
		{"a member that is no longer sent is null", made(true), made(nil), "note request.lost"},
		{"a member that is sent otherwise", []call{
			{"PATCH /v1.0/me", doc{"usageLocation": "DE", "ageGroup": "adult"}, http.StatusNoContent, nil}, {"GET /v1.0/me", nil, http.StatusOK, doc{"ageGroup": "adult"}},
		}, []call{
			{"PATCH /v1.0/me", doc{"usageLocation": "DE", "ageGroup": "minor"}, http.StatusNoContent, nil}, {"GET /v1.0/me", nil, http.StatusOK, doc{"ageGroup": "minor"}},
		}, ""},
		{"the service makes it null", []call{
			{"PATCH /v1.0/me", doc{"ageGroup": "adult"}, http.StatusNoContent, nil}, {"GET /v1.0/me", nil, http.StatusOK, doc{"ageGroup": "adult"}},
		}, []call{
			{"PATCH /v1.0/me", doc{"ageGroup": "adult"}, http.StatusNoContent, nil}, {"GET /v1.0/me", nil, http.StatusOK, doc{"ageGroup": nil}},
		}, "warning null.new"},
		{"nothing was made to be listed", []call{other, group, listed(doc{"id": app})}, []call{other, listed()}, "warning flow.changed"},
		{"another one is looked for", []call{group, listed(doc{"id": app})},
			[]call{group, {"GET /v1.0/groups?$filter=displayName eq 'two'", nil, http.StatusOK, page()}}, ""},
		{"what was made is not listed", []call{group, listed(doc{"id": app})}, []call{group, listed()}, "warning collection.emptied"},
		{"an office is data", []call{{"GET /v1.0/me", nil, http.StatusOK, doc{"officeLocation": "Oslo", "employeeType": "Pilot"}}},
			[]call{{"GET /v1.0/me", nil, http.StatusOK, doc{"officeLocation": "Rome", "employeeType": "Captain"}}}, ""},
		{"one property in two requests", []call{{"PATCH /v1.0/me", doc{"a": 1}, http.StatusNoContent, nil}, {"POST /v1.0/users", doc{"a": 1}, http.StatusCreated, doc{"id": app}}},
			[]call{{"PATCH /v1.0/me", doc{"a": 1, "b": 1}, http.StatusNoContent, nil}, {"POST /v1.0/users", doc{"a": 1, "b": 1}, http.StatusCreated, doc{"id": app}}}, "note request.added"},
		{"two properties in one request", []call{{"PATCH /v1.0/me", doc{"a": 1}, http.StatusNoContent, nil}},
			[]call{{"PATCH /v1.0/me", doc{"a": 1, "b": 1, "c": 1}, http.StatusNoContent, nil}}, "note request.added, note request.added"},
		{"one status with other options",
			[]call{{"GET /v1.0/users/delta", nil, http.StatusOK, page()}, {"GET /v1.0/users/delta?$deltatoken=abc", nil, http.StatusOK, page()}},
			[]call{{"GET /v1.0/users/delta", nil, http.StatusPartialContent, page()}, {"GET /v1.0/users/delta?$deltatoken=abc", nil, http.StatusPartialContent, page()}},
			"error status.changed"},
		{"one new word in two operations",
			[]call{{"GET /v1.0/users", nil, http.StatusOK, page(doc{"userType": "Member"}, doc{"userType": "Guest"})}, {"GET /v1.0/users/x", nil, http.StatusOK, doc{"userType": "Member"}}},
			[]call{{"GET /v1.0/users", nil, http.StatusOK, page(doc{"userType": "External"}, doc{"userType": "External"})}, {"GET /v1.0/users/x", nil, http.StatusOK, doc{"userType": "External"}}},
			"warning enum.new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var found []string
			changes := compare(t, exchanged(t, c.old...), exchanged(t, c.now...))
			for _, change := range changes {
				found = append(found, fmt.Sprintf("%s %s", change.Severity, change.Rule))
			}
			if got := strings.Join(found, ", "); got != c.want {
				t.Errorf("told %q, want %q:\n%s", got, c.want, list(changes))
			}
		})
	}
}

// TestDeclaredTexts compares words at a member of which metadata says that it is a text.
func TestDeclaredTexts(t *testing.T) {
	old := exchanged(t, call{"GET /v1.0/me", nil, http.StatusOK, doc{"userType": "Member"}})
	now := exchanged(t, call{"GET /v1.0/me", nil, http.StatusOK, doc{"userType": "External"}})
	for _, isText := range []bool{true, false} {
		drift, err := diff.Compare(old, now, diff.Options{IsText: func(i *cassette.Interaction, path string) bool {
			if i.Response.Code != http.StatusOK || path != "$['userType']" {
				t.Errorf("asked of %s of %d", path, i.Response.Code)
			}
			return isText
		}})
		if err != nil {
			t.Fatal(err)
		}
		if told := len(drift.Changes) > 0; told == isText {
			t.Errorf("a text: %t, told:\n%s", isText, list(drift.Changes))
		}
	}
}

// TestMappedContext compares two versions whose links and contexts are of their own.
func TestMappedContext(t *testing.T) {
	of := func(version, set string, more ...call) *cassette.Cassette {
		context := graph + "/" + version + "/$metadata#users('8ea0e38b-efb3-4757-924a-5f94061cf8c2')/" + set
		return exchanged(t, append(more,
			call{"GET /" + version + "/me", nil, http.StatusOK, doc{"@odata.context": graph + "/" + version + "/$metadata#users/$entity", "id": "1", "photoUrl": graph + "/" + version + "/me/photo"}},
			call{"GET /" + version + "/me/messages", nil, http.StatusOK, doc{"@odata.context": context, "value": []any{doc{"parent@odata.context": context}}}},
		)...)
	}
	one, other := of("v1.0", "messages"), of("beta", "mailFolders('inbox')/messages", call{"GET /v1.0/me/drive", nil, http.StatusOK, doc{"id": "2"}})
	for _, pair := range []struct {
		old, now *cassette.Cassette
		expected map[string]string
		want     string
	}{
		{one, other, map[string]string{"v1.0": "beta+v1.0"}, "flow.changed"},
		{other, one, map[string]string{"beta+v1.0": "v1.0"}, "flow.changed"},
		{one, of("v1.0", "mailFolders('inbox')/messages"), nil, "link.shape"},
	} {
		drift, err := diff.Compare(pair.old, pair.now, diff.Options{Map: pair.expected})
		if err != nil {
			t.Fatal(err)
		}
		if len(drift.Changes) != 1 || string(drift.Changes[0].Rule) != pair.want {
			t.Errorf("with %v told, want %s alone:\n%s", pair.expected, pair.want, list(drift.Changes))
		}
	}
}
