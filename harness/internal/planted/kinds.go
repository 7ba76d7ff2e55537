package planted

import (
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
)

// join keeps what looks like a real secret out of this file's text.
func join(parts ...string) string { return strings.Join(parts, "") }

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// Ids that are part of several kinds.
const (
	Tenant = "54826b22-38d6-4fb2-bad9-b7b93a3e9c5a"
	Object = "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	Other  = "877192bd-9183-47d3-a74c-8aa0426716cf"
)

// JWT is an access token of Tenant.
func JWT() string {
	return join(b64(`{"alg":"RS256","typ":"JWT"}`), ".", b64(`{"tid":"`+Tenant+`","upn":"adele@fabrikam.com"}`), ".", "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg")
}

func opaque() string {
	return join("EwAo", strings.Repeat("A8l6BAAUO9chh8cJscQLmU+LSWpbnr0vmwwAAQ", 4))
}

const pem = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END " + "PRIVATE KEY-----"

// A Kind is a value that must not survive.
type Kind struct {
	Name   string
	Member string // of JSON, or the option of a query; "" for a value that is known by its form
	Value  string // one that begins with { or [ is JSON
	Needle string // what to look for; "" for the value itself
}

// ByForm lists the kinds that are recognised wherever they stand.
func ByForm() []Kind {
	return []Kind{
		{Name: "guid", Value: Object},
		{Name: "guid in capitals", Value: "9FFFDB3C-5B87-4062-9606-1B008CA88E44"},
		{Name: "tenant id", Value: Tenant},
		{Name: "guid in braces", Value: "{86EB4C8E-D20D-46B9-AD41-23B8868DDA8A}", Needle: "86EB4C8E-D20D-46B9-AD41-23B8868DDA8A"},
		{Name: "teams operation", Value: "2432b57b-0abd-43db-aa7b-16eadd115d34-e88ae9aa-887e-4972-ac3e-bd578e38232e", Needle: "e88ae9aa-887e-4972"},
		{Name: "chat", Value: "19:c253a29b5f694b55a6baad8e83510af7@thread.v2", Needle: "c253a29b5f694b55a6baad8e83510af7"},
		{Name: "one-on-one chat", Value: "19:8b081ef6-4792-4def-b2c9-c363a1bf41d5_877192bd-9183-47d3-a74c-8aa0426716cf@unq.gbl.spaces", Needle: "8b081ef6-4792"},
		{Name: "meeting chat", Value: "19:meeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2@thread.v2", Needle: "MjdhNjM4YzUtYzExZi00OTFk"},
		{Name: "channel", Value: "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2", Needle: "4a95f7d8db4c4e7fae857bcebe0623e6"},
		{Name: "new channel", Value: "19:aBcd3FghIjkLmnOpqRstUvwxYz0123456789AbCdEfGhIj1@thread.tacv2", Needle: "aBcd3FghIjkLmnOpq"},
		{Name: "old channel", Value: "19:33b76eea88574bd1969dca37e2b7a819@thread.skype", Needle: "33b76eea88574bd1969dca37e2b7a819"},
		{Name: "member", Value: base64.StdEncoding.EncodeToString([]byte(Tenant + "##" + Object)), Needle: base64.StdEncoding.EncodeToString([]byte(Tenant))[:24]},
		{Name: "chat member", Value: base64.StdEncoding.EncodeToString([]byte("0##" + Tenant + "##19:b8577894a63548969c5c92bb9c80c5e1@thread.v2##" + Other)), Needle: "NTQ4MjZiMjItMzhkNi00"},
		{Name: "outlook message", Value: "AAMkAGI1AAAt9AHjABCDEFGHIJK0123456789aa_bc-deFG=", Needle: "AGI1AAAt9AHjABCDEF"},
		{Name: "outlook contact", Value: "AQMkADNkNAAAVRMKAAAAwxyzAB12345678", Needle: "ADNkNAAAVRMKAAAAwxyz"},
		{Name: "immutable id", Value: "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A1234", Needle: "LgAAAAAAHYQDEapmEc2b"},
		{Name: "drive", Value: "b!2SInBlQrN0K8-GXMy9qNsPtI5ScW8C5IlZtycoy6ZpJZRRtgE4qVTrE8wrvL0-hd", Needle: "2SInBlQrN0K8-GXMy9qN"},
		{Name: "drive item", Value: "01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK", Needle: "NKDM7HMOJTVYMDOS"},
		{Name: "personal drive item", Value: "D4648F06C91D9D3D!54927", Needle: "D4648F06C91D9D3D"},
		{Name: "site", Value: "fabrikam.sharepoint.com,da60e844-ba1d-49bc-b4d4-d5e36bae9019,0271110f-634f-4300-a841-3a8a2e851851", Needle: "da60e844-ba1d"},
		{Name: "site host", Value: "fabrikam.sharepoint.com", Needle: "fabrikam"},
		{Name: "personal host", Value: "fabrikam-my.sharepoint.com", Needle: "fabrikam"},
		{Name: "sharing id", Value: "u!" + b64("https://1drv.ms/A6913278E564460AA616C71B28AD6EB6"), Needle: b64("https://1drv.ms/A6913278E564460AA616C71B28AD6EB6")[24:]},
		{Name: "content type", Value: "0x010100298A15181454D84EBB62EDD7559FCBFE01", Needle: "298A15181454D84EBB62EDD7559FCBFE"},
		{Name: "shift", Value: "SHFT_6548f642-cbc1-4228-8621-054327576457", Needle: "6548f642-cbc1"},
		{Name: "cloud sid", Value: "S-1-12-1-2750858758-1121401068-3973320332-1637682607", Needle: "2750858758"},
		{Name: "domain sid", Value: "S-1-5-21-2111111111-1311111111-1411111111-2001", Needle: "2111111111"},
		{Name: "upn", Value: "AdeleV@fabrikam.onmicrosoft.com", Needle: "adelev"},
		{Name: "guest", Value: "alex_gmail.com#EXT#@fabrikam.onmicrosoft.com", Needle: "alex_gmail"},
		{Name: "dollar upn", Value: "$azure-cli-test-user#000001@FabrikamTeam.onmicrosoft.com", Needle: "test-user"},
		{Name: "mail", Value: "oscar.ward+news@fabrikam.com", Needle: "ward"},
		{Name: "tenant domain", Value: "fabrikamteam.onmicrosoft.com", Needle: "fabrikamteam"},
		{Name: "jwt", Value: JWT(), Needle: JWT()[:40]},
		{Name: "opaque token", Value: opaque(), Needle: opaque()[:40]},
		{Name: "pem", Value: pem, Needle: "MIIEvQIBADANBg"},
		{Name: "recovery key", Value: "111222-333444-555666-777888-999000-123456-654321-112233", Needle: "333444-555666"},
	}
}

// ByMember lists recognised by the member that holds them.
func ByMember() []Kind {
	return []Kind{
		{Name: "access token", Member: "access_token", Value: "opaque-access-9f8e7d"},
		{Name: "refresh token", Member: "refresh_token", Value: "0.AXEA-refresh-9f8e7d"},
		{Name: "id token", Member: "id_token", Value: JWT(), Needle: JWT()[:40]},
		{Name: "client secret", Member: "client_secret", Value: "8Q~s3cr3t~value.of.app"},
		{Name: "client assertion", Member: "client_assertion", Value: "assert.ion"},
		{Name: "device code", Member: "device_code", Value: "GAQABAAEAAAD-device"},
		{Name: "assertion", Member: "assertion", Value: "PHNhbWw-assertion"},
		{Name: "password", Member: "password", Value: "Test" + "1234!!"},
		{Name: "password profile", Member: "passwordProfile", Value: `{"password":"P@ss w0rd","forceChangePasswordNextSignIn":false}`, Needle: "ss w0rd"},
		{Name: "secret text", Member: "secretText", Value: "[6gyXA5S20@MN+WRXAJ]I-TO7g1:h2P8"},
		{Name: "key credential", Member: "keyCredentials", Value: `[{"key":"TUlJRENUQ0NBZkdnQXdJQkFn","usage":"Verify"}]`, Needle: "TUlJRENUQ0NBZkdn"},
		{Name: "proof", Member: "proof", Value: "proof-of-possession-1"},
		{Name: "certificate", Member: "encryptionCertificate", Value: "TUlJRmZUQ0NBMldnQXdJQkFnSVVF"},
		{Name: "client state", Member: "clientState", Value: "secretClientValue"},
		{Name: "validation token", Member: "validationToken", Value: "Validation: Testing client"},
		{Name: "validation tokens", Member: "validationTokens", Value: `["opaque-validation-1"]`, Needle: "opaque-validation-1"},
		{Name: "upload url", Member: "uploadUrl", Value: "https://sn3302.up.1drv.com/up/fe6987415ace7X4e1eF866337", Needle: "fe6987415ace7"},
		{Name: "outlook upload url", Member: "uploadUrl", Value: "https://outlook.office.com/api/v2.0/Users('" + Object + "@" + Tenant + "')/AttachmentSessions('AAMkADI5MAAIT3k0uAAA12345=')?authtoken=" + JWT(), Needle: JWT()[:40]},
		{Name: "download url", Member: "@microsoft.graph.downloadUrl", Value: "https://fabrikam.sharepoint.com/_layouts/15/download.aspx?UniqueId=a1&Translate=false&tempauth=v1.qsTempAuth01Token&ApiVersion=2.0", Needle: "qsTempAuth01Token"},
		{Name: "join url", Member: "joinWebUrl", Value: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjdhNjM4YzUtYzExZi00OTFkLTkzZTAtNTVlNmZmMDhkNGU2%40thread.v2/0?context=%7b%22Tid%22%3a%22" + Tenant + "%22%7d", Needle: "MjdhNjM4YzUtYzExZi00OTFk"},
		{Name: "notification url", Member: "notificationUrl", Value: "https://hooks.adatum.example/graph?code=Zm9vYmFyMTIzNDU2Nzg", Needle: "Zm9vYmFyMTIzNDU2Nzg"},
		{Name: "sharing link", Member: "link", Value: `{"type":"view","webUrl":"https://1drv.ms/A6913278E564460AA616C71B28AD6EB7"}`, Needle: "A6913278E564460AA616"},
		{Name: "sas url", Member: "azureStorageUri", Value: "https://adatumstore.blob.core.windows.net/c/b?sv=2020-08-04&sig=aBc%2Bdef%2FghiJKL0123456789%3D", Needle: "ghiJKL0123456789"},
		{Name: "gateway key", Member: "apiKey", Value: "opaque-gateway-9f8e7d"},
		{Name: "shared secret", Member: "sharedSecret", Value: "shhh-quiet"},

		{Name: "display name", Member: "displayName", Value: "Adele Vance"},
		{Name: "given name", Member: "givenName", Value: "Adélaïde"},
		{Name: "surname", Member: "surname", Value: "O'Vance"},
		{Name: "nickname", Member: "mailNickname", Value: "adelevance"},
		{Name: "employee", Member: "employeeId", Value: "E-104711"},
		{Name: "mobile", Member: "mobilePhone", Value: "+1 425 555 0109"},
		{Name: "phones", Member: "businessPhones", Value: `["+49 (30) 901820-33"]`, Needle: "901820"},
		{Name: "street", Member: "streetAddress", Value: "205 108th Ave. NE"},
		{Name: "city", Member: "city", Value: "Bellevue"},
		{Name: "postal code", Member: "postalCode", Value: "98004"},
		{Name: "office", Member: "officeLocation", Value: "18/2111"},
		{Name: "sam", Member: "onPremisesSamAccountName", Value: "avance77"},
		{Name: "dn", Member: "onPremisesDistinguishedName", Value: "CN=Adele,OU=Ghosts,DC=fabrikam,DC=com", Needle: "Ghosts"},
		{Name: "domain", Member: "publisherDomain", Value: "fabrikam.co.uk"},
		{Name: "user name", Member: "userPrincipalName", Value: "strange name", Needle: "strange"},
		{Name: "other mails", Member: "otherMails", Value: `["ade.vance@home.fabrikam.net"]`, Needle: "ade.vance"},
		{Name: "proxy addresses", Member: "proxyAddresses", Value: `["SMTP:pat.vance@fabrikam.com"]`, Needle: "pat.vance"},
		{Name: "email address", Member: "from", Value: `{"emailAddress":{"name":"Megan Bowen","address":"megan.b@fabrikam.com"}}`, Needle: "megan"},

		{Name: "subject", Member: "subject", Value: "Project Dragonfly is cancelled"},
		{Name: "body", Member: "body", Value: `{"contentType":"html","content":"<p>Dragonfly costs 7 million</p>"}`, Needle: "7 million"},
		{Name: "preview", Member: "bodyPreview", Value: "Dragonfly preview"},
		{Name: "topic", Member: "topic", Value: "Dragonfly group chat"},
		{Name: "attachment", Member: "contentBytes", Value: base64.StdEncoding.EncodeToString([]byte("Dragonfly budget 2026")), Needle: "RHJhZ29uZmx5IGJ1"},
		{Name: "file", Member: "item", Value: `{"name":"Dragonfly \"final\" plan","file":{"mimeType":"application/pdf"}}`, Needle: "final"},
		{Name: "folder", Member: "item", Value: `{"name":"Dragonfly folder","folder":{"childCount":1}}`, Needle: "Dragonfly"},
		{Name: "address of a file", Member: "webUrl", Value: "https://contoso.sharepoint.com/sites/contoso/Shared%20Documents/Plans/Dragonfly%20plan.docx?web=1", Needle: "Dragonfly"},
		{Name: "address of a folder", Member: "webUrl", Value: "https://contoso-my.sharepoint.com/personal/user1_contoso_example/Documents/Dragonfly", Needle: "Dragonfly"},
		{Name: "file by extension", Member: "name", Value: "Dragonfly.docx", Needle: "Dragonfly"},
		{Name: "ip", Member: "ipAddress", Value: "131.107.160.210"},
		{Name: "mail headers", Member: "internetMessageHeaders", Value: `[{"name":"X-Originating-IP","value":"131.107.0.99 dragonfly"}]`, Needle: "131.107.0.99"},
		{Name: "gps", Member: "coordinates", Value: `{"latitude":47.64037,"longitude":-122.12974}`, Needle: "7.64037"},
	}
}

// ByOption lists recognised by the option of a query.
func ByOption() []Kind {
	return []Kind{
		{Name: "tempauth", Member: "tempauth", Value: "qsTempAuthXYZ987654"},
		{Name: "tempauthtoken", Member: "tempauthtoken", Value: "printTokenXYZ987654"},
		{Name: "authtoken", Member: "authtoken", Value: "outlookTokenXYZ987654"},
		{Name: "sas", Member: "sig", Value: "sasXYZ987654sasXYZ987654="},
		{Name: "authkey", Member: "authkey", Value: "!AL7N1QAfSWcjNU8"},
		{Name: "gateway key", Member: "api_key", Value: "gatewayKeyXYZ987654"},
		{Name: "subscription key", Member: "subscription-key", Value: "0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
		{Name: "function code", Member: "code", Value: "funcCodeXYZ987654"},
		{Name: "skip token", Member: "$skiptoken", Value: "X'4453707402000100000017'", Needle: "4453707402000100"},
		{Name: "skip token json", Member: "$skiptoken", Value: b64(`{"ContinuationToken":"W3sic3RhcnQiOiIy"}`)},
		{Name: "delta token", Member: "$deltatoken", Value: "aQdvS1VwGCSRxVmZJqykmDik_JIC44iCZpv-.EP9gLiCoF2CE"},
		{Name: "drive token", Member: "token", Value: "1230919asd190410jlka"},
	}
}

// StringMembers lists the members of metadata whose values are texts or bytes, sorted.
func StringMembers(metadata io.Reader, name string) ([]string, error) {
	model, err := csdl.Parse(metadata, name)
	if err != nil {
		return nil, err
	}
	members := map[string]bool{}
	for _, typ := range model.Types {
		for _, p := range typ.Properties {
			if p.Type.Name == "Edm.String" || p.Type.Name == "Edm.Binary" {
				members[p.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(members)), nil
}
