package words_test

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func TestLists(t *testing.T) {
	for _, c := range []struct {
		name    string
		is      func(string) bool
		yes, no string
	}{
		{"IsMember", words.IsMember, "displayName DISPLAYNAME onPremisesSamAccountName members transitiveMemberOf @odata.nextLink members@odata.bind value@odata.count createLink period innerError dependsOn client-request-id @removed",
			"adele megan contoso cf_Salary extension_ab603c56068041afb2f6832e2a17e237_badge Title0 megan@odata.type displayName@megan MeganBowen @ @odata"},
		{"IsType", words.IsType, "user #microsoft.graph.user microsoft.graph.user graph.driveItem #microsoft.graph.security.alert security.alert Edm.String teamsAsyncOperation MICROSOFT.GRAPH.USER",
			"megan #microsoft.graph.megan contoso.graph.user Edm.Megan microsoft.graph. #"},
		{"IsPermission", words.IsPermission, "User.Read.All user.read.all Mail.Send openid offline_access Sites.Selected ChannelMessage.Read.All user_impersonation", "Megan.Read.All User.Read.Megan read contoso.Read"},
		{"IsErrorCode", words.IsErrorCode, "Request_ResourceNotFound itemNotFound ErrorItemNotFound AADSTS50011 429 BadRequest UnknownError MailboxNotEnabledForRESTAPI activityLimitReached ErrorInvalidRecipients generalException Authorization_RequestDenied ExtensionError InvalidAuthenticationToken ServiceUnavailable",
			"MeganBowen AADSTS1 4291 hunter2 P@ssw0rd ErrorMegan _ .. contoso Xk18Q9aBc itemNotFoundForMegan"},
		{"IsWellKnown", words.IsWellKnown, "00000003-0000-0000-c000-000000000000 62E90394-69F5-4237-9190-012177145E10 00000000-0000-0000-0000-000000000000 e1fe6dd8-ba31-4d61-89e7-88639da4683d c7df2760-2c81-4ef7-b578-5b5392b571df",
			"62e90394-69f5-4237-9190-012177145e11 62e9039469f542379190012177145e10 root 8b081ef6-4792-4def-b2c9-c363a1bf41d5"},
		{"IsHost", words.IsHost, "graph.microsoft.com GRAPH.microsoft.com graph.microsoft.us microsoftgraph.chinacloudapi.cn login.microsoftonline.com outlook.office365.com reportsweu.office.com westeurope1-mediap.svc.ms teams.microsoft.com. public.bn.files.1drv.com",
			"contoso.sharepoint.com contoso-my.sharepoint.com contoso.onmicrosoft.com contoso.com sharepoint.com onmicrosoft.com contoso.blob.core.windows.net contoso.b2clogin.com contoso.azurewebsites.net evilgraph.microsoft.com.example graph.microsoft.com.contoso.com microsoft.com.contoso.com notoffice.com contoso-com.mail.protection.outlook.com contoso.crm4.dynamics.com 8b081ef647924defb2c9c363a1bf41d5.svc.ms a..office.com a_b.office.com contoso.powerappsportals.com dc01.northamerica.corp.microsoft.com megan@outlook.office.com com .office.com"},
		{"IsInventedDomain", words.IsInventedDomain, "contoso.com fabrikam.sharepoint.com contosoltd.onmicrosoft.com M365x214355.onmicrosoft.com tenant1-yzrq.example example.com www.example.org a.test localhost adatum.com.",
			"realfirm.com gmail.com microsoft.com m365xyz.onmicrosoft.com example.de com example.com.realfirm.com"},
		{"IsLanguage", words.IsLanguage, "en en-US de-DE zh-Hant-TW sr-Latn-RS es-419 EN-us nb-NO fil-PH", "en- en-USA en-Megan megan x xx-yy -US en_US e english"},
		{"IsCountry", words.IsCountry, "US DE Germany deu XK", "Bavaria Texas D Megan"},
		{"IsTimeZone", words.IsTimeZone, "UTC Europe/Berlin America/Argentina/Buenos_Aires tzone://Microsoft/Utc Etc/GMT+5", "Europe/Contoso Berlin Megan"},
		{"IsCurrency", words.IsCurrency, "EUR usd JPY", "EU Euro XYZ EURO"},
		{"IsMediaType", words.IsMediaType, "application/json application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8 text/plain image/png application/vnd.ms-excel application/vnd.openxmlformats-officedocument.wordprocessingml.document application/vnd.microsoft.card.adaptive */* image/* multipart/mixed",
			"application/x-megan megan/json application/vnd.contoso.salary text/ /plain multipart/mixed;boundary=batch_megan application/json;name=salaries.json image application/vnd.ms-Salaries"},
		{"InText", words.InText, "insufficient privileges to complete the operation does not exist or one of its queried reference property objects are present user", "Megan megan adele contoso bowen Insufficient THE hunter2"},
	} {
		for _, text := range strings.Fields(c.yes) {
			if !c.is(text) {
				t.Errorf("%s(%q) is false", c.name, text)
			}
		}
		for _, text := range append(strings.Fields(c.no), "", " ", "\x00", strings.Repeat("a", 5000), strings.Repeat("a-", 5000), strings.Repeat("Not", 3000)) {
			if c.is(text) {
				t.Errorf("%s(%.80q) is true", c.name, text)
			}
		}
	}
}

func TestIsColumn(t *testing.T) {
	for _, name := range []string{"Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Last Activity Date", "Send Count", "Assigned Products", "Report Period",
		"Has Exchange License", "Exchange Last Activity Date", "Site URL", "Owner Display Name", "Storage Used (Byte)", "Team Chat Message Count", "Call Count", "Meeting Count",
		"Has Other Action", "Viewed Or Edited File Count", "Synced File Count", "Shared Internally File Count", "Root Web Template", "Page View Count", "Windows Phone", "iOS",
		"Issue Warning Quota (Byte)", "displayName", "User Id"} {
		if !words.IsColumn(name) {
			t.Errorf("%q is no column", name)
		}
	}
	for _, name := range append(testLines(t, "planted.txt"), "", " ", "()", "Salary of Megan", "Megan", "Name (Megan)") {
		if words.IsColumn(name) {
			t.Errorf("%q is a column", name)
		}
	}
}

func TestHarmless(t *testing.T) {
	for _, c := range []struct {
		member, parent, text string
		want                 bool
	}{
		{"visibility", "", "Public", true},
		{"visibility", "", "public", true},
		{"visibility", "", "Megan", false},
		{"displayName", "", "public", false},
		{"name", "value", "public", false},
		{"nobodyKnows", "", "public", false},
		{"nobodyKnows", "", "", true},
		{"displayName", "value", "", true},
		{"displayName", "value", " \n", true},
		{"changeType", "", "created,updated", true},
		{"changeType", "", "created, updated", true},
		{"changeType", "", "created,megan", false},
		{"changeType", "", "created,", false},
		{"scope", "", "User.Read Mail.Send offline_access", true},
		{"scope", "", "User.Read megan", false},
		{"scope", "", "https://graph.microsoft.com/User.Read", true},
		{"scope", "", "https://contoso.example/User.Read", false},
		{"value", "appRoles", "User.Read.All", true},
		{"value", "fields", "User.Read.All", false},
		{"value", "", "User.Read.All", false},
		{"key", "secrets", "ClientSecret", true},
		{"key", "keyCredentials", "ClientSecret", false},
		{"displayName", "value", "Global Reader", true},
		{"displayName", "value", "Microsoft Graph", true},
		{"displayName", "value", "Global Reader of Contoso", false},
		{"givenName", "", "Global Reader", false},
		{"preferredLanguage", "", "de-AT", true},
		{"usageLocation", "", "AT", true},
		{"displayName", "", "AT", false},
		{"members@odata.type", "", "#Collection(microsoft.graph.user)", true},
		{"@odata.type", "value", "#microsoft.graph.megan", false},
		{"code", "error", "ErrorItemNotFound", true},
		{"code", "fields", "ErrorItemNotFound", false},
		{"code", "error", "megan", false},
		{"name", "accessToken", "ipaddr", true},
		{"name", "value", "ipaddr", false},
		{"value", "values", "true", true},
		{"nobodyKnows", "", "true", false},
		{"skuPartNumber", "", "SPE_E5_GOV", true},
		{"skuPartNumber", "", "SPE_MEGAN", false},
		{"", "", "x", false},
		{strings.Repeat("m", 1000), "", "x", false},
		{"status", strings.Repeat("p", 1000), "succeeded", false},
		{"status", "", strings.Repeat("succeeded,", 1000), false},
	} {
		if got := words.Harmless(c.member, c.parent, c.text); got != c.want {
			t.Errorf("Harmless(%.40q, %.40q, %.40q) = %v", c.member, c.parent, c.text, got)
		}
	}
}

func TestHarmlessHeader(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Content-Type", "application/json;odata.metadata=minimal;charset=utf-8", true},
		{"Content-Type", "multipart/mixed; boundary=batch_megan", false},
		{"Accept", "application/json, text/plain, */*", true},
		{"Accept-Encoding", "gzip, deflate, br", true},
		{"Accept-Language", "de-DE, en;q=0.8", true},
		{"Cache-Control", "no-store, no-cache", true},
		{"Cache-Control", "private, max-age=86400", true},
		{"Vary", "Accept-Encoding, Authorization", true},
		{"Prefer", `outlook.timezone="Pacific Standard Time", odata.maxpagesize=50`, true},
		{"Prefer", `outlook.body-content-type="text"`, true},
		{"Prefer", "return=representation", true},
		{"Prefer", "respond-async, wait=10", true},
		{"Prefer", `IdType="ImmutableId"`, true},
		{"Prefer", "include-unknown-enum-members", true},
		{"Prefer", "return=megan", false},
		{"Preference-Applied", "return=minimal", true},
		{"ConsistencyLevel", "eventual", true},
		{"OData-Version", "4.0", true},
		{"Retry-After", "2.128", true},
		{"Retry-After", "megan", false},
		{"Content-Range", "bytes 0-327679/1048576", true},
		{"Range", "bytes=0-5", true},
		{"Range", "megan", false},
		{"Strict-Transport-Security", "max-age=31536000; includeSubDomains", true},
		{"Transfer-Encoding", "chunked", true},
		{"X-Whatever", "gzip", false},
		{"Authorization", "Bearer", false},
		{"Cookie", "gzip", false},
		{"User-Agent", "application", false},
	} {
		if got := words.HarmlessHeader(c.name, c.value); got != c.want {
			t.Errorf("HarmlessHeader(%q, %q) = %v", c.name, c.value, got)
		}
	}
}

// FuzzLookups: no input makes a look-up fail, and letter case changes no answer but of InText.
func FuzzLookups(f *testing.F) {
	f.Add("status", "value", "succeeded")
	f.Add("scope", "", "User.Read,,  ;=")
	f.Add("@odata.type", "a/b", "#Collection(Collection(x")
	f.Fuzz(func(t *testing.T, member, parent, text string) {
		got := words.Harmless(member, parent, text)
		if !got && words.Harmless(member, "", text) {
			t.Errorf("harmless without %q only", parent)
		}
		words.IsMember(text)
		words.IsType(text)
		words.IsErrorCode(text)
		words.IsMediaType(text)
		words.IsLanguage(text)
		words.IsHost(text)
		words.HarmlessHeader(member, text)
		words.HarmlessHeader("Prefer", text)
	})
}
