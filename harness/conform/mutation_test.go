package conform_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// mutator makes one change to an exchange, and says where it must be found; ""
// where the exchange has nothing to change.
type mutator struct {
	name   string
	mutate func(e *conform.Exchange) (where string)
	note   bool // what it makes is told as a note: metadata does not promise otherwise
}

// entity is the first entity of an answer, and where it stands.
func entity(e *conform.Exchange) (object map[string]any, at string) {
	body, _ := e.Answer.Doc.(map[string]any)
	if list, ok := body["value"].([]any); ok {
		if len(list) == 0 {
			return nil, ""
		}
		object, _ = list[len(list)-1].(map[string]any)
		return object, jsondoc.AppendPath("$['value']", len(list)-1)
	}
	if e.Status >= 300 {
		return nil, ""
	}
	return body, "$"
}

// set puts a value in the place of a property that has one of those names.
func set(value any, names ...string) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		object, at := entity(e)
		for _, name := range names {
			undeclared := name == "createdDateTime" && object["servicePrincipalType"] != nil // by metadata
			if before, ok := object[name]; ok && before != nil && !undeclared {
				object[name] = value
				return jsondoc.AppendPath(at, name)
			}
		}
		return ""
	}
}

// add puts a property that was not there to entities with a property.
func add(having, name string, value any, below string) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		object, at := entity(e)
		if _, ok := object[having]; !ok {
			return ""
		}
		object[name] = value
		return jsondoc.AppendPath(at, name) + below
	}
}

// inside changes a property of a property.
func inside(outer, name string, value any) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		object, at := entity(e)
		inner, ok := object[outer].(map[string]any)
		if !ok {
			return ""
		}
		inner[name] = value
		return jsondoc.AppendPath(jsondoc.AppendPath(at, outer), name)
	}
}

// page changes the body of a page.
func page(where string, change func(body map[string]any, list []any)) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		body, _ := e.Answer.Doc.(map[string]any)
		list, ok := body["value"].([]any)
		if !ok || len(list) == 0 {
			return ""
		}
		change(body, list)
		return where
	}
}

// whole changes the exchange if it has a status, and perhaps a method.
func whole(status int, method, where string, change func(e *conform.Exchange)) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		if e.Status != status || method != "" && e.Method != method {
			return ""
		}
		change(e)
		return where
	}
}

// failure changes the error of an answer.
func failure(where string, change func(body, inner map[string]any)) func(e *conform.Exchange) string {
	return func(e *conform.Exchange) string {
		body, _ := e.Answer.Doc.(map[string]any)
		inner, ok := body["error"].(map[string]any)
		if !ok {
			return ""
		}
		change(body, inner)
		return where
	}
}

func text(e *conform.Exchange, body string) { e.Answer = bodyOf(body) }

func mutators() []mutator {
	number := json.Number("7")
	return []mutator{
		{name: "a number for a text", mutate: set(number, "displayName", "name")},
		{name: "a number for a text, nullable", mutate: set(number, "userPrincipalName", "publisherDomain", "mailNickname", "issuer")},
		{name: "an object for a text", mutate: set(map[string]any{"a": "b"}, "description", "signInAudience", "subject")},
		{name: "a text for a bool", mutate: set("true", "mailEnabled", "accountEnabled", "isFallbackPublicClient")},
		{name: "null in a non-nullable id", mutate: set(nil, "id")},
		{name: "a bad GUID for an id", mutate: func(e *conform.Exchange) string {
			object, at := entity(e)
			if object["appId"] == nil && object["userPrincipalName"] == nil && object["mailEnabled"] == nil {
				return ""
			}
			object["id"] = "not-a-guid"
			return jsondoc.AppendPath(at, "id")
		}, note: true},
		{name: "a bad GUID", mutate: set("c0ffee", "appOwnerOrganizationId", "keyId")},
		{name: "a GUID with a wrong letter", mutate: set("0000000g-0000-0000-0000-000000000000", "appOwnerOrganizationId", "keyId")},
		{name: "a bad GUID in a text that usually is one", mutate: set("c0ffee", "appId"), note: true},
		{name: "a date without zone", mutate: set("2022-05-07T06:53:16", "createdDateTime", "renewedDateTime", "endDateTime")},
		{name: "a date without time", mutate: set("2022-05-07", "renewedDateTime", "createdDateTime", "startDateTime")},
		{name: "a date of no calendar", mutate: set("2022-13-07T06:53:16Z", "createdDateTime", "endDateTime")},
		{name: "a number for a date", mutate: set(json.Number("1651906396"), "createdDateTime", "endDateTime")},
		{name: "a closed enum's unknown member", mutate: add("userPrincipalName", "mailboxSettings",
			map[string]any{"automaticRepliesSetting": map[string]any{"status": "sometimes"}}, "['automaticRepliesSetting']['status']")},
		{name: "a number for an enum", mutate: add("userPrincipalName", "mailboxSettings",
			map[string]any{"automaticRepliesSetting": map[string]any{"status": number}}, "['automaticRepliesSetting']['status']")},
		{name: "an evolvable enum's unknown member", mutate: add("mailEnabled", "accessType", "sometimes", "")},
		{name: "a text for a complex value", mutate: set("x", "web", "info", "passwordProfile")},
		{name: "an array for a complex value", mutate: set([]any{}, "api", "verifiedPublisher")},
		{name: "an undeclared property of a complex value", mutate: inside("info", "logoAddress", "https://example.com")},
		{name: "a misspelt property of a complex value", mutate: inside("web", "homepageUrl", "https://example.com")},
		{name: "a number inside a complex value", mutate: inside("parentalControlSettings", "legalAgeGroupRule", number)},
		{name: "null for a non-nullable inside a complex value", mutate: inside("web", "redirectUris", nil)},
		{name: "an undeclared property of a closed entity", mutate: add("issuer", "audience", "x", "")},
		{name: "a collection turned object", mutate: set(map[string]any{}, "businessPhones", "identifierUris", "servicePrincipalNames", "groupTypes", "audiences")},
		{name: "a collection turned text", mutate: set("x", "proxyAddresses", "tags", "replyUrls", "audiences", "businessPhones")},
		{name: "a number in a collection of texts", mutate: func(e *conform.Exchange) string {
			object, at := entity(e)
			for _, name := range []string{"businessPhones", "identifierUris", "servicePrincipalNames", "groupTypes", "audiences"} {
				if list, ok := object[name].([]any); ok {
					object[name] = append(list, number)
					return jsondoc.AppendPath(jsondoc.AppendPath(at, name), len(list))
				}
			}
			return ""
		}},
		{name: "a bad GUID in a collection of complex values", mutate: add("signInAudience", "appRoles", []any{map[string]any{"id": "x"}}, "[0]['id']")},
		{name: "an integer with a fraction", mutate: inside("api", "requestedAccessTokenVersion", json.Number("1.5"))},
		{name: "an integer out of range", mutate: inside("api", "requestedAccessTokenVersion", json.Number("4294967296"))},
		{name: "a type of another family", mutate: func(e *conform.Exchange) string {
			object, at := entity(e)
			if _, ok := object["@odata.type"]; !ok {
				return ""
			}
			object["@odata.type"] = "#microsoft.graph.message"
			return jsondoc.AppendPath(at, "@odata.type")
		}},
		{name: "a type that does not exist", mutate: func(e *conform.Exchange) string {
			object, at := entity(e)
			if object == nil {
				return ""
			}
			object["@odata.type"] = "#microsoft.graph.wizard"
			return jsondoc.AppendPath(at, "@odata.type")
		}},
		{name: "a page's array turned object", mutate: page("$['value']", func(body map[string]any, list []any) { body["value"] = list[0] })},
		{name: "a page without value", mutate: page("$['value']", func(body map[string]any, _ []any) { delete(body, "value") })},
		{name: "an element turned number", mutate: page("$['value'][0]", func(_ map[string]any, list []any) { list[0] = number })},
		{name: "a null element", mutate: page("$['value'][0]", func(_ map[string]any, list []any) { list[0] = nil })},
		{name: "a link that is no text", mutate: page("$['@odata.nextLink']", func(body map[string]any, _ []any) { body["@odata.nextLink"] = number })},
		{name: "a link without a host", mutate: page("$['@odata.nextLink']", func(body map[string]any, _ []any) { body["@odata.nextLink"] = "page2" })},
		{name: "a count that is a text", mutate: page("$['@odata.count']", func(body map[string]any, _ []any) { body["@odata.count"] = "3" })},
		{name: "a page with another member", mutate: page("$['values']", func(body map[string]any, list []any) { body["values"] = list })},
		{name: "a success's body with status 404", mutate: whole(200, "", "$['error']", func(e *conform.Exchange) { e.Status = 404 })},
		{name: "a creation's body with status 400", mutate: whole(201, "", "$['error']", func(e *conform.Exchange) { e.Status = 400 })},
		{name: "an error with status 200", mutate: whole(404, "", "$['error']", func(e *conform.Exchange) { e.Status = 200 })},
		{name: "a body with status 204", mutate: whole(204, "", "$", func(e *conform.Exchange) { text(e, `{"id": "1"}`) })},
		{name: "no body with status 200", mutate: whole(200, "GET", "$", func(e *conform.Exchange) { text(e, "") })},
		{name: "HTML with status 200", mutate: whole(200, "GET", "$", func(e *conform.Exchange) {
			text(e, "<html>")
			e.Header.Set("Content-Type", "text/html")
		})},
		{name: "HTML with status 404", mutate: whole(404, "", "$", func(e *conform.Exchange) { text(e, "<html>") })},
		{name: "202 to a read, without Location", mutate: whole(200, "GET", "header.Location", func(e *conform.Exchange) {
			e.Status = 202
			e.Header.Del("Location")
			text(e, "")
		})},
		{name: "202 with a broken Location", mutate: whole(204, "", "header.Location", func(e *conform.Exchange) {
			e.Status = 202
			e.Header.Set("Location", "somewhere else")
		})},
		{name: "a redirect to nowhere", mutate: whole(200, "", "header.Location", func(e *conform.Exchange) {
			e.Status = 302
			e.Header.Del("Location")
		})},
		{name: "an error without code", mutate: failure("$['error']['code']", func(_, inner map[string]any) { delete(inner, "code") })},
		{name: "an error's code turned number", mutate: failure("$['error']['code']", func(_, inner map[string]any) { inner["code"] = number })},
		{name: "an error's message turned null", mutate: failure("$['error']['message']", func(_, inner map[string]any) { inner["message"] = nil })},
		{name: "an error turned text", mutate: failure("$['error']", func(body, _ map[string]any) { body["error"] = "gone" })},
		{name: "an inner error turned array", mutate: failure("$['error']['innerError']", func(_, inner map[string]any) { inner["innerError"] = []any{} })},
		{name: "more than was selected", mutate: func(e *conform.Exchange) string {
			if _, at := entity(e); at != "" && e.Method == http.MethodGet && !strings.Contains(e.URL, "?") {
				if object, at := entity(e); object["displayName"] != nil {
					e.URL += "?$select=id,mail"
					return jsondoc.AppendPath(at, "displayName")
				}
			}
			return ""
		}},
	}
}

// wanted is how many mutations are made: two rounds through the kinds, or as many
// more as it takes.
const wanted = 100

// TestMutations makes one hundred changes to real exchanges, one each; each must be
// found at its place.
func TestMutations(t *testing.T) {
	checker := real(t)
	all := recordings(t)
	kinds := mutators()
	made, found := 0, 0
	byKind := map[string]int{}
	for round := 0; made < wanted && round < 4; round++ {
		for k, kind := range kinds {
			if made == wanted {
				break
			}
			// Another exchange for each kind and round.
			mutant, where := mutate(t, all, kind, (k*13+round*67)%len(all))
			if where == "" {
				t.Errorf("%s: no exchange to change", kind.name)
				continue
			}
			made++
			byKind[kind.name]++
			result, err := checker.Check(mutant.Exchange)
			if err != nil {
				t.Fatal(err)
			}
			if at := places(result.Problems, kind.note); slices.Contains(at, where) {
				found++
			} else {
				t.Errorf("%s: not found at %s but at %v: %s %s (%s)", kind.name, where, at, mutant.Method, mutant.URL, mutant.file)
			}
		}
	}
	t.Logf("found %d of %d mutations of %d kinds", found, made, len(byKind))
	if made != wanted {
		t.Errorf("%d mutations", made)
	}
}

// mutate changes a copy of the first exchange, from one on, that has something to
// change.
func mutate(t *testing.T, all []recording, kind mutator, from int) (recording, string) {
	t.Helper()
	for i := range all {
		r := all[(from+i)%len(all)]
		r.Answer, r.Header = bodyOf(r.Answer.Text), r.Header.Clone()
		where := kind.mutate(&r.Exchange)
		if where == "" {
			continue
		}
		if r.Answer.IsJSON {
			r.Answer.Text = string(jsondoc.Canonical(nil, r.Answer.Doc))
		}
		return r, where
	}
	return recording{}, ""
}

// places are those of errors and warnings, or of notes.
func places(problems []conform.Problem, notes bool) []string {
	at := map[string]bool{}
	for _, p := range problems {
		if notes == (p.Severity == report.Note) {
			at[p.Where] = true
		}
	}
	return slices.Sorted(maps.Keys(at))
}
