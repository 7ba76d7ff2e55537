package diff_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

// An edit changes the answers to the requests whose "METHOD URL" holds a text.
type edit struct {
	at     string
	change func(i *cassette.Interaction, doc map[string]any)
	first  string // the body of a 403 that comes before the first of them; "" for none
}

func (e edit) apply(t *testing.T, recording *cassette.Cassette) *cassette.Cassette {
	t.Helper()
	if e.change == nil {
		return recording
	}
	changed := *recording
	changed.Interactions = nil
	hits := 0
	for _, i := range recording.Interactions {
		clone := *i
		clone.Response.Headers = maps.Clone(i.Response.Headers)
		if strings.Contains(i.Request.Method+" "+i.Request.URL, e.at) {
			hits++
			if hits == 1 && e.first != "" {
				refused := clone
				refused.Response.Code, refused.Response.Body = http.StatusForbidden, e.first
				changed.Interactions = append(changed.Interactions, &refused)
			}
			var doc map[string]any
			_ = json.Unmarshal([]byte(i.Response.Body), &doc) // not every body is JSON
			e.change(&clone, doc)
			if doc != nil && clone.Response.Body == i.Response.Body {
				body, err := json.Marshal(doc)
				if err != nil {
					t.Fatal(err)
				}
				clone.Response.Body = string(body)
			}
		}
		changed.Interactions = append(changed.Interactions, &clone)
	}
	if hits == 0 {
		t.Fatalf("no request holds %q", e.at)
	}
	return &changed
}

// items changes each item of a list, or the one object.
func items(at string, change func(item map[string]any)) edit {
	return edit{at: at, change: func(_ *cassette.Interaction, doc map[string]any) {
		if value, isList := doc["value"].([]any); isList {
			for _, item := range value {
				change(item.(map[string]any))
			}
			return
		}
		if doc["id"] != nil {
			change(doc)
		}
	}}
}

func set(at, name string, value any) edit {
	return items(at, func(item map[string]any) { item[name] = value })
}

func replace(at, old, new string) edit {
	return edit{at: at, change: func(i *cassette.Interaction, _ map[string]any) {
		i.Response.Body = strings.ReplaceAll(i.Response.Body, old, new)
	}}
}

func code(at string, status int, errorCode string) edit {
	return edit{at: at, change: func(i *cassette.Interaction, _ map[string]any) {
		i.Response.Code, i.Response.Status = status, http.StatusText(status)
		i.Response.Body = `{"error":{"code":"` + errorCode + `","message":"no"}}`
	}}
}

const (
	children = "GET https://graph.microsoft.com/v1.0/me/drive/root/children"
	someUser = "GET https://graph.microsoft.com/v1.0/users/"
	aGroup   = "GET https://graph.microsoft.com/v1.0/groups/"
	polls    = "/operations("
)

// happened are changes of the service that really came, or that its documents announce,
// each made by hand to a second recording all of whose volatile values differ.
var happened = []struct {
	name   string
	given  edit // made to both recordings
	now    edit // made to the second
	rule   diff.ID
	where  string
	before emulator.Options
	after  emulator.Options
}{
	{name: "@odata.id vanishes from directory objects", given: items("/members", func(i map[string]any) {
		i["@odata.id"] = "https://graph.microsoft.com/v2/x/directoryObjects/" + i["id"].(string)
	}), now: items("/members", func(i map[string]any) { delete(i, "@odata.id") }), rule: "property.lost", where: "$['value'][*]['@odata.id']"},
	{name: "@odata.id becomes groups('guid')", given: items(aGroup, func(i map[string]any) {
		i["@odata.id"] = "https://graph.microsoft.com/v1.0/groups/" + i["id"].(string)
	}), now: items(aGroup, func(i map[string]any) {
		if i["@odata.id"] != nil {
			i["@odata.id"] = "groups('" + i["id"].(string) + "')"
		}
	}), rule: "link.shape", where: "$['@odata.id']"},
	{name: "another error.code", given: code("/manager", 404, "ImageNotFound"), now: code("/manager", 404, "ErrorEntityNotFound"), rule: "error.code", where: "$['error']['code']"},
	{name: "drive ids in another case", given: items("GET https://graph.microsoft.com/v1.0/me/drive", func(i map[string]any) { i["driveId"] = "6c2b1f9a8d7e0012" }),
		now: items("GET https://graph.microsoft.com/v1.0/me/drive", func(i map[string]any) { i["driveId"] = strings.ToUpper(i["driveId"].(string)) }), rule: "id.case", where: "['driveId']"},
	{name: "drive ids differ between two fields", given: items(children, func(i map[string]any) { i["driveId"], i["ownerId"] = "6c2b1f9a8d7e0012", "6c2b1f9a8d7e0012" }),
		now: items(children, func(i map[string]any) { i["ownerId"] = "7d3c2a0b9e8f1123" }), rule: "equality.broken", where: "$['value'][*]['ownerId']"},
	{name: "a root id of another format", given: set(children, "id", "6C2B1F9A8D7E0012!101"), now: set(children, "id", "6C2B1F9A8D7E0012!sea8cc6beffdb43d7976fbc7da445c639"), rule: "id.format", where: "$['value'][*]['id']"},
	{name: "a deltaLink in function syntax", given: edit{}, now: edit{change: func(i *cassette.Interaction, _ map[string]any) {
		if before, token, found := strings.Cut(i.Response.Body, "/delta?$deltatoken="); found {
			token, after, _ := strings.Cut(token, `"`)
			i.Response.Body = before + "/delta(token='" + token + `')"` + after
		}
		if before, token, found := strings.Cut(i.Request.URL, "/delta?$deltatoken="); found {
			i.Request.URL = before + "/delta(token='" + token + "')"
		}
	}}, rule: "link.shape", where: "$['@odata.deltaLink']"},
	{name: "a GET that worked is a bad request", now: code("GET https://graph.microsoft.com/v1.0/me/chats", 400, "BadRequest"), rule: "status.changed", where: "status"},
	{name: "other states on the way", given: replace(polls, `"notStarted"`, `"running"`), now: replace(polls, `"running"`, `"notStarted"`), rule: "state.new", where: "$['status']"},
	{name: "a smaller page cap", before: emulator.Options{PageSize: 50}, after: emulator.Options{PageSize: 3}, rule: "paging.added", where: "$['@odata.nextLink']"},
	{name: "a hash is removed", given: set(children, "file", map[string]any{"hashes": map[string]any{"quickXorHash": "a", "sha1Hash": "b"}}),
		now: set(children, "file", map[string]any{"hashes": map[string]any{"quickXorHash": "c"}}), rule: "property.lost", where: "$['value'][*]['file']['hashes']['sha1Hash']"},
	{name: "an unknown member", given: set(someUser, "riskLevel", "low"), now: set(someUser, "riskLevel", "extreme"), rule: "enum.new", where: "$['riskLevel']"},
	{name: "a member in another case", given: set(someUser, "riskLevel", "low"), now: set(someUser, "riskLevel", "Low"), rule: "enum.new", where: "$['riskLevel']"},
	{name: "a number in an enum", given: set(someUser, "riskLevel", "low"), now: set(someUser, "riskLevel", "3"), rule: "enum.new", where: "$['riskLevel']"},
	{name: "a facet is lost", given: set(children, "term", map[string]any{"labels": []any{}}), now: items(children, func(i map[string]any) { delete(i, "term") }), rule: "property.lost", where: "$['value'][*]['term']"},
	{name: "a longer window of 404", before: emulator.Options{NotFoundAfterCreate: 2}, after: emulator.Options{NotFoundAfterCreate: 9}, rule: "consistency.window", where: "status"},
	{name: "no longer provisions", now: code("GET https://graph.microsoft.com/v1.0/me/drive", 404, "ResourceNotFound"), rule: "status.changed", where: "status"},
	{name: "an operation never ends", now: replace(polls, `"succeeded"`, `"inProgress"`), rule: "operation.unfinished", where: "$['status']"},
	{name: "a number becomes a text", given: set(children, "size", 12), now: set(children, "size", "12"), rule: "type.changed", where: "$['value'][*]['size']"},
	{name: "an object becomes a list", given: set(children, "folder", map[string]any{"childCount": 1}), now: set(children, "folder", []any{map[string]any{"childCount": 1}}), rule: "type.changed", where: "$['value'][*]['folder']"},
	{name: "null where there was none", given: set(someUser, "accountEnabled", true), now: set(someUser, "accountEnabled", nil), rule: "null.new", where: "$['accountEnabled']"},
	{name: "a date without its zone", given: set(children, "touchedDateTime", "2026-01-02T03:04:05Z"), now: set(children, "touchedDateTime", "2026-02-03T04:05:06"), rule: "date.format", where: "$['value'][*]['touchedDateTime']"},
	{name: "a date without its time", given: set(children, "touchedDateTime", "2026-01-02T03:04:05Z"), now: set(children, "touchedDateTime", "2026-02-03"), rule: "date.format", where: "$['value'][*]['touchedDateTime']"},
	{name: "a GUID becomes a chain", given: set(children, "listId", "8ea0e38b-efb3-4757-924a-5f94061cf8c2"), now: set(children, "listId", "8ea0e38b-efb3-4757-924a-5f94061cf8c2-8ea0e38b-efb3-4757-924a-5f94061cf8c3"), rule: "id.format", where: "$['value'][*]['listId']"},
	{name: "JSON in a string loses a member", given: set(children, "values", `{"teamId":"8ea0e38b-efb3-4757-924a-5f94061cf8c2","visible":true}`), now: set(children, "values", `{"teamId":"9fb1f49c-fac4-4868-835b-6fa5172da9d3"}`), rule: "property.lost", where: "$['value'][*]['values']['visible']"},
	{name: "a part of a batch fails", now: edit{at: "/$batch", change: func(_ *cassette.Interaction, doc map[string]any) {
		for _, r := range doc["responses"].([]any) {
			if r := r.(map[string]any); r["id"] == "1" {
				r["status"], r["body"] = 403, map[string]any{"error": map[string]any{"code": "Forbidden", "message": "no"}}
			}
		}
	}}, rule: "status.changed", where: "status"},
	{name: "a 403 right after succeeded", now: edit{at: "GET https://graph.microsoft.com/v1.0/me/drive", first: `{"error":{"code":"Forbidden","message":"not yet"}}`,
		change: func(*cassette.Interaction, map[string]any) {}}, rule: "status.transient", where: "status"},
	{name: "a write that newly needs a property", now: edit{at: "POST https://graph.microsoft.com/v1.0/users", change: func(i *cassette.Interaction, _ map[string]any) {
		i.Request.Body = strings.Replace(i.Request.Body, "{", `{"usageLocation":"NO",`, 1)
	}}, rule: "request.added", where: "request.$['usageLocation']"},
	{name: "a deprecation is announced", now: edit{at: children, change: func(i *cassette.Interaction, _ map[string]any) {
		i.Response.Headers["Sunset"] = []string{"Sat, 31 Dec 2026 23:59:59 GMT"}
	}}, rule: "header.added", where: "header.Sunset"},
}

func TestChangesThatHappened(t *testing.T) {
	found, missed, other := 0, 0, 0
	for _, c := range happened {
		t.Run(c.name, func(t *testing.T) {
			before, after := first, second
			if c.before.PageSize+c.before.NotFoundAfterCreate > 0 {
				before, after = c.before, c.after
				before.Seed, after.Seed = 1, 2
			}
			old := c.given.apply(t, record(t, before, tour))
			now := c.now.apply(t, c.given.apply(t, record(t, after, tour)))
			changes := compare(t, old, now)
			hit := slices.IndexFunc(changes, func(change diff.Change) bool {
				return change.Rule == c.rule && strings.HasSuffix(change.Where, c.where)
			})
			if hit < 0 {
				missed++
			} else {
				found++
			}
			other += len(changes) - min(1, 1+hit)
			if hit < 0 || len(changes) != 1 {
				t.Errorf("want one %s at %s, found:\n%s", c.rule, c.where, list(changes))
			}
		})
	}
	t.Logf("%d changes that happened: found %d, missed %d, false %d", len(happened), found, missed, other)
}
