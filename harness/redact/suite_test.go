package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/redact"
)

// join keeps what looks like a real secret out of this file's text.
func join(parts ...string) string { return strings.Join(parts, "") }

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

const (
	tenant = "54826b22-38d6-4fb2-bad9-b7b93a3e9c5a"
	object = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	other  = "877192bd-9183-47d3-a74c-8aa0426716cf"
)

var (
	jwt = join(b64(`{"alg":"RS256","typ":"JWT"}`), ".", b64(`{"tid":"`+tenant+`","upn":"adele@fabrikam.com"}`), ".", "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg")
	ewa = join("EwAo", strings.Repeat("A8l6BAAUO9chh8cJscQLmU+LSWpbnr0vmwwAAQ", 4))
	pem = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END " + "PRIVATE KEY-----"
)

// A kind is a value that must not survive. Kinds that are recognised by their form
// have no member. Needle is what to look for; value itself if empty.
type kind struct{ name, member, value, needle string }

// byForm are recognised wherever they stand.
var byForm = []kind{
	{name: "guid", value: object},
	{name: "guid in capitals", value: "9FFFDB3C-5B87-4062-9606-1B008CA88E44"},
	{name: "tenant id", value: tenant},
	{name: "guid in braces", value: "{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A}", needle: "86EB4C8E-D20D-46B9-AD41-23B8868DDA8A"},
	{name: "teams operation", value: "2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e", needle: "e88ae9aa-887e-4972"},
	{name: "chat", value: "19:c253a29b5f694b55a6baad8e83510af7@thread.v2", needle: "c253a29b5f694b55a6baad8e83510af7"},
	{name: "one-on-one chat", value: "19:8b081ef6-4792-4def-b2c9-c363a1bf41d5_877192bd-9183-47d3-a74c-8aa0426716cf@unq.gbl.spaces", needle: "8b081ef6-4792"},
	{name: "meeting chat", value: "19:meeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2@thread.v2", needle: "MjdhNjM4YzUtYzExZi00OTFk"},
	{name: "channel", value: "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2", needle: "4a95f7d8db4c4e7fae857bcebe0623e6"},
	{name: "new channel", value: "19:aBcd3FghIjkLmnOpqRstUvwxYz0123456789AbCdEfGhIj1@thread.tacv2", needle: "aBcd3FghIjkLmnOpq"},
	{name: "old channel", value: "19:33b76eea88574bd1969dca37e2b7a819@thread.skype", needle: "33b76eea88574bd1969dca37e2b7a819"},
	{name: "member", value: base64.StdEncoding.EncodeToString([]byte(tenant + "##" + object)), needle: base64.StdEncoding.EncodeToString([]byte(tenant))[:24]},
	{name: "chat member", value: base64.StdEncoding.EncodeToString([]byte("0##" + tenant + "##19:b8577894a63548969c5c92bb9c80c5e1@thread.v2##" + other)), needle: "NTQ4MjZiMjItMzhkNi00"},
	{name: "outlook message", value: "AAMkAGI1AAAt9AHjABCDEFGHIJK0123456789aa_bc-deFG=", needle: "AGI1AAAt9AHjABCDEF"},
	{name: "outlook contact", value: "AQMkADNkNAAAVRMKAAAAwxyzAB12345678", needle: "ADNkNAAAVRMKAAAAwxyz"},
	{name: "immutable id", value: "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A1234", needle: "LgAAAAAAHYQDEapmEc2b"},
	{name: "drive", value: "b!2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-hd", needle: "2SInBlQrN0K8-GXMy9qN"},
	{name: "drive item", value: "01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK", needle: "NKDM7HMOJTVYMDOS"},
	{name: "personal drive item", value: "D4648F06C91D9D3D!54927", needle: "D4648F06C91D9D3D"},
	{name: "site", value: "fabrikam.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851", needle: "da60e844-ba1d"},
	{name: "site host", value: "fabrikam.sharepoint.com", needle: "fabrikam"},
	{name: "personal host", value: "fabrikam-my.sharepoint.com", needle: "fabrikam"},
	{name: "sharing id", value: "u!" + b64("https://1drv.ms/A6913278E564460AA616C71B28AD6EB6"), needle: b64("https://1drv.ms/A6913278E564460AA616C71B28AD6EB6")[24:]},
	{name: "shift", value: "SHFT_6548f642-cbc1-4228-8621-054327576457", needle: "6548f642-cbc1"},
	{name: "cloud sid", value: "S-1-12-1-2750858758-1121401068-3973320332-1637682607", needle: "2750858758"},
	{name: "domain sid", value: "S-1-5-21-2111111111-1311111111-1411111111-2001", needle: "2111111111"},
	{name: "upn", value: "AdeleV@fabrikam.onmicrosoft.com", needle: "adelev"},
	{name: "guest", value: "alex_gmail.com#EXT#@fabrikam.onmicrosoft.com", needle: "alex_gmail"},
	{name: "dollar upn", value: "$azure-cli-test-user#000001@FabrikamTeam.onmicrosoft.com", needle: "test-user"},
	{name: "mail", value: "oscar.ward+news@fabrikam.com", needle: "ward"},
	{name: "tenant domain", value: "fabrikamteam.onmicrosoft.com", needle: "fabrikamteam"},
	{name: "jwt", value: jwt, needle: jwt[:40]},
	{name: "opaque token", value: ewa, needle: ewa[:40]},
	{name: "pem", value: pem, needle: "MIIEvQIBADANBg"},
	{name: "recovery key", value: "111222-333444-555666-777888-999000-123456-654321-112233", needle: "333444-555666"},
}

// byName are recognised by the member that holds them. A value that begins with { or [
// is JSON.
var byName = []kind{
	{name: "access token", member: "access_token", value: "opaque-access-9f8e7d"},
	{name: "refresh token", member: "refresh_token", value: "0.AXEA-refresh-9f8e7d"},
	{name: "id token", member: "id_token", value: jwt, needle: jwt[:40]},
	{name: "client secret", member: "client_secret", value: "8Q~s3cr3t~value.of.app"},
	{name: "client assertion", member: "client_assertion", value: "assert.ion"},
	{name: "device code", member: "device_code", value: "GAQABAAEAAAD-device"},
	{name: "assertion", member: "assertion", value: "PHNhbWw-assertion"},
	{name: "password", member: "password", value: "Test" + "1234!!"},
	{name: "password profile", member: "passwordProfile", value: `{"password":"P@ss w0rd","forceChangePasswordNextSignIn":false}`, needle: "ss w0rd"},
	{name: "secret text", member: "secretText", value: "[6gyXA5S20@MN+WRXAJ]I-TO7g1:h2P8"},
	{name: "key credential", member: "keyCredentials", value: `[{"key":"TUlJRENUQ0NBZkdnQXdJQkFn","usage":"Verify"}]`, needle: "TUlJRENUQ0NBZkdn"},
	{name: "proof", member: "proof", value: "proof-of-possession-1"},
	{name: "certificate", member: "encryptionCertificate", value: "TUlJRmZUQ0NBMldnQXdJQkFnSVVF"},
	{name: "client state", member: "clientState", value: "secretClientValue"},
	{name: "validation token", member: "validationToken", value: "Validation: Testing client"},
	{name: "validation tokens", member: "validationTokens", value: `["opaque-validation-1"]`, needle: "opaque-validation-1"},
	{name: "upload url", member: "uploadUrl", value: "https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337", needle: "fe6987415ace7"},
	{name: "outlook upload url", member: "uploadUrl", value: "https://outlook.office.com/api/v2.0/Users('" + object + "@" + tenant + "')/AttachmentSessions('AAMkADI5MAAIT3k0uAAA12345=')?authtoken=" + jwt, needle: jwt[:40]},
	{name: "download url", member: "@microsoft.graph.downloadUrl", value: "https://fabrikam.sharepoint.com/_layouts/15/download.aspx?UniqueId=a1&Translate=false&tempauth=v1.qsTempAuth01Token&ApiVersion=2.0", needle: "qsTempAuth01Token"},
	{name: "join url", member: "joinWebUrl", value: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2%40thread.v2/0?context=%7b%22Tid%22%3a%22" + tenant + "%22%7d", needle: "MjdhNjM4YzUtYzExZi00OTFk"},
	{name: "notification url", member: "notificationUrl", value: "https://hooks.fabrikam.example/graph?code=Zm9vYmFyMTIzNDU2Nzg", needle: "Zm9vYmFyMTIzNDU2Nzg"},
	{name: "sharing link", member: "link", value: `{"type":"view","webUrl":"https://1drv.ms/A6913278E564460AA616C71B28AD6EB7"}`, needle: "A6913278E564460AA616"},
	{name: "sas url", member: "azureStorageUri", value: "https://fabrikamstore.blob.core.windows.net/c/b?sv=2020-08-04&sig=aBc%2Bdef%2FghiJKL0123456789%3D", needle: "ghiJKL0123456789"},
	{name: "shared secret", member: "sharedSecret", value: "shhh-quiet"},

	{name: "display name", member: "displayName", value: "Adele Vance"},
	{name: "given name", member: "givenName", value: "Adélaïde"},
	{name: "surname", member: "surname", value: "O'Vance"},
	{name: "nickname", member: "mailNickname", value: "adelevance"},
	{name: "employee", member: "employeeId", value: "E-104711"},
	{name: "mobile", member: "mobilePhone", value: "+1 425 555 0109"},
	{name: "phones", member: "businessPhones", value: `["+49 (30) 901820-33"]`, needle: "901820"},
	{name: "street", member: "streetAddress", value: "205 108th Ave. NE"},
	{name: "city", member: "city", value: "Bellevue"},
	{name: "postal code", member: "postalCode", value: "98004"},
	{name: "office", member: "officeLocation", value: "18/2111"},
	{name: "sam", member: "onPremisesSamAccountName", value: "avance77"},
	{name: "dn", member: "onPremisesDistinguishedName", value: "CN=Adele,OU=Ghosts,DC=fabrikam,DC=com", needle: "Ghosts"},
	{name: "domain", member: "publisherDomain", value: "fabrikam.co.uk"},
	{name: "user name", member: "userPrincipalName", value: "strange name", needle: "strange"},
	{name: "other mails", member: "otherMails", value: `["ade.vance@home.fabrikam.net"]`, needle: "ade.vance"},
	{name: "proxy addresses", member: "proxyAddresses", value: `["SMTP:pat.vance@fabrikam.com"]`, needle: "pat.vance"},
	{name: "email address", member: "from", value: `{"emailAddress":{"name":"Megan Bowen","address":"megan.b@fabrikam.com"}}`, needle: "megan"},

	{name: "subject", member: "subject", value: "Project Dragonfly is cancelled"},
	{name: "body", member: "body", value: `{"contentType":"html","content":"<p>Dragonfly costs 7 million</p>"}`, needle: "7 million"},
	{name: "preview", member: "bodyPreview", value: "Dragonfly preview"},
	{name: "topic", member: "topic", value: "Dragonfly group chat"},
	{name: "attachment", member: "contentBytes", value: base64.StdEncoding.EncodeToString([]byte("Dragonfly budget 2026")), needle: "RHJhZ29uZmx5IGJ1"},
	{name: "file", member: "item", value: `{"name":"Dragonfly \"final\" plan","file":{"mimeType":"application/pdf"}}`, needle: "final"},
	{name: "folder", member: "item", value: `{"name":"Dragonfly folder","folder":{"childCount":1}}`, needle: "Dragonfly"},
	{name: "address of a file", member: "webUrl", value: "https://contoso.sharepoint.com/sites/contoso/Shared%20Documents/Plans/Dragonfly%20plan.docx?web=1", needle: "Dragonfly"},
	{name: "address of a folder", member: "webUrl", value: "https://contoso-my.sharepoint.com/personal/user1_contoso_example/Documents/Dragonfly", needle: "Dragonfly"},
	{name: "file by extension", member: "name", value: "Dragonfly.docx", needle: "Dragonfly"},
	{name: "ip", member: "ipAddress", value: "131.107.160.210"},
	{name: "mail headers", member: "internetMessageHeaders", value: `[{"name":"X-Originating-IP","value":"131.107.0.99 dragonfly"}]`, needle: "131.107.0.99"},
	{name: "gps", member: "coordinates", value: `{"latitude":47.64037,"longitude":-122.12974}`, needle: "7.64037"},
}

// byOption are recognised by the option of a query.
var byOption = []kind{
	{name: "tempauth", member: "tempauth", value: "qsTempAuthXYZ987654"},
	{name: "tempauthtoken", member: "tempauthtoken", value: "printTokenXYZ987654"},
	{name: "authtoken", member: "authtoken", value: "outlookTokenXYZ987654"},
	{name: "sas", member: "sig", value: "sasXYZ987654sasXYZ987654="},
	{name: "authkey", member: "authkey", value: "!AL7N1QAfSWcjNU8"},
	{name: "function code", member: "code", value: "funcCodeXYZ987654"},
	{name: "skip token", member: "$skiptoken", value: "X'4453707402000100000017'", needle: "4453707402000100"},
	{name: "skip token json", member: "$skiptoken", value: b64(`{"ContinuationToken":"W3sic3RhcnQiOiIy"}`)},
	{name: "delta token", member: "$deltatoken", value: "aQdvS1VwGCSRxVmZJqykmDik_JIC44iCZpv-.EP9gLiCoF2CE"},
	{name: "drive token", member: "token", value: "1230919asd190410jlka"},
}

// all lists everything that a cassette file would hold of an interaction, in every
// spelling that it may be read in.
func all(i *cassette.Interaction) string {
	dump, _ := json.Marshal(i)
	texts := []string{string(dump), i.Request.URL, i.Request.Body, i.Response.Body}
	for n := range 4 {
		for _, t := range slices.Clone(texts) {
			if u, err := url.PathUnescape(t); err == nil && n < 2 && u != t {
				texts = append(texts, u)
			}
			if strings.Contains(t, `\`) && n < 3 {
				texts = append(texts, strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u0026`, "&", `\/`, "/", `\u003c`, "<", `\u003e`, ">").Replace(t))
			}
		}
		if len(texts) > 200 {
			break
		}
	}
	for _, m := range regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`).FindAllString(string(dump), -1) {
		if plain, err := base64.StdEncoding.DecodeString(m); err == nil {
			texts = append(texts, string(plain))
		}
	}
	return strings.ToLower(strings.Join(texts, "\n"))
}

// check redacts an interaction and holds that the needle is gone, that redacting
// twice changes nothing, and that nothing leaks.
func check(t *testing.T, where string, i *cassette.Interaction, needle string) {
	t.Helper()
	if !strings.Contains(all(i), strings.ToLower(needle)) {
		t.Errorf("%s: the value is not even in the original", where)
		return
	}
	r, err := redact.New(redact.Rules{}, redact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	once := r.Interaction(i)
	if text := all(once); strings.Contains(text, strings.ToLower(needle)) {
		t.Errorf("%s: the value survives", where)
	}
	fresh, _ := redact.New(redact.Rules{}, redact.Options{})
	twice := fresh.Interaction(once)
	a, _ := json.Marshal(once)
	b, _ := json.Marshal(twice)
	if string(a) != string(b) {
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		at = max(0, at-30)
		t.Errorf("%s: redacting twice changes more\n%.100s\n%.100s", where, a[at:], b[at:])
	}
	leaks, _ := redact.Leaks(&cassette.Cassette{Interactions: []*cassette.Interaction{once}}, redact.Rules{})
	for _, l := range leaks {
		t.Errorf("%s: %v", where, l)
	}
}

func TestNothingSurvives(t *testing.T) {
	kinds, places := 0, 0
	for _, k := range byForm {
		t.Run(k.name, func(t *testing.T) {
			for where, i := range positions(k.value) {
				if where == "header" && strings.Contains(k.value, "\n") {
					continue
				}
				check(t, where, i, k.sought())
				places++
			}
			for where, i := range bodies(k.json()) {
				check(t, where, i, k.sought())
				places++
			}
		})
		kinds++
	}
	for _, k := range byName {
		t.Run(k.name, func(t *testing.T) {
			for where, i := range bodies(k.json()) {
				check(t, where, i, k.sought())
				places++
			}
		})
		kinds++
	}
	for _, k := range byOption {
		t.Run(k.name, func(t *testing.T) {
			for where, i := range links(k) {
				check(t, where, i, k.sought())
				places++
			}
		})
		kinds++
	}
	t.Logf("%d kinds in %d places", kinds, places)
	if kinds < 60 {
		t.Errorf("%d kinds, want 60", kinds)
	}
}

func TestHeadersThatAreSecret(t *testing.T) {
	for name, value := range map[string]string{
		"Authorization": "Bearer " + jwt, "authorization": "Basic dXNlcjpwYXNz", "Proxy-Authorization": "Negotiate TlRMTVNTUA",
		"Cookie": "ESTSAUTH=0.AXEA; fpc=AtZ", "Set-Cookie": "x-ms-gateway-slice=estsfd; path=/; secure",
	} {
		i := interaction("GET", graph+"/me")
		i.Request.Headers[name] = []string{value}
		i.Response.Headers[name] = []string{value}
		_, needle, _ := strings.Cut(value, " ")
		if name == "Cookie" || name == "Set-Cookie" {
			needle = value[:12]
		}
		check(t, name, i, needle)
	}
}

func ExampleLeaks() {
	i := interaction("POST", graph+"/users")
	i.Request.Body = `{"displayName":"Adele Vance","passwordProfile":{"password":"not so secret"}}`
	leaks, _ := redact.Leaks(&cassette.Cassette{Interactions: []*cassette.Interaction{i}}, redact.Rules{})
	for _, l := range leaks {
		fmt.Println(l.Level, l)
	}
	// Output:
	// advises interaction 0: request.body $['displayName']: identity.name (11 bytes)
	// blocks interaction 0: request.body $['passwordProfile']['password']: secret.password (13 bytes)
}
