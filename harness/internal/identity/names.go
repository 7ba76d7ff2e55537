package identity

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// nameFormats are names that people or tenants chose.
func nameFormats() []*Format {
	return []*Format{
		{Name: "upn", Doc: "a user principal name: LOCAL@DOMAIN; guests have #EXT# in it, and it may begin with $",
			match: isUPN, distinct: always},
		{Name: "mail", Doc: "a mail address: LOCAL@DOMAIN",
			match: isMail, distinct: always},
		{Name: "domain", Doc: "a domain name of two or more labels, which is also a domain's id",
			match: isDomain, distinct: hasSuffix(".onmicrosoft.com")},
		{Name: "schema-extension-id", Doc: "a schema extension: ext and 8 characters, or a verified domain's name, then _ and a name",
			match: isSchemaExtensionID, distinct: isGeneratedExtension},
		{Name: "b2x-flow-id", Doc: "a self-service sign-up flow: B2X_1_ and a name",
			match: matching(`B2X_1_[\w-]+`), distinct: hasPrefix("B2X_1_")},
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

func isSchemaExtensionID(s string) bool { return len(s) <= 256 && schemaExtensions(s) }

var schemaExtensions = matching(`[0-9A-Za-z]+_\w+`)

func isGeneratedExtension(s string) bool {
	return len(s) > 12 && strings.HasPrefix(s, "ext") && s[11] == '_' && strings.ContainsAny(s[3:11], "0123456789")
}
