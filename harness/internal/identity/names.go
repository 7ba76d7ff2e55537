package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// nameFormats are names that people or tenants chose.
func nameFormats() []*Format {
	return []*Format{
		{
			Name:   "upn",
			Doc:    "a user principal name: LOCAL@DOMAIN; guests have #EXT# in it, and it may begin with $",
			Source: "userPrincipalName in real recordings, v1.0/api/user-get; concepts/known-issues",
			Matches: []string{
				"AdeleV@contoso.onmicrosoft.com", "contoso1_gmail.com#EXT#@microsoft.onmicrosoft.com",
				"$azure-cli-test-user#000001@AzureSDKTeam.onmicrosoft.com", "testgroupuser1000004@example.com",
			},
			Rejects: []string{"AdeleV", "@contoso.com", "AdeleV@", "AdeleV@contoso", "Adele V@contoso.com", "AdeleV@contoso.com.", "a@b@contoso.com", "members@odata.bind", "User Principal Name value", "19:c253a29b5f694b55a6baad8e83510af7@thread.v2"},
			match:   isUPN, telling: always,
		},
		{
			Name:    "mail",
			Doc:     "a mail address: LOCAL@DOMAIN",
			Source:  "mail and emailAddress.address in v1.0/api; RFC 5321, quoted local parts left out",
			Matches: []string{"oscarward@contoso.com", "adele.v+news@contoso.onmicrosoft.com", "AlexW@M365x214355.onmicrosoft.com"},
			Rejects: []string{"SMTP:admin@contoso.com", "<admin@contoso.com>", "Adele <adele@contoso.com>", "admin@", "admin@localhost", ".admin@contoso.com", "ad..min@contoso.com", "prop@odata.type"},
			match:   isMail, telling: always,
		},
		{
			Name:    "domain",
			Doc:     "a domain name of two or more labels, which is also a domain's id",
			Source:  "v1.0/api/domain-get; publisherDomain in real recordings",
			Matches: []string{"contoso.com", "AzureSDKTeam.onmicrosoft.com", "xn--bcher-kva.example", "M365x214355.onmicrosoft.com"},
			Rejects: []string{"contoso", "contoso.", ".com", "-contoso.com", "contoso-.com", "con toso.com", "contoso..com", "contoso.c0m", "1.2.3.4", "https://contoso.com"},
			match:   isDomain, telling: hasSuffix(".onmicrosoft.com"),
		},
		{
			Name:    "schema-extension-id",
			Doc:     "a schema extension: ext and 8 characters, or a verified domain's name, then _ and a name",
			Source:  "v1.0/api/schemaextension-post, concepts/extensibility-schema-groups",
			Matches: []string{"extk9eruy7c_courses", "contoso_courses", "adatumisv_exo2"},
			Rejects: []string{"courses", "_courses", "ext_", "ext k_courses", "extk9eruy7c-courses", "ext{id}_courses"},
			match:   isSchemaExtensionID, telling: isGeneratedExtension,
		},
		{
			Name:    "b2x-flow-id",
			Doc:     "a self-service sign-up flow: B2X_1_ and a name",
			Source:  "v1.0/api/b2xidentityuserflow-get",
			Matches: []string{"B2X_1_Partner", "B2X_1_PartnerSignUp"},
			Rejects: []string{"Partner", "B2X_1_", "b2x_1_Partner", "B2X_1_Part ner"},
			match:   isFlowID, telling: always,
		},
	}
}

func isLocalPart(s string, extra string) bool {
	return len(s) <= 128 && ascii.All(s, func(c byte) bool {
		return ascii.IsAlnum(c) || strings.IndexByte("'._-!#^~$", c) >= 0 || strings.IndexByte(extra, c) >= 0
	})
}

// cutAddress takes an address apart. Annotations ("members@odata.bind") look like
// addresses and are none.
func cutAddress(s string) (local string, ok bool) {
	local, domain, ok := strings.Cut(s, "@")
	return local, ok && isDomain(domain) && !strings.HasPrefix(domain, "odata.") && !strings.HasPrefix(domain, "microsoft.graph.")
}

func isUPN(s string) bool {
	local, ok := cutAddress(s)
	return ok && isLocalPart(local, "")
}

func isMail(s string) bool {
	local, ok := cutAddress(s)
	return ok && isLocalPart(local, "&*+/=?`{|}%") && local[0] != '.' && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..")
}

func isDomain(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if len(label) > 63 || !ascii.All(label, func(c byte) bool { return ascii.IsAlnum(c) || c == '-' }) ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(labels) >= 2 && len(top) >= 2 && (ascii.All(top, ascii.IsLetter) || strings.HasPrefix(top, "xn--"))
}

func isSchemaExtensionID(s string) bool {
	owner, name, ok := strings.Cut(s, "_")
	return ok && len(s) <= 256 && ascii.All(owner, ascii.IsAlnum) && ascii.All(name, func(c byte) bool { return ascii.IsAlnum(c) || c == '_' })
}

func isGeneratedExtension(s string) bool {
	return len(s) > 12 && strings.HasPrefix(s, "ext") && s[11] == '_' && strings.ContainsAny(s[3:11], "0123456789")
}

func isFlowID(s string) bool {
	name, ok := strings.CutPrefix(s, "B2X_1_")
	return ok && ascii.All(name, isURLSafe)
}
