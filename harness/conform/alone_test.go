package conform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
)

// An answer without its request is judged by what it says itself.
func TestAlone(t *testing.T) {
	checker := small(t)
	const context = `"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#`
	for _, tc := range []struct{ name, body, want string }{
		{"by its context", `{` + context + `things/$entity", "id": 1}`, "microsoft.graph.thing\nerror schema.type $['id']: want string, got 1\n"},
		{"a page by its context", `{` + context + `things", "value": [{"made": "x"}]}`,
			"Collection(microsoft.graph.thing)\nerror schema.format $['value'][0]['made']: want date-time: an instant: date, T, time with 0 to 7 fraction digits, Z or an offset; years 0001 and 9999 stand for never, got \"x\"\n"},
		{"by its type", `{"@odata.type": "#microsoft.graph.part", "name": 1}`, "microsoft.graph.part\nerror schema.type $['name']: want string or null, got 1\n"},
		{"a page by the types of its elements", `{"value": [{"@odata.type": "#microsoft.graph.part", "name": 1}]}`,
			"Collection(microsoft.graph.part)\nerror schema.type $['value'][0]['name']: want string or null, got 1\n"},
		{"elements of several types", `{"value": [{"@odata.type": "#microsoft.graph.part"}, {"@odata.type": "#microsoft.graph.thing"}]}`,
			"; not validated: its elements are of types that have nothing in common\n"},
		{"an element without a type", `{"value": [{"@odata.type": "#microsoft.graph.part"}, {"id": 1}]}`,
			"; not validated: neither @odata.context nor @odata.type says what it is, and it is neither an error nor a batch\n"},
		{"a type that metadata lacks", `{"@odata.type": "#microsoft.graph.wizard"}`,
			"; not validated: the metadata of v1.0 has no type microsoft.graph.wizard\n" +
				"warning schema.odata.type $['@odata.type']: want a type of the metadata of v1.0, got \"#microsoft.graph.wizard\"\n"},
		{"a context that leads nowhere, and a type", `{` + context + `nothing", "@odata.type": "#microsoft.graph.part", "id": 1}`,
			"microsoft.graph.part\nerror schema.type $['id']: want string or null, got 1\n"},
		{"another service", `{"@odata.context": "https://x.crm.dynamics.com/api/data/v9.0/$metadata#accounts"}`, "not checked\n"},
		{"a stand-in", `{"@odata.context": "http://localhost:3000/v1.0/$metadata#things/$entity", "id": 1}`, "microsoft.graph.thing\nerror schema.type $['id']: want string, got 1\n"},
		{"an error", `{"error": {"code": "a", "message": "b"}}`, "microsoft.graph.ODataErrors.ODataError\n"},
		{"an error without its code", `{"error": {"message": "b"}}`, "microsoft.graph.ODataErrors.ODataError\nerror schema.required $['error']['code']: want a value, got (absent)\n"},
		{"a batch", `{"responses": [{"id": "1", "status": 200, "body": {` + context + `things/$entity", "id": 1}}, {"id": "2", "status": 404, "body": {"error": {}}}]}`,
			"a batch\nerror schema.type $['responses'][0]['body']['id']: want string, got 1\n" +
				"error schema.required $['responses'][1]['body']['error']['code']: want a value, got (absent)\n" +
				"error schema.required $['responses'][1]['body']['error']['message']: want a value, got (absent)\n"},
		{"nothing", `{"id": 1}`, "; not validated: neither @odata.context nor @odata.type says what it is, and it is neither an error nor a batch\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := checker.Check(conform.Exchange{API: "v1.0", Answer: bodyOf(tc.body)})
			if err != nil {
				t.Fatal(err)
			}
			if got := tell(result); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
		})
	}
}

// Texts are large numbers where the client asked for IEEE754Compatible=true, or nobody knows
// whether it did.
func TestLargeNumbersAsTexts(t *testing.T) {
	checker := small(t)
	body := func(size, count string) string {
		return `{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#things", "@odata.count": ` + count + `, "value": [{"size": ` + size + `}]}`
	}
	yes, no := "application/json;IEEE754Compatible=true", "application/json;odata.metadata=minimal;IEEE754Compatible=false"
	for _, tc := range []struct {
		name, body string
		header     http.Header
		faults     int
	}{
		{"asked for", body(`"9007199254740993"`, `"3"`), http.Header{"Content-Type": {yes}}, 0},
		{"asked for, and none", body(`"many"`, `"few"`), http.Header{"Content-Type": {yes}}, 2},
		{"asked for, and too large", body(`"9223372036854775808"`, `3`), http.Header{"Content-Type": {yes}}, 1},
		{"not asked for", body(`"1"`, `"3"`), http.Header{"Content-Type": {no}}, 2},
		{"without a parameter", body(`"1"`, `"3"`), http.Header{"Content-Type": {"application/json"}}, 2},
		{"headers without a content type", body(`"1"`, `3`), http.Header{"Date": {"x"}}, 0},
		{"no headers, and a count that is a text", body(`"1"`, `"3"`), nil, 0},
		{"no headers, and a count that is none", body(`"1"`, `3`), nil, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, url := range []string{"", "https://graph.microsoft.com/v1.0/things"} {
				result, err := checker.Check(conform.Exchange{Method: "GET", URL: url, API: "v1.0", Status: 200, Header: tc.header, Answer: bodyOf(tc.body)})
				if err != nil {
					t.Fatal(err)
				}
				if len(result.Problems) != tc.faults || strings.Count(tell(result), "error ") != tc.faults {
					t.Errorf("%d faults expected, told: %s", tc.faults, tell(result))
				}
			}
		})
	}
}
