package planted

import (
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random makes values of all kinds, other ones for each seed.
type Random struct{ *rand.Rand }

// NewRandom is the same for the same seed.
func NewRandom(seed uint64) Random { return Random{rand.New(rand.NewPCG(seed, 7))} }

func (r Random) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	small   = "abcdefghijklmnopqrstuvwxyz"
	capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
	alnum   = small + capital + digits
)

// word is one that no vocabulary has.
func (r Random) word() string { return r.of("qxzjkvw", 3) + r.of(small, 6) }

func (r Random) title() string { w := r.word(); return strings.ToUpper(w[:1]) + w[1:] }

// number is one of groups of so many digits, with separators between them.
func (r Random) number(parts ...any) string {
	var b strings.Builder
	for _, part := range parts {
		if size, ok := part.(int); ok {
			part = r.of("6789", size)
		}
		fmt.Fprint(&b, part)
	}
	return b.String()
}

// Secrets lists what gives access. A value with a member is told by it, the others by form.
func (r Random) Secrets() (all []Kind) {
	for _, k := range ByMember() {
		if len(k.Value) > 0 && k.Value[0] != '{' && k.Value[0] != '[' && !strings.Contains(k.Value, "://") && k.Member != "" && isCredential[k.Member] {
			all = append(all, Kind{Name: k.Name, Member: k.Member, Value: r.of(alnum+"!%$", 14)})
		}
	}
	for _, member := range strings.Fields(`passwordBase64 secretKey oathSecretKey encryptedPfxPassword tokenValue qrCodeContent qrCodeImage newPassword currentPassword sharedSecret
		privateKey passphrase unlockToken activationLockBypassCode bypassCode pin recoveryKey personalRecoveryKey preSharedKey wifiPassword adminPassword connectionString apiKey appSecret
		primaryKey accountKey licenseKey enrollmentToken pushToken temporaryAccessPass encryptionKey smtpPassword credential userPassword passwordHash confirmationCode refresh_token client_secret`) {
		all = append(all, Kind{Name: member, Member: member, Value: r.of(alnum, 10) + r.of("!#$-_", 1) + r.of(alnum, 9)})
	}
	head := base64.RawURLEncoding.EncodeToString([]byte("{\r\n  \"typ\": \"JWT\",\r\n  \"alg\": \"RS256\"\r\n}"))
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"x":"` + r.word() + `"}`))
	signature := r.of(alnum, 40)
	for name, value := range map[string]string{
		"client secret": r.of(alnum, 3) + "8Q~" + r.of(alnum+"._-", 34), "refresh token": "0.A" + r.of(alnum+"-_", 60), "new refresh token": "1.A" + r.of(alnum+"-_", 60), "opaque token": "EwA" + r.of(alnum+"+/", 90),
		"JWT with white space": head + "." + claims + "." + signature, "bearer": "Bearer " + r.of(alnum, 30), "basic": "Basic " + base64.StdEncoding.EncodeToString([]byte(r.word()+":"+r.word())),
		"recovery key": strings.Join([]string{r.of(digits, 6), r.of(digits, 6), r.of(digits, 6), r.of(digits, 6), r.of(digits, 6), r.of(digits, 6), r.of(digits, 6), r.of(digits, 6)}, "-"),
		"PEM":          "-----BEGIN " + "RSA PRIVATE KEY-----\n" + r.of(alnum, 64) + "\n-----END " + "RSA PRIVATE KEY-----", "connection string": "DefaultEndpointsProtocol=https;AccountName=" + r.word() + ";AccountKey=" + r.of(alnum+"+/", 86) + "==;EndpointSuffix=core.windows.net",
		"signature": "https://" + r.word() + ".blob.core.windows.net/c?sv=2020-08-04&sig=" + r.of(alnum, 40) + "%3D", "GitHub's": "ghp_" + r.of(alnum, 36), "Slack's": "xoxb-" + r.of(digits, 12) + "-" + r.of(alnum, 24),
		"AWS": "AKIA" + r.of(capital+digits, 16), "Google's": "AIza" + r.of(alnum, 35), "GitHub's fine token": "github_pat_" + r.of(alnum, 22) + "_" + r.of(alnum, 59), "GitLab's": "glpat-" + r.of(alnum, 20), "payment key": "sk_live_" + r.of(alnum, 24), "SendGrid's": "SG." + r.of(alnum, 22) + "." + r.of(alnum, 43),
		"address with a password": "https://" + r.word() + ":" + r.of(alnum, 24) + "@host.example/x", "SAS token": "SharedAccessSignature sr=x&sig=" + r.of(alnum, 40) + "&se=1&skn=x", "password of a header": "Authorization: password=" + r.of(alnum, 24),
		"base32": base32.StdEncoding.EncodeToString([]byte("Bearer " + r.of(alnum, 33))), "packed": base64.RawURLEncoding.EncodeToString(packed("Bearer " + r.of(alnum, 33))), "hexadecimal": hex.EncodeToString([]byte("client_secret=" + r.of(alnum, 30))),
		"one-time secret": "otpauth://totp/" + r.word() + "?secret=" + r.of(capital+"234567", 32),
	} {
		all = append(all, Kind{Name: name, Value: value, Needle: needleOf(value, signature)})
	}
	slices.SortStableFunc(all, func(a, b Kind) int { return strings.Compare(a.Name, b.Name) }) // the same for the same seed
	return all
}

var isCredential = map[string]bool{"access_token": true, "refresh_token": true, "client_secret": true, "client_assertion": true, "device_code": true, "password": true, "secretText": true,
	"clientState": true, "validationToken": true, "apiKey": true, "sharedSecret": true, "proof": true}

// needleOf is the part of a value that is looked for: the longest run without punctuation.
func needleOf(value, signature string) string {
	if strings.Contains(value, signature) {
		return signature
	}
	longest := ""
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return strings.IndexByte(alnum, byte(c)) < 0 }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// packed is a text in gzip.
func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// Values lists identity and content by their looks, for a member of any name.
func (r Random) Values() []Kind {
	guid := func() string {
		h := r.of("0123456789abcdef", 32)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
	}
	raw := make([]byte, 16)
	binary.LittleEndian.PutUint64(raw, r.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], r.Uint64())
	id, w, v, rooms := guid(), r.word(), r.word(), r.of(alnum, 48)
	k := func(name, value, needle string) Kind { return Kind{Name: name, Value: value, Needle: needle} }
	return []Kind{
		k("word", w, w), k("capitals", strings.ToUpper(w), w), k("name", r.title()+" "+r.title(), ""), k("text", "owned by "+r.title()+" "+w, w), k("device", strings.ToUpper(w)+"-LAPTOP", w), k("serial", "C02"+r.of(capital+digits, 9), ""),
		k("IMEI", "35"+r.of(digits, 13), ""), k("MAC", strings.Join([]string{"A4", r.of("0123456789ABCDEF", 2), r.of("0123456789ABCDEF", 2), r.of("0123456789ABCDEF", 2), "5F", "E1"}, ":"), ""), k("bare MAC", "A4"+r.of("0123456789ABCDEF", 10), ""),
		k("IPv4", fmt.Sprintf("131.107.%d.%d", 100+r.IntN(100), 100+r.IntN(100)), ""), k("IPv6", "2603:1026:"+r.of("123456789abcdef", 4)+"::"+r.of("123456789abcdef", 4), ""), k("account", "FABRIKAM\\"+w, w), k("host", w+".corp.fabrikam.com", w), k("short host", "srv-"+w, w),
		k("app", "api://"+w+"/read", w), k("file", w+" budget.xlsx", w), k("file in a link", "https://fabrikam.sharepoint.com/sites/x/_layouts/15/Doc.aspx?sourcedoc=%7B"+id+"%7D&file="+w+".xlsx&action=default", w), k("share", `\\`+w+`\home$`, w), k("path", `C:\Users\`+w+`\x.txt`, w),
		k("unix path", "/home/"+w+"/.ssh", w), k("link", "https://www."+w+".example/a?b=c", w), k("mailto", "mailto:"+w+"@fabrikam.com", w), k("smtp", "SMTP:"+w+"@fabrikam.com", w), k("sip", "sip:"+w+"@fabrikam.com", w), k("tel", "tel:+49301"+r.of(digits, 7), ""), k("phone", "+1 (425) 555-"+r.of(digits, 4), "555-"),
		k("digits", "7"+r.of(digits, 10), ""), k("GUID", id, ""), k("GUID in capitals", strings.ToUpper(guid()), ""), k("hyphenless", strings.ReplaceAll(guid(), "-", ""), ""), k("GUID's bytes", base64.RawURLEncoding.EncodeToString(raw), ""), k("two GUIDs", guid()+"_"+guid(), ""),
		k("immutable id", base64.StdEncoding.EncodeToString(raw), ""), k("hex", r.of("0123456789abcdef", 40), ""), k("thumbprint", r.of("0123456789ABCDEF", 40), ""), k("token", r.of(alnum, 43), ""), k("DN", "CN="+w+",OU="+v+",DC=fabrikam,DC=com", v), k("LDAP", "(&(objectClass=user)(cn="+w+"))", w),
		k("rule", `user.department -eq "`+w+`"`, w), k("list", w+", "+v+"; x", v), k("tags", "#"+w, w), k("html", "<div>"+w+"</div>", w), k("JSON", `{"`+w+`":"`+v+`"}`, v), k("JSON's name", `{"`+w+`":1}`, w), k("list of JSON", `["`+w+`",{"a":"`+v+`"}]`, w), k("XML", `<a `+w+`="1"><`+v+`/></a>`, v),
		k("other letters", "Жанна Дмитриева", ""), k("accents", "Zoë Ångström-Łuk", ""), k("Chinese", "王小明的计划", ""), k("emoji", "🐉"+w, w), k("quotes", `O'`+w+` "x"`, w), k("percent", w+"%20x", w), k("plus", "a+"+w, w), k("ampersand", w+"&x=1", w), k("line break", "a\n"+w, w),
		k("base64 of a text", base64.StdEncoding.EncodeToString([]byte("Minutes of "+w+" and others")), ""), k("base64 of JSON", base64.StdEncoding.EncodeToString([]byte(`{"who":"`+w+`"}`)), ""), k("URN", "urn:"+w+":"+v, w), k("SPN", "HOST/"+w+".fabrikam.com", w), k("underscored", w+"_"+v, w), k("camel", w+r.title(), w),
		k("extension", "extension_"+strings.ReplaceAll(guid(), "-", "")+"_"+w, w), k("version", "1.0.0-"+w, w), k("locale", "en-"+w, w), k("media", "application/"+w, w), k("zone", "America/"+w, w), k("permission", "User.Read."+w, w), k("code", "Request_"+w, w), k("type", "#microsoft.graph."+w, w), k("SKU", "ENTERPRISEPACK_"+strings.ToUpper(w), w),
		k("address of rooms", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_"+rooms+"%40thread.v2/0", rooms), k("card", "4111 1111 1111 "+r.of(digits, 4), ""), k("IBAN", "DE"+r.of(digits, 20), ""), k("coordinates", "47."+r.of(digits, 6)+",-122."+r.of(digits, 6), ""),
		k("social security", r.number(3, "-", 2, "-", 4), ""), k("local phone", r.number(3, "-", 4), ""), k("phone like a date", r.number(4, "-", 2, "-", 5), ""), k("card with hyphens", r.number(4, "-", 4, "-", 4, "-", 4), ""), k("tax number", r.number(3, "/", 4, "/", 8), ""),
		k("passport", "P"+r.number(7), ""), k("passport like a duration", "P"+r.number(7)+"M", ""), k("MAC of digits", r.number(2, ":", 2, ":", 2, ":", 2, ":", 2, ":", 2), ""), k("IPv6 of digits", r.number(2, ":", 4, ":", 4, ":", 4, ":", 4, ":", 4, ":", 4, ":", 4), ""),
		k("date and more", "2026-11-24 "+r.number(9), ""), k("phone in a version", "+"+r.number(2, " ", 3, " ", 6), ""), k("scheme", w+"://auth", w), k("document type", "<!DOCTYPE html PUBLIC \""+w+"\"><p>1</p>", w), k("XML's encoding", `<?xml version="1.0" encoding="`+w+`"?><a>1</a>`, w),
	}
}

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
