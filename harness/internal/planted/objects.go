package planted

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Objects lists values whose meaning the objects around them give: settings, lists of names
// and values, cells, what an answer repeats of what was sent. Value is JSON.
func (r Random) Objects() []Kind {
	w, v := r.word(), r.word()
	secret := r.of(alnum, 9) + "!" + r.of(alnum, 9)
	sought := secret[10:]
	k := func(name, member, value, needle string) Kind {
		return Kind{Name: name, Member: member, Value: value, Needle: needle}
	}
	at := func(format string, a ...any) string { return fmt.Sprintf(format, a...) }
	encoded := base64.StdEncoding.EncodeToString([]byte("<wifi><key>" + secret + "</key></wifi>"))
	many := make([]map[string]string, 257)
	for n := range many {
		many[n] = map[string]string{"password": r.of(alnum, 14)}
	}
	last, _ := json.Marshal(many)
	return []Kind{
		k("synchronization secret", "secrets", at(`[{"key":"Password","value":%q}]`, secret), sought), k("synchronization user", "secrets", at(`[{"key":"UserName","value":%q}]`, w), w),
		k("OMA setting", "omaSettings", at(`[{"@odata.type":"#microsoft.graph.omaSettingString","displayName":"x","omaUri":"./Vendor/MSFT/WiFi","value":%q}]`, secret), sought),
		k("OMA setting in base64", "omaSettings", at(`[{"@odata.type":"#microsoft.graph.omaSettingBase64","fileName":"a.xml","value":%q}]`, encoded), sought),
		k("OMA setting's address", "omaSettings", at(`[{"omaUri":"./Vendor/MSFT/%s","value":7}]`, w), w), k("sign-on credential", "credentials", at(`[{"fieldId":"param_password","value":%q,"type":"password"}]`, secret), sought),
		k("sign-on user", "credentials", at(`[{"fieldId":"param_emailOrUserName","value":%q,"type":"username"}]`, w), w), k("257th password", "items", string(last), many[256]["password"]),
		k("list item", "fields", at(`{"Title":%q,"Modified":"2026-01-01T00:00:00Z"}`, w), w), k("list column", "fields", at(`{"Salary_x0020_band":%q,"%s":1}`, w, v), v), k("lookup", "fields", at(`{"AuthorLookupId":"7","Author":{"LookupValue":%q,"Email":"%s@fabrikam.com"}}`, w, v), v),
		k("cells", "values", at(`[["Name","Pay"],[%q,70000]]`, w), w), k("cells' text", "text", at(`[[%q]]`, w), w), k("formula", "formulas", at(`[["=VLOOKUP(\"%s\",%s!A1:B9,2)"]]`, w, v), v), k("named item", "names", at(`[{"name":%q,"value":"=%s!$A$1"}]`, w, v), v),
		k("identity", "identities", at(`[{"signInType":"emailAddress","issuer":"%s.onmicrosoft.com","issuerAssignedId":%q}]`, v, w), v), k("security attribute", "customSecurityAttributes", at(`{"%s":{"Project":%q}}`, v, w), v),
		k("audited change", "modifiedProperties", at(`[{"displayName":"AccountEnabled","oldValue":"[\"%s\"]","newValue":"\"%s\""}]`, w, v), v), k("audited detail", "additionalDetails", at(`[{"key":"User-Agent","value":%q}]`, w), w),
		k("event of a chat", "eventDetail", at(`{"@odata.type":"#microsoft.graph.channelAddedEventMessageDetail","channelDisplayName":%q,"initiator":{"user":{"displayName":%q}}}`, w, v), v), k("mention", "mentions", at(`[{"id":0,"mentionText":%q}]`, w), w),
		k("assignment", "assignments", at(`{"%s@fabrikam.com":{"orderHint":" !"}}`, w), w), k("reference", "references", at(`{"https%%3A//%s.example/x":{"alias":%q,"type":"Word"}}`, w, v), v), k("check list", "checklist", at(`{"95e27074-6c4a-447a-aa24-9d718a0b86fa":{"title":%q}}`, w), w),
		k("category", "categoryDescriptions", at(`{"category1":%q,"category2":null}`, w), w), k("extended property", "singleValueExtendedProperties", at(`[{"id":"String {66f5a359-4659-4830-9070-00047ec6ac6e} Name %s","value":%q}]`, w, v), w), k("extended value", "singleValueExtendedProperties", at(`[{"id":"String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color","value":%q}]`, v), v),
		k("hit", "hits", at(`[{"hitId":"1","rank":1,"summary":"<c0>%s</c0> of %s<ddd/>"}]`, w, v), v), k("bucket", "buckets", at(`[{"key":%q,"count":3,"aggregationFilterToken":"\"%s\""}]`, w, base64.RawURLEncoding.EncodeToString([]byte(v))), v), k("properties", "properties", at(`{"%s":%q}`, w, v), v),
		k("names and values", "keyValuePairs", at(`[{"name":%q,"value":%q}]`, w, v), v), k("labels", "labels", at(`[{"languageTag":"en-US","name":%q,"color":%q}]`, w, v), v), k("place", "location", at(`{"displayName":%q,"address":{"street":"%s 7","countryOrRegion":"US"},"coordinates":{"latitude":1.5}}`, w, v), v),
		k("repeated with escapes", "error", at(`{"code":"Request_BadRequest","message":"The value \\u0022%s\\u0022, \\n%s and %%20%s are not valid."}`, secret, secret, secret), sought), k("repeated in details", "error", at(`{"code":"BadRequest","message":"x","details":[{"code":"Invalid","target":%q,"message":"'%s' is taken"}],"innerError":{"message":"{\"a\":\"%s\"}"}}`, w, v, v), v),
		k("policy", "definition", at(`["{\"ClaimsMappingPolicy\":{\"Version\":1,\"ClaimsSchema\":[{\"Source\":\"user\",\"ID\":\"%s\"}]}}"]`, w), w), k("device with a name", "device", at(`{"deviceName":"%s's MacBook","serialNumber":"C02%s","imei":"35%s"}`, w, strings.ToUpper(v), r.of(digits, 13)), w), k("serial", "device", at(`{"serialNumber":"C02%s"}`, strings.ToUpper(v)), v),
		k("app", "requiredResourceAccess", at(`{"identifierUris":["api://%s"],"redirectUris":["https://%s.fabrikam.com/auth"]}`, w, v), v), k("roles", "appRoles", at(`[{"displayName":%q,"value":"%s.Read","description":"Read %s"}]`, w, v, w), v), k("account of a device", "loggedOn", at(`{"accountName":"%s","domainName":%q,"userPrincipalName":"FABRIKAM\\%s"}`, w, v, w), v),
		k("rule", "membershipRule", at(`(user.department -eq "%s") and (user.city -startsWith "%s")`, w, v), v), k("card", "attachments", at(`[{"contentType":"application/vnd.microsoft.card.adaptive","content":"{\"type\":\"AdaptiveCard\",\"body\":[{\"type\":\"TextBlock\",\"text\":\"%s\"}]}"}]`, w), w), k("photo's camera", "photo", at(`{"cameraMake":%q,"takenDateTime":"2026-01-01T00:00:00Z"}`, w), w),
		k("recipients", "toRecipients", at(`[{"emailAddress":{"name":"%s, %s","address":"%s@fabrikam.com"}}]`, v, w, w), v), k("link with a file", "webUrl", at(`https://fabrikam.sharepoint.com/_layouts/15/Doc.aspx?action=default&file=%s.xlsx`, w), w), k("job", "jobTitle", at(`["Head of %s"]`, w), w),
	}
}
