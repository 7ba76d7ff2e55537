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
		{"a number for a text", set(number, "displayName", "name")},
		{"a number for a text, nullable", set(number, "userPrincipalName", "publisherDomain", "mailNickname", "issuer")},
		{"an object for a text", set(map[string]any{"a": "b"}, "description", "signInAudience", "subject")},
		{"a text for a bool", set("true", "mailEnabled", "accountEnabled", "isFallbackPublicClient")},
		{"null in a non-nullable id", set(nil, "id")},
		{"a bad GUID for an id", func(e *conform.Exchange) string {
			object, at := entity(e)
			if object["appId"] == nil && object["userPrincipalName"] == nil && object["mailEnabled"] == nil {
				return ""
			}
			object["id"] = "not-a-guid"
			return jsondoc.AppendPath(at, "id")
		}},
		{"a bad GUID", set("c0ffee", "appOwnerOrganizationId", "keyId", "appId")},
		{"a GUID with a wrong letter", set("0000000g-0000-0000-0000-000000000000", "appOwnerOrganizationId", "keyId", "appId")},
		{"a date without zone", set("2022-05-07T06:53:16", "createdDateTime", "renewedDateTime", "endDateTime")},
		{"a date without time", set("2022-05-07", "renewedDateTime", "createdDateTime", "startDateTime")},
		{"a date of no calendar", set("2022-13-07T06:53:16Z", "createdDateTime", "endDateTime")},
		{"a number for a date", set(json.Number("1651906396"), "createdDateTime", "endDateTime")},
		{"a closed enum's unknown member", add("userPrincipalName", "mailboxSettings",
			map[string]any{"automaticRepliesSetting": map[string]any{"status": "sometimes"}}, "['automaticRepliesSetting']['status']")},
		{"a number for an enum", add("userPrincipalName", "mailboxSettings",
			map[string]any{"automaticRepliesSetting": map[string]any{"status": number}}, "['automaticRepliesSetting']['status']")},
		{"an evolvable enum's unknown member", add("mailEnabled", "accessType", "sometimes", "")},
		{"a text for a complex value", set("x", "web", "info", "passwordProfile")},
		{"an array for a complex value", set([]any{}, "api", "verifiedPublisher")},
		{"an undeclared property of a complex value", inside("info", "logoAddress", "https://example.com")},
		{"a misspelt property of a complex value", inside("web", "homepageUrl", "https://example.com")},
		{"a number inside a complex value", inside("parentalControlSettings", "legalAgeGroupRule", number)},
		{"null for a non-nullable inside a complex value", inside("web", "redirectUris", nil)},
		{"an undeclared property of a closed entity", add("issuer", "audience", "x", "")},
		{"a collection turned object", set(map[string]any{}, "businessPhones", "identifierUris", "servicePrincipalNames", "groupTypes", "audiences")},
		{"a collection turned text", set("x", "proxyAddresses", "tags", "replyUrls", "audiences", "businessPhones")},
		{"a number in a collection of texts", func(e *conform.Exchange) string {
			object, at := entity(e)
			for _, name := range []string{"businessPhones", "identifierUris", "servicePrincipalNames", "groupTypes", "audiences"} {
				if list, ok := object[name].([]any); ok {
					object[name] = append(list, number)
					return jsondoc.AppendPath(jsondoc.AppendPath(at, name), len(list))
				}
			}
			return ""
		}},
		{"a bad GUID in a collection of complex values", add("signInAudience", "appRoles", []any{map[string]any{"id": "x"}}, "[0]['id']")},
		{"an integer with a fraction", inside("api", "requestedAccessTokenVersion", json.Number("1.5"))},
		{"an integer out of range", inside("api", "requestedAccessTokenVersion", json.Number("4294967296"))},
		{"a type of another family", func(e *conform.Exchange) string {
			object, at := entity(e)
			if _, ok := object["@odata.type"]; !ok {
				return ""
			}
			object["@odata.type"] = "#microsoft.graph.message"
			return jsondoc.AppendPath(at, "@odata.type")
		}},
		{"a type that does not exist", func(e *conform.Exchange) string {
			object, at := entity(e)
			if object == nil {
				return ""
			}
			object["@odata.type"] = "#microsoft.graph.wizard"
			return jsondoc.AppendPath(at, "@odata.type")
		}},
		{"a page's array turned object", page("$['value']", func(body map[string]any, list []any) { body["value"] = list[0] })},
		{"a page without value", page("$['value']", func(body map[string]any, _ []any) { delete(body, "value") })},
		{"an element turned number", page("$['value'][0]", func(_ map[string]any, list []any) { list[0] = number })},
		{"a null element", page("$['value'][0]", func(_ map[string]any, list []any) { list[0] = nil })},
		{"a link that is no text", page("$['@odata.nextLink']", func(body map[string]any, _ []any) { body["@odata.nextLink"] = number })},
		{"a link without a host", page("$['@odata.nextLink']", func(body map[string]any, _ []any) { body["@odata.nextLink"] = "page2" })},
		{"a count that is a text", page("$['@odata.count']", func(body map[string]any, _ []any) { body["@odata.count"] = "3" })},
		{"a page with another member", page("$['values']", func(body map[string]any, list []any) { body["values"] = list })},
		{"a success's body with status 404", whole(200, "", "$['error']", func(e *conform.Exchange) { e.Status = 404 })},
		{"a creation's body with status 400", whole(201, "", "$['error']", func(e *conform.Exchange) { e.Status = 400 })},
		{"an error with status 200", whole(404, "", "$['error']", func(e *conform.Exchange) { e.Status = 200 })},
		{"a body with status 204", whole(204, "", "$", func(e *conform.Exchange) { text(e, `{"id": "1"}`) })},
		{"no body with status 200", whole(200, "GET", "$", func(e *conform.Exchange) { text(e, "") })},
		{"HTML with status 200", whole(200, "GET", "$", func(e *conform.Exchange) {
			text(e, "<html>")
			e.Header.Set("Content-Type", "text/html")
		})},
		{"HTML with status 404", whole(404, "", "$", func(e *conform.Exchange) { text(e, "<html>") })},
		{"202 to a read, without Location", whole(200, "GET", "header.Location", func(e *conform.Exchange) {
			e.Status = 202
			e.Header.Del("Location")
			text(e, "")
		})},
		{"202 with a broken Location", whole(204, "", "header.Location", func(e *conform.Exchange) {
			e.Status = 202
			e.Header.Set("Location", "somewhere else")
		})},
		{"a redirect to nowhere", whole(200, "", "header.Location", func(e *conform.Exchange) {
			e.Status = 302
			e.Header.Del("Location")
		})},
		{"an error without code", failure("$['error']['code']", func(_, inner map[string]any) { delete(inner, "code") })},
		{"an error's code turned number", failure("$['error']['code']", func(_, inner map[string]any) { inner["code"] = number })},
		{"an error's message turned null", failure("$['error']['message']", func(_, inner map[string]any) { inner["message"] = nil })},
		{"an error turned text", failure("$['error']", func(body, _ map[string]any) { body["error"] = "gone" })},
		{"an inner error turned array", failure("$['error']['innerError']", func(_, inner map[string]any) { inner["innerError"] = []any{} })},
		{"more than was selected", func(e *conform.Exchange) string {
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
			if at := places(result.Problems); slices.Contains(at, where) {
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

// places are those of errors and warnings; notes are no finding of a change.
func places(problems []conform.Problem) []string {
	at := map[string]bool{}
	for _, p := range problems {
		if p.Severity != report.Note {
			at[p.Where] = true
		}
	}
	return slices.Sorted(maps.Keys(at))
}
