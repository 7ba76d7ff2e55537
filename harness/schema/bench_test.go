package schema_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/schema"
)

const shipped = "../../schemas"

// BenchmarkAgainstBareLibrary measures (decode + Validate) / (decode + the bare
// library with the same schema files and formats), for valid answers: the two in
// turns, medians, so that a busy machine does not count.
func BenchmarkAgainstBareLibrary(b *testing.B) {
	for _, c := range []struct{ name, api, typ, text string }{
		{"operation", "beta", "microsoft.graph.teamsAsyncOperation", operationText},
		{"100 users", "v1.0", "Collection(microsoft.graph.user)", page(100, userText)},
		{"100 typed directory objects", "v1.0", "Collection(microsoft.graph.user)", page(100, `{"@odata.type": "#microsoft.graph.user", `+userText[1:])},
		{"error", "v1.0", "microsoft.graph.ODataErrors.ODataError", errorText},
		{"100 operations", "beta", "Collection(microsoft.graph.teamsAsyncOperation)", page(100, operationText)},
	} {
		b.Run(c.name, func(b *testing.B) {
			set := open(b, shipped)
			ours := func() {
				if violations, err := set.Validate(c.api, c.typ, parse(b, c.text), schema.Options{}); err != nil || len(violations) > 0 {
					b.Fatal(violations, err)
				}
			}
			library := bareSchema(b, c.api, c.typ)
			bare := func() {
				if err := library.Validate(parse(b, c.text)); err != nil {
					b.Fatal(err)
				}
			}
			ours()
			bare()
			var oursTook, bareTook []time.Duration
			for b.Loop() {
				start := time.Now()
				ours()
				middle := time.Now()
				bare()
				oursTook = append(oursTook, middle.Sub(start))
				bareTook = append(bareTook, time.Since(middle))
			}
			b.ReportMetric(median(oursTook)/median(bareTook), "ratio")
			b.ReportMetric(median(oursTook), "ours-ns/op")
		})
	}
}

func median(took []time.Duration) float64 {
	slices.Sort(took)
	return float64(took[len(took)/2])
}

// bareSchema compiles a shipped type with nothing but the library.
func bareSchema(t testing.TB, api, typ string) *jsonschema.Schema {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(shipped, api))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	for _, name := range identity.Names() {
		f, _ := identity.Lookup(name)
		compiler.Formats[name] = func(v any) bool {
			text, ok := v.(string)
			return !ok || f.Match(text)
		}
	}
	folder := "file://" + filepath.ToSlash(dir) + "/"
	url := folder + typ + ".json"
	if element, isPage := strings.CutPrefix(strings.TrimSuffix(typ, ")"), "Collection("); isPage {
		url = folder + "page.json"
		page := fmt.Sprintf(`{"type": "object", "properties": {"value": {"type": "array", "items": {"$ref": "%s.json"}}}}`, element)
		if err := compiler.AddResource(url, strings.NewReader(page)); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// BenchmarkCompile compiles every shipped type.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		set := open(b, shipped)
		for _, api := range []string{"beta", "v1.0"} {
			for _, typ := range set.Types(api) {
				if _, err := set.Validate(api, typ, nil, schema.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func page(n int, element string) string {
	return `{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x", "value": [` + strings.Repeat(element+",", n-1) + element + `]}`
}

const operationText = `{
  "@odata.context": "https://graph.microsoft.com/beta/$metadata#chats('19%3A00000000000000000000000000000001%40thread.v2')/operations/$entity",
  "id": "11111111-2222-3333-4444-555555555555-66666666-7777-8888-9999-aaaaaaaaaaaa-bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
  "operationType": "createChat",
  "createdDateTime": "2024-03-05T10:11:12.1234567Z",
  "status": "succeeded",
  "lastActionDateTime": "2024-03-05T10:11:14.7654321Z",
  "attemptsCount": 1,
  "targetResourceId": "19:00000000000000000000000000000001@thread.v2",
  "targetResourceLocation": "/chats('19:00000000000000000000000000000001@thread.v2')",
  "values": "{\"appIds\":[]}",
  "error": null
}`

const errorText = `{"error": {"code": "Request_ResourceNotFound", "message": "it is not there",
  "innerError": {"date": "2024-03-05T10:11:12", "request-id": "11111111-2222-3333-4444-555555555555", "client-request-id": "11111111-2222-3333-4444-555555555555"}}}`

const userText = `{"id": "11111111-2222-3333-4444-555555555555", "accountEnabled": true, "ageGroup": null, "businessPhones": ["+1 425 555 0100"],
  "assignedLicenses": [{"disabledPlans": [], "skuId": "11111111-2222-3333-4444-555555555556"}],
  "assignedPlans": [{"assignedDateTime": "2024-03-05T10:11:12Z", "capabilityStatus": "Enabled", "service": "exchange", "servicePlanId": "11111111-2222-3333-4444-555555555557"}],
  "city": null, "companyName": null, "country": null, "createdDateTime": "2024-03-05T10:11:12Z", "creationType": null, "deletedDateTime": null,
  "department": null, "displayName": "Ada Example", "employeeId": null, "faxNumber": null, "givenName": "Ada", "imAddresses": [], "isResourceAccount": null,
  "identities": [{"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": "ada@contoso.example"}],
  "jobTitle": null, "mail": "ada@contoso.example", "mailNickname": "ada", "mobilePhone": null, "officeLocation": null, "onPremisesSyncEnabled": null,
  "onPremisesExtensionAttributes": {"extensionAttribute1": null, "extensionAttribute2": null}, "onPremisesProvisioningErrors": [],
  "otherMails": [], "passwordPolicies": null, "postalCode": null, "preferredLanguage": null, "proxyAddresses": [], "provisionedPlans": [],
  "serviceProvisioningErrors": [], "showInAddressList": null, "surname": "Example", "usageLocation": null, "userPrincipalName": "ada@contoso.example", "userType": "Member"}`
